"""Many metrics read in one pass have the numbers that the query of each gives."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.facts.clock import Grain
from quarterdeck.insights.metrics.service.reader import Cuts, MetricReader
from quarterdeck.insights.metrics.service.week import read_week
from tests.insights.metrics.conftest import Event, MakeWorkspace, add_accounts, add_events, events_table

SINCE, UNTIL = date(2026, 3, 16), date(2026, 4, 13)
GRAINS: tuple[Grain, ...] = ("day", "week")
METRICS = {
    "orders": "kind: count\nevent: order\n",
    "everything": "kind: count\n",
    "buyers": "kind: unique\nof: person\nevent: order\n",
    "visitors": "kind: unique\nof: person\nevent: [visit, order]\n",
    "accounts": "kind: unique\nof: account\n",
    "paying": "kind: unique\nof: account\nwhere: [{property: account.plan, is: pro}]\n",
    "turnover": "kind: sum\nproperty: amount\nevent: order\n",
    "basket": "kind: mean\nproperty: amount\nevent: order\n",
    "large": "kind: percentile\npercentile: 90\nproperty: amount\n",
    "share": "kind: ratio\nnumerator: buyers\ndenominator: visitors\nunit: share\n",
}
FREE = (
    "kind: sql\naggregate: last\nsql: SELECT time, person AS day, account AS week, 1.5 AS value FROM events\n"
)
DIMENSIONS = ("channel", "account.plan", "person.role")
FOLDERS = count()


@st.composite
def drawn_events(draw: st.DrawFn) -> list[Event]:
    moments = st.datetimes(datetime(2026, 3, 10), datetime(2026, 4, 16))  # noqa: DTZ001 -- made aware below
    # Before the time asked about, so that both properties are known.
    first: Event = ("alice", "acme", "visit", "2026-03-01T12:00:00+00:00", {"channel": "ads", "amount": 1.0})
    events = [first]
    for _ in range(draw(st.integers(1, 25))):
        properties: dict[str, Any] = {
            "channel": draw(st.sampled_from(["ads", None])),
            "amount": draw(st.sampled_from([0.1, 20.5, None])),
        }
        person = draw(st.sampled_from(["alice", "bob", "carol", "anonymous"]))
        account, event = (
            draw(st.sampled_from(["acme", "zeta", ""])),
            draw(st.sampled_from(["order", "visit"])),
        )
        events.append((person, account, event, draw(moments).replace(tzinfo=UTC).isoformat(), properties))
    return events


def add_people(store: FactStore) -> None:
    people = {
        "person": ["alice", "bob", "bob"],
        "role": ["admin", None, "member"],
        "account": ["acme", None, "zeta"],
    }
    begins = [None, datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)]
    table = pa.table(people | {"valid_from": pa.array(begins, pa.timestamp("us", "UTC"))})
    store.append("people", [table], transaction="people")
    aliases = pa.table({"alias": ["anonymous"], "person": ["alice"]})
    store.append("aliases", [aliases], transaction="aliases")


def read_all(
    reader: MetricReader, name: str, dimensions: Sequence[str | None]
) -> dict[tuple[str, Grain, str | None], Cuts]:
    return {
        (name, grain, dimension): reader.series(name, grain, SINCE, UNTIL, dimension).points
        for grain in GRAINS
        for dimension in dimensions
    }


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn_events(), st.sampled_from(["monday", "saturday"]))
def test_what_is_read_ahead_equals_what_each_query_gives(
    make_workspace: MakeWorkspace, drawn: list[Event], week_start: str
) -> None:
    workspace = make_workspace(week_start=week_start, free=FREE, **METRICS)
    store = FactStore(workspace.path / f"facts-{next(FOLDERS)}")
    store.append("events", [events_table(drawn)], transaction="x")
    add_people(store)
    add_accounts(
        store,
        [
            ("acme", "2026-01-01T00:00:00+00:00", "free", "0"),
            ("acme", "2026-03-25T10:00:00+00:00", "pro", "1200"),
        ],
    )
    with store.snapshot() as snapshot:
        alone, ahead = MetricReader(workspace, snapshot, UNTIL), MetricReader(workspace, snapshot, UNTIL)
        ahead.read_ahead([*METRICS, "free"], SINCE, UNTIL)
        ahead.read_ahead(["free"], SINCE, UNTIL, ["day", "week"])
        for name in METRICS:
            ahead.read_ahead([name], SINCE, UNTIL, DIMENSIONS)
        for name in METRICS:
            assert read_all(ahead, name, (None, *DIMENSIONS)) == read_all(alone, name, (None, *DIMENSIONS))
        assert read_all(ahead, "free", (None, "day", "week")) == read_all(
            alone, "free", (None, "day", "week")
        )


def test_a_week_of_metrics_takes_few_passes(
    make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace(**METRICS)
    event: Event = ("alice", "acme", "order", "2026-04-01T10:00:00+00:00", {"amount": 1.0, "channel": "ads"})
    with add_events(workspace, [event]).snapshot() as snapshot:
        asked: list[str] = []
        rows = snapshot.rows
        monkeypatch.setattr(snapshot, "rows", lambda sql, *given: asked.append(sql) or rows(sql, *given))
        read_week(workspace, snapshot, UNTIL)
    # What adds up, people once, accounts once, accounts with their plan; and on which days there are facts.
    assert len(asked) == 5


def test_the_query_that_stands_beside_a_number_gives_that_number(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(**METRICS)
    events: list[Event] = [
        (
            f"p{index % 7}",
            f"a{index % 3}",
            "order" if index % 2 else "visit",
            day.isoformat(),
            {"amount": index / 3},
        )
        for index, day in enumerate(datetime(2026, 1, 5 + index % 26, tzinfo=UTC) for index in range(200))
    ]
    for event in events:
        event[4]["channel"] = "ads"
    with add_events(workspace, events).snapshot() as snapshot:
        for reading in read_week(workspace, snapshot, date(2026, 1, 26)).readings:
            shown = {row[0]: row[2] for row in snapshot.rows(reading.proof.sql)}
            assert shown.get(reading.week.start, 0.0) == reading.week.value, reading.name
