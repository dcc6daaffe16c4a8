"""Paths are what lists of stops say: from a stop on, up to one, and around one."""

from collections import Counter
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from quarterdeck.insights.journeys.calc.paths import edges, ways
from quarterdeck.insights.journeys.definitions.journey import Journey
from tests.insights.journeys.conftest import ask, view_of

PAUSE = 90

rows = st.lists(
    st.tuples(st.sampled_from(["al", "bo"]), st.integers(-9, 90), st.sampled_from("abcd")),
    max_size=30,
    unique_by=lambda row: row[:2],  # one event at a time
).map(lambda listed: [(who, 10 * minute, event) for who, minute, event in listed])


@st.composite
def options(draw):
    """Where paths begin and end, and how long they may be."""
    which = draw(st.sampled_from(["", "from_stop", "to_stop", "both", "around_stop"]))
    names = ("from_stop", "to_stop") if which == "both" else (which,) if which else ()
    shortest = 3 if which == "around_stop" else 2
    asked = {name: draw(st.sampled_from("abcd")) for name in names}
    return {"longest": draw(st.integers(shortest, 8)), **asked}


def walked(listed):
    """The stops of every path, with their minutes: staying is none, a pause begins another path."""
    for person in sorted({who for who, _, _ in listed}):
        events = sorted((minute, event) for who, minute, event in listed if who == person and minute >= 0)
        paths = []
        for number, (minute, event) in enumerate(events):
            if number == 0 or minute - events[number - 1][0] > PAUSE:
                paths.append([])
            paths[-1].append((minute, event))
        for path in paths:
            yield [next(same) for _, same in groupby(path, key=lambda each: each[1])]


def looked_at(stops, *, longest, from_stop=None, to_stop=None, around_stop=None):
    """The part of a path that is asked for, and the step of its first move."""
    names = [event for _, event in stops]
    if around_stop is not None:
        if around_stop not in names:
            return [], 0
        middle, before = names.index(around_stop), (longest - 1) // 2
        missing = max(0, before - middle)
        return stops[max(0, middle - before) : middle - before + longest], 1 + missing
    if from_stop is not None:
        if from_stop not in names:
            return [], 0
        stops, names = stops[names.index(from_stop) :], names[names.index(from_stop) :]
    if to_stop is not None:
        if to_stop not in names:
            return [], 0
        return stops[: names.index(to_stop) + 1][-longest:], 1
    return stops[:longest], 1


@settings(max_examples=300)
@given(rows, options())
def test_paths_are_the_moves_between_different_stops(listed, asked):
    known = {event for _, minute, event in listed}
    asked = {name: stop for name, stop in asked.items() if name == "longest" or stop in known}
    moves, minutes = Counter(), Counter()
    for stops in walked(listed):
        part, first = looked_at(stops, **asked)
        for step, ((left, source), (came, target)) in enumerate(pairwise(part), first):
            moves[step, source, target] += 1
            minutes[step, source, target] += came - left
    view, question = view_of(listed), ask(kind="paths", pause_minutes=PAUSE, **asked)
    every = edges(view, question, most=10_000)
    assert {(edge.step, edge.source, edge.target): edge.count for edge in every} == moves
    for edge in every:
        assert edge.of == sum(count for (step, *_), count in moves.items() if step == edge.step)
        assert edge.mean_seconds == pytest.approx(
            60 * minutes[edge.step, edge.source, edge.target] / edge.count
        )
    table = ways(view, question)
    witnessed = [
        (int(step), *(table.stops[stop] for stop in move))
        for step, *move in zip(table.step, table.source, table.target, strict=True)
    ]
    assert Counter(witnessed) == moves


@settings(max_examples=100)
@given(rows, st.integers(3, 8))
def test_around_a_stop_the_stop_stands_in_the_middle_column_alone(listed, longest):
    if "a" not in {event for *_, event in listed}:
        return
    asked = {"around_stop": "a", "longest": longest, "pause_minutes": PAUSE}
    middle = (longest - 1) // 2
    for edge in edges(view_of(listed), ask(kind="paths", **asked)):
        assert 1 <= edge.step < longest
        assert edge.step != middle or edge.target == "a"
        assert edge.step != middle + 1 or edge.source == "a"


@settings(max_examples=100)
@given(rows, st.integers(3, 8))
def test_what_follows_around_a_stop_is_what_follows_from_it(listed, longest):
    if "a" not in {event for *_, event in listed}:
        return
    before, view = (longest - 1) // 2, view_of(listed)
    around = edges(view, ask(kind="paths", pause_minutes=PAUSE, around_stop="a", longest=longest))
    follows = edges(view, ask(kind="paths", pause_minutes=PAUSE, from_stop="a", longest=longest - before))
    after = {
        (edge.step - before, edge.source, edge.target): edge.count for edge in around if edge.step > before
    }
    assert after == {(edge.step, edge.source, edge.target): edge.count for edge in follows}


def test_around_stands_alone_and_has_room_on_both_sides():
    with pytest.raises(ValidationError, match="takes the place of `from_stop:` and `to_stop:`"):
        Journey(kind="paths", around_stop="a", from_stop="b")
    with pytest.raises(ValidationError, match="needs `longest: 3` or more"):
        Journey(kind="paths", around_stop="a", longest=2)
    with pytest.raises(ValidationError, match="means nothing for kind: funnel"):
        Journey(kind="funnel", steps=({},), around_stop="a")


def test_shares_are_of_all_moves_also_of_those_that_are_not_listed():
    listed = [(f"one{number}", 0, "a") for number in range(3)] + [("one0", 1, "b"), ("one1", 1, "b")]
    listed += [("one2", 1, "c")]
    (first,) = edges(view_of(listed), ask(kind="paths"), most=1)
    assert (first.source, first.target, first.count, first.of) == ("a", "b", 2, 3)
