"""Where tools disagree, each rule makes the difference that it is named for."""

import pytest

from quarterdeck.insights.journeys.calc.funnel import marks_of, walk
from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.calc.lifecycle import lifecycle
from quarterdeck.insights.journeys.calc.retention import follow
from quarterdeck.insights.journeys.calc.trends import trend
from quarterdeck.insights.journeys.definitions.journey import Journey
from tests.insights.journeys.conftest import ask, view_of

DAY = 24 * 60
SECOND = 1 / 60


def reached(listed, dialect, **content):
    question = ask(kind="funnel", dialect=dialect, **content)
    view = view_of(listed)
    return walk(view, question, marks_of(view, question)).reached


def steps(*names):
    return [{"event": name} for name in names]


@pytest.mark.parametrize(("dialect", "expected"), [("quarterdeck", [1, 0]), ("amplitude", [1, 1])])
def test_different_events_within_a_second_may_stand_in_either_order(dialect, expected):
    listed = [("al", 0.1 * SECOND, "b"), ("al", 0.9 * SECOND, "a")]
    assert reached(listed, dialect, steps=steps("a", "b")) == expected


@pytest.mark.parametrize(("dialect", "expected"), [("quarterdeck", [1, 1]), ("posthog", [1, 0])])
def test_two_equal_steps_at_one_instant(dialect, expected):
    listed = [("al", 5, "a"), ("al", 5, "a")]
    assert reached(listed, dialect, steps=steps("a", "a")) == expected


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [("quarterdeck", {("x",): [1, 1]}), ("posthog", {("x",): [1, 1], ("y",): [1, 1]})],
)
def test_a_step_that_had_two_values(dialect, expected):
    view = view_of([("al", 1, "a"), ("al", 2, "b"), ("al", 3, "b")], plan=["x", "x", "y"])
    attribution = {"attribution": "step", "attribution_step": 2}
    question = ask(kind="funnel", dialect=dialect, steps=steps("a", "b"), by=["plan"], **attribution)
    assert {value: group.reached for value, group in walk_groups(view, question).items()} == expected


@pytest.mark.parametrize(("dialect", "expected"), [("quarterdeck", [1, 1, 1]), ("posthog", [1, 0, 0])])
def test_a_week_is_active_on_days_without_events(dialect, expected):
    asked = ask(days=3, kind="trend", dialect=dialect, series=[{"event": "a", "measure": "weekly_active"}])
    assert trend(view_of([("al", 0, "a")]), asked).lines[0].data.tolist() == expected


def test_a_rolling_period_begins_with_the_moment_or_with_its_hour():
    listed = [("al", 30, "a"), ("al", DAY + 10, "b")]
    content = {"kind": "retention", "columns": 2, "rolling": True, "start": {"event": "a"}}
    for dialect, came_back in (("quarterdeck", 0), ("amplitude", 1)):
        question = ask(days=2, dialect=dialect, **content, **{"return": {"event": "b"}})
        (matrix,) = follow(view_of(listed), question).values()
        assert matrix.counts[0].tolist() == [1, came_back]


def test_a_formula_is_rounded_by_one_tool_alone():
    series = [{"event": "a"}, {"event": "b"}]
    listed = [("al", 0, "a"), ("al", 1, "b"), ("al", 2, "b"), ("al", 3, "b")]
    for dialect, value in (("quarterdeck", 1 / 3), ("posthog", 0.33)):
        asked = ask(days=1, kind="trend", dialect=dialect, series=series, formula="A / B")
        assert trend(view_of(listed), asked).lines[0].data.tolist() == [value]


def test_whoever_did_something_before_is_not_new():
    found = lifecycle(
        view_of([("al", -DAY, "a"), ("al", 0, "a")]), ask(days=1, kind="lifecycle", series=[{}])
    )
    assert {name: counts.tolist() for name, counts in found.counts.items()} == {
        "new": [0],
        "returning": [1],
        "resurrecting": [0],
        "dormant": [0],
    }


def test_a_journey_names_its_rules_or_has_ours():
    assert Journey(kind="paths").dialect == "quarterdeck"
