"""Whatever a journey asks, SQL tells the whole of what the kernels tell."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.calc.question import before
from quarterdeck.insights.journeys.calc.sequence import walked_by
from quarterdeck.insights.journeys.calc.weights import weights_of
from quarterdeck.insights.journeys.definitions.conditions import COMPARISONS, Condition
from quarterdeck.insights.journeys.definitions.journey import (
    ACTIVE,
    ONLY_FOR,
    SHORTEST_AROUND,
    Exclusion,
    Journey,
    Series,
    Value,
)
from quarterdeck.insights.journeys.facts.answering import KNOWN, TOLD
from quarterdeck.insights.journeys.facts.viewing import Paid, sql_analyses
from quarterdeck.insights.journeys.service.answers import FIGURES
from quarterdeck.insights.journeys.service.engines import KernelAnalyses
from quarterdeck.insights.journeys.service.opening import Opened
from tests.insights.journeys.conftest import ask, view_of

PEOPLE, EVENTS, ACCOUNTS = ("al", "bo", "cy"), "abcx", ("acme", "bolt")
AMOUNTS = ("1", "2.5", "-3", "4", "1e3", "nan", "many", "")
ELEMENTS = ('[{"tag": "a"}, {"tag": "b"}]', '{"tag": "b"}', "none")

rows = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.integers(0, 12),
        st.sampled_from(EVENTS),
        st.sampled_from(["pro", "free", "", None]),
        st.sampled_from(["x", "y", None]),
        st.sampled_from([*AMOUNTS, None]),
        st.sampled_from([*ACCOUNTS, None]),
        st.sampled_from(["2026-01-05", "2026-01-05T00:03:00+00:00", "2026-01-06", None]),
        st.sampled_from([*ELEMENTS, None]),
    ),
    max_size=14,
)
COLUMNS = ("plan", "team", "amount", "account", "day", "element")
texts = st.sampled_from(["pro", "free", "p", "x"])
COMPARED = {
    "equals": texts,
    "is_not": texts,
    "any_of": st.lists(texts, max_size=2),
    "none_of": st.lists(texts, max_size=2),
    "contains": st.sampled_from(["R", ["p", "x"]]),
    "contains_not": st.sampled_from(["R", ["p", "x"]]),
    "matches": st.sampled_from(["^p", "o$", "[xy]"]),
    "matches_not": st.sampled_from(["^p", "o$", "[xy]"]),
    **dict.fromkeys(("above", "at_least", "below", "at_most"), st.sampled_from([0, 1, 2.5])),
    **dict.fromkeys(("before", "after", "on"), st.sampled_from(["2026-01-05", "2026-01-05T00:04:00+00:00"])),
    "is_set": st.booleans(),
    "element": st.sampled_from([{"tag": "a"}, {"tag": "b"}]),
}
assert set(COMPARED) == set(COMPARISONS)
SUITED = {"element": "element", **dict.fromkeys(("before", "after", "on"), "day")}
SUITED |= dict.fromkeys(("above", "at_least", "below", "at_most"), "amount")
compared = st.sampled_from(sorted(COMPARED)).flatmap(
    lambda name: COMPARED[name].map(lambda value: {"property": SUITED.get(name, "plan"), name: value})
)
simple = compared | st.sampled_from([{"cohort": "few"}, {"outside_cohort": "few"}])
conditions = st.lists(
    simple
    | st.builds(
        lambda key, some: {key: some},
        st.sampled_from(["all", "any"]),
        st.lists(simple, min_size=1, max_size=2),
    ),
    max_size=1,
)
seldom = st.sampled_from([True, False, False])
names = st.sampled_from(["a", "b", "c", ["a", "b"], ["b", "c"], None])


@st.composite
def picks(draw, deep=True):
    if deep and draw(seldom):
        return {"any_of": [draw(picks(deep=False)), draw(picks(deep=False))], "label": "either"}
    event = draw(names)
    return ({} if event is None else {"event": event}) | {"where": draw(conditions) if draw(seldom) else []}


@st.composite
def exclusions(draw, steps):
    first = draw(st.integers(1, steps))
    last = draw(st.none() | st.integers(2, max(steps, 2)))
    return {"event": "x", "from_step": first} | ({} if last is None or last > steps else {"to_step": last})


@st.composite
def measured(draw, weigh):
    measures = list(ACTIVE) if weigh else ["count", *ACTIVE, "sum", "mean", "min", "max", "percentile"]
    series = {"measure": draw(st.sampled_from(measures))}
    if series["measure"] not in ("count", *ACTIVE):
        series |= {"property": "amount", "percentile": draw(st.sampled_from([50, 90]))}
        series |= {"once_per": "team"} if draw(seldom) else {}
    elif series["measure"] == "unique" and not weigh and draw(seldom):
        series["property"] = "plan"
    return draw(picks(deep=False)) | series


@st.composite
def journeys(draw, kind):
    """A journey of a kind, with any of the options that it has."""
    content = {
        "kind": kind,
        "where": draw(conditions) if draw(seldom) else [],
        "unit": draw(st.sampled_from(["person", "account"])),
        "dialect": draw(st.sampled_from(["quarterdeck", "posthog", "amplitude"])),
    }
    steps = draw(st.integers(1, 4))
    weigh = draw(st.booleans())
    days = st.sampled_from(["day", "week", "month", "quarter", "year"])
    drawn = {
        "grain": st.sampled_from(["hour", "day", "week"]) if kind != "retention" else days,
        "by": st.sampled_from([[], [], ["plan"], ["plan", "team"], ["cohort:few", "cohort:all"]]),
        "limit": st.integers(1, 3),
        "compare": st.booleans(),
        "weigh": st.just("arr") if weigh else st.none(),
        "steps": st.lists(picks(), min_size=steps, max_size=steps),
        "order": st.sampled_from(["ordered", "strict", "unordered"]),
        "within": st.sampled_from(["0 minutes", "2 minutes", "6 minutes", "1 day"]),
        "exclude": st.lists(exclusions(steps), max_size=2),
        "attribution": st.sampled_from(["first", "last", "all", "step"]),
        "attribution_step": st.integers(1, steps),
        "show": st.sampled_from(["steps", "steps", "trend"] if weigh else ["steps", "trend", "times"]),
        "from_step": st.integers(1, steps),
        "to_step": st.none() if steps == 1 else st.integers(2, steps),
        "bins": st.none() | st.integers(1, 4),
        "count": st.sampled_from(["people", "conversions"]),
        "same": st.sampled_from([[], ["team"], ["plan"], ["plan", "team"]]),
        "value": st.none()
        | st.builds(lambda step: {"property": "amount", "of_step": step}, st.none() | st.integers(1, steps)),
        "start": picks(),
        "return": st.none() | picks(),
        "entry": st.sampled_from(["each", "first", "first ever"]),
        "columns": st.integers(1, 5),
        "brackets": st.sampled_from([[], [], [1, 2]]),
        "unbounded": st.booleans(),
        "rolling": st.booleans(),
        "series": st.lists(
            measured(weigh and kind == "trend"), min_size=1, max_size=2 if kind == "trend" else 1
        ),
        "formula": st.just(""),
        "smooth": st.sampled_from([1, 3]),
        "cumulative": st.booleans(),
        "stops": st.sampled_from([None, "plan", "team"]),
        "longest": st.integers(2, 5),
        "from_stop": st.sampled_from([None, None, "a", "b", "pro"]),
        "to_stop": st.sampled_from([None, None, "a", "b", "pro"]),
        "around_stop": st.sampled_from([None, "a", "b", "pro"]),
        "pause_minutes": st.sampled_from([1, 3, 600]),
    }
    drawable = {"back" if name == "return" else name for name in drawn}
    assert drawable >= set(ONLY_FOR)
    for name, values in drawn.items():
        only = ONLY_FOR.get("back" if name == "return" else name, (kind,))
        if kind in only and (value := draw(values, label=name)) not in (None, [], ""):
            content[name] = value
    if "around_stop" in content:
        content |= {"longest": max(content["longest"], SHORTEST_AROUND)}
        content = {name: value for name, value in content.items() if name not in ("from_stop", "to_stop")}
    if len(content.get("series", ())) == 2 and draw(st.booleans()):
        content["formula"] = "A / (A + B)"
    return content


def looked_at(listed, minutes, unit):
    """The rows as a view, so many minutes apart, walked by a unit, and who is in the cohort."""
    columns = {name: [row[place] for row in listed] for place, name in enumerate(COLUMNS, 3)}
    view = view_of([(person, at * minutes, event) for person, at, event, *_ in listed], **columns)
    if unit == "account":
        view = walked_by(view, view.columns["account"])
    return view, {"few": np.array([unit in ("al", "cy", "acme") for unit in view.units], np.bool_)}


def weighing(view, question):
    """The question with what accounts pay, and the same as rows; bolt pays more from noon on."""
    turn = question.period.since + 12 * 3600 * 10**6
    early, late = {"acme": 1200.5, "bolt": 100.25}, {"acme": 1200.5, "bolt": 3000.0}
    paid = [
        Paid(account=account, arr=arr, since=since, until=until)
        for amounts, since, until in ((early, -(2**62), turn), (late, turn, 2**62))
        for account, arr in amounts.items()
    ]
    if question.journey.weigh is None:
        return question, paid
    now, then = (
        weights_of(view, question.journey.unit, until, early if until < turn else late)
        for period in (question.period, before(question).period)
        for until in (min(period.until, period.asked_at),)
    )
    return replace(question, weights=now, weights_before=then), paid


def told(question, view, analyses):
    """The figures as they are printed; that there is no answer is one, too."""
    opened = Opened(question=question, view=view, versions={}, by=analyses)
    try:
        return json.loads(json.dumps(FIGURES[question.journey.kind](opened)))
    except QuarterdeckError as error:
        return error.message


def assert_agrees(data, kind):
    content = data.draw(journeys(kind), label="journey")
    listed = data.draw(rows, label="rows")
    far = [1, 0.01, 60] if kind in ("funnel", "paths") else [60, 1440, 7000]
    view, cohorts = looked_at(listed, data.draw(st.sampled_from(far)), content["unit"])
    question = ask(data.draw(st.sampled_from([1, 0.003, 10])), cohorts=cohorts, **content)
    question, paid = weighing(view, question)
    nothing = replace(view, offsets=np.zeros(1, np.int64), units=(), time=view.time[:0])
    with sql_analyses(view, cohorts, paid) as sql:
        # The view that SQL is asked beside is empty, as it is where facts are asked.
        found = told(replace(question, weights=None, weights_before=None), nothing, sql)
    assert found == told(question, view, KernelAnalyses(view=view))


# To make a failing log smaller takes longer than to read it.
agreeing = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


ALWAYS = {"kind", "where", "unit", "dialect", "since", "until", "by", "limit", "grain"}


def test_every_option_of_a_journey_is_known_and_drawn():
    assert frozenset(Journey.model_fields) == KNOWN
    assert ALWAYS | set(ONLY_FOR) | set(TOLD.split()) == KNOWN
    assert set(Series.model_fields) == {
        *("event", "where", "any_of", "label", "measure", "field", "percentile", "once_per")
    }
    assert set(Exclusion.model_fields) == {"event", "where", "any_of", "label", "from_step", "to_step"}
    assert set(Value.model_fields) == {"field", "of_step"}
    assert set(Condition.model_fields) == {
        *(*COMPARISONS, "field", "cohort", "outside_cohort", "all_of", "one_of")
    }


@settings(agreeing, max_examples=50)
@given(st.data())
def test_any_funnel_is_answered_alike(data):
    assert_agrees(data, "funnel")


@settings(agreeing, max_examples=15)
@given(st.data())
def test_any_retention_is_answered_alike(data):
    assert_agrees(data, "retention")


@settings(agreeing, max_examples=15)
@given(st.data())
def test_any_trend_is_answered_alike(data):
    assert_agrees(data, "trend")


@pytest.mark.parametrize("kind", ["lifecycle", "stickiness", "paths"])
@settings(agreeing, max_examples=6)
@given(data=st.data())
def test_any_other_journey_is_answered_alike(kind, data):
    assert_agrees(data, kind)
