"""How do drawn numbers become Arrow columns in the shape of the fact tables?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quarterdeck.demo.plan import Integers

TIME = pa.timestamp("us", "UTC")
MONEY = pa.decimal128(18, 2)
Column: TypeAlias = "pa.Array[Any]"


def numbered(prefix: str, numbers: Integers) -> Column:
    """Ids: a prefix and a number."""
    return joined(prefix, pa.array(numbers).cast(pa.string()))


def joined(*parts: str | Column) -> Column:
    """Text put together row by row."""
    text: Column = pc.binary_join_element_wise(*parts, "")  # type: ignore[call-overload]
    return text


def words(names: Sequence[str | None], codes: NDArray[np.integer[Any]]) -> Column:
    """The name for each code."""
    return pa.array(names, pa.string()).take(pa.array(codes))


def constant(text: str, count: int) -> Column:
    """The same text in every row."""
    return pa.repeat(pa.scalar(text, pa.string()), count)


def times(microseconds: Integers) -> Column:
    """UTC times from microseconds since 1970."""
    return pa.array(microseconds, pa.int64()).view(TIME)


def money(whole: Integers) -> Column:
    """Amounts of money from whole numbers."""
    return pa.array(whole.astype(np.int32)).cast(MONEY)


def picked(values: Column, rows: Integers) -> Column:
    """The values of some rows."""
    found: Column = values.take(rows)
    return found


def where(values: Column, keep: NDArray[np.bool_]) -> Column:
    """The values where they apply, empty elsewhere."""
    kept: Column = pc.if_else(pa.array(keep), values, pa.scalar(None, values.type))
    return kept


def table(columns: Mapping[str, Column], properties: Mapping[str, Column] | None = None) -> pa.Table:
    """Rows from columns, with a struct of properties where there are any."""
    arrays = dict(columns)
    if properties:
        fields = [pa.field(name, values.type) for name, values in properties.items()]
        arrays["properties"] = pa.StructArray.from_arrays(list(properties.values()), fields=fields)
    return pa.table(arrays)


def mixed(first: NDArray[np.integer[Any]], second: NDArray[np.integer[Any]] | int) -> NDArray[np.float64]:
    """A number in [0, 1) that belongs to a pair of numbers for ever (splitmix64; Steele and others, 2014)."""
    state = first.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state = state + np.asarray(second).astype(np.uint64) * np.uint64(0xD1B54A32D192ED03)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor)
    state = state ^ (state >> np.uint64(31))
    return (state >> np.uint64(11)).astype(np.float64) / float(2**53)
