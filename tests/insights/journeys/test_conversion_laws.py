"""Total conversions, properties held constant, and what conversions are worth: as counting by hand has it."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.insights.journeys.calc.funnel import marks_of, walk
from quarterdeck.insights.journeys.calc.funnel_figures import entries
from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.calc.funnel_value import funnel_worth
from tests.insights.journeys.conftest import ask, view_of

rows = st.lists(
    st.tuples(st.sampled_from(["al", "bo"]), st.integers(0, 20), st.sampled_from("abcx")), max_size=12
)
values = st.sampled_from(["s1", "s2", None])
orders = st.sampled_from(["ordered", "unordered", "strict"])
windows = st.integers(0, 8)
steps = st.lists(st.sampled_from(["a", "b", "c", ["a", "b"]]), min_size=1, max_size=3)


def funnel(picks, minutes, order, **more):
    listed = [{"event": pick} for pick in picks]
    return ask(kind="funnel", steps=listed, order=order, within=f"{minutes} minutes", **more)


def walked(view, question):
    (found,) = walk_groups(view, question).values()
    return found


def spans_of(view, question):
    """Every attempt of the plain funnel as (unit, first row, last row it holds, depth)."""
    every = walk(view, question, marks_of(view, question), many=True)
    found = []
    for unit, depth, reason, chain in zip(every.unit, every.depth, every.reason, every.rows, strict=True):
        own = [int(row) for row in view.own_rows(chain[: max(depth, 1)])]
        last = max(own)
        if reason not in (0, 3):  # neither converted nor broken: it lasts until its window closes
            closes = view.time[own[0]] + question.window
            rows_of_unit = range(view.offsets[unit], view.offsets[unit + 1])
            last = max([last, *(row for row in rows_of_unit if view.time[row] <= closes)])
        found.append((int(unit), min(own), last, int(depth), own[0]))
    return found


def apart(spans):
    """The attempts taken by hand: the deepest first, then the earliest, none that touches another."""
    taken = []
    for unit, first, last, depth, begin in sorted(spans, key=lambda one: (-one[3], one[1], one[4])):
        if all(unit != other[0] or last < other[1] or other[2] < first for other in taken):
            taken.append((unit, first, last, depth, begin))
    return taken


@settings(max_examples=200)
@given(rows, steps, windows, orders)
def test_total_conversions_are_what_taking_turns_by_hand_finds(listed, picks, minutes, order):
    view = view_of(listed)
    question = funnel(picks, minutes, order, count="conversions")
    found = walked(view, question)
    by_hand = apart(spans_of(view, question))
    depths = [depth for *_, depth, _ in by_hand]
    assert found.reached == [sum(depth > step for depth in depths) for step in range(len(picks))]


@settings(max_examples=200)
@given(rows, steps, windows, orders, st.booleans())
def test_there_are_at_least_as_many_conversions_as_people_at_every_step(
    listed, picks, minutes, order, excluding
):
    view = view_of(listed)
    exclude = {"exclude": [{"event": "x"}]} if excluding and len(picks) > 1 else {}
    people = walked(view, funnel(picks, minutes, order, **exclude)).reached
    conversions = walked(view, funnel(picks, minutes, order, count="conversions", **exclude)).reached
    assert all(more >= few for more, few in zip(conversions, people, strict=True))
    assert all(one >= other for one, other in pairwise(conversions))


def test_one_attempt_at_a_time():
    view = view_of(
        [("al", 0, "a"), ("al", 1, "a"), ("al", 2, "b"), ("al", 3, "a"), ("al", 4, "b"), ("al", 9, "a")]
    )
    assert walked(view, funnel("ab", 3, "ordered", count="conversions")).reached == [3, 2]
    assert walked(view, funnel("a", 3, "ordered", count="conversions")).reached == [4]


@settings(max_examples=150)
@given(rows, steps, windows, orders, st.data())
def test_conversions_add_up_over_a_breakdown_and_over_time(listed, picks, minutes, order, data):
    plans = data.draw(st.lists(values, min_size=len(listed), max_size=len(listed)))
    attribution = data.draw(st.sampled_from(["first", "last", "step"]))
    view = view_of(listed, plan=plans)
    whole = walked(view, funnel(picks, minutes, order, count="conversions"))
    cut = funnel(picks, minutes, order, count="conversions", by=["plan"], attribution=attribution)
    parts = [group.reached for group in walk_groups(view, cut).values()]
    assert [sum(one) for one in zip(*parts, strict=True)] == (whole.reached if parts else [])
    trend = funnel(picks, minutes, order, count="conversions", show="trend")
    (attempts,) = walk_groups(view, trend, many=True).values()
    found = entries(trend.journey, attempts, trend.buckets)
    assert sum(one.entered for one in found) == whole.reached[0]
    assert sum(one.converted for one in found) == whole.reached[-1]


@settings(max_examples=200)
@given(rows, steps, windows, orders, st.data())
def test_holding_a_property_constant_never_finds_more(listed, picks, minutes, order, data):
    sessions = data.draw(st.lists(values, min_size=len(listed), max_size=len(listed)))
    view = view_of(listed, session=sessions)
    plain = {
        int(unit): int(depth)
        for found in [walked(view, funnel(picks, minutes, order))]
        for unit, depth in zip(found.unit, found.depth, strict=True)
    }
    held = walked(view, funnel(picks, minutes, order, same=["session"]))
    assert len(set(held.unit.tolist())) == len(held.unit)
    assert all(plain[unit] >= depth for unit, depth in zip(held.unit.tolist(), held.depth, strict=True))


@settings(max_examples=200)
@given(rows, steps, windows, st.sampled_from(["ordered", "unordered"]), st.data())
def test_a_held_property_is_the_plain_funnel_on_the_events_of_each_value(listed, picks, minutes, order, data):
    sessions = data.draw(st.lists(values, min_size=len(listed), max_size=len(listed)))
    best: dict[tuple[str, str], int] = {}
    for value in ("s1", "s2"):
        view = view_of([row for row, session in zip(listed, sessions, strict=True) if session == value])
        found = walked(view, funnel(picks, minutes, order))
        for unit, depth in zip(found.unit, found.depth, strict=True):
            best[view.units[unit], value] = int(depth)
    view = view_of(listed, session=sessions)
    people = walked(view, funnel(picks, minutes, order, same=["session"]))
    of_person = {view.units[unit]: int(depth) for unit, depth in zip(people.unit, people.depth, strict=True)}
    assert of_person == {
        person: max(depth for (who, _), depth in best.items() if who == person) for person, _ in best
    }
    # Amplitude counts whoever it is once for each value.
    pairs = walked(view, funnel(picks, minutes, order, same=["session"], dialect="amplitude"))
    assert sorted(pairs.depth.tolist()) == sorted(best.values())


def test_a_strict_attempt_breaks_where_the_value_changes():
    view = view_of([("al", 0, "a"), ("al", 1, "b"), ("al", 2, "c")], session=["s1", "s1", "s2"])
    found = walked(view, funnel("abc", 9, "strict", same=["session"]))
    assert (found.reached, found.reason.tolist()) == ([1, 1, 0], [3])


def test_an_exclusion_spoils_whatever_its_value():
    listed = [("al", 0, "a"), ("al", 1, "x"), ("al", 2, "b")]
    for value in ("s1", "s2", None):
        view = view_of(listed, session=["s1", value, "s1"])
        asked = funnel("ab", 9, "ordered", same=["session"], exclude=[{"event": "x"}])
        assert walked(view, asked).reached == [0, 0]


def test_several_properties_are_held_together():
    listed = [("al", 0, "a"), ("al", 1, "b"), ("al", 2, "b")]
    view = view_of(listed, session=["s1", "s1", "s1"], item=["i1", "i2", "i1"])
    found = walked(view, funnel("ab", 9, "ordered", same=["session", "item"]))
    assert view.own_rows(found.rows[0]).tolist() == [0, 2]


@settings(max_examples=100)
@given(rows, windows, st.data())
def test_the_worth_of_conversions_is_the_sum_over_their_witnesses(listed, minutes, data):
    amounts = data.draw(
        st.lists(st.sampled_from(["1.5", "20", "free", None]), min_size=len(listed), max_size=len(listed))
    )
    view = view_of(listed, amount=amounts)
    question = funnel("ab", minutes, "ordered", value={"property": "amount"}, count="conversions")
    found = walked(view, question)
    worth = funnel_worth(view, question.journey, found)
    column = view.columns["amount"]
    texts = [
        column.values[column.codes[row]] if column.codes[row] >= 0 else ""
        for row in view.own_rows(found.rows[found.depth == 2, 1])
    ]
    numbers = [float(text) for text in texts if text in ("1.5", "20")]
    assert (worth.converted.known, worth.converted.sum) == (len(numbers), sum(numbers))
    assert worth.converted == worth.steps[1]
    if numbers:
        assert np.isclose(worth.converted.mean, sum(numbers) / len(numbers))


def test_a_value_of_one_step_is_told_of_that_step_and_of_the_converted():
    listed = [("al", 0, "a"), ("al", 1, "b"), ("bo", 0, "a")]
    view = view_of(listed, amount=["5", "7", "9"])
    question = funnel("ab", 9, "ordered", value={"property": "amount", "of_step": 1})
    worth = funnel_worth(view, question.journey, walked(view, question))
    assert (worth.steps[0].sum, worth.steps[1], worth.converted.sum) == (14.0, None, 5.0)


def test_an_exclusion_beside_held_values_lets_no_attempt_count_twice():
    # What spoils stands with every value, and counts for a step where it has that value itself.
    listed = [("cy", 0.12, "x"), ("cy", 0.05, "c"), ("cy", 0.12, "x"), ("bo", 0.1, "x"), ("cy", 0.07, "x")]
    plans, teams = ["free", "pro", "free", "", "", "free"], ["y", "x", "y", "y", "y", "y"]
    view = view_of([*listed, ("bo", 0.1, "a")], plan=plans, team=teams)
    steps = [
        {"event": ["a", "b"]},
        {"event": ["a", "b"], "where": [{"property": "plan", "is_set": True}]},
        {},
    ]
    asked = {"kind": "funnel", "within": "6 minutes", "order": "unordered", "steps": steps}
    asked |= {"same": ["plan", "team"], "count": "conversions", "exclude": [{"event": "x", "from_step": 2}]}
    # Two people with two and three pairs of values; Cy's two events of one pair overlap.
    assert len(walked(view, ask(**asked)).unit) == 5


def test_conversions_at_one_instant_stay_two_among_the_others():
    view = view_of([("bo", 1, "a"), ("al", 1, "a"), ("al", 1, "a")], plan=["x", "y", "z"])
    question = ask(
        kind="funnel", steps=[{"event": "a"}], count="conversions", by=["plan"], attribution="all", limit=1
    )
    groups = walk_groups(view, question)
    assert {value: found.reached for value, found in groups.items()} == {("x",): [1], ("Other",): [2]}
