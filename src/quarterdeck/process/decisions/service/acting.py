"""How is something promised, and what becomes of it?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.process.decisions.models import Action, ActionState, Decision
from quarterdeck.process.decisions.service.subjects import FOLLOWS_FROM, action_subject, decision_subject
from quarterdeck.process.decisions.service.wording import check_day, line, person_called
from quarterdeck.records.change_log import log_change
from quarterdeck.records.links import join, part
from quarterdeck.records.models import Person

__all__ = ["Action", "ActionState", "Promise", "change", "check_promise", "picture", "promise", "settle"]

MOST_TEXT = 300
MOST_OWNER = 120
# What may become of a promise, by where it stands; a mistake is taken back by opening it again.
BECOMES: Mapping[ActionState, tuple[ActionState, ...]] = {
    ActionState.OPEN: (ActionState.DONE, ActionState.DROPPED),
    ActionState.DONE: (ActionState.WORKED, ActionState.DID_NOT_WORK, ActionState.OPEN),
    ActionState.DROPPED: (ActionState.OPEN,),
    ActionState.WORKED: (ActionState.OPEN,),
    ActionState.DID_NOT_WORK: (ActionState.OPEN,),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """What somebody promises: who does it, by which day, and what it is to bring."""

    text: str
    owner: str
    due: date
    expected_effect: str = ""
    decision: Decision | None = None


@transaction.atomic
def promise(*, written: Promise, by: Person | None, at: datetime | None = None) -> Action:
    """Write a promise down."""
    now = at or timezone.now()
    made = Action(promised_at=now, changed_at=now)
    _write(made, written)
    made.save(force_insert=True)
    log_change(by=by, verb="promised", subject=action_subject(made), after=picture(made))
    _link(made, None, by)
    return made


@transaction.atomic
def change(*, action: Action, written: Promise, by: Person) -> Action:
    """Change an open promise; what it was before stands in the change log."""
    locked = Action.objects.select_for_update().get(pk=action.pk)
    if not locked.is_open:
        raise Conflict(f"This promise is {locked.state}.", "Open it again first.")
    before, decision = picture(locked), locked.decision
    _write(locked, written)
    if picture(locked) == before:
        return locked
    locked.changed_at = timezone.now()
    locked.save()
    log_change(by=by, verb="edited", subject=action_subject(locked), before=before, after=picture(locked))
    _link(locked, decision, by)
    return locked


@transaction.atomic
def settle(*, action: Action, state: ActionState, by: Person | None, at: datetime | None = None) -> Action:
    """Say what became of a promise: done or dropped, then worked or not; the same again is no change."""
    locked = Action.objects.select_for_update().get(pk=action.pk)
    before = ActionState(locked.state)
    if state == before:
        return locked
    if state not in BECOMES[before]:
        raise Conflict(
            f"This promise is {before} and cannot become {state}.",
            f"It can become: {', '.join(BECOMES[before])}.",
        )
    now = at or timezone.now()
    locked.state, locked.changed_at = state.value, now
    if state in (ActionState.DONE, ActionState.DROPPED):
        locked.finished_at = now
    elif state == ActionState.OPEN:
        locked.finished_at = None
    locked.archived_at = None
    locked.save()
    log_change(
        by=by,
        verb=state.value if state != ActionState.OPEN else "opened again",
        subject=action_subject(locked),
        before={"state": before.value},
        after={"state": state.value},
    )
    return locked


def picture(action: Action) -> Mapping[str, Any]:
    """A promise as the change log shows it."""
    written = {
        "text": action.text,
        "owner": action.owner,
        "due": action.due,
        "expected effect": action.expected_effect,
        "decision": action.decision_id,
    }
    return {name: value for name, value in written.items() if value}


def check_promise(written: Promise) -> Promise:
    """The same without spaces round its words; what cannot be kept is said."""
    wanted = replace(
        written,
        text=line(written.text),
        owner=line(written.owner),
        expected_effect=line(written.expected_effect),
    )
    for name, words, most in (
        ("promise", wanted.text, MOST_TEXT),
        ("owner", wanted.owner, MOST_OWNER),
        ("expected effect", wanted.expected_effect, MOST_TEXT),
    ):
        if len(words) > most:
            raise QuarterdeckError(f"The {name} has {len(words)} characters; {most} fit.", "Shorten it.")
    if not wanted.text:
        raise QuarterdeckError("The promise is empty.", "Say what will be done.")
    if not wanted.owner:
        raise QuarterdeckError("Nobody is to do it.", "Name the owner by what they are: Core lead.")
    check_day(wanted.due, "The day it is due")
    return wanted


def _write(action: Action, written: Promise) -> None:
    wanted = check_promise(written)
    action.text, action.owner, action.expected_effect = wanted.text, wanted.owner, wanted.expected_effect
    action.owner_person = person_called(wanted.owner)
    action.due, action.decision = wanted.due, wanted.decision


def _link(action: Action, before: Decision | None, by: Person | None) -> None:
    if before == action.decision:
        return
    source = action_subject(action)
    if before is not None:
        part(source=source, verb=FOLLOWS_FROM, target=decision_subject(before), by=by)
    if action.decision is not None:
        join(source=source, verb=FOLLOWS_FROM, target=decision_subject(action.decision), by=by)
