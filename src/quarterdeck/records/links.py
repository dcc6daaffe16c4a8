"""How do things of different stores hang together?"""

from dataclasses import dataclass

from django.db import transaction

from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import Link, Person
from quarterdeck.records.subjects import Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """A neighbour in the graph: how it is joined, and whether the link starts here."""

    verb: str
    outward: bool
    subject: Subject


@transaction.atomic
def join(*, source: Subject, verb: str, target: Subject, by: Person | None) -> bool:
    """Link two things; False where that very link was there already."""
    _, made = Link.objects.get_or_create(
        from_type=source.type,
        from_key=source.key,
        verb=verb,
        to_type=target.type,
        to_key=target.key,
        defaults={"by": by},
    )
    if made:
        log_change(by=by, verb="linked", subject=source, after={verb: f"{target.type} {target.key}"})
    return made


@transaction.atomic
def part(*, source: Subject, verb: str, target: Subject, by: Person | None) -> bool:
    """Remove a link; False where there was none."""
    removed, _ = Link.objects.filter(
        from_type=source.type,
        from_key=source.key,
        verb=verb,
        to_type=target.type,
        to_key=target.key,
    ).delete()
    if removed:
        log_change(by=by, verb="unlinked", subject=source, before={verb: f"{target.type} {target.key}"})
    return bool(removed)


def neighbours(subject: Subject) -> tuple[Joined, ...]:
    """Everything that a thing links to, then everything that links to it."""
    outward = Link.objects.filter(from_type=subject.type, from_key=subject.key)
    inward = Link.objects.filter(to_type=subject.type, to_key=subject.key)
    return (
        *(
            Joined(verb=link.verb, outward=True, subject=Subject(type=link.to_type, key=link.to_key))
            for link in outward
        ),
        *(
            Joined(verb=link.verb, outward=False, subject=Subject(type=link.from_type, key=link.from_key))
            for link in inward
        ),
    )
