"""How do free key-value pairs become one typed column per key, with nothing lost where a key changes type?

A key has one type for ever: text, number or boolean, settled by the first values seen. Values of another
type, keys beyond the two-hundredth and names that other engines cannot read go to `properties_rest` as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

PropertyKind = Literal["text", "number", "boolean"]

MAX_PROPERTIES = 200
EXACT_INTEGER = 2**53
# So many digits survive in any double.
_EXACT_DIGITS = 15
ARROW_KINDS: Mapping[PropertyKind, pa.DataType] = {
    "text": pa.string(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}
# Spark refuses these characters in Parquet column names, and the files are for everyone to read.
_UNREADABLE_NAME = re.compile(r"[ ,;{}()\n\t=]|^$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Conformed:
    """Rows in the shape of the table; `new` are keys that the table has to learn first."""

    rows: pa.Table
    kinds: Mapping[str, PropertyKind]
    new: tuple[str, ...]
    overflow: int


def property_kinds(schema: pa.Schema) -> dict[str, PropertyKind]:
    """The keys in the struct `properties` of a schema, with their kinds."""
    if "properties" not in schema.names:
        return {}
    struct = cast("pa.StructType", schema.field("properties").type)
    return {
        struct.field(i).name: arrow_kind(struct.field(i).type) or "text" for i in range(struct.num_fields)
    }


def arrow_kind(arrow_type: pa.DataType) -> PropertyKind | None:
    """Which kind of property holds values of that Arrow type; None for nested values."""
    types = pa.types
    if types.is_boolean(arrow_type):
        return "boolean"
    if types.is_integer(arrow_type) or types.is_floating(arrow_type) or types.is_decimal(arrow_type):
        return "number"
    if types.is_nested(arrow_type) and not types.is_dictionary(arrow_type):
        return None
    return "text"


def admissible(key: str, kinds: Mapping[str, PropertyKind]) -> bool:
    """May this new key become a column? Names differing only by case are one column to most engines."""
    if len(kinds) >= MAX_PROPERTIES or len(key) > 128 or _UNREADABLE_NAME.search(key):
        return False
    return key.lower() not in {known.lower() for known in kinds}


def conform(rows: pa.Table, schema: pa.Schema, known: Mapping[str, PropertyKind]) -> Conformed:
    """Bring rows into the shape of `schema` plus the struct of all known and new keys."""
    columns = [_plain_column(rows, field) for field in schema if field.name != "properties"]
    fields = [field for field in schema if field.name != "properties"]
    kinds = dict(known)
    if "properties" in rows.column_names:
        values, overflow = _sort_out(rows.column("properties"), kinds)
    else:
        values, overflow = {}, []
    count = 0
    if overflow:
        rest = [field.name for field in fields].index("properties_rest")
        columns[rest], count = _with_overflow(columns[rest], overflow)
    if kinds:
        struct = _struct(values, kinds, rows.num_rows)
        columns.append(struct)
        fields.append(pa.field("properties", struct.type))
    return Conformed(
        rows=pa.Table.from_arrays(columns, schema=pa.schema(fields)),
        kinds=kinds,
        new=tuple(key for key in kinds if key not in known),
        overflow=count,
    )


def _plain_column(rows: pa.Table, field: pa.Field) -> Any:  # type: ignore[type-arg]
    if field.name not in rows.column_names:
        return pa.chunked_array([pa.nulls(rows.num_rows, field.type)], type=field.type)
    column = rows.column(field.name)
    return column if column.type == field.type else column.cast(field.type)


def _sort_out(
    properties: Any, kinds: dict[str, PropertyKind]
) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """Split a struct into values that fit their column and values for the rest; `kinds` learns new keys.

    A key may stand in the struct several times; the first value of a row that fits has the column.
    """
    struct = _chunk(properties)
    fits: dict[str, Any] = {}
    overflow: list[tuple[str, Any]] = []
    keys = [field.name for field in struct.type]
    for key, values in zip(keys, struct.flatten(), strict=True):
        if values.null_count == len(values):
            continue
        fitting, left_over = _fit(key, values, kinds)
        if fitting is not None and key in fits:
            second = pc.and_(pc.is_valid(fits[key]), pc.fill_null(pc.not_equal(fits[key], fitting), False))
            if pc.any(second).as_py():
                overflow.append((key, pc.if_else(second, fitting, pa.scalar(None, fitting.type))))
            fitting = pc.coalesce(fits[key], fitting)
        if fitting is not None:
            fits[key] = fitting
        if left_over is not None and left_over.null_count < len(left_over):
            overflow.append((key, left_over))
    return fits, overflow


def _fit(key: str, values: Any, kinds: dict[str, PropertyKind]) -> tuple[Any, Any]:
    kind = arrow_kind(values.type)
    if kind is None:
        return None, values
    inexact = _inexact(values) if kind == "number" else None
    if key not in kinds:
        if not admissible(key, kinds):
            return None, values
        if inexact is not None and pa.types.is_integer(values.type):
            kind, inexact, values = "text", None, values.cast(pa.string())
        kinds[key] = kind
    if kinds[key] != kind:
        return None, values
    if inexact is None:
        return values.cast(ARROW_KINDS[kind]), None
    missing = pa.scalar(None, values.type)
    return (
        pc.if_else(inexact, missing, values).cast(pa.float64()),
        pc.if_else(inexact, values, missing).cast(pa.string()),
    )


def _inexact(values: Any) -> Any:
    """Which numbers a double cannot hold exactly, or no sum survives; None if all fit."""
    if pa.types.is_floating(values.type):
        return infinite(values)
    if pa.types.is_decimal(values.type):
        return _too_precise(values)
    if not pa.types.is_integer(values.type) or values.type.bit_width < 64:
        return None
    beyond = pc.greater(values, pa.scalar(EXACT_INTEGER, values.type))
    if pa.types.is_signed_integer(values.type):
        beyond = pc.or_(beyond, pc.less(values, pa.scalar(-EXACT_INTEGER, values.type)))
    return beyond if pc.any(beyond).as_py() else None


def _too_precise(values: Any) -> Any:
    """Which decimals would come back from a double as others; None if none would."""
    digits, scale = values.type.precision, values.type.scale
    if digits <= _EXACT_DIGITS:
        return None
    long = pc.greater_equal(pc.abs(values), pa.scalar(Decimal(1).scaleb(_EXACT_DIGITS - scale), values.type))
    where = np.flatnonzero(pc.fill_null(long, False).to_numpy(zero_copy_only=False))
    found = np.zeros(len(values), bool)
    found[where] = [
        Decimal(repr(float(value))) != value for value in values.take(pa.array(where)).to_pylist()
    ]
    return pa.array(found) if found.any() else None


def infinite(values: Any) -> Any:
    """Which numbers are none, or infinite; None if there are none of these."""
    if not pa.types.is_floating(values.type):
        return None
    beyond = pc.invert(pc.is_finite(values))
    return beyond if pc.any(beyond).as_py() else None


def _missing(count: int, arrow_type: Any) -> Any:
    return pa.nulls(count, arrow_type)


def _struct(values: Mapping[str, Any], kinds: Mapping[str, PropertyKind], count: int) -> Any:
    return pa.StructArray.from_arrays(
        [values[key] if key in values else _missing(count, ARROW_KINDS[kind]) for key, kind in kinds.items()],
        fields=[pa.field(key, ARROW_KINDS[kind]) for key, kind in kinds.items()],
    )


def _with_overflow(rest: Any, overflow: Sequence[tuple[str, Any]]) -> tuple[Any, int]:
    """Add values to the JSON text of the rows that have them; also how many values these were."""
    touched: dict[int, dict[str, object]] = {}
    count = 0
    for key, values in overflow:
        where = np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False))
        count += len(where)
        for row, value in zip(where.tolist(), values.take(pa.array(where)).to_pylist(), strict=True):
            put_beside(touched.setdefault(row, {}), key, value)
    return with_values(rest, touched), count


def with_values(rest: Any, values: Mapping[int, Mapping[str, object]]) -> Any:
    """JSON texts with some values added to some rows."""
    texts = rest.to_pylist()
    for row, added in values.items():
        merged = orjson.loads(texts[row]) if texts[row] else {}
        for key, value in added.items():
            put_beside(merged, key, value)
        texts[row] = orjson.dumps(merged, default=str).decode()
    return pa.chunked_array([pa.array(texts, pa.string())])


def put_beside(values: dict[str, object], key: str, value: object) -> None:
    """Add a value under a key, numbered where another one has it already."""
    name, times = key, 1
    while name in values and values[name] != value:
        times += 1
        name = f"{key}_{times}"
    values[name] = value


def _chunk(values: Any) -> Any:
    if isinstance(values, pa.ChunkedArray):
        return pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
    return values
