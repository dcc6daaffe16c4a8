"""Who works here, in which role, and who changed that?"""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import Person
from quarterdeck.records.permissions import Role
from quarterdeck.records.subjects import Subject

TYPE = "person"


@transaction.atomic
def add_person(
    *,
    email: str,
    name: str,
    role: Role,
    by: Person | None,
    title: str = "",
    password: str | None = None,
    sees_personal: bool = False,
) -> Person:
    """Add somebody; without a password they can sign in by a link alone. A taken address is a Conflict."""
    address = plain_address(email)
    if not name.strip():
        raise QuarterdeckError("The name is empty.", "Say how to call this person.")
    if Person.objects.filter(email__iexact=address).exists():
        raise Conflict(f"{address} is here already.", "Sign in with it, or use another address.")
    person = Person(
        email=address, name=name.strip(), title=title.strip(), role=role, sees_personal=sees_personal
    )
    if password is None:
        person.set_unusable_password()
    else:
        check_password_strength(password, person)
        person.set_password(password)
    person.save()
    log_change(by=by or person, verb="added", subject=subject_of(person), after=picture(person))
    return person


@transaction.atomic
def change_person(
    *,
    person: Person,
    by: Person,
    role: Role | None = None,
    title: str | None = None,
    name: str | None = None,
    is_active: bool | None = None,
    sees_personal: bool | None = None,
) -> Person:
    """Change what somebody is here; the last active administrator stays one."""
    locked = Person.objects.select_for_update().get(pk=person.pk)
    before = picture(locked)
    for field, value in (
        ("role", role),
        ("title", title),
        ("name", name),
        ("is_active", is_active),
        ("sees_personal", sees_personal),
    ):
        if value is not None:
            setattr(locked, field, value)
    _keep_an_admin(locked)
    locked.save()
    log_change(by=by, verb="changed", subject=subject_of(locked), before=before, after=picture(locked))
    return locked


@transaction.atomic
def set_password(*, person: Person, password: str, by: Person) -> None:
    """Give a person a new password; every other session of theirs ends with it."""
    check_password_strength(password, person)
    person.password = make_password(password)
    person.save(update_fields=["password"])
    log_change(by=by, verb="set password", subject=subject_of(person))


def plain_address(email: str) -> str:
    """The address as it is kept; one that is none is an error."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise QuarterdeckError(
            f"'{email}' is not an e-mail address.", "Write it like name@company.com."
        ) from error
    return address


def check_password_strength(password: str, person: Person) -> None:
    """Refuse what is short, common, or the person's own name."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise QuarterdeckError(
            "This password is too easy to guess.", " ".join(str(message) for message in error.messages)
        ) from error


def subject_of(person: Person) -> Subject:
    """A person as the subject of a change."""
    return Subject(type=TYPE, key=str(person.pk), title=person.shown)


def picture(person: Person) -> dict[str, Any]:
    """What the change log keeps of a person: never a password."""
    fields = ("email", "name", "title", "role", "is_active", "sees_personal")
    return {field: getattr(person, field) for field in fields}


def _keep_an_admin(person: Person) -> None:
    if person.role == Role.ADMIN and person.is_active:
        return
    others = Person.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=person.pk)
    if not others.exists() and Person.objects.get(pk=person.pk).role == Role.ADMIN:
        raise Conflict("This is the last administrator.", "Make somebody else an administrator first.")
