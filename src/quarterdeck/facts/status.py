"""What is in the fact store: versions, rows, freshness, size, and what is still quarantined?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from quarterdeck.facts.connection import identifier
from quarterdeck.facts.quarantine import Reasons
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.views import DISMISSED


@dataclass(frozen=True, kw_only=True, slots=True)
class TableStatus:
    """One table at its latest version; `latest` is the newest time in it.

    `quarantined` counts the rows that wait by reason, `dismissed` those that will never be mended.
    """

    table: str
    version: int
    rows: int
    latest: datetime | None
    size_bytes: int
    files: int
    quarantined: Mapping[str, int]
    dismissed: int = 0


def read_status(store: FactStore) -> tuple[TableStatus, ...]:
    """Each table that exists, in the order of the schema."""
    with store.snapshot() as snapshot:
        waiting: dict[str, Reasons] = {}
        for table, reason, count in snapshot.rows(
            "SELECT table_name, reason, count(*) FROM open_quarantine GROUP BY ALL ORDER BY 3 DESC, 2"
        ):
            waiting.setdefault(table, Reasons()).add(reason, count)
        dismissed = dict(
            snapshot.rows(
                "SELECT table_name, count(DISTINCT (file_digest, row_number)) FROM quarantine "
                "WHERE mended = $1 GROUP BY 1",
                [DISMISSED],
            )
        )
        return tuple(
            _status(
                snapshot, name, waiting[name].counted() if name in waiting else {}, dismissed.get(name, 0)
            )
            for name in TABLES
            if name in snapshot.versions or name in waiting or name in dismissed
        )


def _status(snapshot: Snapshot, name: str, waiting: Mapping[str, int], dismissed: int) -> TableStatus:
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
        dismissed=dismissed,
    )
