"""How far the data can be trusted: what waits in quarantine, how far each table reaches, what changed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.service.changes import read_changes
from quarterdeck.report.brief.facts import read_trust
from tests.report.test_write import conformed

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 16)


@pytest.fixture
def store(tmp_path) -> FactStore:
    return FactStore(tmp_path)


def refused(*rows: tuple[str, int, str, str | None]) -> dict[str, list[object]]:
    return {
        "table_name": ["events" for _ in rows],
        "file": ["a.csv" for _ in rows],
        "import_id": [row[0] for row in rows],
        "row_number": [row[1] for row in rows],
        "reason": [row[2] for row in rows],
        "raw": ["?" for _ in rows],
        "mended": [row[3] for row in rows],
    }


def test_mended_rows_no_longer_wait(store):
    rows = refused(
        ("one", 1, "no time", None),
        ("one", 2, "no time", None),
        ("one", 1, "no time", "two"),
        ("one", 9, "odd", None),
    )
    store.append("quarantine", [conformed("quarantine", rows)], transaction="q")
    mended = {"person": ["a"], "event": ["x"], "time": [datetime(2026, 11, 15, 9, tzinfo=UTC)]}
    store.append("events", [conformed("events", mended)], transaction="two")
    with store.snapshot() as snapshot:
        trust = read_trust(snapshot, snapshot.versions, until=MONDAY, zone=AMSTERDAM)
    assert [(item.reason, item.rows) for item in trust.quarantined] == [("no time", 1), ("odd", 1)]
    assert trust.open_rows == 2


def test_tables_reach_as_far_as_the_day_of_the_brief(store):
    late, inside = datetime(2026, 11, 15, 23, 30, tzinfo=UTC), datetime(2026, 11, 15, 22, 30, tzinfo=UTC)
    events = {"person": ["a", "a"], "event": ["x", "x"], "time": [inside, late]}
    store.append("events", [conformed("events", events)], transaction="e")
    store.append("aliases", [conformed("aliases", {"alias": ["b"], "person": ["a"]})], transaction="a")
    with store.snapshot() as snapshot:
        trust = read_trust(snapshot, snapshot.versions, until=MONDAY, zone=AMSTERDAM)
    events_read, aliases = trust.table("events"), trust.table("aliases")
    assert events_read is not None
    assert aliases is not None
    assert events_read.fresh_to == inside.astimezone(AMSTERDAM)
    assert (events_read.rows, aliases.rows, aliases.fresh_to) == (2, 1, None)


def test_changes_are_read_by_local_days(store):
    moments = [datetime(2026, 11, 8, 23, 30, tzinfo=UTC), datetime(2026, 11, 15, 23, 30, tzinfo=UTC)]
    changes = {"change_id": ["a", "b"], "time": moments, "kind": ["deploy", "flag"], "name": ["in", "out"]}
    store.append("changes", [conformed("changes", changes)], transaction="c")
    with store.snapshot() as snapshot:
        found = read_changes(snapshot, since=date(2026, 11, 9), until=MONDAY, zone=AMSTERDAM)
    assert [(change.name, change.scope, change.time.hour) for change in found] == [("in", "", 0)]
