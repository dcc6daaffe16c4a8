"""How are the events read in the order of their files, person by person's real name?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from quarterdeck.facts.connection import quoted
from quarterdeck.facts.sequences.texts import LONG_AGO, Codes, Int64s, as_names, encode, numbers, places
from quarterdeck.facts.snapshot import Snapshot

ROWS_AT_ONCE = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Some rows in the order of the files."""

    unit: Codes
    time: Int64s
    event: Codes


def stream(snapshot: Snapshot, sql: str) -> Iterator[pa.RecordBatch]:
    """The rows of a query of the kernel's own, a batch at a time; files keep their order."""
    try:
        yield from snapshot.connection.sql(sql).to_arrow_reader(ROWS_AT_ONCE)
    except duckdb.Error as error:
        raise snapshot.failure(error, "Build the sequences again.") from error


def relation(files: Sequence[str]) -> str:
    """The rows of some files, one file after the other."""
    return f"read_parquet([{', '.join(map(quoted, files))}], union_by_name = true)"


def rows_in(snapshot: Snapshot, files: Sequence[str]) -> int:
    """How many rows some files have, told from their footers."""
    if not files:
        return 0
    [(rows,)] = snapshot.connection.execute(
        "SELECT sum(num_rows) FROM parquet_file_metadata($1)", [list(files)]
    ).fetchall()
    return int(rows)


def distinct(snapshot: Snapshot, files: Sequence[str], column: str) -> dict[str, int]:
    """The distinct values of a column in their order, with how many rows have each."""
    if not files:
        return {}
    sql = f"SELECT {column} AS value, count(*) AS rows FROM {relation(files)} GROUP BY 1 ORDER BY 1"  # noqa: S608
    found: dict[str, int] = {}
    for batch in stream(snapshot, sql):
        found |= {
            str(value): rows for value, rows in zip(*map(pa.Array.to_pylist, batch.columns), strict=True)
        }
    return found


class Identity:
    """Who a raw id is: one person always, or another one from some time on."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._known: dict[str, list[tuple[int, str]]] = {}
        if "person" not in snapshot.identified_columns["events"]:
            return
        tables = {name for (name,) in snapshot.connection.execute("SHOW TABLES").fetchall()}
        source = "alias_periods" if "alias_periods" in tables else "resolved_aliases"
        begins = "epoch_us(begins)" if source == "alias_periods" else "NULL"
        # Infinity has no microseconds.
        begins = f"CASE WHEN isfinite(begins) THEN {begins} END" if begins != "NULL" else begins
        for alias, person, begin in snapshot.connection.execute(
            f"SELECT alias, person, {begins} FROM {source} ORDER BY alias, 3 NULLS FIRST"  # noqa: S608
        ).fetchall():
            self._known.setdefault(alias, []).append((LONG_AGO if begin is None else begin, person))

    def people(self, ids: Mapping[str, int]) -> dict[str, int]:
        """Everybody behind some raw ids, in order, with about as many rows as those have."""
        if not self._known:
            return dict(ids)
        found: dict[str, int] = {}
        for raw, rows in ids.items():
            for person in self._people_of(raw):
                found[person] = found.get(person, 0) + rows
        return dict(sorted(found.items()))

    def _people_of(self, raw: str) -> list[str]:
        return [person for _, person in self._known.get(raw, [(0, raw)])]

    def resolve(self, raw: Codes, time: Int64s, ids: Sequence[str], people: Mapping[str, int]) -> Codes:
        """The person behind each row, by number."""
        first = np.array([people[self._people_of(name)[0]] for name in ids], np.int32)
        found = first[raw]
        for code, name in enumerate(ids):
            periods = self._known.get(name, ())
            if len(periods) < 2:
                continue
            rows = np.flatnonzero(raw == code)
            begins = np.array([begin for begin, _ in periods])
            persons = np.array([people[person] for _, person in periods], np.int32)
            place = np.maximum(np.searchsorted(begins, time[rows], side="right") - 1, 0)
            found[rows] = persons[place]
        return found

    @property
    def is_plain(self) -> bool:
        """Is everybody who their id says?"""
        return not self._known


def scan(
    snapshot: Snapshot,
    files: Sequence[str],
    people: Sequence[str],
    events: Sequence[str],
) -> Iterator[Batch]:
    """Who, when and what of every row of some files, coded by the names given."""
    identity = Identity(snapshot)
    names, named = as_names(people), as_names(events)
    numbered = {} if identity.is_plain else {name: number for number, name in enumerate(people)}
    sql = f"SELECT person, event, epoch_us(time) AS time FROM {relation(files)}"  # noqa: S608
    # Looking names up costs as much for few rows as for many: each time they are all laid out anew.
    for table in gathered(stream(snapshot, sql), max(ROWS_AT_ONCE, len(people))):
        time = numbers(table.column("time"))
        if identity.is_plain:
            unit = places(table.column("person"), names).astype(np.int32)
        else:
            raw, ids = encode(table.column("person"))
            unit = identity.resolve(raw, time, ids, numbered)
        event = places(table.column("event"), named).astype(np.int32)
        yield Batch(unit=unit, time=time, event=event)


def gathered(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Small batches together, till they have so many rows."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= rows:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def names_of(files: Sequence[str]) -> tuple[str, ...]:
    """The names of files without their folder, which may be moved."""
    return tuple(Path(file).name for file in files)
