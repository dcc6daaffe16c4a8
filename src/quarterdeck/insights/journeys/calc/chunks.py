"""How is work cut into pieces that several threads can do at once?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.sequence import Rows

ROWS_AT_ONCE = 1 << 18

Result = TypeVar("Result")
Piece = tuple[int, int]


class Each(Protocol):
    """Does something for every piece, in any order: `map`, or that of a pool of threads."""

    def __call__(self, work: Callable[[Piece], Result], pieces: Iterable[Piece], /) -> Iterable[Result]: ...


def pieces(offsets: Rows, rows: int = ROWS_AT_ONCE) -> list[Piece]:
    """Ranges of units with about so many rows each; a unit is never cut."""
    units = len(offsets) - 1
    bounds = np.searchsorted(offsets, np.arange(0, int(offsets[-1]), rows), side="left")
    cuts = sorted({0, units, *(int(bound) for bound in bounds if 0 < bound < units)})
    return [(first, last) for first, last in pairwise(cuts) if first < last]


def added(parts: Iterable[NDArray[np.int64]], *shape: int) -> NDArray[np.int64]:
    """The sum of the counts of all pieces."""
    total = np.zeros(shape, np.int64)
    for part in parts:
        total += part
    return total


def do_each(each: Each, work: Callable[[Piece], Result], offsets: Rows) -> list[Result]:
    """The results of some work on every piece of the units."""
    return list(each(work, pieces(offsets)))
