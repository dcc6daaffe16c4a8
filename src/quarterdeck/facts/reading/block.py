"""What does every reader hand over, whatever the format of the file?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

READER_VERSION = 3
BLOCK_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that cannot be used: where it stands, why not, and what stands there.

    Bytes that are no valid text are kept as `latin-1`, which maps each byte to one character and back.
    """

    row_number: int
    reason: str
    raw: str
    encoding: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Some rows of a file: the wanted columns, where each row stands, and the rows already found bad.

    `properties` are further key-value columns; a key may occur once per type; `rest` is what no column holds.
    `doubtful` are rows that hold what looks like another row in a quoted text.
    """

    number: int
    rows: pa.Table
    row_numbers: npt.NDArray[np.int64]
    raw: Callable[[int], str]
    bad: tuple[BadRow, ...]
    properties: tuple[tuple[str, Any], ...] = ()
    rest: dict[int, dict[str, object]] = field(default_factory=dict)
    doubtful: tuple[int, ...] = ()

    @property
    def read(self) -> int:
        """How many rows of the file this block accounts for."""
        return self.rows.num_rows + len(self.bad)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the map asks of a reader.

    `columns` are source columns or dotted paths; `properties` are selectors: a name, `object.*`, or `*` for
    everything that no other column takes. The time column tells whether a line inside a quoted field is a row
    of its own, behind a quote that was never closed. If the quote was meant, no line ends in a column that is
    no text (`single_lines`), and one of `required_time` holds a time.
    """

    columns: tuple[str, ...]
    properties: tuple[str, ...] = ()
    time_column: str | None = None
    looks_like_time: Callable[[str], bool] = lambda text: bool(text)
    single_lines: tuple[str, ...] = ()
    required_time: tuple[str, ...] = ()


class Source(Protocol):
    """An opened file."""

    @property
    def columns(self) -> tuple[str, ...] | None:
        """Names of the columns, where the format knows them beforehand."""

    @property
    def repeated_columns(self) -> tuple[str, ...]:
        """Names that stand in the header more than once."""

    @property
    def description(self) -> dict[str, object]:
        """What is needed to read a single raw row again: format, delimiter, columns."""

    def blocks(self, wanted: Wanted) -> Iterator[Block]:
        """The rows, block by block; the same file gives the same blocks for ever."""

    def position(self) -> int:
        """Bytes of the file read so far, for progress."""

    def close(self) -> None:
        """Close the file."""


def selected(name: str, selectors: Sequence[str]) -> str | None:
    """The property key under which a column or path is kept, or None if no selector takes it."""
    for selector in selectors:
        if selector == "*":
            return name.removeprefix("properties.")
        if selector.endswith(".*") and name.startswith(selector[:-1]):
            return name[len(selector) - 1 :]
        if selector == name:
            return name.removeprefix("properties.")
    return None
