"""How does somebody new get in?"""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import Invitation, Person
from quarterdeck.records.people import add_person, plain_address
from quarterdeck.records.permissions import Role
from quarterdeck.records.secrets import digest_of, new_secret
from quarterdeck.records.subjects import Subject

LASTS = timedelta(days=7)


@transaction.atomic
def invite(*, email: str, role: Role, by: Person | None, title: str = "") -> tuple[Invitation, str]:
    """An invitation and its secret, which is shown this once; an earlier open one loses its force."""
    address = plain_address(email)
    if Person.objects.filter(email__iexact=address).exists():
        raise Conflict(f"{address} is here already.", "Change their role on the page People.")
    open_invitations().filter(email__iexact=address).update(withdrawn_at=timezone.now())
    secret = new_secret()
    invitation = Invitation.objects.create(
        email=address,
        role=role,
        title=title.strip(),
        digest=digest_of(secret),
        invited_by=by,
        expires_at=timezone.now() + LASTS,
    )
    log_change(by=by, verb="invited", subject=_subject(invitation), after={"email": address, "role": role})
    return invitation, secret


@transaction.atomic
def accept(*, secret: str, name: str, password: str) -> Person:
    """Take an invitation up, once; it must be open."""
    invitation = open_invitations().select_for_update(of=("self",)).filter(digest=digest_of(secret)).first()
    if invitation is None:
        raise QuarterdeckError(
            "This invitation was used, withdrawn, or is older than a week.", "Ask for a new one."
        )
    person = add_person(
        email=invitation.email,
        name=name,
        role=Role(invitation.role),
        title=invitation.title,
        password=password,
        by=None,
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return person


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: Person) -> None:
    """Take an invitation back before it is used."""
    if open_invitations().filter(pk=invitation.pk).update(withdrawn_at=timezone.now()):
        log_change(by=by, verb="withdrew invitation", subject=_subject(invitation))


def open_invitations() -> "QuerySet[Invitation]":
    """Those that can still be taken up."""
    return Invitation.objects.filter(
        accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
    ).select_related("invited_by")


def find_invitation(secret: str) -> Invitation | None:
    """The open invitation of a secret."""
    return open_invitations().filter(digest=digest_of(secret)).first()


def _subject(invitation: Invitation) -> Subject:
    return Subject(type="invitation", key=str(invitation.pk), title=invitation.email)
