"""How does a Parquet file become blocks of rows, with the types it has?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quarterdeck.errors import FactError
from quarterdeck.facts.properties import put_beside
from quarterdeck.facts.reading.block import BadRow, Block, Wanted, selected
from quarterdeck.facts.reading.parquet_text import bad_row, in_texts, undecodable

_ROWS = 131_072


class ParquetFile:
    """A Parquet file; fields of structs are columns with dotted names."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise FactError(f"{path} is no readable Parquet file: {error}.", "Write it again.") from error
        self._read = 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, and of the fields of structs with dots."""
        names: list[str] = []
        for field in self._file.schema_arrow:
            names.append(field.name)
            if isinstance(field.type, pa.StructType):
                names += [f"{field.name}.{field.type.field(i).name}" for i in range(field.type.num_fields)]
        return tuple(names)

    @property
    def repeated_columns(self) -> tuple[str, ...]:
        """Names of several columns, or of a column and a field of a struct."""
        return tuple(sorted(name for name, times in Counter(self.columns).items() if times > 1))

    @property
    def description(self) -> dict[str, object]:
        """What is needed to read a single raw row again: it is kept as JSON."""
        return {"format": "json"}

    def position(self) -> int:
        """Bytes of the file read so far, as far as rows tell."""
        rows = max(self._file.metadata.num_rows, 1)
        return int(self.path.stat().st_size * self._read / rows)

    def blocks(self, wanted: Wanted) -> Iterator[Block]:
        """The rows, block by block."""
        for number, batch in enumerate(self._file.iter_batches(batch_size=_ROWS)):
            first = self._read + 1
            self._read += batch.num_rows
            numbers = np.arange(first, first + batch.num_rows, dtype=np.int64)
            bad: tuple[BadRow, ...] = ()
            if faulty := undecodable(batch):
                bad = tuple(bad_row(batch, row, first + row, faulty[row]) for row in sorted(faulty))
                good = np.setdiff1d(np.arange(batch.num_rows), list(faulty))
                batch, numbers = batch.take(pa.array(good)), numbers[good]
            batch = in_texts(batch)
            flat = list(_flat(batch))
            columns = dict(flat)
            yield Block(
                number=number,
                rows=pa.table({name: columns[name] for name in wanted.columns if name in columns})
                if wanted.columns
                else pa.table({"": pa.nulls(batch.num_rows)}),
                row_numbers=numbers,
                raw=partial(_as_json, batch),
                bad=bad,
                properties=tuple(_properties(flat, wanted)),
            )


def _flat(batch: pa.RecordBatch) -> Iterator[tuple[str, Any]]:
    """Columns by name, with the fields of structs beside them."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        values: Any = column
        yield name, values
        if isinstance(values.type, pa.StructType):
            for index in range(values.type.num_fields):
                yield f"{name}.{values.type.field(index).name}", pc.struct_field(values, [index])


def _properties(columns: Sequence[tuple[str, Any]], wanted: Wanted) -> Iterator[tuple[str, Any]]:
    for name, values in columns:
        # A struct comes by its fields.
        if name in wanted.columns or isinstance(values.type, pa.StructType):
            continue
        key = selected(name, wanted.properties)
        if key is not None:
            yield key, values


def _as_json(batch: pa.RecordBatch, row: int) -> str:
    one = batch.slice(row, 1)
    values: dict[str, object] = {}
    for name, column in zip(one.schema.names, one.columns, strict=True):
        put_beside(values, name, _value(column))
    return orjson.dumps(values, default=str).decode()


def _value(column: Any) -> object:
    """The one value of a column; a time beyond Python's calendar as the number that the file has."""
    try:
        value: object = column.to_pylist()[0]
    except (OverflowError, ValueError):
        number = pa.int32() if pa.types.is_date32(column.type) else pa.int64()
        value = column.cast(number).to_pylist()[0]
    return value
