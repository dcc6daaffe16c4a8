"""How far can the facts be trusted?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot

# A row with `mended` set says that the row of the same import and number was imported after all.
OPEN_QUARANTINE = """
SELECT table_name, reason, count(*) AS rows
FROM open_quarantine
GROUP BY table_name, reason
ORDER BY rows DESC, table_name, reason
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableTrust:
    """One table at its pinned version: how many rows, and until when they reach (local time)."""

    name: str
    version: int
    rows: int
    fresh_to: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantined:
    """Rows set aside for one reason and not mended yet."""

    table: str
    reason: str
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """How fresh and how complete the facts are at these versions."""

    tables: tuple[TableTrust, ...]
    quarantined: tuple[Quarantined, ...]

    @property
    def open_rows(self) -> int:
        return sum(reason.rows for reason in self.quarantined)

    def table(self, name: str) -> TableTrust | None:
        return next((table for table in self.tables if table.name == name), None)


def read_trust(snapshot: Snapshot, versions: Mapping[str, int], *, until: date, zone: ZoneInfo) -> Trust:
    """The state of the pinned tables, as far as it concerns what happened before `until`."""
    names = [name for name in TABLES if name in versions and TABLES[name].importable]
    return Trust(
        tables=tuple(_read_table(snapshot, name, versions[name], until, zone) for name in names),
        quarantined=tuple(
            Quarantined(table=table, reason=reason, rows=rows)
            for table, reason, rows in snapshot.rows(OPEN_QUARANTINE)
        ),
    )


def _read_table(snapshot: Snapshot, name: str, version: int, until: date, zone: ZoneInfo) -> TableTrust:
    column = TABLES[name].time
    if column is None:
        [(rows,)] = snapshot.rows(f"SELECT count(*) FROM {name}")
        return TableTrust(name=name, version=version, rows=rows, fresh_to=None)
    sql = f"SELECT count(*), max({column}) FILTER ({column} < ?) FROM {name}"
    [(rows, latest)] = snapshot.rows(sql, (_instant(until, zone),))
    return TableTrust(
        name=name,
        version=version,
        rows=rows,
        fresh_to=latest.astimezone(zone) if latest is not None else None,
    )


def _instant(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
