"""How do columns of text and time become numbers, and lists of names stand on disk?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Codes = NDArray[np.int32]
NarrowCodes = NDArray[np.signedinteger]
"""Codes as they are kept: no wider than the number of values asks for."""
Int64s = NDArray[np.int64]
Names = pa.StringArray

LONG_AGO = np.iinfo(np.int64).min


def encode(column: Any) -> tuple[Codes, list[str]]:
    """A column of texts as codes, -1 for none, and the texts they stand for."""
    whole = _whole(pc.dictionary_encode(column))
    values = cast("list[str]", whole.dictionary.to_pylist())
    return pc.fill_null(whole.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32), values


def places(column: Any, names: Names) -> Int64s:
    """Where each text of a column stands in a list of names; -1 where it does not."""
    whole = _whole(pc.index_in(pc.cast(column, pa.string()), names))
    return cast("Int64s", pc.fill_null(whole, -1).to_numpy(zero_copy_only=False).astype(np.int64))


def numbers(column: Any) -> Int64s:
    """A column of whole numbers; none is before all of them."""
    whole = _whole(column)
    return cast("Int64s", pc.fill_null(whole, LONG_AGO).to_numpy(zero_copy_only=False).astype(np.int64))


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def as_names(names: Sequence[str]) -> Names:
    """A list of names as an Arrow array."""
    return pa.array(names, pa.string())


def write_names(file: Path, names: Sequence[str]) -> None:
    """A list of texts that can be mapped into memory."""
    table = pa.table({"name": as_names(names)})
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def read_names(file: Path) -> Names:
    """The texts of such a list, mapped."""
    with pa.memory_map(str(file)) as source:
        return cast("Names", pa.ipc.open_file(source).read_all().column("name").combine_chunks())


def listed(names: Names) -> list[str]:
    """The texts of such a list, as Python has them."""
    return cast("list[str]", names.to_pylist())


class Coder:
    """Gives every text a number, in the order they are met."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def values(self) -> list[str]:
        """The texts by number."""
        return list(self._numbers)

    def code(self, column: Any) -> Codes:
        """The numbers of some texts; -1 for none."""
        codes, texts = encode(column)
        known = [self._numbers.setdefault(text, len(self._numbers)) for text in texts]
        # The last entry is what -1 finds.
        return np.array([*known, -1], np.int32)[codes]
