"""What a breakdown must not lose: cohorts, exclusions, empty texts, and hours of a day."""

import numpy as np

from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.calc.trends import trend
from tests.insights.journeys.conftest import ask, view_of

STEPS = [{"event": "a"}, {"event": "b"}]


def reached(view, question):
    return {value: found.reached for value, found in walk_groups(view, question).items()}


def test_a_step_of_a_cohort_can_be_asked_where_each_value_walks_apart():
    view = view_of(
        [("al", 0, "a"), ("al", 1, "b"), ("bo", 0, "a"), ("bo", 1, "b")], plan=["x", "x", "y", "x"]
    )
    steps = [{"event": "a", "where": [{"cohort": "few"}]}, {"event": "b"}]
    cohorts = {"few": np.array([True, False])}
    question = ask(kind="funnel", steps=steps, by=["plan"], attribution="all", cohorts=cohorts)
    assert reached(view, question) == {("x",): [1, 1]}


def test_an_exclusion_spoils_where_each_value_walks_apart():
    view = view_of([("al", 0, "a"), ("al", 1, "x"), ("al", 2, "b")], plan=["x", "x", "x"])
    question = ask(kind="funnel", steps=STEPS, by=["plan"], attribution="all", exclude=[{"event": "x"}])
    assert reached(view, question) == {}


def test_an_empty_text_is_no_value_and_loses_nobody():
    rows = [("al", 0, "a"), ("bo", 0, "a")]
    view = view_of(rows, plan=["", None])
    question = ask(kind="funnel", steps=STEPS, by=["plan"])
    assert reached(view, question) == {("",): [2, 0]}
    asked = ask(days=1, kind="trend", series=[{"event": "a"}], by=["plan"])
    assert [(line.value, line.total) for line in trend(view, asked).lines] == [(("",), 2.0)]


def test_recently_active_people_are_counted_in_every_hour_of_a_day_with_events():
    view = view_of([("al", 90, "a")])
    series = [{"event": "a", "measure": "weekly_active"}]
    found = trend(view, ask(days=1, kind="trend", series=series, grain="hour", dialect="posthog"))
    assert found.lines[0].data.tolist() == [1.0] * 24
