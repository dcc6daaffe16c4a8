from datetime import timedelta

import pytest

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.process.decisions.models import ActionState
from quarterdeck.process.decisions.service import ledger
from quarterdeck.process.decisions.service.acting import Promise, change, promise, settle
from quarterdeck.records.models import Change, Link


def test_a_promise_has_an_owner_and_a_day(promised, carol):
    action = promised()
    assert (action.text, action.owner_person, action.state) == ("Ship the fix", carol, "open")
    assert Change.objects.get(type="action").verb == "promised"


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"text": " "}, "is empty"), ({"owner": ""}, "Nobody"), ({"text": "x" * 301}, "301")],
)
def test_a_promise_without_words_or_owner_is_none(changed, says, promised):
    with pytest.raises(QuarterdeckError, match=says):
        promised(**changed)


def test_a_promise_follows_from_a_decision(promised, asked, alice, today):
    action = promised(decision=asked)
    assert Link.objects.get(verb="follows from").to_key == str(asked.pk)
    written = Promise(text="Ship two fixes", owner="Core lead", due=today)
    changed = change(action=action, written=written, by=alice)
    assert (changed.text, changed.decision) == ("Ship two fixes", None)
    assert not Link.objects.filter(verb="follows from").exists()
    change(action=action, written=written, by=alice)
    assert Change.objects.filter(type="action", verb="edited").count() == 1


def test_what_was_promised_is_done_and_then_worked_or_not(promised, alice):
    action = settle(action=promised(), state=ActionState.DONE, by=alice)
    assert action.finished_at is not None
    finished = action.finished_at
    worked = settle(action=action, state=ActionState.WORKED, by=alice)
    assert (worked.state, worked.finished_at) == ("worked", finished)
    assert settle(action=worked, state=ActionState.WORKED, by=alice) == worked
    again = settle(action=worked, state=ActionState.OPEN, by=alice)
    assert (again.state, again.finished_at) == ("open", None)


def test_what_is_open_cannot_have_worked_and_what_is_done_cannot_be_changed(promised, alice, today):
    action = promised()
    with pytest.raises(Conflict, match="cannot become worked"):
        settle(action=action, state=ActionState.WORKED, by=alice)
    settle(action=action, state=ActionState.DROPPED, by=alice)
    with pytest.raises(Conflict, match="dropped"):
        change(action=action, written=Promise(text="Other", owner="Core lead", due=today), by=alice)


def test_a_list_shows_ones_own_the_late_and_the_finished(promised, alice, carol, today):
    late = promised(text="late", due=today - timedelta(1))
    mine = promised(text="mine", owner="Head of product", due=today)
    done = settle(action=promised(text="done"), state=ActionState.DONE, by=alice)
    assert list(ledger.list_actions("open", alice)) == [late, mine]
    assert list(ledger.list_actions("mine", alice)) == [mine]
    assert list(ledger.list_actions("late", alice)) == [late]
    assert list(ledger.list_actions("finished", alice)) == [done]
    assert ledger.late_count() == 1


def test_decisions_and_promises_are_found_by_their_words(asked, promised, alice):
    action = promised()
    assert [found.path for found in ledger.find("android roll", alice)] == [f"/decisions/{asked.pk}/"]
    assert [found.path for found in ledger.find("FIX", alice)] == [f"/actions/{action.pk}/"]


def test_someone_who_is_named_twice_is_nobody_in_particular(promised, carol, bob):
    bob.title = carol.title
    bob.save()
    assert promised().owner_person is None
    assert promise(written=Promise(text="x", owner="Carol", due=promised().due), by=bob).owner_person == carol
