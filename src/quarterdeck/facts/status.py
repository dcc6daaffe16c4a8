"""What is in the fact store: versions, rows, freshness, size, and what is still quarantined?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from quarterdeck.facts.connection import identifier
from quarterdeck.facts.quarantine import committed_mends, open_rows_sql
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.facts.store import FactStore


@dataclass(frozen=True, kw_only=True, slots=True)
class TableStatus:
    """One table at its latest version; `latest` is the newest time in it, `quarantined` counts open rows."""

    table: str
    version: int
    rows: int
    latest: datetime | None
    size_bytes: int
    files: int
    quarantined: Mapping[str, int]


def read_status(store: FactStore) -> tuple[TableStatus, ...]:
    """Each table that exists, in the order of the schema."""
    mends = committed_mends(store)
    with store.snapshot() as snapshot:
        waiting: dict[str, dict[str, int]] = {}
        for table, reason, count in snapshot.rows(
            f"SELECT table_name, reason, count(*) FROM ({open_rows_sql(mends)}) "  # noqa: S608
            "GROUP BY ALL ORDER BY 3 DESC, 2"
        ):
            waiting.setdefault(table, {})[reason] = count
        return tuple(
            _status(snapshot, name, waiting.get(name, {}))
            for name in TABLES
            if name in snapshot.versions or name in waiting
        )


def _status(snapshot: Snapshot, name: str, waiting: Mapping[str, int]) -> TableStatus:
    time = TABLES[name].time
    latest = "NULL" if time is None else f"max({identifier(time)})"
    rows, newest = snapshot.rows(f"SELECT count(*), {latest} FROM {identifier(name)}")[0]  # noqa: S608
    files = snapshot.files[name]
    return TableStatus(
        table=name,
        version=snapshot.versions.get(name, -1),
        rows=rows,
        latest=newest,
        size_bytes=sum(Path(file).stat().st_size for file in files),
        files=len(files),
        quarantined=waiting,
    )
