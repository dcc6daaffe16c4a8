"""A work item is told as its tracker's history says, and by no other rule than the stated one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.errors import QuarterdeckError
from quarterdeck.feedback.backlog.calc.stages import WORDS, stage_of
from quarterdeck.feedback.backlog.service.items import cycle_days, history_of, work_items
from tests.feedback.backlog.tracker import day, track


def item(workspace, key, at=None):
    return work_items(workspace, at).find(key)


def test_an_item_shipped_when_it_came_to_a_done_status_and_stayed(standing):
    track(
        standing, "A-1",
        (0, "created", "Open"), (2, "In progress"), (5, "Done"), (6, "Reopened"), (7, "In review"),
        (9, "Resolved"), (12, "Closed"),
    )  # fmt: skip
    found = item(standing, "A-1")
    assert (found.stage, found.status, found.reopened) == ("done", "Closed", 1)
    assert (found.created, found.started, found.shipped_at) == (day(0), day(2), day(9))
    assert found.cycle_days == 7


def test_an_item_stands_as_it_did_at_the_moment(standing):
    track(standing, "A-1", (0, "created", "To do"), (2, "In progress"), (5, "Done"), (6, "Reopened"))
    stages = [item(standing, "A-1", day(moment, 1)).stage for moment in (0, 2, 5, 6)]
    assert stages == ["to do", "doing", "done", "to do"]
    assert item(standing, "A-1").shipped_at is None
    assert item(standing, "A-1", day(5, 1)).shipped_at == day(5)


def test_what_was_closed_as_a_duplicate_or_not_to_be_done_did_not_ship(standing):
    track(standing, "A-1", (0, "created", "Open"), (3, "resolution", "Won't Fix"), (3, "Closed"))
    track(standing, "A-2", (0, "created", "Open"), (3, "Rejected"))
    track(standing, "A-3", (0, "created", "Open"), (3, "resolution", "Fixed"), (3, "Closed"))
    found = work_items(standing).by_key
    assert [(each.stage, each.shipped_at) for each in found.values()] == [
        ("dropped", None),
        ("dropped", None),
        ("done", day(3)),
    ]


def test_the_newest_word_on_title_and_parent_holds(standing):
    track(standing, "A-1", (0, "created", "Open"), title="Old words", parent="E-1")
    track(standing, "A-1", (1, "parent", "E-2"), title="New words", parent=None)
    track(standing, "A-2", (0, "created", "Open"), parent="E-1")
    track(standing, "A-2", (1, "parent", ""), parent=None)
    assert (item(standing, "A-1").title, item(standing, "A-1").parent) == ("New words", "E-2")
    assert item(standing, "A-2").parent is None
    assert [step.field for step in history_of(standing, "A-1")] == ["created", "parent"]


def test_everything_below_is_found_and_a_ring_of_parents_ends(standing):
    track(standing, "E-1", (0, "created", "Open"), parent="A-2")
    track(standing, "A-1", (0, "created", "Open"), parent="E-1")
    track(standing, "A-2", (0, "created", "Open"), parent="A-1")
    assert work_items(standing).below("E-1") == ("A-1", "A-2")


def test_a_status_that_tells_nothing_is_named_and_the_company_may_say(standing):
    track(standing, "A-1", (0, "created", "Open"), (3, "Gone fishing"))
    found = work_items(standing)
    assert (found.unknown_statuses, found.find("A-1").stage) == (("Gone fishing",), "to do")
    (standing.path / "backlog").mkdir()
    (standing.path / "backlog" / "loop.yaml").write_text("statuses: {gone fishing: done}\n")
    found = work_items(standing)
    assert (found.unknown_statuses, found.find("A-1").stage) == ((), "done")


def test_an_item_that_is_not_there_is_said_with_one_like_it(standing):
    assert work_items(standing).by_key == {}
    track(standing, "CORE-17", (0, "created", "Open"))
    with pytest.raises(QuarterdeckError) as raised:
        work_items(standing).find("CORE-71")
    assert "CORE-17" in raised.value.hint


def test_cycle_times_are_of_those_that_shipped(standing):
    track(standing, "A-1", (0, "created", "Open"), (2, "In progress"), (8, "Done"))
    track(standing, "A-2", (0, "created", "Open"), (2, "In progress"), (4, "Done"))
    track(standing, "A-3", (0, "created", "Open"), (2, "In progress"))
    track(standing, "A-4", (0, "created", "Open"), (4, "Done"))
    assert cycle_days(work_items(standing).by_key.values()) == (2, 6)


@given(st.sampled_from([(stage, word) for stage, words in WORDS.items() for word in words]))
def test_case_and_punctuation_make_no_other_stage(pair):
    _, word = pair
    assert stage_of(word.upper().replace(" ", "-")) == stage_of(word) is not None


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("Selected for Development", "to do"), ("Ready for QA", "doing"), ("Ready to start", "to do"),
        ("Won't Do", "dropped"), ("Not done", "to do"), ("In Review", "doing"), ("Released", "done"),
        ("Waiting for release", "doing"), ("Mañana", None), ("", None),
    ],
)  # fmt: skip
def test_usual_names_of_statuses_are_known(status, stage):
    assert stage_of(status) == stage


def test_an_item_that_is_not_there_is_looked_for_by_its_title(own_workspace):
    with pytest.raises(QuarterdeckError) as caught:
        work_items(own_workspace).find("schedule")
    assert "Import the histories" in caught.value.hint
    track(own_workspace, "W-1", (0, "created", "To do"), title="Keep the schedule")
    with pytest.raises(QuarterdeckError) as caught:
        work_items(own_workspace).find("schedule")
    assert "backlog items WORDS" in caught.value.hint
