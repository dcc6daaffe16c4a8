"""Which hour, day, week, month, quarter or year does an instant belong to, in the workspace's time zone?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.calc.sequence import Rows
from quarterdeck.insights.journeys.definitions.journey import Grain

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SUNDAY = 6
MONTHS = {"month": 1, "quarter": 3, "year": 12}
RELATIVE = re.compile(r"-(\d+)([hdwmqy])")
STARTS = {"dStart": "day", "wStart": "week", "mStart": "month", "qStart": "quarter", "yStart": "year"}
DAY_ONLY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


def microseconds(moment: datetime) -> int:
    """An instant as the columns hold it."""
    return (moment - EPOCH) // MICROSECOND


def instant(stamp: int, zone: ZoneInfo) -> datetime:
    """An instant of the columns, on the clocks of a zone."""
    return (EPOCH + timedelta(microseconds=int(stamp))).astimezone(zone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """Where days begin, and on which weekday weeks do (Monday is 0)."""

    zone: ZoneInfo
    week_starts_on: int = 0

    def floor(self, moment: datetime, grain: Grain) -> datetime:
        """The beginning of the bucket that an instant lies in."""
        local = moment.astimezone(self.zone)
        if grain == "hour":
            # In UTC, so that of two equal hours in autumn each keeps its own.
            past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
            return (moment.astimezone(UTC) - past).astimezone(self.zone)
        return self.begin(self._first_day(local.date(), grain))

    def begin(self, day: date) -> datetime:
        """When a local day begins."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone)

    def after(self, start: datetime, grain: Grain, count: int = 1) -> datetime:
        """The beginning of the bucket `count` buckets later, or earlier."""
        if grain == "hour":
            return (start.astimezone(UTC) + timedelta(hours=count)).astimezone(self.zone)
        day = start.astimezone(self.zone).date()
        if grain in MONTHS:
            month = day.year * 12 + day.month - 1 + count * MONTHS[grain]
            return self.begin(date(month // 12, month % 12 + 1, 1))
        return self.begin(day + timedelta(days=count * (7 if grain == "week" else 1)))

    def buckets(self, since: datetime, until: datetime, grain: Grain) -> Buckets:
        """Every bucket from the one of `since` to the one of `until`, both in."""
        starts = [self.floor(since, grain)]
        while (following := self.after(starts[-1], grain)) <= until:
            starts.append(following)
        return self.of(starts, grain)

    def of(self, starts: Sequence[datetime], grain: Grain) -> Buckets:
        """Buckets that begin so, one after the other."""
        edges = [*starts, self.after(starts[-1], grain)]
        return Buckets(
            starts=tuple(starts),
            edges=np.array([microseconds(each) for each in edges], np.int64),
            grain=grain,
        )

    def _first_day(self, day: date, grain: Grain) -> date:
        if grain == "week":
            return day - timedelta(days=(day.weekday() - self.week_starts_on) % 7)
        if grain in MONTHS:
            return date(day.year, (day.month - 1) // MONTHS[grain] * MONTHS[grain] + 1, 1)
        return day


@dataclass(frozen=True, kw_only=True, slots=True)
class Buckets:
    """Buckets without a gap: bucket b is [edges[b], edges[b + 1])."""

    starts: tuple[datetime, ...]
    edges: Rows
    grain: Grain

    def __len__(self) -> int:
        return len(self.starts)

    def of(self, times: Rows) -> Rows:
        """The bucket of each time; before the first -1, behind the last their number."""
        return np.searchsorted(self.edges, times, side="right") - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """From when to when events count, both in.

    `known_until` is the last moment that facts can tell of, `asked_at` that of the question: facts may lag.
    """

    since: int
    until: int
    known_until: int
    asked_at: int
    begin: datetime
    end: datetime


def period_between(
    begin: datetime, end: datetime, *, known_until: datetime, asked_at: datetime | None = None
) -> Period:
    """The time between two moments, both in; facts know of all until the question is asked unless told."""
    return Period(
        since=microseconds(begin),
        until=microseconds(end),
        known_until=microseconds(known_until),
        asked_at=microseconds(asked_at or known_until),
        begin=begin,
        end=end,
    )


def parse_moment(text: str, now: datetime, calendar: Calendar, *, last: bool = False) -> datetime:
    """The instant that a text names: a date (its end if `last`), a time, or one counted back from now.

    `-7d` is the beginning of the day a week ago, `-24h` that hour and minute, `mStart` the month's first day.
    """
    local = now.astimezone(calendar.zone)
    if text in STARTS:
        return calendar.floor(local, STARTS[text])  # type: ignore[arg-type]
    if found := RELATIVE.fullmatch(text):
        return _back(int(found[1]), found[2], local, calendar)
    if DAY_ONLY.fullmatch(text):
        year, month, day = map(int, text.split("-"))
        begin = calendar.begin(date(year, month, day))
        return calendar.after(begin, "day") - MICROSECOND if last else begin
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise QuarterdeckError(
            f"{text!r} is no date or time.", "Write 2026-01-31, -7d, -24h, dStart, mStart, yStart or all."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone)


def _back(count: int, letter: str, local: datetime, calendar: Calendar) -> datetime:
    if letter == "h":
        return (local.astimezone(UTC) - timedelta(hours=count)).astimezone(calendar.zone)
    day = local.date()
    if letter in "dw":
        return calendar.begin(day - timedelta(days=count * (7 if letter == "w" else 1)))
    month = day.year * 12 + day.month - 1 - count * {"m": 1, "q": 3, "y": 12}[letter]
    year, month = month // 12, month % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return calendar.begin(date(year, month, min(day.day, (following - timedelta(days=1)).day)))
