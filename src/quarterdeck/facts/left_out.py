"""Which bad rows of a file may wait in quarantine after people were erased, and what is masked in them?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pyarrow as pa

from quarterdeck.facts.mentions import Mentions
from quarterdeck.facts.raw_rows import RawReader
from quarterdeck.facts.reading.block import BadRow
from quarterdeck.facts.tombstones import Tombstones


def admitted(bad: Iterable[BadRow], reader: RawReader, tombstones: Tombstones) -> Iterator[BadRow]:
    """The rows of nobody erased; those that cannot be read, with the ids in them masked."""
    for row in bad:
        owners = reader.owners(row.raw, row.encoding)
        if owners is None:
            yield _masked(row, tombstones.erased_in(row.raw))
        elif not tombstones.erased_among(owners):
            yield row


def admitted_rows(rows: pa.Table, reader: RawReader, tombstones: Tombstones) -> pa.Table:
    """The same for rows in the shape of the table `quarantine`."""
    bad = (
        BadRow(row_number=place, reason=row["reason"], raw=row["raw"], encoding=row["encoding"])
        for place, row in enumerate(rows.select(["reason", "raw", "encoding"]).to_pylist())
    )
    kept = list(admitted(bad, reader, tombstones))
    rows = rows.take([row.row_number for row in kept])
    for name, texts in (("reason", [row.reason for row in kept]), ("raw", [row.raw for row in kept])):
        rows = rows.set_column(rows.schema.get_field_index(name), name, pa.array(texts, pa.string()))
    return rows


def _masked(row: BadRow, ids: frozenset[str]) -> BadRow:
    if not ids:
        return row
    mentions = Mentions(ids)
    return replace(row, raw=mentions.masked(row.raw), reason=mentions.masked(row.reason))
