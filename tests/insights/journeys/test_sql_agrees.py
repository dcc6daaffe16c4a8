"""SQL and the kernels give the same answer to any question about any log."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.facts.viewing import sql_analyses
from quarterdeck.insights.journeys.service.engines import KernelAnalyses
from tests.insights.journeys.conftest import ask, view_of

EVENTS = "abcx"
DIALECTS = st.sampled_from(["quarterdeck", "posthog", "amplitude"])
GRAINS = st.sampled_from(["hour", "day", "week", "month"])

rows = st.lists(
    st.tuples(
        st.sampled_from(["al", "bo", "cy"]),
        st.integers(0, 9),
        st.sampled_from(EVENTS),
        st.sampled_from(["pro", "free", "", None]),
        st.sampled_from(["x", "y", None]),
        st.sampled_from(["1", "2.5", "-3", "nan", "many", None]),
    ),
    max_size=14,
)
conditions = st.sampled_from(
    [
        [],
        [{"property": "plan", "is": "pro"}],
        [{"property": "plan", "is_not": "pro"}],
        [{"property": "amount", "above": 0}],
        [{"cohort": "few"}],
        [{"any": [{"property": "plan", "contains": "R"}, {"property": "team", "is_set": False}]}],
        [{"property": "plan", "matches": "^p"}],
    ]
)
names = st.sampled_from(["a", "b", "c", ["a", "b"], ["b", "c"], None])
picks = st.builds(
    lambda event, where: {"where": where} | ({} if event is None else {"event": event}), names, conditions
)
breakdowns = st.sampled_from([[], ["plan"], ["plan", "team"], ["cohort:few", "cohort:all"]])
measures = st.sampled_from(
    [
        {"measure": "count"},
        {"measure": "unique"},
        {"measure": "unique", "property": "plan"},
        {"measure": "weekly_active"},
        {"measure": "monthly_active"},
        *({"measure": each, "property": "amount"} for each in ("sum", "mean", "min", "max", "percentile")),
        {"measure": "sum", "property": "amount", "once_per": "team"},
    ]
)
# To make a failing log smaller takes longer than to read it.
agreeing = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def looked_at(listed, minutes):
    """The rows as a view, so many minutes apart, and who is in the cohort."""
    view = view_of(
        [(person, at * minutes, event) for person, at, event, *_ in listed],
        plan=[row[3] for row in listed],
        team=[row[4] for row in listed],
        amount=[row[5] for row in listed],
    )
    return view, {"few": np.array([unit in ("al", "cy") for unit in view.units], np.bool_)}


def drawn(data, minutes, days, **content):
    """A log, and a question about it."""
    view, cohorts = looked_at(data.draw(rows, label="rows"), minutes)
    content = {"where": data.draw(conditions), "dialect": data.draw(DIALECTS)} | content
    return view, ask(days, cohorts=cohorts, **content)


def both(view, question, told):
    """What either engine tells; an answer that there is none is one, too."""
    found = []
    with sql_analyses(view, question.cohorts) as sql:
        for analyses in (KernelAnalyses(view=view), sql):
            try:
                found.append(told(analyses))
            except QuarterdeckError as error:
                found.append(error.message)
    return found


def attempts(groups):
    """Everything told of every attempt, but which of several events at one instant witness it."""
    return {
        value: sorted(
            (int(unit), int(begin), int(depth), int(reason), [round(float(each), 6) for each in seconds])
            for unit, begin, depth, reason, seconds in zip(
                found.unit, found.begin, found.depth, found.reason, found.seconds, strict=True
            )
        )
        for value, found in groups.items()
    }


def figures(lines):
    return [(line.label, line.value, pytest.approx(line.data.tolist()), line.total) for line in lines]


@settings(agreeing, max_examples=60)
@given(st.data())
def test_funnels_agree(data):
    steps = data.draw(st.lists(picks, min_size=1, max_size=4))
    content = {
        "kind": "funnel",
        "steps": steps,
        "order": data.draw(st.sampled_from(["ordered", "strict", "unordered"])),
        "by": data.draw(breakdowns),
        "attribution": data.draw(st.sampled_from(["first", "last", "all", "step"])),
        "attribution_step": data.draw(st.integers(1, len(steps))),
        "limit": data.draw(st.integers(1, 3)),
        "within": f"{data.draw(st.integers(0, 6))} minutes",
    }
    if len(steps) > 1 and data.draw(st.booleans()):
        content["exclude"] = [
            {"event": "x", "from_step": 1, "to_step": data.draw(st.integers(2, len(steps)))}
        ]
    minutes, days = data.draw(st.sampled_from([1, 0.01])), data.draw(st.sampled_from([1, 0.003]))
    many = data.draw(st.booleans())
    view, question = drawn(data, minutes, days, **content)
    kernels, sql = both(view, question, lambda each: attempts(each.funnel(question, many=many)))
    assert sql == kernels


@agreeing
@given(st.data())
def test_retention_agrees(data):
    content = {
        "kind": "retention",
        "start": data.draw(picks),
        "entry": data.draw(st.sampled_from(["each", "first", "first ever"])),
        "columns": data.draw(st.integers(1, 5)),
        "brackets": data.draw(st.sampled_from([[], [1, 2]])),
        "unbounded": data.draw(st.booleans()),
        "rolling": data.draw(st.booleans()),
        "by": data.draw(breakdowns),
        "limit": data.draw(st.integers(1, 3)),
        "grain": data.draw(GRAINS),
    }
    if data.draw(st.booleans()):
        content["return"] = data.draw(picks)
    view, question = drawn(data, data.draw(st.sampled_from([60, 1440, 7000])), 10, **content)
    kernels, sql = both(
        view,
        question,
        lambda each: {value: one.counts.tolist() for value, one in each.retention(question).items()},
    )
    assert sql == kernels


@agreeing
@given(st.data())
def test_trends_agree(data):
    series = [
        data.draw(picks) | data.draw(measures) for _ in range(data.draw(st.integers(1, 2), label="lines"))
    ]
    content = {
        "kind": "trend",
        "series": series,
        "smooth": data.draw(st.sampled_from([1, 3])),
        "cumulative": data.draw(st.booleans()),
        "compare": data.draw(st.booleans()),
        "formula": "A / (A + B)" if len(series) == 2 and data.draw(st.booleans()) else "",
        "by": data.draw(breakdowns),
        "limit": data.draw(st.integers(1, 3)),
        "grain": data.draw(GRAINS),
    }
    view, question = drawn(data, data.draw(st.sampled_from([60, 1440, 7000])), 10, **content)
    kernels, sql = both(view, question, lambda each: each.trend(question))
    assert figures(sql.lines) == [
        (one.label, one.value, one.data.tolist(), one.total) for one in kernels.lines
    ]
    assert len(sql.before) == len(kernels.before)
    for ours, theirs in zip(sql.before, kernels.before, strict=True):
        assert ours.data.tolist() == pytest.approx(theirs.data.tolist())


@agreeing
@given(st.data())
def test_lifecycle_and_stickiness_agree(data):
    minutes, grain = data.draw(st.sampled_from([60, 1440, 7000])), data.draw(GRAINS)
    view, question = drawn(data, minutes, 10, kind="lifecycle", series=[data.draw(picks)], grain=grain)
    kernels, sql = both(
        view, question, lambda each: {name: one.tolist() for name, one in each.lifecycle(question).items()}
    )
    assert sql == kernels
    content = {"kind": "stickiness", "series": [data.draw(picks)], "compare": data.draw(st.booleans())}
    view, question = drawn(data, minutes, 10, grain=grain, **content)
    kernels, sql = both(
        view, question, lambda each: [(which, one.tolist()) for which, one in each.stickiness(question)]
    )
    assert sql == kernels


@agreeing
@given(st.data())
def test_paths_agree(data):
    stops = st.sampled_from([None, *EVENTS])
    content = {
        "kind": "paths",
        "longest": data.draw(st.integers(2, 4)),
        "pause_minutes": data.draw(st.sampled_from([1, 60, 3000])),
        "from_stop": data.draw(stops),
        "to_stop": data.draw(stops),
    }
    view, question = drawn(data, data.draw(st.sampled_from([1, 60])), 10, **content)
    kernels, sql = both(view, question, lambda each: each.edges(question))
    assert sql == kernels
