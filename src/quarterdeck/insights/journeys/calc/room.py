"""In which memory does a thread work, piece after piece?

Fresh memory costs more than what most loops do with it: the kernel clears every page of it when it is first
touched. So each thread keeps what it worked in, and fills it anew.
"""

from __future__ import annotations

import threading
from math import prod
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Kind = TypeVar("Kind", bound=np.generic)


class Room:
    """Arrays by name; what stands in one holds until its thread asks for it again."""

    def __init__(self) -> None:
        self._of_thread = threading.local()

    def take(self, name: str, kind: type[Kind], *shape: int) -> NDArray[Kind]:
        """An array of some shape, with anything in it."""
        size = prod(shape)
        kept: NDArray[Kind] | None = getattr(self._of_thread, name, None)
        if kept is None or len(kept) < size:
            kept = np.empty(size, kind)
            setattr(self._of_thread, name, kept)
        return kept[:size].reshape(shape)
