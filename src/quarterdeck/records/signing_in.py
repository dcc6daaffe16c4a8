"""Who is it that knocks, and how often may they be wrong?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from quarterdeck.errors import QuarterdeckError
from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import Person, SignInAttempt, SignInLink
from quarterdeck.records.people import subject_of
from quarterdeck.records.secrets import digest_of, new_secret

WINDOW = timedelta(minutes=15)
MOST_PER_ADDRESS = 5
MOST_PER_ORIGIN = 30
LINK_LASTS = timedelta(minutes=30)

WRONG = QuarterdeckError("The address or the password is wrong.", "Both count: try again, or ask for a link.")


def sign_in(*, email: str, password: str, origin: str) -> Person:
    """The person of an address and a password; too many wrong ones shut the door for a quarter of an hour.

    Wrong passwords are counted for the address they name and for where they come from (an IP address), so
    neither one account nor many can be guessed at speed. It takes as long whether the address exists or not.
    """
    address = email.strip().lower()
    counted = {
        digest_of(f"address {address}"): MOST_PER_ADDRESS,
        digest_of(f"origin {origin}"): MOST_PER_ORIGIN,
    }
    _refuse_a_guesser(counted)
    person = Person.objects.filter(email__iexact=address, is_active=True).first()
    if person is None:
        make_password(password)
        right = False
    else:
        right = person.has_usable_password() and check_password(password, person.password)
    if person is None or not right:
        SignInAttempt.objects.bulk_create(SignInAttempt(subject=subject) for subject in counted)
        raise QuarterdeckError(WRONG.message, WRONG.hint)
    SignInAttempt.objects.filter(subject=digest_of(f"address {address}")).delete()
    return person


@contextmanager
def counted_at_origin(origin: str, *, but: type[QuarterdeckError]) -> Iterator[None]:
    """Count what goes wrong inside for where it comes from; too much shuts the door as wrong passwords do.

    One kind of trouble is nobody's fault and not counted.
    """
    counted = {digest_of(f"origin {origin}"): MOST_PER_ORIGIN}
    _refuse_a_guesser(counted)
    try:
        yield
    except QuarterdeckError as error:
        if isinstance(error, but):
            raise
        SignInAttempt.objects.bulk_create(SignInAttempt(subject=subject) for subject in counted)
        raise


@transaction.atomic
def make_link(*, person: Person, by: Person | None, lasts: timedelta = LINK_LASTS) -> str:
    """The secret of a link that signs a person in, once."""
    secret = new_secret()
    SignInLink.objects.create(person=person, digest=digest_of(secret), expires_at=timezone.now() + lasts)
    log_change(by=by, verb="made sign-in link", subject=subject_of(person))
    return secret


@transaction.atomic
def use_link(secret: str) -> Person:
    """The person of a link; it works this once."""
    now = timezone.now()
    used = SignInLink.objects.filter(digest=digest_of(secret), used_at=None, expires_at__gt=now)
    link = used.select_related("person").first()
    if link is None or not link.person.is_active or not used.update(used_at=now):
        raise QuarterdeckError("This link was used or is too old.", "Sign in, or ask for another.")
    return link.person


def forget_old_attempts() -> int:
    """Delete what no longer counts; how many."""
    deleted, _ = SignInAttempt.objects.filter(at__lt=timezone.now() - WINDOW).delete()
    return deleted


def _refuse_a_guesser(counted: dict[str, int]) -> None:
    since = timezone.now() - WINDOW
    for subject, most in counted.items():
        if SignInAttempt.objects.filter(subject=subject, at__gte=since).count() >= most:
            raise TooManyAttempts


class TooManyAttempts(QuarterdeckError):  # noqa: N818 -- what people say
    """Too many wrong passwords lately; the door stays shut for a while."""

    def __init__(self) -> None:
        super().__init__(
            "Too many wrong passwords.", f"Try again in {int(WINDOW.total_seconds() // 60)} minutes."
        )
