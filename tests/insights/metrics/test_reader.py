"""The same number wherever it is asked for: buckets, filters, joins, ratios and free SQL on a real store."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.facts.clock import Grain
from quarterdeck.insights.metrics.service.reader import MetricReader
from quarterdeck.insights.metrics.service.week import read_week
from tests.insights.metrics.conftest import Event, MakeWorkspace, add_accounts, add_events, events_table


def read(
    workspace: Workspace,
    name: str,
    grain: Grain,
    since: date,
    until: date,
    by: str | None = None,
) -> dict[str | None, list[float | None]]:
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        series = MetricReader(workspace, snapshot, until).series(name, grain, since, until, by)
    return {key: [point.value for point in points] for key, points in series.points.items()}


MARCH = (date(2026, 3, 23), date(2026, 4, 6))


def test_a_day_is_the_workspace_s_day_across_the_change_of_clocks(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(visits="kind: count\n")
    add_events(
        workspace,
        [
            ("alice", "", "visit", "2026-03-28T22:59:59+00:00", {}),  # 23:59 on the 28th, winter time
            ("alice", "", "visit", "2026-03-28T23:00:00+00:00", {}),  # midnight of the 29th
            ("alice", "", "visit", "2026-03-29T21:59:59+00:00", {}),  # 23:59 on the 29th, summer time
            ("alice", "", "visit", "2026-03-29T22:00:00+00:00", {}),  # midnight of the 30th
        ],
    )
    values = read(workspace, "visits", "day", date(2026, 3, 28), date(2026, 3, 31))
    assert values == {None: [1.0, 2.0, 1.0]}


@pytest.mark.parametrize(("week_start", "weeks"), [("monday", [1.0, 1.0]), ("sunday", [0.0, 2.0])])
def test_a_week_begins_on_the_workspace_s_day(
    make_workspace: MakeWorkspace, week_start: str, weeks: list[float]
) -> None:
    workspace = make_workspace(week_start=week_start, visits="kind: count\nevent: visit\n")
    add_events(
        workspace,
        [
            ("alice", "", "other", "2026-03-24T12:00:00+00:00", {}),
            ("alice", "", "visit", "2026-03-29T12:00:00+00:00", {}),  # a Sunday
            ("bob", "", "visit", "2026-03-30T12:00:00+00:00", {}),
        ],
    )
    since = date(2026, 3, 23) if week_start == "monday" else date(2026, 3, 22)
    assert read(workspace, "visits", "week", since, since + timedelta(14)) == {None: weeks}


def test_a_bucket_without_any_fact_is_unknown_and_one_without_this_event_is_zero(
    make_workspace: MakeWorkspace,
) -> None:
    workspace = make_workspace(orders="kind: count\nevent: order\n")
    add_events(
        workspace,
        [
            ("alice", "", "order", "2026-03-23T12:00:00+00:00", {}),
            ("alice", "", "visit", "2026-03-24T12:00:00+00:00", {}),
        ],
    )
    days = read(workspace, "orders", "day", date(2026, 3, 23), date(2026, 3, 26))
    assert days == {None: [1.0, 0.0, None]}


EVENTS: list[Event] = [
    ("alice", "acme", "order", "2026-03-24T10:00:00+00:00", {"amount": 10.0, "plan": "o'hare", "paid": True}),
    ("alice", "acme", "order", "2026-03-25T10:00:00+00:00", {"amount": 20.5, "plan": "pro", "paid": False}),
    ("bob", "acme", "order", "2026-03-26T10:00:00+00:00", {"amount": 0.1, "plan": "pro", "paid": True}),
    ("carol", "zeta", "order", "2026-03-27T10:00:00+00:00", {"amount": 0.2, "paid": True}),
    ("carol", "zeta", "visit", "2026-03-27T11:00:00+00:00", {}),
]


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ("kind: count\nevent: order", 4),
        ("kind: count\nevent: [order, visit]", 5),
        ("kind: unique\nof: person\nevent: order", 3),
        ("kind: unique\nof: account\nevent: order", 2),
        ("kind: sum\nproperty: amount\nevent: order", 30.8),
        ("kind: mean\nproperty: amount\nevent: order", 7.7),
        ("kind: percentile\npercentile: 50\nproperty: amount\nevent: order", 5.1),
        ('kind: count\nwhere: [{property: plan, is: "o\'hare"}]', 1),
        ('kind: count\nwhere: [{property: amount, is: "10"}]', 1),
        ("kind: count\nwhere: [{property: plan, is_not: pro}]", 3),
        ("kind: count\nwhere: [{property: plan, any_of: [pro, free]}]", 2),
        ("kind: count\nwhere: [{property: plan, none_of: [pro]}]", 3),
        ("kind: count\nwhere: [{property: plan, contains: HARE}]", 1),
        ("kind: count\nwhere: [{property: plan, is_set: false}]", 2),
        ("kind: count\nwhere: [{property: paid, is: true}]", 3),
        ("kind: count\nwhere: [{property: amount, above: 0.1}]", 3),
        ("kind: count\nwhere: [{property: amount, at_least: 0.1}, {property: amount, below: 20.5}]", 3),
        ("kind: count\nwhere: [{property: amount, at_most: 0.1}]", 1),
        ("kind: sql\nsql: select time, properties.amount as value from events", 30.8),
        ("kind: sql\nsql: select DATE '2026-03-23' as time, 4e-7 as value from range(2)", 8e-7),
        ("kind: sql\nsql: select TIMESTAMP '2026-03-29 23:30:00' as time, 2 as value", 2),
        ("kind: sql\naggregate: last\nsql: select time, properties.amount as value from events", 0.2),
    ],
)
def test_each_kind_and_filter_counts_what_it_says(
    make_workspace: MakeWorkspace, definition: str, value: float
) -> None:
    workspace = make_workspace(asked=definition + "\n")
    add_events(workspace, EVENTS)
    found = read(workspace, "asked", "week", date(2026, 3, 23), date(2026, 3, 30))
    assert found[None] == [pytest.approx(value, abs=1e-12)]


def test_a_ratio_divides_its_parts_bucket_by_bucket_and_slice_by_slice(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(
        orders="kind: count\nevent: order\n",
        buyers="kind: unique\nof: person\nevent: order\n",
        each="kind: ratio\nnumerator: orders\ndenominator: buyers\nunit: number\n",
    )
    add_events(workspace, EVENTS)
    week = (date(2026, 3, 23), date(2026, 3, 30))
    assert read(workspace, "each", "week", *week) == {None: [pytest.approx(4 / 3)]}
    assert read(workspace, "each", "week", *week, "account") == {"acme": [1.5], "zeta": [1.0]}
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        (point,) = MetricReader(workspace, snapshot, week[1]).series("each", "week", *week).points[None]
    assert point.base == 3


def test_an_account_s_plan_is_the_one_it_had_then(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(orders="kind: count\nevent: order\n")
    store = add_events(workspace, EVENTS)
    add_accounts(
        store,
        [
            ("acme", "2026-01-01T00:00:00+00:00", "free", "0"),
            ("acme", "2026-03-25T10:00:00+00:00", "pro", "1200"),
            ("zeta", "2026-03-28T00:00:00+00:00", "pro", "900"),
        ],
    )
    found = read(workspace, "orders", "week", date(2026, 3, 23), date(2026, 3, 30), "account.plan")
    assert found == {"(none)": [1.0], "free": [1.0], "pro": [2.0]}


def test_a_person_s_role_is_the_one_they_had_then(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(orders="kind: count\nevent: order\n")
    store = add_events(workspace, EVENTS)
    people = [
        ("alice", None, "viewer"),
        ("alice", "2026-03-25T10:00:00+00:00", "admin"),
        ("bob", None, "viewer"),
    ]
    times = [datetime.fromisoformat(begins) if begins else None for _, begins, _ in people]
    table = pa.table(
        {
            "person": [row[0] for row in people],
            "role": [row[2] for row in people],
            "valid_from": pa.array(times, pa.timestamp("us", "UTC")),
        }
    )
    store.append("people", [table], transaction="people")
    found = read(workspace, "orders", "week", date(2026, 3, 23), date(2026, 3, 30), "person.role")
    assert found == {"(none)": [1.0], "admin": [1.0], "viewer": [2.0]}


def test_an_unknown_property_is_named_with_a_suggestion(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(sales="kind: sum\nproperty: amunt\n")
    add_events(workspace, EVENTS)
    with pytest.raises(QuarterdeckError) as caught:
        read(workspace, "sales", "week", *MARCH)
    assert "amunt" in caught.value.message
    assert "amount" in caught.value.hint


@pytest.mark.parametrize(
    "sql",
    [
        "select time, 1 as value from events) as given; drop view events; select 1 from (select 1",
        "DELETE FROM events",
        "select time, 1 as value from events; select 1",
        "SELECT time, 1 AS value FROM events) AS given GROUP BY ALL; "
        "COPY (SELECT 1 AS a) TO '{file}' (FORMAT parquet, USE_TMP_FILE false); "
        "SELECT DATE '2026-05-04' AS bucket, NULL AS slice, 1 AS value, 1 AS base FROM (SELECT 1",
    ],
)
def test_a_definition_cannot_write_nor_smuggle_in_a_statement(
    make_workspace: MakeWorkspace, sql: str
) -> None:
    workspace = make_workspace()
    store = add_events(workspace, EVENTS)
    (file,) = (workspace.facts_path / "events").glob("*.parquet")
    before = file.read_bytes()
    make_workspace(bad=f"kind: sql\nsql: |\n  {sql.format(file=file)}\n")
    with pytest.raises(QuarterdeckError):
        read(workspace, "bad", "week", *MARCH)
    assert file.read_bytes() == before
    with store.snapshot() as snapshot:
        with pytest.raises(QuarterdeckError):
            snapshot.rows(f"COPY (SELECT 1) TO '{file}' (FORMAT parquet, USE_TMP_FILE false)")
        assert snapshot.rows("SELECT count(*) FROM events") == [(len(EVENTS),)]


def test_one_metric_that_cannot_be_read_leaves_the_others_theirs(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(sales="kind: sum\nproperty: amunt\n", orders="kind: count\nevent: order\n")
    with add_events(workspace, EVENTS).snapshot() as snapshot:
        readings = {one.name: one for one in read_week(workspace, snapshot, date(2026, 3, 30)).readings}
    assert readings["orders"].week.value == 4
    assert readings["sales"].verdict.kind == "no data"
    assert "metrics/sales.yaml" in readings["sales"].verdict.reason
    assert "amount" in readings["sales"].verdict.reason


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 8)),  # noqa: DTZ001 -- made aware below
            st.sampled_from(["a", "b", "c"]),
        ),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from(["Europe/Amsterdam", "America/St_Johns", "Pacific/Auckland", "UTC"]),
)
def test_days_equal_a_plain_count_and_add_up_to_weeks_and_slices_to_the_whole(
    make_workspace: MakeWorkspace, drawn: list[tuple[datetime, str]], timezone: str
) -> None:
    workspace = make_workspace(timezone=timezone, visits="kind: count\n")
    moments = [(moment.replace(tzinfo=UTC), channel) for moment, channel in drawn]
    store = FactStore(workspace.path / f"facts-{hash((timezone, tuple(drawn)))}")
    events: list[Event] = [("p", "", "v", moment.isoformat(), {"channel": cut}) for moment, cut in moments]
    store.append("events", [events_table(events)], transaction="x")
    counted = Counter(moment.astimezone(ZoneInfo(timezone)).date() for moment, _ in moments)
    with store.snapshot() as snapshot:
        reader = MetricReader(workspace, snapshot, MARCH[1])
        days = reader.series("visits", "day", *MARCH).points[None]
        weeks = reader.series("visits", "week", *MARCH).points[None]
        slices = reader.series("visits", "day", *MARCH, "channel").points
    assert {point.start: point.value for point in days if point.value} == {
        day: count for day, count in counted.items() if MARCH[0] <= day < MARCH[1]
    }
    assert sum(point.value or 0 for point in weeks) == sum(point.value or 0 for point in days)
    for index, point in enumerate(days):
        assert sum(cut[index].value or 0 for cut in slices.values()) == (point.value or 0)


def test_free_sql_is_cut_by_its_own_columns_alone(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(
        visits="kind: sql\nsql: select time, 1 as value, event as What from events\n",
        bare="kind: sql\nsql: select time, 1 as value from events\n",
    )
    add_events(workspace, EVENTS)
    assert read(workspace, "visits", "week", *MARCH, by="what")
    with pytest.raises(QuarterdeckError, match="selects no column 'wat'") as caught:
        read(workspace, "visits", "week", *MARCH, by="wat")
    assert "What" in caught.value.hint
    with pytest.raises(QuarterdeckError) as caught:
        read(workspace, "bare", "week", *MARCH, by="plan")
    assert "cut by: nothing" in caught.value.hint
