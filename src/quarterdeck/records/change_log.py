"""Who changed what, and how is it asked for?"""

from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from quarterdeck.records.models import Change, Person
from quarterdeck.records.subjects import Subject

JSON = DjangoJSONEncoder()


def log_change(
    *,
    by: Person | None,
    verb: str,
    subject: Subject,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Change:
    """Write an entry, inside the transaction of the change itself; `by` is None where the system acted.

    Of two full pictures only what differs is kept.
    """
    if before is not None and after is not None:
        differing = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        before = {key: before.get(key) for key in differing}
        after = {key: after.get(key) for key in differing}
    return Change.objects.create(
        by=by,
        verb=verb,
        type=subject.type,
        key=subject.key,
        title=subject.title[:300],
        before=_plain(before),
        after=_plain(after),
    )


def changes_of(subject: Subject) -> "QuerySet[Change]":
    """The history of one thing, newest first."""
    return Change.objects.filter(type=subject.type, key=subject.key).select_related("by")


def _plain(picture: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Times, decimals and the like as JSON writes them."""
    if picture is None:
        return None
    import json

    plain: dict[str, Any] = json.loads(JSON.encode(dict(picture)))
    return plain
