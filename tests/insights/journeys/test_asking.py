"""An address says the whole question, a form asks it, and what a form cannot hold stands as text."""

from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.addresses import asked_by, asked_of, rearranged
from quarterdeck.insights.journeys.service.asking import WORDS, Asked, AskedStep, Filter, LeftOut
from quarterdeck.insights.journeys.service.written import BEGINNINGS, beginning, journey_of, yaml_of

NAMES = st.text("abcdef_", min_size=1, max_size=8)


@st.composite
def filters(draw):
    comparison = draw(st.sampled_from(sorted(WORDS)))
    if comparison in ("is_set", "is_unset"):
        value = ""
    elif comparison in ("above", "at_least", "below", "at_most"):
        value = str(draw(st.integers(0, 99)))
    elif comparison in ("before", "after", "on"):
        value = draw(st.dates()).isoformat()
    else:
        value = draw(NAMES)
    return Filter(field=draw(NAMES), comparison=comparison, value=value)


@st.composite
def questions(draw):
    few = st.lists(filters(), max_size=2).map(tuple)
    steps = draw(
        st.lists(
            st.builds(
                AskedStep,
                event=NAMES,
                others=st.lists(st.text("xyz", min_size=1, max_size=3), max_size=2, unique=True).map(tuple),
                filters=few,
                label=st.sampled_from(("", "First day")),
            ),
            min_size=3,
            max_size=5,
        )
    )
    return Asked(
        steps=tuple(steps),
        filters=draw(few),
        left_out=draw(st.sampled_from(((), (LeftOut(event="x", from_step=2, to_step=3),)))),
        cohort=draw(st.sampled_from(("", "staff", "!staff"))),
        within=draw(st.sampled_from(("1 day", "7 days"))),
        unit=draw(st.sampled_from(("person", "account"))),
        since=draw(st.sampled_from(("-60d", "2026-01-31"))),
        until=draw(st.sampled_from(("", "2026-03-01"))),
        by=draw(
            st.sampled_from((("plan",), ("cohort:staff",), ("plan", "device"), ("plan", "device", "team")))
        ),
        attribution=draw(st.sampled_from(("first", "last", "all", "step 2"))),
        order=draw(st.sampled_from(("ordered", "strict", "unordered"))),
        count=draw(st.sampled_from(("people", "conversions"))),
        same=draw(st.sampled_from(("", "session"))),
        value=draw(st.sampled_from(("", "amount"))),
        compare=draw(st.sampled_from(("", "1"))),
        weigh=draw(st.sampled_from(("", "arr"))),
        dialect=draw(st.sampled_from(("quarterdeck", "posthog"))),
        also=draw(st.sampled_from(("", '{"grain":"week","show":"trend"}'))),
        name=draw(st.sampled_from(("", "first_week"))),
    )


def test_whatever_a_form_asks_stands_in_its_address_its_text_and_its_definition():
    @given(questions())
    def law(asked):
        assert asked_of(parse_qs(asked.address, keep_blank_values=True)) == asked
        if asked.weigh and '"show":"times"' in asked.also:
            return
        journey = asked.journey()
        assert asked_by(journey, asked.name) == asked
        assert journey_of(yaml_of(journey)) == journey
        assert Journey.model_validate(YAML(typ="safe").load(yaml_of(journey))) == journey

    law()


def test_a_condition_without_its_value_asks_nothing_yet():
    asked = Asked(steps=(AskedStep(event="a", filters=(Filter(field="plan"),)),))
    assert asked.journey().steps[0].where == ()
    assert asked_of(parse_qs(asked.address, keep_blank_values=True)) == asked
    assert asked.waiting == ("plan",)


def test_steps_are_moved_and_removed_by_number_with_all_that_they_ask():
    web = Filter(field="device", comparison="is_not", value="web")
    asked = Asked(steps=(AskedStep(event="a", filters=(web,)), AskedStep(event="b")), stop=2)
    moved = rearranged(asked, "down 1")
    assert [step.event for step in moved.steps] == ["b", "a"]
    assert moved.steps[1].filters == (web,)
    assert moved.stop == 0
    assert [step.event for step in rearranged(asked, "up 2").steps] == ["b", "a"]
    assert [step.event for step in rearranged(asked, "remove 1").steps] == ["b"]
    for odd in ("remove 9", "up x", "", "up -1"):
        assert rearranged(asked, odd) == asked


def test_an_emptied_field_takes_its_conditions_along_and_no_other():
    given_ = {"step": ["a", "", "c"], "where2": ["x"], "value2": ["1"], "where3": ["y"], "value3": ["2"]}
    asked = asked_of(given_)
    assert [step.event for step in asked.steps] == ["a", "c"]
    assert asked.steps[1].filters == (Filter(field="y", value="2"),)


def test_a_day_in_the_form_is_the_beginning():
    assert asked_of({"since": ["day"], "from": ["2026-01-31"]}).since == "2026-01-31"
    assert asked_of({"since": ["-7d"], "from": ["2026-01-31"]}).since == "-7d"


@pytest.mark.parametrize("also", ['{"steps":[]}', "{", "[]", '{"title":"x"}'])
def test_a_link_adds_nothing_that_the_form_decides(also):
    with pytest.raises(QuarterdeckError):
        Asked(steps=(AskedStep(event="a"),), also=also).journey()


@pytest.mark.parametrize(
    "more",
    [
        {"steps": [{"event": "a", "where": [{"any": [{"property": "x", "is": 1}]}]}]},
        {"steps": [{"any_of": [{"event": "a"}, {"event": "b", "where": [{"property": "x", "is": "1"}]}]}]},
        {"steps": [{"event": "a"}], "by": ["w", "x", "y", "z"]},
        {"steps": [{"event": "a"}], "where": [{"property": "x", "element": {"tag": "a"}}]},
        {"steps": [{"event": "a"}], "where": [{"property": "x", "any_of": ["a, b", "c"]}]},
    ],
)
def test_what_a_form_cannot_hold_has_no_form(more):
    assert asked_by(Journey.model_validate({"kind": "funnel", **more})) is None


def test_every_beginning_is_a_question():
    for kind in BEGINNINGS:
        assert journey_of(beginning(kind, "job_dispatched")).kind == kind


def test_a_text_with_a_fault_says_its_line():
    with pytest.raises(QuarterdeckError, match=r"Line 2: .*stepz"):
        journey_of("kind: funnel\nstepz: []\n")
    with pytest.raises(QuarterdeckError, match="fit into an address"):
        journey_of("# " + "x" * 3000)


def test_who_is_looked_at_is_no_part_of_the_question():
    asked = Asked(steps=(AskedStep(event="a"), AskedStep(event="b")))
    assert replace(asked, stop=2, reason="gone", who=3).journey() == asked.journey()
