"""Which quarantined rows does a corrected map make good, and how do they come in exactly once?

The rows that are now good are marked first, under a name drawn from their content; then they are added as one
application transaction of that name. A mark counts only once its transaction is in, so a process killed in
between loses nothing and doubles nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.delta import Committed
from quarterdeck.facts.import_result import ImportResult, Tally
from quarterdeck.facts.importing import QUARANTINE, wanted
from quarterdeck.facts.keys import KeyIndex
from quarterdeck.facts.left_out import admitted_rows
from quarterdeck.facts.maps import FactMap, fitted, plain_map
from quarterdeck.facts.normalising import Normaliser
from quarterdeck.facts.quarantine import Row, marks, open_rows, refused_again
from quarterdeck.facts.raw_rows import RawReader
from quarterdeck.facts.reading.block import BadRow, Block, Wanted
from quarterdeck.facts.reading.csv_file import block_of_records
from quarterdeck.facts.reading.csv_record import parse_record
from quarterdeck.facts.reading.json_file import json_block
from quarterdeck.facts.reading.json_row import parse_row
from quarterdeck.facts.schema import Table
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.tombstones import Tombstones
from quarterdeck.facts.views import DISMISSED

_ROWS_AT_ONCE = 50_000


@dataclass(slots=True)
class _Left:
    """Rows that a map does not fit: how many of which file, and why."""

    rows: dict[str, int] = field(default_factory=dict)
    because: dict[str, QuarterdeckError] = field(default_factory=dict)

    def add(self, file: str, rows: int, error: QuarterdeckError) -> None:
        """Leave some rows of a file; the first reason stands for all."""
        self.rows[file] = self.rows.get(file, 0) + rows
        self.because.setdefault(file, error)


def mend(
    store: FactStore, table: Table, fact_map: FactMap | None, *, files: Collection[str] = ()
) -> ImportResult:
    """Read the waiting rows of a table again with a map, and add what is good now.

    Rows of files that the map does not fit are left and counted; only if it fits none is that an error.
    """
    tally, left, keyed = Tally(), _Left(), False
    with store.delta("quarantine").mending():
        for rows, description in _groups(store, table, files):
            file = str(rows[0]["file"])
            try:
                keyed = _mend_group(store, table, fact_map, rows, description, tally)
            except QuarterdeckError as error:
                left.add(file, len(rows), error)
    if left.rows and not tally.read:
        raise next(iter(left.because.values()))
    return tally.result(
        file=QUARANTINE,
        table=table.name,
        deduplicates_rows=keyed,
        left={file: (count, left.because[file].message) for file, count in left.rows.items()},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What a map would do with rows: how many come in, which wait and why."""

    good: int
    reasons: Mapping[str, int]
    left: Mapping[str, tuple[int, str]]

    @property
    def tried(self) -> int:
        """All rows that were read."""
        return self.good + self.still

    @property
    def still(self) -> int:
        """Rows that would wait on."""
        return sum(self.reasons.values()) + sum(count for count, _ in self.left.values())


def try_map(
    store: FactStore, table: Table, fact_map: FactMap | None, *, files: Collection[str] = (), most: int
) -> Trial:
    """Read waiting rows with a map, about so many at most, and change nothing."""
    tally, left, read = Tally(), _Left(), 0
    for rows, description in _groups(store, table, files, min(most, _ROWS_AT_ONCE)):
        file = str(rows[0]["file"])
        try:
            batch = _Batch(store, table, _adapted(fact_map, table, description, file), description, rows)
        except QuarterdeckError as error:
            left.add(file, len(rows), error)
        else:
            tally.added += len(batch.good_rows)
            for reason in batch.reasons.values():
                tally.reasons.add(reason)
        read += len(rows)
        if read >= most:
            break
    return Trial(
        good=tally.added,
        reasons=tally.reasons.counted(),
        left={file: (count, left.because[file].message) for file, count in left.rows.items()},
    )


def dismiss(store: FactStore, table: Table, *, files: Collection[str] = ()) -> ImportResult:
    """Mark the waiting rows of a table as never to be mended; they are kept, and counted apart."""
    tally = Tally()
    quarantine = store.delta("quarantine")
    with quarantine.mending():
        for _, rows in open_rows(store, table.name, _ROWS_AT_ONCE, files):
            quarantine.commit(
                marks(rows, DISMISSED), transaction=f"dismiss:{_identity(table, rows)}", number=0
            )
            tally.read += len(rows)
            tally.dismissed += len(rows)
    return tally.result(file=QUARANTINE, table=table.name, deduplicates_rows=True)


def _mend_group(
    store: FactStore,
    table: Table,
    fact_map: FactMap | None,
    rows: Sequence[Row],
    description: Mapping[str, Any],
    tally: Tally,
) -> bool:
    """Mend some rows of one file; returns whether they have a key."""
    adapted = _adapted(fact_map, table, description, str(rows[0]["file"]))
    keyed = table.key is not None and table.key in adapted.origins
    batch = _Batch(store, table, adapted, description, rows)
    done = batch.commit(keyed)
    tally.read += len(rows)
    tally.unclear += batch.unclear
    for reason in batch.reasons.values():
        tally.reasons.add(reason)
    refused = refused_again([rows[place] for place in batch.reasons], list(batch.reasons.values()))
    if refused is not None:
        reader = RawReader(table, orjson.dumps(description).decode())
        store.delta("quarantine").commit(
            refused,
            transaction=str(refused["mended"][0]),
            number=0,
            # Under the lock, so that no row slips in behind an erasure that goes on at the same time.
            select=lambda _, waiting: admitted_rows(waiting, reader, Tombstones(store.path)),
        )
    if done is not None:
        tally.take(done, len(batch.good_rows))
    return keyed


def _identity(table: Table, rows: Sequence[Row]) -> str:
    names = [[row["import_id"], row["row_number"]] for row in rows]
    return hashlib.sha256(orjson.dumps([table.name, names])).hexdigest()[:32]


def _groups(
    store: FactStore, table: Table, files: Collection[str], at_once: int = _ROWS_AT_ONCE
) -> Iterator[tuple[Sequence[Row], Mapping[str, Any]]]:
    """Open rows of one import at a time, with what is needed to read them; a bounded number at once."""
    with store.snapshot_of("imports") as snapshot:
        headers = dict(
            snapshot.rows(
                "SELECT import_id, header FROM imports WHERE table_name = $1 AND header IS NOT NULL",
                [table.name],
            )
        )
    for import_id, rows in open_rows(store, table.name, at_once, files):
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
        self.reasons = {row.row_number: row.reason for row in bad}
        self.good_rows = [row for place, row in enumerate(rows) if place not in self.reasons]
        self.unclear = normalised.unclear
        self._normalised = normalised.rows

    def commit(self, keyed: bool) -> Committed | None:
        """Mark, then add; None if no row is good."""
        if not self.good_rows:
            return None
        mend_id = f"mend:{_identity(self._table, self.good_rows)}"
        self._store.delta("quarantine").commit(marks(self.good_rows, mend_id), transaction=mend_id, number=0)
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
            objects.append(parse_row(text.encode()))
        except ValueError as error:
            bad.append(BadRow(row_number=place, reason=str(error), raw=""))
        else:
            numbers.append(place)
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
