"""Which rows of a Parquet file hold text that is none, and what do they say as they stand?

Parquet does not check that a string is UTF-8; whoever wrote the file may not have done it either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from quarterdeck.facts.reading.block import BadRow


def undecodable(batch: pa.RecordBatch) -> dict[int, str]:
    """The column at fault of each row, by its place in the batch, that holds bytes which are no UTF-8."""
    faulty: dict[int, str] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        for row in _faulty(column):
            faulty.setdefault(row, name)
    return faulty


def bad_row(batch: pa.RecordBatch, row: int, number: int, column: str) -> BadRow:
    """The row as JSON, its bytes kept one by one."""
    # Taken, not sliced: a cast of a sliced map forgets where it begins.
    one = batch.take(pa.array([row]))
    values = {
        name: _escaped(_in_bytes(column)) for name, column in zip(one.schema.names, one.columns, strict=True)
    }
    written = json.dumps(values, ensure_ascii=False, default=str).encode("utf-8", "surrogateescape")
    return BadRow(
        row_number=number,
        reason=f"`{column}` holds bytes that are not UTF-8",
        raw=written.decode("latin-1"),
        encoding="latin-1",
    )


def in_texts(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with all its bytes as strings, for whoever has taken out what `undecodable` names."""
    columns = [column.cast(_written_as(column.type, pa.string())) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _in_bytes(column: Any) -> object:
    """The one value of a column, its texts as bytes."""
    return column.cast(_written_as(column.type, pa.large_binary())).to_pylist()[0]


def _faulty(column: Any) -> Iterator[int]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if _is_textual(kind):
        yield from _faulty_texts(column)
    elif isinstance(kind, pa.StructType):
        for field in column.flatten():
            yield from _faulty(field)
    elif kind.num_fields and not _is_clean(column):
        for row in range(len(column)):
            if not _is_clean(column.take(pa.array([row]))):
                yield row


def _is_clean(nested: Any) -> bool:
    parts = (nested.keys, nested.items) if isinstance(nested.type, pa.MapType) else (nested.flatten(),)
    return not any(True for part in parts for _ in _faulty(part))


def _faulty_texts(column: Any) -> Iterator[int]:
    in_bytes: Any = column.cast(pa.large_binary())
    try:
        in_bytes.cast(pa.large_string())
    except pa.ArrowInvalid:
        for row, value in enumerate(in_bytes.to_pylist()):
            if value is not None and _escaped(value) != value.decode("utf-8", "replace"):
                yield row


def _is_textual(kind: pa.DataType) -> bool:
    types = pa.types
    return (
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_binary_view(kind)
        or types.is_fixed_size_binary(kind)
    )


def _written_as(kind: pa.DataType, leaf: pa.DataType) -> pa.DataType:
    """The type with its texts as `leaf`: bytes can be read whatever they hold, strings by everybody."""
    if pa.types.is_dictionary(kind):
        return _written_as(kind.value_type, leaf)
    if _is_textual(kind):
        return leaf
    children = [kind.field(place).type for place in range(kind.num_fields)]
    written = [_written_as(child, leaf) for child in children]
    if written == children:
        return kind
    if isinstance(kind, pa.StructType):
        return pa.struct([(kind.field(place).name, child) for place, child in enumerate(written)])
    if isinstance(kind, pa.MapType):
        return pa.map_(_written_as(kind.key_type, leaf), _written_as(kind.item_type, leaf))
    return pa.large_list(written[0]) if pa.types.is_large_list(kind) else pa.list_(written[0])


def _escaped(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, list):
        return [_escaped(each) for each in value]
    if isinstance(value, tuple):
        return [_escaped(each) for each in value]
    if isinstance(value, dict):
        return {key: _escaped(each) for key, each in value.items()}
    return value
