"""Which local day, week or month does an instant belong to, in SQL?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Grain = Literal["day", "week", "month"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked of a metric: local days [since, until), grain, and a dimension or none.

    `known_until` is the local day whose beginning is the last moment that facts tell of; None: there is none.
    """

    since: date
    until: date
    grain: Grain
    zone: ZoneInfo
    week_starts_on: int
    dimension: str | None = None
    known_until: date | None = None


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local day begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def sql_instant(moment: datetime) -> str:
    """A moment in UTC as an SQL literal."""
    return f"TIMESTAMPTZ '{moment:%Y-%m-%d %H:%M:%S}+00'"


def within(time: str, question: Question) -> str:
    """The condition that a time lies in the days asked for, as SQL."""
    since, until = (sql_instant(midnight(day, question.zone)) for day in (question.since, question.until))
    return f"{time} >= {since} AND {time} < {until}"


def local_time(column: str, question: Question) -> str:
    """A column of instants as local wall-clock time, as SQL.

    Between two changes of clocks that is an addition, some ten times as fast as looking the zone up row by
    row, and by the same table of zones as imports use.
    """
    changes = clock_changes(question.zone, question.since, question.until)
    return f"make_timestamp(epoch_us({column}) + {_offset_at(column, changes)})"


def _offset_at(column: str, changes: Sequence[tuple[datetime, int]]) -> str:
    """The offset in microseconds that holds at an instant, as SQL that halves the changes at each step."""
    if len(changes) == 1:
        return str(changes[0][1] * 1_000_000)
    half = len(changes) // 2
    before, since = _offset_at(column, changes[:half]), _offset_at(column, changes[half:])
    return f"CASE WHEN {column} < {sql_instant(changes[half][0])} THEN {before} ELSE {since} END"


def clock_changes(zone: ZoneInfo, since: date, until: date) -> list[tuple[datetime, int]]:
    """When, within local days [since, until), which offset from UTC in seconds begins to hold."""
    moment, end = midnight(since, zone), midnight(until, zone)
    changes = [(moment, _offset(moment, zone))]
    while moment < end:
        following = min(moment + timedelta(days=1), end)
        if _offset(following, zone) != changes[-1][1]:
            sooner, later = moment, following
            while later - sooner > timedelta(seconds=1):
                middle = sooner + (later - sooner) // 2
                middle = middle.replace(microsecond=0)
                if _offset(middle, zone) == changes[-1][1]:
                    sooner = middle
                else:
                    later = middle
            changes.append((later, _offset(later, zone)))
            following = later
        moment = following
    return changes


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def bucket(local_time: str, question: Question) -> str:
    """The local day, week or month that a local time falls into, as SQL."""
    shift = question.week_starts_on
    if question.grain == "week" and shift:
        start = f"date_trunc('week', {local_time} - INTERVAL {shift} DAY) + INTERVAL {shift} DAY"
    else:
        start = f"date_trunc('{question.grain}', {local_time})"
    return f"CAST({start} AS DATE)"
