"""What units are worth is the sum over their different accounts, however it is cut, as of the right day."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.calc.funnel_figures import who_reached
from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.calc.lifecycle import lifecycle, stickiness
from quarterdeck.insights.journeys.calc.retention import follow, witnesses
from quarterdeck.insights.journeys.calc.sequence import walked_by
from quarterdeck.insights.journeys.calc.trends import trend
from quarterdeck.insights.journeys.calc.weights import weights_of
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.running import run_journey
from tests.insights.journeys.conftest import ask, view_of

DAY, DAYS = 24 * 60, 8
A_DAY = DAY * 60 * 10**6  # as sequences count: in microseconds
ARR = {"x": 1000.0, "y": 250.5}  # of z nobody knows
HOME = {"al": "x", "bo": "x", "cy": "y", "di": "z", "ed": None}

rows = st.lists(
    st.tuples(
        st.sampled_from(list(HOME)),
        st.integers(-2 * DAY, DAYS * DAY - 1).map(lambda minute: minute // 60 * 60),
        st.sampled_from("ab"),
    ),
    max_size=14,
)


def weighed(listed, *, unit="person", **content):
    """A view of people or accounts, and a question that weighs them."""
    view = view_of(listed, account=[HOME[person] for person, *_ in listed])
    if unit == "account":
        view = walked_by(view, view.columns["account"])
    question = ask(days=DAYS, unit=unit, weigh="arr", **content)
    weights = weights_of(view, unit, question.period.until, ARR)
    return view, type(question)(
        journey=question.journey, period=question.period, calendar=question.calendar, weights=weights
    )


def worth(names, unit="person"):
    accounts = {HOME[name] for name in names} if unit == "person" else set(names)
    return sum(ARR.get(account, 0.0) for account in accounts)


@settings(max_examples=150)
@given(rows, st.sampled_from(["person", "account"]))
def test_a_funnel_is_worth_the_different_accounts_behind_each_step(listed, unit):
    view, question = weighed(listed, unit=unit, kind="funnel", steps=[{"event": "a"}, {"event": "b"}])
    (found,) = walk_groups(view, question).values()
    for step in (1, 2):
        units = who_reached(found, step)
        told = question.weights.weigh(units)
        names = [view.units[each] for each in units]
        assert told.arr == worth(names, unit)
        unknown = {name for name in names if (HOME[name] if unit == "person" else name) not in ARR}
        assert told.unknown == len(unknown)
        if told.arr:
            accounts = {HOME[name] if unit == "person" else name for name in names} & ARR.keys()
            assert told.largest == max(accounts, key=ARR.__getitem__)
            assert np.isclose(told.largest_share, max(ARR[each] for each in accounts) / told.arr)


@settings(max_examples=100)
@given(rows, st.data())
def test_the_worth_of_accounts_adds_up_over_a_breakdown_and_that_of_people_never_counts_twice(listed, data):
    plans = data.draw(st.lists(st.sampled_from(["p", "q"]), min_size=len(listed), max_size=len(listed)))
    for unit in ("person", "account"):
        view, question = weighed(
            listed, unit=unit, kind="funnel", steps=[{"event": "a"}, {"event": "b"}], by=["plan"]
        )
        # Rows stand by unit now: the plans go along with them.
        codes = np.array([0 if plans[row] == "p" else 1 for row in range(len(listed))], np.int32)
        plan = type(view.event)(codes=codes, values=("p", "q"))
        view = type(view)(
            units=view.units,
            offsets=view.offsets,
            time=view.time,
            event=view.event,
            columns={**view.columns, "plan": plan.taken(np.arange(len(view.time)))},
            row=view.row,
        )
        groups = walk_groups(view, question)
        parts = [question.weights.weigh(who_reached(group, 1)).arr for group in groups.values()]
        everybody = [unit for group in groups.values() for unit in who_reached(group, 1)]
        whole = question.weights.weigh(np.array(everybody, np.int64)).arr
        if unit == "account":
            assert sum(parts) == whole
        else:
            assert max(parts, default=0.0) <= whole <= sum(parts)


@settings(max_examples=100)
@given(rows, st.sampled_from(["person", "account"]))
def test_retention_is_worth_the_different_accounts_of_each_cell(listed, unit):
    view, question = weighed(
        listed, unit=unit, kind="retention", columns=4, start={"event": "a"}, **{"return": {"event": "b"}}
    )
    (matrix,) = follow(view, question).values()
    found = witnesses(view, question)
    plain = ask(
        days=DAYS, unit=unit, kind="retention", columns=4, start={"event": "a"}, **{"return": {"event": "b"}}
    )
    (unweighed,) = follow(view, plain).values()
    assert matrix.counts.tolist() == unweighed.counts.tolist()
    for cohort in range(DAYS):
        for column in range(4):
            which = (found.cohort == cohort) & (found.column == column)
            assert matrix.weights[cohort, column] == worth(
                [view.units[each] for each in found.unit[which]], unit
            )


@settings(max_examples=100)
@given(rows, st.sampled_from(["person", "account"]), st.sampled_from(["unique", "weekly_active"]))
def test_a_trend_is_worth_the_different_accounts_of_each_day(listed, unit, measure):
    view, question = weighed(listed, unit=unit, kind="trend", series=[{"event": "a", "measure": measure}])
    (line,) = trend(view, question).lines
    back = 6 if measure == "weekly_active" else 0
    for day in range(DAYS):
        there = {
            name for name, minute, event in listed if event == "a" and day - back <= minute // DAY <= day
        }
        names = there if unit == "person" else {HOME[name] for name in there} - {None}
        assert line.weights[day] == worth(names, unit)
        assert line.data[day] == len(names)


def test_a_person_counts_for_the_account_of_their_last_event():
    view = view_of([("al", 0, "a"), ("al", 5, "a"), ("al", 9, "a")], account=["x", "y", "x"])
    stamps = view.time
    assert weights_of(view, "person", int(stamps[1]), ARR).weigh(np.array([0])).arr == ARR["y"]
    assert weights_of(view, "person", int(stamps[2]), ARR).weigh(np.array([0])).arr == ARR["x"]


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "lifecycle", "series": [{}], "unit": "session", "weigh": "arr"},
        {"kind": "paths", "weigh": "arr"},
        {"kind": "funnel", "steps": [{}], "unit": "session", "weigh": "arr"},
        {"kind": "funnel", "steps": [{}], "show": "times", "weigh": "arr"},
        {"kind": "trend", "series": [{"event": "a"}], "weigh": "arr"},
    ],
)
def test_what_cannot_be_weighed_is_said(content):
    with pytest.raises(ValidationError, match="weigh"):
        Journey.model_validate(content)


@pytest.fixture
def workspace(tmp_path):
    path = tmp_path / "acme"
    init_workspace(path, company="Acme", timezone="UTC")
    store = FactStore(path / "facts")
    begin = datetime(2026, 1, 5, 9, tzinfo=UTC)
    told = [("al", 0, "open"), ("al", 3, "buy"), ("bo", 0, "open"), ("cy", 0, "open"), ("cy", 4, "buy")]
    events = {
        "person": [person for person, *_ in told],
        "event": [event for *_, event in told],
        "time": pa.array([begin + timedelta(hours=hour) for _, hour, _ in told], pa.timestamp("us", "UTC")),
    }
    store.append("events", [pa.table(events)], transaction="events")
    people = {"person": ["al", "bo", "cy"], "account": ["big", "big", "small"]}
    store.append("people", [pa.table(people)], transaction="people")
    since = [
        datetime(2025, 1, 1, tzinfo=UTC),
        datetime(2025, 1, 1, tzinfo=UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
    ]
    accounts = {
        "account": ["big", "small", "small"],
        "valid_from": pa.array(since, pa.timestamp("us", "UTC")),
        "arr": pa.array([900, 100, 5000], pa.decimal128(18, 2)),
    }
    store.append("accounts", [pa.table(accounts)], transaction="accounts")
    return path


def test_an_answer_says_what_each_step_is_worth_as_of_the_end_of_its_period(workspace):
    query = workspace / "weighed.yaml"
    text = "kind: funnel\nsince: 2026-01-05\nuntil: 2026-01-06\nwithin: 1 day\nweigh: arr\ncompare: true\n"
    query.write_text(text + "steps: [{event: open}, {event: buy}]\n", "utf-8")
    figures = run_journey(workspace, str(query), as_of=datetime(2026, 3, 1)).figures  # noqa: DTZ001
    first, last = (step["weighed"] for step in figures["groups"][0]["steps"])
    assert (first["arr"], first["largest"], first["largest_share"], first["share"]) == (1000.0, "big", 0.9, 1)
    assert (last["arr"], last["largest"], last["largest_share"], last["share"]) == (1000.0, "big", 0.9, 1)
    before = figures["before"]["groups"][0]["steps"]
    assert [step["weighed"]["arr"] for step in before] == [0.0, 0.0]
    # In March the small one has grown: what counts is the end of the period asked for.
    query.write_text(text.replace("2026-01-06", "2026-02-02") + "steps: [{event: open}]\n", "utf-8")
    figures = run_journey(workspace, str(query), as_of=datetime(2026, 3, 1)).figures  # noqa: DTZ001
    assert figures["groups"][0]["steps"][0]["weighed"]["arr"] == 5900.0


def test_the_terminal_says_how_much_of_it_is_one_customer(workspace):
    query = workspace / "weighed.yaml"
    query.write_text("kind: funnel\nsince: 2026-01-05\nweigh: arr\nsteps: [{event: open}]\n", "utf-8")
    arguments = ["journeys", "run", str(query), "-w", str(workspace), "--as-of", "2026-01-07"]
    shown = CliRunner().invoke(build(), arguments)
    assert "90.0 % of it is big" in shown.output, shown.output
    assert json.loads(CliRunner().invoke(build(), [*arguments, "--json"]).output)["figures"]["groups"]


@settings(max_examples=100)
@given(rows, st.sampled_from(["person", "account"]))
def test_a_lifecycle_is_worth_the_different_accounts_of_each_status_in_each_bucket(listed, unit):
    view, question = weighed(listed, unit=unit, kind="lifecycle", series=[{"event": "a"}])
    told = lifecycle(view, question)
    there = days_of(view, "a")
    born = {name: int(view.first_seen[place] // A_DAY) for place, name in enumerate(view.units)}
    first = question.period.since // A_DAY
    assert told.counts.keys() == told.weights.keys()
    for place in range(len(question.buckets)):
        day = first + place
        here = {name for name, days in there.items() if day in days}
        expected = {
            "new": {name for name in here if born[name] == day},
            "returning": {name for name in here if born[name] != day and day - 1 in there[name]},
            "resurrecting": {name for name in here if born[name] != day and day - 1 not in there[name]},
            "dormant": {name for name, days in there.items() if day - 1 in days and day not in days},
        }
        for status, names in expected.items():
            assert abs(told.counts[status][place]) == len(names)
            assert told.weights[status][place] == worth(names, unit)
    assert told.weighed.arr >= max(max(arr) for arr in told.weights.values())


@settings(max_examples=100)
@given(rows, st.sampled_from(["person", "account"]))
def test_being_there_so_often_is_worth_the_different_accounts_that_were(listed, unit):
    view, question = weighed(listed, unit=unit, kind="stickiness", series=[{"event": "a"}])
    (told,) = stickiness(view, question)
    first = question.period.since // A_DAY
    there = {
        name: len({day for day in days if first <= day < first + len(question.buckets)})
        for name, days in days_of(view, "a").items()
    }
    for times in range(1, len(question.buckets) + 1):
        names = {name for name, often in there.items() if often == times}
        assert told.units[times - 1] == len(names)
        assert told.weights[times - 1] == worth(names, unit)
    assert told.weighed.arr == worth({name for name, often in there.items() if often}, unit)


def days_of(view, event):
    """On which days, counted from 1970, each unit did an event."""
    code = view.event.values.index(event) if event in view.event.values else -1
    found = {name: set() for name in view.units}
    for row in np.flatnonzero(view.event.codes == code):
        found[view.units[view.unit_of_rows[row]]].add(int(view.time[row] // A_DAY))
    return found
