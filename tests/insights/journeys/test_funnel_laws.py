"""A funnel finds what trying everything out finds, and keeps the laws that every funnel must keep."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.insights.journeys.calc.buckets import microseconds
from quarterdeck.insights.journeys.calc.funnel import marks_of, walk
from quarterdeck.insights.journeys.calc.funnel_counts import count_reached
from quarterdeck.insights.journeys.calc.funnel_figures import who_reached
from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.calc.picks import equal_steps
from tests.insights.journeys.conftest import BEGIN, ask, view_of

EVENTS = "abcx"
ORDERS = ("ordered", "strict", "unordered")
DIALECTS = ("quarterdeck", "posthog")

rows = st.lists(
    st.tuples(st.sampled_from(["al", "bo"]), st.integers(0, 9), st.sampled_from(EVENTS)), max_size=9
)
# Several steps may count the same event.
picks = st.lists(st.sampled_from(["a", "b", "c", ["a", "b"], ["b", "c"]]), min_size=1, max_size=3)
windows = st.integers(0, 6)


def funnel(steps, minutes, order, dialect="posthog", **more):
    content = {"kind": "funnel", "steps": [{"event": step} for step in steps], "order": order}
    return ask(within=f"{minutes} minutes", dialect=dialect, **content, **more)


def walked(view, question):
    return walk(view, question, marks_of(view, question))


def depths(view, question):
    found = walked(view, question)
    return {
        view.units[unit]: int(depth) for unit, depth in zip(found.unit, found.depth, strict=True) if depth
    }


def counts_for(step, event):
    return event in step


def deepest(events, steps, window, equal, later):
    """How deep the best attempt goes, by trying every event for every step."""

    def onward(taken):
        depth = len(taken)
        if depth == len(steps):
            return depth
        best = depth
        for place, (minute, event) in enumerate(events):
            if place in taken or not counts_for(steps[depth], event):
                continue
            if taken and not events[taken[-1]][0] <= minute <= events[taken[0]][0] + window:
                continue
            if later and any(
                equal[step][depth] and events[taken[step]][0] == minute for step in range(depth)
            ):
                continue
            best = max(best, onward([*taken, place]))
        return best

    return onward([])


def deepest_strict(events, steps, window, equal, later):
    best = 0
    for start in range(len(events)):
        depth = 0
        while depth < len(steps) and start + depth < len(events):
            minute, event = events[start + depth]
            if not counts_for(steps[depth], event) or minute > events[start][0] + window:
                break
            if later and any(equal[s][depth] and events[start + s][0] == minute for s in range(depth)):
                break
            depth += 1
        best = max(best, depth)
    return best


def deepest_unordered(events, steps, window):
    best = 0
    for start, (begin, event) in enumerate(events):
        if not any(counts_for(step, event) for step in steps):
            continue
        inside = [
            place
            for place, (minute, _) in enumerate(events)
            if begin <= minute <= begin + window and place != start
        ]
        for size in range(min(len(steps), len(inside) + 1), best, -1):
            if any(
                all(
                    counts_for(step, events[place][1])
                    for step, place in zip(chosen, (start, *others), strict=True)
                )
                for chosen in permutations(steps, size)
                for others in permutations(inside, size - 1)
            ):
                best = size
                break
    return best


def expected(listed, steps, window, order, later):
    equal = equal_steps(funnel(steps, 1, order).journey.steps)
    found = {}
    for person in sorted({person for person, _, _ in listed}):
        events = [(minute, event) for who, minute, event in listed if who == person]
        events.sort(key=lambda each: each[0])
        if order == "ordered":
            depth = deepest(events, steps, window, equal, later)
        elif order == "strict":
            depth = deepest_strict(events, steps, window, equal, later)
        else:
            depth = deepest_unordered(events, steps, window)
        if depth:
            found[person] = depth
    return found


@settings(max_examples=300)
@given(rows, picks, windows, st.sampled_from(ORDERS), st.sampled_from(DIALECTS))
def test_a_funnel_is_what_trying_everything_finds(listed, steps, window, order, dialect):
    found = depths(view_of(listed), funnel(steps, window, order, dialect))
    assert found == expected(listed, steps, window, order, dialect == "posthog")


@settings(max_examples=150)
@given(rows, picks, windows, st.sampled_from(DIALECTS))
def test_any_order_finds_at_least_the_order_and_that_at_least_the_strict_one(listed, steps, window, dialect):
    view = view_of(listed)
    strict, ordered, unordered = (
        depths(view, funnel(steps, window, order, dialect)) for order in ("strict", "ordered", "unordered")
    )
    for person, depth in strict.items():
        assert ordered[person] >= depth
    for person, depth in ordered.items():
        assert unordered[person] >= depth


@settings(max_examples=100)
@given(rows, picks, windows, st.integers(0, 5), st.sampled_from(ORDERS))
def test_a_wider_window_never_loses_anybody(listed, steps, window, wider, order):
    view = view_of(listed)
    narrow = depths(view, funnel(steps, window, order))
    wide = depths(view, funnel(steps, window + wider, order))
    assert all(wide[person] >= depth for person, depth in narrow.items())


@settings(max_examples=100)
@given(rows, picks, windows, st.sampled_from(["ordered", "unordered"]), st.randoms())
def test_the_order_in_which_rows_came_changes_nothing(listed, steps, window, order, chance):
    shuffled = list(listed)
    chance.shuffle(shuffled)
    question = funnel(steps, window, order)
    assert depths(view_of(listed), question) == depths(view_of(shuffled), question)


@settings(max_examples=100)
@given(rows, picks, windows, st.sampled_from(ORDERS), st.data())
def test_a_breakdown_adds_up_to_the_whole(listed, steps, window, order, data):
    plans = data.draw(
        st.lists(st.sampled_from(["pro", "free", None]), min_size=len(listed), max_size=len(listed))
    )
    attribution = data.draw(st.sampled_from(["first", "last", "step"]))
    view = view_of(listed, plan=plans)
    whole = walked(view, funnel(steps, window, order, "quarterdeck"))
    question = funnel(steps, window, order, "quarterdeck", by=["plan"], attribution=attribution)
    parts = walk_groups(view, question).values()
    assert [sum(reached) for reached in zip(*(part.reached for part in parts), strict=True)] == (
        whole.reached if parts else []
    )


@settings(max_examples=200)
@given(rows, picks, windows, st.sampled_from(ORDERS), st.data())
def test_what_is_counted_in_one_pass_is_the_count_of_the_witnesses(listed, steps, window, order, data):
    plans = data.draw(
        st.lists(st.sampled_from(["pro", "free", "", None]), min_size=len(listed), max_size=len(listed))
    )
    more = {"by": data.draw(st.sampled_from([[], ["plan"], ["plan", "event"]]))}
    if more["by"]:
        more |= {"attribution": data.draw(st.sampled_from(["first", "last", "step", "all"]))}
        more |= {"limit": data.draw(st.sampled_from([1, 25]))}
    if len(steps) > 1 and data.draw(st.booleans()):
        more |= {"exclude": [{"event": "x"}]}
    view = view_of(listed, plan=plans, event=[event for _, _, event in listed])
    question = funnel(steps, window, order, "quarterdeck", **more)
    assert count_reached(view, question) == {
        value: group.reached for value, group in walk_groups(view, question).items()
    }


@settings(max_examples=100)
@given(rows, picks, windows, st.sampled_from(ORDERS))
def test_every_witness_is_an_event_of_its_step_in_the_window(listed, steps, window, order):
    view = view_of(listed)
    question = funnel(steps, window, order)
    found = walked(view, question)
    for unit, depth, reached in zip(found.unit, found.depth, found.rows, strict=True):
        chain = view.own_rows(reached[:depth])
        assert len(set(chain)) == depth
        assert all(view.unit_of_rows[row] == unit for row in chain)
        times = view.time[chain]
        assert times.max() - times[0] <= window * 60_000_000
        assert all(one <= other for one, other in pairwise(times))
        names = [view.event.values[view.event.codes[row]] for row in chain]
        if order != "unordered":
            assert all(counts_for(step, name) for step, name in zip(steps, names, strict=False))
        assert all(row < 0 for row in reached[depth:])


@settings(max_examples=100)
@given(rows, picks, windows, st.sampled_from(ORDERS))
def test_lists_of_people_are_as_long_as_the_counts(listed, steps, window, order):
    found = walked(view_of(listed), funnel(steps, window, order))
    reached = found.reached
    assert [len(set(who_reached(found, step + 1))) for step in range(len(steps))] == reached
    for step, (before, after) in enumerate(pairwise(reached), 2):
        assert len(who_reached(found, -step)) == before - after


@settings(max_examples=100)
@given(rows, picks, windows, st.sampled_from(ORDERS))
def test_every_attempt_together_holds_the_best_one(listed, steps, window, order):
    view = view_of(listed)
    question = funnel(steps, window, order)
    best, every = walked(view, question), walk(view, question, marks_of(view, question), many=True)
    for unit, depth in zip(best.unit, best.depth, strict=True):
        assert every.depth[every.unit == unit].max() == depth


@settings(max_examples=100)
@given(rows, st.integers(1, 6))
def test_an_exclusion_spoils_exactly_the_attempts_it_stands_in(listed, window):
    view = view_of(listed)
    question = funnel(["a", "b"], window, "ordered", exclude=[{"event": "x", "from_step": 1, "to_step": 2}])
    found = depths(view, question)
    for person in sorted({person for person, _, _ in listed}):
        events = sorted((minute, event) for who, minute, event in listed if who == person)
        best = 0
        for begin in [minute for minute, event in events if event == "a"]:
            ends = [m for m, event in events if event == "b" and begin <= m <= begin + window]
            end = min(ends, default=begin + window + 1)
            if any(event == "x" and begin < minute < end for minute, event in events):
                continue
            best = max(best, 2 if ends else 1)
        assert found.get(person, 0) == best


def test_an_event_long_after_the_period_begins_no_attempt_but_may_end_one():
    view = view_of([("al", 5, "a"), ("al", 15, "b"), ("bo", 15, "a")])
    period_end = BEGIN + timedelta(minutes=10)
    for dialect, reached in (("quarterdeck", [1, 1]), ("posthog", [1, 0])):
        question = funnel(["a", "b"], 60, "ordered", dialect)
        period = type(question.period)(
            since=microseconds(BEGIN),
            until=microseconds(period_end),
            known_until=microseconds(period_end + timedelta(hours=2)),
            asked_at=microseconds(period_end + timedelta(hours=2)),
            begin=BEGIN,
            end=period_end,
        )
        asked = type(question)(journey=question.journey, period=period, calendar=question.calendar)
        assert walked(view, asked).reached == reached


def test_pieces_of_the_units_give_the_same_as_all_at_once(monkeypatch):
    chance = np.random.default_rng(5)
    listed = [
        (f"p{chance.integers(40)}", int(chance.integers(300)), chance.choice(list("abx"))) for _ in range(900)
    ]
    view, question = (
        view_of(listed, plan=[who[-1] for who, _, _ in listed]),
        funnel(["a", "b"], 20, "ordered"),
    )
    by_plan = funnel(["a", "b"], 20, "ordered", by=["plan"])
    whole, apart = walked(view, question), count_reached(view, by_plan)
    monkeypatch.setattr("quarterdeck.insights.journeys.calc.chunks.ROWS_AT_ONCE", 50)
    from quarterdeck.insights.journeys.calc import chunks

    monkeypatch.setattr(chunks.pieces, "__defaults__", (50,))
    assert len(chunks.pieces(view.offsets)) > 5
    with ThreadPoolExecutor(3) as threads:
        again = walked(view, replace(question, each=threads.map))
        assert count_reached(view, replace(by_plan, each=threads.map)) == apart
    for column in ("unit", "begin", "depth", "reason", "rows", "seconds"):
        assert np.array_equal(getattr(again, column), getattr(whole, column))
