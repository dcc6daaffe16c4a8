"""SQL and the kernels know the same attempts, one by one; `test_sql_answers` compares whole answers."""

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.facts.viewing import sql_analyses
from quarterdeck.insights.journeys.service.engines import KernelAnalyses
from tests.insights.journeys.conftest import ask, view_of

EVENTS = "abcx"
DIALECTS = st.sampled_from(["quarterdeck", "posthog", "amplitude"])

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


@agreeing
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
