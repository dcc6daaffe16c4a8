"""Whom does the company's own sign-in let in here, and as what?"""

from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from pydantic import ValidationError

from quarterdeck.definitions.settings import SingleSignOn
from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.change_log import log_change
from quarterdeck.records.here import workspace
from quarterdeck.records.invitations import open_invitations
from quarterdeck.records.models import OutsideAccount, Person
from quarterdeck.records.people import add_person, plain_address, subject_of
from quarterdeck.records.permissions import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What a provider says, signed, of who stands at the door."""

    issuer: str
    subject: str
    email: str
    is_verified: bool
    name: str


class NotLetIn(QuarterdeckError):  # noqa: N818 -- what people say
    """The provider knows this person; this place does not, or no longer."""


def sign_in_provider() -> SingleSignOn | None:
    """The provider that quarterdeck.yaml or the environment names; None where nobody set one up."""
    told = workspace().sso
    issuer, client = settings.QUARTERDECK_SSO_ISSUER, settings.QUARTERDECK_SSO_CLIENT_ID
    if not issuer and not client:
        return told
    values = told.model_dump() if told else {}
    try:
        return SingleSignOn.model_validate(
            {
                **values,
                "issuer": issuer or values.get("issuer", ""),
                "client_id": client or values.get("client_id", ""),
            }
        )
    except ValidationError as error:
        raise QuarterdeckError(
            "QUARTERDECK_SSO_ISSUER and QUARTERDECK_SSO_CLIENT_ID do not name a sign-in provider.",
            "Set both; the issuer begins with https://.",
        ) from error


def only_by_provider() -> bool:
    """Whether passwords and links open nothing."""
    provider = sign_in_provider()
    return provider is not None and provider.only


def refuse_other_ways() -> None:
    """An error where the provider alone lets people in."""
    provider = sign_in_provider()
    if provider is not None and provider.only:
        raise QuarterdeckError(
            "Passwords and links open nothing here.", f"Sign in with your {provider.name} instead."
        )


def let_in(identity: Identity, provider: SingleSignOn) -> Person:
    """The person of an identity: known already, invited, or of a domain that may come in; else NotLetIn.

    An account is tied to a person when it first comes in. From then on the account counts, not the address:
    an address that the company gives to somebody else opens nothing.
    """
    try:
        return _let_in(identity, provider)
    except IntegrityError as error:
        raise NotLetIn("This account came in twice at the same moment.", "Begin again.") from error


@transaction.atomic
def _let_in(identity: Identity, provider: SingleSignOn) -> Person:
    tied = (
        OutsideAccount.objects.select_related("person")
        .filter(issuer=identity.issuer, subject=identity.subject)
        .first()
    )
    person = tied.person if tied else _find_or_add(identity, provider)
    if not person.is_active:
        raise NotLetIn(f"{person.email} may not sign in any more.", "An administrator can change that.")
    if tied is None:
        _tie(person, identity)
    return person


@transaction.atomic
def untie(*, person: Person, by: Person) -> None:
    """Forget which outside account is a person's; the next one with their address becomes it."""
    tied = OutsideAccount.objects.filter(person=person).first()
    if tied is not None:
        tied.delete()
        log_change(by=by, verb="untied account", subject=subject_of(person), before={"issuer": tied.issuer})


def _find_or_add(identity: Identity, provider: SingleSignOn) -> Person:
    if not identity.email or not identity.is_verified:
        raise NotLetIn(
            "The provider does not vouch for your e-mail address.",
            "Confirm the address there, then sign in again.",
        )
    address = plain_address(identity.email)
    person = Person.objects.filter(email__iexact=address).first()
    if person is not None:
        if OutsideAccount.objects.filter(person=person).exists():
            raise Conflict(
                f"{address} belongs to another account here.",
                "If the address is yours now, an administrator can untie the old one, on the page People.",
            )
        return person
    return _add(identity, address, provider)


def _add(identity: Identity, address: str, provider: SingleSignOn) -> Person:
    invitation = open_invitations().select_for_update(of=("self",)).filter(email__iexact=address).first()
    given = provider.domains.get(address.rpartition("@")[2])
    if invitation is None and given is None:
        raise NotLetIn(f"{address} is not invited.", "Ask an administrator for an invitation.")
    person = add_person(
        email=address,
        name=identity.name.strip()[:120] or address.partition("@")[0],
        role=Role(invitation.role if invitation else given or Role.VIEWER),
        title=invitation.title if invitation else "",
        by=None,
    )
    if invitation is not None:
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
    return person


def _tie(person: Person, identity: Identity) -> None:
    OutsideAccount.objects.create(person=person, issuer=identity.issuer, subject=identity.subject)
    log_change(by=person, verb="tied account", subject=subject_of(person), after={"issuer": identity.issuer})
