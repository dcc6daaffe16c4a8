"""What need not be read again, because nothing was written since it was read?"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cached_property, lru_cache, wraps
from typing import ParamSpec, TypeVar

from django.db import connection
from django.utils import timezone

from quarterdeck.records.here import workspace
from quarterdeck.records.models import Change

Key = tuple[Hashable, date]
Given = ParamSpec("Given")
Read = TypeVar("Read")

# Of PostgreSQL's changes one of a lower number may become visible later; so many numbers are looked back at.
RECENT_CHANGES = 20


class _Moment:
    """What was written last, asked when it is first needed."""

    @cached_property
    def key(self) -> Key:
        newest = tuple(Change.objects.order_by("-pk").values_list("pk", "at")[:RECENT_CHANGES])
        return newest, timezone.localdate(timezone=workspace().zone)


_now: ContextVar[_Moment | None] = ContextVar("moment", default=None)


@contextmanager
def one_moment() -> Iterator[None]:
    """Within it, what readers marked `until_a_change` once read is remembered until the next change."""
    token = _now.set(_Moment())
    try:
        yield
    finally:
        _now.reset(token)


def until_a_change(read: Callable[Given, Read]) -> Callable[Given, Read]:
    """Mark a reader of records, each change of which is logged; its arguments can be hashed.

    Nothing is remembered of records whose changes are not in the change log, nor over midnight.
    """

    @lru_cache(maxsize=256)
    def remembered(_key: Key, *args: Given.args, **kwargs: Given.kwargs) -> Read:
        return read(*args, **kwargs)

    @wraps(read)
    def asked(*args: Given.args, **kwargs: Given.kwargs) -> Read:
        moment = _now.get()
        # Inside a transaction, changes are seen that may yet be undone.
        if moment is None or connection.in_atomic_block:
            return read(*args, **kwargs)
        return remembered(moment.key, *args, **kwargs)  # type: ignore[arg-type]

    return asked
