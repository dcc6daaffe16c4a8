"""What is put away because it is finished and nothing links to it?"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from quarterdeck.process.decisions.models import Action, Decision, DecisionState
from quarterdeck.process.decisions.service.ledger import FINISHED
from quarterdeck.process.decisions.service.subjects import action_subject, decision_subject
from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import Link, Person

KEPT = timedelta(days=30)


@transaction.atomic
def put_away(*, now: datetime | None = None) -> int:
    """Archive what was finished 30 days ago and nothing links to; how much that was.

    It is still found, counted in the base rate and exported; it only leaves the lists.
    """
    moment = now or timezone.now()
    return _put_away_actions(moment) + _put_away_decisions(moment)


@transaction.atomic
def take_out(*, thing: Decision | Action, by: Person) -> None:
    """Bring something back into the lists, for another 30 days."""
    if thing.archived_at is None:
        return
    thing.archived_at, thing.changed_at = None, timezone.now()
    thing.save(update_fields=["archived_at", "changed_at"])
    subject = decision_subject(thing) if isinstance(thing, Decision) else action_subject(thing)
    log_change(by=by, verb="took out again", subject=subject)


def _put_away_actions(now: datetime) -> int:
    idle = Action.objects.filter(
        ~_linked_to("action", Link.objects.all()),
        archived_at__isnull=True,
        state__in=FINISHED,
        changed_at__lt=now - KEPT,
    )
    return _archive(idle, now)


def _put_away_decisions(now: datetime) -> int:
    """A promise that is put away itself holds no decision back."""
    away = Action.objects.filter(archived_at__isnull=False).annotate(key=Cast("pk", CharField()))
    living = Link.objects.exclude(from_type="action", from_key__in=away.values("key"))
    finished = Q(state=DecisionState.REVIEWED) | Q(state=DecisionState.MADE, prediction__isnull=True)
    idle = Decision.objects.filter(
        finished,
        ~_linked_to("decision", living),
        archived_at__isnull=True,
        changed_at__lt=now - KEPT,
    )
    return _archive(idle, now)


def _linked_to(type_: str, links: "QuerySet[Link]") -> Exists:
    return Exists(links.filter(to_type=type_, to_key=Cast(OuterRef("pk"), CharField())))


def _archive(idle: "QuerySet[Decision] | QuerySet[Action]", now: datetime) -> int:
    things: list[Decision | Action] = list(idle)
    for thing in things:
        thing.archived_at = now
        thing.save(update_fields=["archived_at"])
        subject = decision_subject(thing) if isinstance(thing, Decision) else action_subject(thing)
        log_change(by=None, verb="put away", subject=subject)
    return len(things)
