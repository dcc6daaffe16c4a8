"""What stands in a table, in the imports and in the quarantine, for somebody who looks?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from quarterdeck.facts.connection import identifier
from quarterdeck.facts.quarantine import general
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore

# A reason up to the value that it ends with.
_GENERAL = "split_part(reason, ': ''', 1)"
# All but one: a snapshot of every table would also work out who is whom, which nothing here asks.
_WITH_WAITING = tuple(name for name in TABLES if name != "imports")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewestRows:
    """The newest rows of a table at a version."""

    version: int | None
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishedImport:
    """One import that ended, with what became of its rows."""

    table: str
    file: str
    finished_at: datetime
    read: int
    added: int
    present: int
    quarantined: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingGroup:
    """Rows of one file that wait for one reason."""

    table: str
    file: str
    reason: str
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingRow:
    """One row as it stood in its file, and why it waits."""

    table: str
    file: str
    row_number: int
    reason: str
    raw: str


def newest_rows(store: FactStore, table: str, *, most: int) -> NewestRows:
    """The rows with the latest time, or any where the table has none."""
    delta = store.delta(table)
    time = TABLES[table].time
    order = f" ORDER BY {identifier(time)} DESC NULLS LAST" if time else ""
    with store.snapshot_of(delta.name) as snapshot:
        found = snapshot.table(f"SELECT * FROM {identifier(table)}{order} LIMIT {int(most)}")  # noqa: S608
        return NewestRows(
            version=snapshot.versions.get(table),
            columns=tuple(found.column_names),
            rows=tuple(zip(*(column.to_pylist() for column in found.columns), strict=True)),
        )


def last_imports(store: FactStore, *, most: int, table: str | None = None) -> tuple[FinishedImport, ...]:
    """The imports that ended last, the latest first."""
    with store.snapshot_of("imports") as snapshot:
        found = snapshot.rows(
            "SELECT table_name, file, finished_at, rows_read, rows_added, rows_present, rows_quarantined "
            "FROM imports WHERE finished_at IS NOT NULL AND ($1::VARCHAR IS NULL OR table_name = $1) "
            "ORDER BY finished_at DESC LIMIT $2",
            [table, most],
        )
    return tuple(
        FinishedImport(
            table=name,
            file=file,
            finished_at=finished_at,
            read=read,
            added=added,
            present=present,
            quarantined=quarantined,
        )
        for name, file, finished_at, read, added, present, quarantined in found
    )


def waiting_groups(store: FactStore) -> tuple[WaitingGroup, ...]:
    """What waits in quarantine, by table, file and reason, the most rows first."""
    with store.snapshot_of(*_WITH_WAITING) as snapshot:
        found = snapshot.rows(
            f"SELECT table_name, file, {_GENERAL}, count(*) FROM open_quarantine "  # noqa: S608
            "GROUP BY ALL ORDER BY 4 DESC, 1, 2, 3"
        )
    return tuple(
        WaitingGroup(table=table, file=file, reason=reason, rows=rows) for table, file, reason, rows in found
    )


def waiting_rows(
    store: FactStore, *, wanted: Mapping[str, str], offset: int, most: int
) -> tuple[WaitingRow, ...]:
    """Waiting rows of a table, a file and a reason, as far as each is asked for, in the order of the file."""
    asked = [wanted.get(key) or None for key in ("table", "file", "reason")]
    with store.snapshot_of(*_WITH_WAITING) as snapshot:
        found = snapshot.rows(
            "SELECT table_name, file, row_number, reason, raw FROM open_quarantine "  # noqa: S608
            "WHERE ($1::VARCHAR IS NULL OR table_name = $1) AND ($2::VARCHAR IS NULL OR file = $2) "
            f"AND ($3::VARCHAR IS NULL OR {_GENERAL} = $3) "
            "ORDER BY table_name, file, row_number LIMIT $4 OFFSET $5",
            [*asked, most, offset],
        )
    return tuple(
        WaitingRow(table=table, file=file, row_number=number, reason=reason, raw=raw)
        for table, file, number, reason, raw in found
    )


def without_value(reason: str) -> str:
    """A reason for who may not see what stood in the row."""
    return general(reason)


def header_of_waiting(store: FactStore, table: str, file: str) -> Sequence[str]:
    """The columns of a file whose rows wait; none where its format names them row by row."""
    with store.snapshot_of("imports") as snapshot:
        found = snapshot.rows(
            "SELECT header FROM imports WHERE table_name = $1 AND ($2::VARCHAR IS NULL OR file = $2) "
            "AND header IS NOT NULL LIMIT 1",
            [table, file or None],
        )
    columns = orjson.loads(found[0][0]).get("columns") if found else None
    return tuple(str(name) for name in columns or ())
