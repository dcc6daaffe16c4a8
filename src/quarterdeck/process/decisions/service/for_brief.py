"""What do decisions and promises give to a week's brief?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.db.models import F, Q

from quarterdeck.process.decisions.models import Action, ActionState, Decision, DecisionState
from quarterdeck.process.decisions.service.ledger import actions, decisions
from quarterdeck.process.decisions.service.subjects import ANSWERED_IN
from quarterdeck.records.here import today, workspace
from quarterdeck.records.models import Link
from quarterdeck.records.remembering import until_a_change

Became = Literal["done", "late", "dropped"]
WEEK = timedelta(7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A question that waits for its answer, as a brief tells it."""

    number: int
    question: str
    recommended: str
    waiting_costs: str
    decider: str
    due: date
    path: str
    answer: str = ""
    answered_as: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A promise of the week, and what became of it."""

    text: str
    owner: str
    became: Became
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answering:
    """A question as it stands now, for the buttons beside it."""

    number: int
    options: tuple[str, ...]
    recommended: str
    answer: str
    answered_as: str


def asked(on: date) -> Sequence[Ask]:
    """Questions that must be answered within the week that a brief of this day opens, the most urgent first.

    Where an old brief is still a draft, the week that runs now counts. What was answered in that week, or
    from that brief, stays behind what is open: a reader sees what became of it.
    """
    until = max(on, today()) + WEEK
    began = datetime.combine(until - WEEK if until - WEEK > on + WEEK else on, time(), workspace().zone)
    is_open = Q(state=DecisionState.ASKED, due__lt=until)
    # What was only written down was never asked.
    answered = Q(answered_at__gte=began, answered_at__gt=F("asked_at")) | Q(pk__in=_answered_in(on))
    wanted = decisions().filter(is_open | (~Q(state=DecisionState.ASKED) & answered))
    urgent = sorted(wanted, key=lambda each: (not each.is_open, each.due, each.asked_at, each.pk))
    return tuple(
        Ask(
            number=decision.pk,
            question=decision.question,
            recommended=decision.recommended or "nothing yet",
            waiting_costs=decision.waiting_costs or "not said",
            decider=decision.decider,
            due=decision.due,
            path=f"/decisions/{decision.pk}/",
            answer=decision.answer,
            answered_as=decision.answered_as,
        )
        for decision in urgent
    )


def _answered_in(brief: date) -> list[int]:
    keys = Link.objects.filter(
        from_type="decision", verb=ANSWERED_IN, to_type="brief", to_key=brief.isoformat()
    ).values_list("from_key", flat=True)
    return [int(key) for key in keys if key.isdecimal() and len(key) < 19]


def promised(week_start: date) -> Sequence[Kept]:
    """What was promised for a week: what is late first, then what was dropped, then what is done."""
    due = actions().filter(due__gte=week_start, due__lt=week_start + WEEK)
    kept = [
        Kept(text=action.text, owner=action.owner, became=became(action), path=f"/actions/{action.pk}/")
        for action in due
    ]
    order: tuple[Became, ...] = ("late", "dropped", "done")
    return tuple(sorted(kept, key=lambda each: order.index(each.became)))


def became(action: Action) -> Became:
    """What became of a promise whose day is over."""
    if action.is_open:
        return "late"
    return "dropped" if action.state == ActionState.DROPPED else "done"


@until_a_change
def answering(numbers: tuple[int, ...]) -> Mapping[int, Answering]:
    """Questions by number, as they stand now: answered meanwhile, perhaps."""
    return {
        decision.pk: Answering(
            number=decision.pk,
            options=tuple(option.name for option in decision.written_options),
            recommended=decision.recommended,
            answer=decision.answer,
            answered_as=decision.answered_as,
        )
        for decision in Decision.objects.filter(pk__in=numbers)
    }


@until_a_change
def decided_in(brief: date) -> int:
    """How many decisions were answered from a brief, or are linked with it."""
    key = brief.isoformat()
    outward = Link.objects.filter(from_type="decision", to_type="brief", to_key=key)
    inward = Link.objects.filter(from_type="brief", from_key=key, to_type="decision")
    numbers = {
        int(number)
        for number in (
            *outward.values_list("from_key", flat=True),
            *inward.values_list("to_key", flat=True),
        )
        if number.isdecimal() and len(number) < 19
    }
    return Decision.objects.filter(pk__in=numbers).exclude(state=DecisionState.ASKED).count()
