"""Who went from one stop to another is a list of the moves that a path counts."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.calc.paths import edges
from quarterdeck.insights.journeys.service.moving import moved_between
from quarterdeck.insights.journeys.service.opening import Opened
from tests.insights.journeys.conftest import BEGIN, ask, view_of

LOG = [("bo", 0, "a"), ("bo", 1, "b"), ("al", 0, "a"), ("al", 5, "b"), ("al", 9, "a"), ("al", 12, "b")]


def opened(rows, **content):
    view = view_of(rows)
    return Opened(question=ask(kind="paths", pause_minutes=30, **content), view=view, versions={})


def test_everybody_stands_once_with_the_last_time_and_the_latest_first():
    found = moved_between(opened(LOG), "a", "b", sees_personal=True)
    assert (found.moves, found.units) == (3, 2)
    listed = [(each.place, each.name, each.last) for each in found.people]
    minute = timedelta(minutes=1)
    assert listed == [(1, "al", BEGIN + 12 * minute), (2, "bo", BEGIN + minute)]
    assert next(found.lines()) == "2 went from a to b, 3 times"


def test_one_step_of_their_path_can_be_looked_at():
    found = moved_between(opened(LOG), "a", "b", step=3, sees_personal=True, listed=1)
    assert (found.moves, [each.name for each in found.people]) == (1, ["al"])


def test_people_have_no_names_for_who_may_not_see_them():
    found = moved_between(opened(LOG), "b", "a", sees_personal=False)
    assert [each.name for each in found.people] == ["Person 1"]


def test_a_stop_that_nobody_was_at_is_told_with_what_was_meant():
    with pytest.raises(QuarterdeckError, match="Nobody was ever at 'bb'"):
        moved_between(opened(LOG), "a", "bb", sees_personal=True)


rows = st.lists(st.tuples(st.sampled_from("klm"), st.integers(0, 90), st.sampled_from("abc")), max_size=15)


@given(rows, st.sampled_from([None, "a"]), st.sampled_from([None, "c"]))
def test_the_list_agrees_with_the_count_of_every_move(listed, from_stop, to_stop):
    known = {event for *_, event in listed}
    stops = {"from_stop": from_stop, "to_stop": to_stop}
    asked = opened(listed, **{name: stop for name, stop in stops.items() if stop in known})
    for edge in edges(asked.view, asked.question):
        found = moved_between(asked, edge.source, edge.target, step=edge.step, sees_personal=True)
        assert found.moves == edge.count
        assert len(found.people) == found.units <= found.moves
