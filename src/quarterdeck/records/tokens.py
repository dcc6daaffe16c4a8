"""Which programs may act for a person, and how far?"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from quarterdeck.errors import QuarterdeckError
from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import ApiToken, Person
from quarterdeck.records.permissions import GIVES, Permission, Role
from quarterdeck.records.secrets import digest_of, new_secret
from quarterdeck.records.subjects import Subject

PREFIX = "qd_"
SHOWN = 8
LONGEST_DAYS = 366
NOTED_EVERY = timedelta(minutes=5)


@transaction.atomic
def make_token(
    *, person: Person, name: str, scopes: Iterable[Permission], lasts_days: int, by: Person
) -> tuple[ApiToken, str]:
    """A token and its secret, which is shown this once; no scope may exceed the person's own role."""
    wanted = sorted({Permission(scope) for scope in scopes})
    if not name.strip():
        raise QuarterdeckError("The token has no name.", "Say which program will use it.")
    if not wanted:
        raise QuarterdeckError("The token opens nothing.", "Choose at least 'read'.")
    if not 1 <= lasts_days <= LONGEST_DAYS:
        raise QuarterdeckError(f"A token lasts 1 to {LONGEST_DAYS} days.", "Choose another number of days.")
    beyond = [scope for scope in wanted if not person.may(scope)]
    if beyond:
        raise QuarterdeckError(
            f"The role {person.role} does not give: {', '.join(beyond)}.", "Choose fewer scopes."
        )
    secret = PREFIX + new_secret()
    token = ApiToken.objects.create(
        person=person,
        name=name.strip(),
        begins=secret[:SHOWN],
        digest=digest_of(secret),
        scopes=[str(scope) for scope in wanted],
        expires_at=timezone.now() + timedelta(days=lasts_days),
    )
    log_change(by=by, verb="made token", subject=_subject(token), after={"scopes": token.scopes})
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: Person) -> None:
    """End a token for good."""
    if token.person_id != by.pk and not by.may(Permission.ADMINISTER):
        raise QuarterdeckError(
            "This token is somebody else's.", "Only they or an administrator can revoke it."
        )
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        log_change(by=by, verb="revoked token", subject=_subject(token))


def find_token(secret: str) -> ApiToken | None:
    """The token of a secret, if it still opens anything."""
    now = timezone.now()
    token = (
        ApiToken.objects.filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=now)
        .select_related("person")
        .first()
    )
    if token is None or not token.person.is_active:
        return None
    if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def opens(token: ApiToken) -> frozenset[Permission]:
    """What a token opens today: its scopes, as far as its person's role still gives them."""
    return GIVES[Role(token.person.role)] & frozenset(Permission(scope) for scope in token.scopes)


def within(scopes: Iterable[Permission], authorization: str) -> frozenset[Permission]:
    """The scopes, if the token that asks opens them itself; a session may ask for all that its role gives."""
    wanted = frozenset(scopes)
    scheme, _, secret = authorization.partition(" ")
    asker = find_token(secret) if scheme.lower() == "bearer" else None
    if asker is not None and not wanted <= opens(asker):
        beyond = ", ".join(sorted(wanted - opens(asker)))
        raise QuarterdeckError(f"The token that asks does not open: {beyond}.", "Choose fewer scopes.")
    return wanted


def _subject(token: ApiToken) -> Subject:
    return Subject(type="token", key=str(token.pk), title=token.name)
