"""Which words and addresses does every page of the application write in the same way?"""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django import template
from django.contrib.staticfiles import finders
from django.utils import timezone

from quarterdeck.errors import QuarterdeckError
from quarterdeck.stats.figures import long_date

register = template.Library()


@register.simple_tag
def asset(name: str) -> str:
    """The address of a static file; it bears the digest of the content, so browsers may keep it for ever."""
    return f"/static/{name}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise QuarterdeckError(f"There is no static file {name}.", "Reinstall the package.")
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]


@register.simple_tag(takes_context=True)
def moment(context: template.Context, at: datetime | None) -> str:
    """A time in the company's zone as people say it: "today 06:10", "Tuesday 14:02", "3 October 2026".

    The wording follows DESIGN.md: near times by day name, far ones by date.
    """
    if at is None:
        return ""
    zone = context.get("zone") or ZoneInfo("UTC")
    return written_moment(at.astimezone(zone), timezone.now().astimezone(zone))


def written_moment(at: datetime, now: datetime) -> str:
    """The words for a moment, seen from another; both in the same zone.

    >>> now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    >>> written_moment(now - timedelta(hours=2), now), written_moment(now - timedelta(days=1), now)
    ('today 10:00', 'yesterday 12:00')
    """
    days = (now.date() - at.date()).days
    clock = f"{at:%H:%M}"
    if days == 0:
        return f"today {clock}"
    if days == 1:
        return f"yesterday {clock}"
    if days == -1:
        return f"tomorrow {clock}"
    if abs(days) < 7:
        return f"{at:%A} {clock}"
    written = long_date(at.date())
    return written if at.year == now.year else f"{written} {at.year}"


@register.filter
def duration(span: timedelta | None) -> str:
    """A span of time in its largest fitting unit.

    >>> duration(timedelta(seconds=4.2)), duration(timedelta(minutes=3)), duration(timedelta(hours=30))
    ('4 s', '3 min', '30 h')
    """
    if span is None:
        return ""
    seconds = span.total_seconds()
    if seconds < 1:
        return f"{round(1000 * seconds)} ms"
    if seconds < 120:
        return f"{round(seconds)} s"
    if seconds < 7200:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"


@register.filter
def elapsed(began: datetime | None, ended: datetime | None) -> timedelta | None:
    """How long something took; nothing where one end is open."""
    return ended - began if began and ended else None


__all__ = ["UTC", "asset", "duration", "elapsed", "moment", "written_moment"]
