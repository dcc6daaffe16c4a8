"""Which decisions and promises are there, and how often do predictions come true?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count, F, Q, QuerySet

from quarterdeck.process.decisions.calc.ledger import BaseRate
from quarterdeck.process.decisions.models import Action, ActionState, Decision, DecisionState
from quarterdeck.records.finding import Found
from quarterdeck.records.here import today
from quarterdeck.records.models import Person
from quarterdeck.records.remembering import until_a_change

Which = Literal["open", "mine", "late", "finished"]
MOST_FOUND = 60
MOST_FOLLOWED = 100
FINISHED = tuple(state.value for state in ActionState if state != ActionState.OPEN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """The decisions as their page shows them."""

    asked: "QuerySet[Decision]"
    awaiting: "QuerySet[Decision]"
    reviewed: "QuerySet[Decision]"
    rate: BaseRate


def decisions(*, archived: bool = False) -> "QuerySet[Decision]":
    """Those in use, or those that are put away."""
    return Decision.objects.filter(archived_at__isnull=not archived)


def actions(*, archived: bool = False) -> "QuerySet[Action]":
    """Those in use, or those that are put away, the next one due first."""
    return Action.objects.filter(archived_at__isnull=not archived).select_related("decision")


def read_ledger() -> Ledger:
    """Asked first, then made ones by when they are reviewed, then reviewed ones, the latest first."""
    there = decisions().defer("weeks", "graded", "pins", "evidence", "options")
    return Ledger(
        asked=there.filter(state=DecisionState.ASKED).order_by("due", "asked_at"),
        awaiting=there.filter(state=DecisionState.MADE).order_by(
            F("review_on").asc(nulls_last=True), "-answered_at"
        ),
        reviewed=there.filter(state=DecisionState.REVIEWED).order_by("-reviewed_at", "-pk"),
        rate=base_rate(),
    )


def base_rate() -> BaseRate:
    """Over all graded decisions, also those that are put away."""
    counted = dict(
        Decision.objects.exclude(grade="").values_list("grade").annotate(many=Count("pk")).order_by()
    )
    return BaseRate(
        came_true=counted.get("came true", 0),
        did_not=counted.get("did not", 0),
        cannot_tell=counted.get("cannot tell", 0),
    )


@until_a_change
def asked_count() -> int:
    """How many questions wait for an answer."""
    return decisions().filter(state=DecisionState.ASKED).count()


def late_count() -> int:
    """How many promises are open past their day."""
    return actions().filter(state=ActionState.OPEN, due__lt=today()).count()


def list_actions(which: Which, person: Person) -> "QuerySet[Action]":
    """Open promises, those of one person, the late ones, or what became of the others."""
    if which == "finished":
        return actions().filter(state__in=FINISHED).order_by("-finished_at", "-pk")
    found = actions().filter(state=ActionState.OPEN)
    if which == "mine":
        return found.filter(of(person))
    return found.filter(due__lt=today()) if which == "late" else found


def titles() -> tuple[str, ...]:
    """What people are called here, for whoever names a decider or an owner."""
    people = Person.objects.filter(is_active=True).exclude(title="").order_by("title")
    return tuple(dict.fromkeys(people.values_list("title", flat=True)))


def followed_by_promises(*, also: Decision | None = None) -> tuple[tuple[str, str], ...]:
    """Decisions that a promise may follow from, by number and question: the latest that nobody reviewed yet.

    `also` is the one that a promise follows from already, whatever became of it.
    """
    there = decisions().exclude(state=DecisionState.REVIEWED).order_by("-changed_at", "-pk")
    found = dict(there.values_list("pk", "question")[:MOST_FOLLOWED])
    if also is not None:
        found.setdefault(also.pk, also.question)
    return tuple((str(number), question) for number, question in found.items())


def of(person: Person) -> Q:
    """Promises that are somebody's, by account or by title."""
    return Q(owner_person=person) | Q(owner__iexact=person.shown)


def find(words: str, person: Person) -> Iterator[Found]:
    """Decisions and promises that hold every word."""
    asked, promised = Q(), Q()
    for word in words.split():
        asked &= Q(question__icontains=word) | Q(answer__icontains=word) | Q(decider__icontains=word)
        promised &= Q(text__icontains=word) | Q(owner__icontains=word)
    for decision in Decision.objects.filter(asked)[:MOST_FOUND]:
        yield Found(
            title=decision.question,
            kind="decision",
            path=f"/decisions/{decision.pk}/",
            more=f"{decision.decider} {decision.answer}",
        )
    for action in Action.objects.filter(promised)[:MOST_FOUND]:
        yield Found(title=action.text, kind="action", path=f"/actions/{action.pk}/", more=action.owner)
