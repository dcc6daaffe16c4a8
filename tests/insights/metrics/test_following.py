"""A conversion and a retention are what counting by hand finds, and what the SQL of their proof finds."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from quarterdeck.definitions.workspace import open_workspace
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.definitions import Metric
from quarterdeck.insights.metrics.service.reader import MetricReader
from tests.insights.metrics.conftest import add_accounts, add_events

MONDAY = date(2026, 1, 5)
CONVERSION = """
kind: conversion
within: 2 days
steps: [{event: signed_up}, {event: invited}, {event: paid}]
dimensions: [plan, account.plan]
"""
RETENTION = """
kind: retention
start: {event: signed_up}
return: {event: invited}
day: 2
dimensions: [plan]
"""
NAMES = ("signed_up", "invited", "paid")

# Each at another minute, so that no instant has two.
logs = st.lists(
    st.tuples(
        st.sampled_from(["al", "bo", "cy"]),
        st.integers(-3, 13),
        st.sampled_from(NAMES),
        st.sampled_from(["pro", "free", None]),
        st.integers(0, 20),
    ),
    min_size=1,
    max_size=14,
)
WHOLE, BY_PLAN = None, "plan"


def told(listed):
    """Rows of (person, local moment, event, plan), by time."""
    rows = [
        (who, datetime(2026, 1, 5, hour, number) + timedelta(days=day), event, plan)  # noqa: DTZ001
        for number, (who, day, event, plan, hour) in enumerate(listed)
    ]
    return sorted(rows, key=lambda row: row[1])


def facts(workspace, rows, transaction="test"):
    events = [
        (who, "", event, f"{moment:%Y-%m-%dT%H:%M}:00+01:00", {"plan": plan} if plan else {})
        for who, moment, event, plan in rows
    ]
    return add_events(workspace, events, transaction)


def converted(rows, start_of):
    """By bucket and value of the first step: who entered and who came, each by the best attempt there."""
    best = {}
    for who, begun, event, plan in rows:
        if event != "signed_up":
            continue
        depth, last = 1, begun
        for wanted in NAMES[1:]:
            later = [at for who_, at, name, _ in rows if who_ == who and name == wanted and at >= last]
            if not later or min(later) > begun + timedelta(days=2):
                break
            depth, last = depth + 1, min(later)
        key = who, start_of(begun.date())
        if key not in best or depth > best[key][0]:
            best[key] = depth, plan or "(none)"
    return best


def returned(rows, start_of):
    entered = {}
    for who, begun, event, plan in rows:
        if event == "signed_up":
            entered.setdefault((who, begun.date()), plan or "(none)")
    back = {(who, at.date()) for who, at, event, _ in rows if event == "invited"}
    return [
        (start_of(day), plan, (who, day + timedelta(days=2)) in back) for (who, day), plan in entered.items()
    ]


def by_hand(kind, rows, grain):
    def start_of(day):
        return day if grain == "day" else day - timedelta(days=day.weekday())

    if kind == "conversion":
        entries = [
            (start, plan, depth == len(NAMES))
            for (_, start), (depth, plan) in converted(rows, start_of).items()
        ]
    else:
        entries = returned(rows, start_of)
    found = {}
    for start, plan, came in entries:
        if not MONDAY <= start < MONDAY + timedelta(days=14):
            continue
        for key in ((None, start), (plan, start)):
            some, base = found.get(key, (0, 0))
            found[key] = some + came, base + 1
    return found


def points(reader, name, grain, dimension):
    series = reader.series(name, grain, MONDAY, MONDAY + timedelta(days=14), dimension)
    return {
        (key, point.start): (round(point.value * point.base), int(point.base))
        for key, cut in series.points.items()
        for point in cut
        if point.value is not None
    }


def company(folder, **metrics):
    """A workspace in a folder of its own."""
    (folder / "metrics").mkdir(parents=True)
    (folder / "quarterdeck.yaml").write_text("format: 1\ncompany: Halyard\ntimezone: Europe/Amsterdam\n")
    for name, text in metrics.items():
        opening = f"title: {name.capitalize()}\ndescription: A test.\nowner: Alice\n"
        (folder / "metrics" / f"{name}.yaml").write_text(opening + text)
    return open_workspace(folder)


@settings(max_examples=25, deadline=None)
@given(listed=logs, grain=st.sampled_from(["day", "week"]))
def test_they_are_what_counting_by_hand_finds_and_what_the_sql_of_the_proof_finds(
    tmp_path_factory, listed, grain
):
    workspace = company(tmp_path_factory.mktemp("made") / "acme", conversion=CONVERSION, retention=RETENTION)
    rows = told(listed)
    facts(workspace, rows)
    end = MONDAY + timedelta(days=14)
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        reader = MetricReader(workspace, snapshot, end + timedelta(days=28))
        known = set(snapshot.property_types())
        for name in ("conversion", "retention"):
            expected = by_hand(name, rows, grain)
            for dimension in (WHOLE, BY_PLAN) if BY_PLAN in known else (WHOLE,):
                mine = {key: one for key, one in expected.items() if (key[0] is None) == (dimension is None)}
                assert points(reader, name, grain, dimension) == mine
                proof = reader.proof(name, grain, MONDAY, end, dimension)
                found = snapshot.rows(proof.sql)
                shares = {(cut, start): (round(value * base), int(base)) for start, cut, value, base in found}
                assert shares == mine
                assert proof.versions.keys() == {"events"}


def rate(workspace, name, as_of, dimension=None):
    """The values by week, read as of a day."""
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        reader = MetricReader(workspace, snapshot, as_of)
        series = reader.series(name, "week", MONDAY, MONDAY + timedelta(days=14), dimension)
    return {
        key: [(point.value, point.base, point.mature) for point in cut] for key, cut in series.points.items()
    }


EVENTS = [
    ("al", "x", "signed_up", "2026-01-06T10:00:00+01:00", {}),
    ("al", "x", "invited", "2026-01-08T09:00:00+01:00", {}),
    ("al", "x", "paid", "2026-01-08T09:30:00+01:00", {}),
    ("bo", "x", "signed_up", "2026-01-11T22:00:00+01:00", {}),
    ("bo", "x", "invited", "2026-01-13T20:00:00+01:00", {}),
    ("bo", "x", "paid", "2026-01-13T21:00:00+01:00", {}),
    ("cy", "y", "signed_up", "2026-01-07T10:00:00+01:00", {}),
]


def test_a_week_matures_when_its_windows_and_its_days_have_closed(make_workspace):
    workspace = make_workspace(conversion=CONVERSION.replace(", account.plan", ""), retention=RETENTION)
    add_events(workspace, EVENTS)
    early, late = date(2026, 1, 12), date(2026, 1, 14)
    for name in ("conversion", "retention"):
        assert rate(workspace, name, early)[None][0][:3] == (1 / 3, 3, False)
        assert rate(workspace, name, date(2026, 1, 13))[None][0][2] is False
        assert rate(workspace, name, late)[None][0] == (2 / 3, 3, True)
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        reader = MetricReader(workspace, snapshot, early)
        assert reader.mature_end("conversion", early) == MONDAY
        assert MetricReader(workspace, snapshot, late).mature_end("retention", early) == early


def test_they_are_cut_by_the_event_of_entry_and_by_its_account_then(make_workspace):
    workspace = make_workspace(conversion=CONVERSION)
    store = add_events(workspace, EVENTS)
    since = "2025-01-01T00:00:00+00:00"
    add_accounts(store, [("x", since, "starter", "10"), ("x", "2026-01-10T00:00:00+00:00", "growth", "20")])
    found = rate(workspace, "conversion", date(2026, 2, 1), "account.plan")
    assert {key: points[0][:2] for key, points in found.items()} == {
        "starter": (1.0, 1.0),
        "growth": (1.0, 1.0),
        "(none)": (0.0, 1.0),
    }


def test_accounts_walk_where_they_are_asked_for(make_workspace):
    workspace = make_workspace(conversion=CONVERSION + "of: account\n")
    add_events(workspace, EVENTS)
    assert rate(workspace, "conversion", date(2026, 2, 1))[None][0][:2] == (0.5, 2)


def test_filters_hold_for_every_step_and_for_one(make_workspace):
    where = "where: [{property: account, is_not: y}]\n"
    first = CONVERSION.replace("{event: paid}", "{event: paid, where: [{property: amount, above: 5}]}")
    workspace = make_workspace(conversion=first + where)
    add_events(workspace, [(*row[:4], {"amount": 9.0 if row[0] == "al" else 1.0}) for row in EVENTS])
    assert rate(workspace, "conversion", date(2026, 2, 1))[None][0][:2] == (0.5, 2)
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        reader = MetricReader(workspace, snapshot, date(2026, 2, 1))
        proof = reader.proof("conversion", "week", MONDAY, MONDAY + timedelta(days=7))
        assert snapshot.rows(proof.sql) == [(MONDAY, None, 0.5, 2.0)]
        assert len(snapshot.rows(proof.rows_sql)) == 2


def test_the_first_start_alone_begins_where_that_is_asked_for(make_workspace):
    workspace = make_workspace(retention=RETENTION + "entry: first\n")
    again = ("al", "x", "signed_up", "2026-01-09T10:00:00+01:00", {})
    before = ("cy", "y", "signed_up", "2025-12-09T10:00:00+01:00", {})
    add_events(workspace, [*EVENTS, again, before])
    assert rate(workspace, "retention", date(2026, 2, 1))[None][0][:2] == (1.0, 2)
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        proof = MetricReader(workspace, snapshot, date(2026, 2, 1)).proof(
            "retention", "week", MONDAY, MONDAY + timedelta(days=7)
        )
        assert snapshot.rows(proof.sql) == [(MONDAY, None, 1.0, 2.0)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"kind": "conversion"}, "needs `steps:`"),
        ({"kind": "conversion", "steps": [{"event": "a"}]}, "needs two steps"),
        ({"kind": "retention", "start": {"event": "a"}, "return": {"event": "b"}}, "needs `day:`"),
        ({"kind": "count", "day": 7}, "`day:` means nothing for kind: count"),
        ({"kind": "conversion", "steps": [{"event": "a"}, {"event": "b"}], "of": "device"}, "`of: person`"),
        ({"kind": "conversion", "steps": [{"event": "a"}, {"event": "b"}], "unit": "count"}, "is a share"),
        (
            {"kind": "conversion", "steps": [{"event": "a"}, {"event": "b"}], "from": "feedback"},
            "events alone",
        ),
        (
            {"kind": "conversion", "steps": [{"event": "a"}, {"event": "b"}], "within": "900 days"},
            "longer than 400 days",
        ),
    ],
)
def test_what_cannot_be_followed_is_said(content, said):
    with pytest.raises(ValidationError, match=said):
        Metric.model_validate({"title": "A", "description": "B.", "owner": "C", **content})
