"""Which quarantined rows does a corrected map make good, and how do they come in exactly once?

The rows that are now good are marked first, under a name drawn from their content; then they are added as one
application transaction of that name. A mark counts only once its transaction is in, so a process killed in
between loses nothing and doubles nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from quarterdeck.facts.delta import Committed
from quarterdeck.facts.importing import ImportResult, wanted
from quarterdeck.facts.keys import KeyIndex
from quarterdeck.facts.maps import FactMap, fitted, plain_map
from quarterdeck.facts.normalising import Normaliser
from quarterdeck.facts.quarantine import open_rows
from quarterdeck.facts.reading.block import BadRow, Block, Wanted
from quarterdeck.facts.reading.csv_file import block_of_records
from quarterdeck.facts.reading.csv_record import parse_record
from quarterdeck.facts.reading.json_file import json_block
from quarterdeck.facts.schema import TABLES, Table
from quarterdeck.facts.store import FactStore

_ROWS_AT_ONCE = 50_000

Row = Mapping[str, Any]


def mend(store: FactStore, table: Table, fact_map: FactMap | None) -> ImportResult:
    """Read the open quarantine of a table again with a map, and add what is good now."""
    read = added = present = erased = overflow = 0
    reasons: Counter[str] = Counter()
    keyed = False
    with store.delta("quarantine").mending():
        for rows, description in _groups(store, table):
            adapted = _adapted(fact_map, table, description, str(rows[0]["file"]))
            keyed = table.key is not None and table.key in adapted.origins
            batch = _Batch(store, table, adapted, description, rows)
            read += len(rows)
            reasons.update(batch.reasons)
            done = batch.commit(keyed)
            if done is not None:
                added += done.added
                erased += done.erased
                present += len(batch.good_rows) - done.added - done.erased
                overflow += done.overflow
    return ImportResult(
        file="quarantine",
        table=table.name,
        read=read,
        added=added,
        present=present,
        quarantined=reasons.total(),
        erased=erased,
        reasons=dict(reasons.most_common()),
        overflow=overflow,
        deduplicates_rows=keyed,
    )


def _groups(store: FactStore, table: Table) -> Iterator[tuple[Sequence[Row], Mapping[str, Any]]]:
    """Open rows of one import at a time, with what is needed to read them; a bounded number at once."""
    with store.snapshot_of("imports") as snapshot:
        headers = dict(
            snapshot.rows(
                "SELECT import_id, header FROM imports WHERE table_name = $1 AND header IS NOT NULL",
                [table.name],
            )
        )
    for import_id, rows in open_rows(store, table.name, _ROWS_AT_ONCE):
        if import_id in headers:
            yield rows, orjson.loads(headers[import_id])


def _adapted(fact_map: FactMap | None, table: Table, description: Mapping[str, Any], file: str) -> FactMap:
    columns = description.get("columns")
    fact_map = fact_map or plain_map(table, columns)
    return fact_map if columns is None else fitted(fact_map, columns, (), Path(file))


class _Batch:
    """Some quarantined rows of one import, read again."""

    def __init__(
        self,
        store: FactStore,
        table: Table,
        fact_map: FactMap,
        description: Mapping[str, Any],
        rows: Sequence[Row],
    ) -> None:
        self._store, self._table, self._rows = store, table, rows
        block = _block(rows, description, fact_map, wanted(fact_map))
        normaliser = Normaliser(fact_map, store.property_kinds(table.name))
        try:
            normalised = normaliser.normalise(block)
        finally:
            normaliser.close()
        bad = (*block.bad, *normalised.bad)
        still_bad = {row.row_number for row in bad}
        self.reasons = Counter(row.reason for row in bad)
        self.good_rows = [row for place, row in enumerate(rows) if place not in still_bad]
        self._normalised = normalised.rows

    def commit(self, keyed: bool) -> Committed | None:
        """Mark, then add; None if no row is good."""
        if not self.good_rows:
            return None
        names = [[row["import_id"], row["row_number"]] for row in self.good_rows]
        identity = hashlib.sha256(orjson.dumps([self._table.name, names])).hexdigest()[:32]
        mend_id = f"mend:{identity}"
        marks = [
            {**row, "reason": "mended", "raw": "", "encoding": None, "mended": mend_id}
            for row in self.good_rows
        ]
        self._store.delta("quarantine").commit(
            pa.Table.from_pylist(marks, schema=TABLES["quarantine"].arrow_schema),
            transaction=mend_id,
            number=0,
        )
        delta = self._store.delta(self._table.name)
        index = KeyIndex(delta, str(self._table.key)) if keyed else None
        try:
            return delta.commit(
                self._normalised,
                transaction=mend_id,
                number=0,
                select=None if index is None else index.new_rows,
            )
        finally:
            if index is not None:
                index.close()


def _block(rows: Sequence[Row], description: Mapping[str, Any], fact_map: FactMap, asked: Wanted) -> Block:
    """Raw rows as a block; their numbers are their places in `rows`."""
    texts: list[str] = []
    places: list[int] = []
    bad: list[BadRow] = []
    for place, row in enumerate(rows):
        text = _decoded(row, fact_map.options.encoding)
        if text is None or "\0" in text:
            bad.append(BadRow(row_number=place, reason=str(row["reason"]), raw=""))
        else:
            texts.append(text)
            places.append(place)
    if description["format"] == "json":
        return _json_rows(rows, texts, places, bad, asked)
    return _csv_rows(rows, texts, places, bad, asked, description, fact_map.options.delimiter)


def _decoded(row: Row, encoding: str | None) -> str | None:
    """The text of a raw row; bytes kept as latin-1 are decoded as the map says now."""
    if row["encoding"] is None:
        return str(row["raw"])
    try:
        return str(row["raw"]).encode(row["encoding"]).decode(encoding or "utf-8")
    except (UnicodeError, LookupError):
        return None


def _json_rows(
    rows: Sequence[Row], texts: list[str], places: list[int], bad: list[BadRow], asked: Wanted
) -> Block:
    objects: list[dict[str, object]] = []
    numbers: list[int] = []
    for place, text in zip(places, texts, strict=True):
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            value = None
        if isinstance(value, dict):
            objects.append(value)
            numbers.append(place)
        else:
            bad.append(BadRow(row_number=place, reason=str(rows[place]["reason"]), raw=""))
    return json_block(0, objects, numbers, bad, asked, [b""] * len(objects))


def _csv_rows(
    rows: Sequence[Row],
    texts: list[str],
    places: list[int],
    bad: list[BadRow],
    asked: Wanted,
    description: Mapping[str, Any],
    delimiter: str | None,
) -> Block:
    names = tuple(description["columns"])
    records: list[list[str]] = []
    numbers: list[int] = []
    for place, text in zip(places, texts, strict=True):
        fields = parse_record(text, delimiter or description["delimiter"])
        if fields is not None and len(fields) == len(names):
            records.append(fields)
            numbers.append(place)
        else:
            bad.append(BadRow(row_number=place, reason=str(rows[place]["reason"]), raw=""))
    return block_of_records(names, records, np.array(numbers, np.int64), bad, asked)
