"""How large is the made-up company, when does it live, and where does each table's chance come from?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

COMPANY = "Tidewright Crews (made up)"
TIMEZONE = "Europe/Amsterdam"
CURRENCY = "EUR"
WEEKS = 26
DAYS = 7 * WEEKS
AS_OF = date(2026, 11, 16)  # the Monday after the last week; never today, so that every run is the same
FIRST_DAY = AS_OF - timedelta(DAYS)

GROWTH_PER_WEEK = 0.008
SEASON = 0.004  # half of the yearly swing
WORKDAYS = np.array([1.10, 1.22, 1.22, 1.18, 1.08, 0.70, 0.50])
SIGN_UP_WEEKDAYS = np.array([1.20, 1.18, 1.13, 1.10, 1.01, 0.70, 0.65])

WEEK_NOISE = 0.008  # standard deviation beyond sampling; evenly spread, so that it has no wild weeks
DAY_NOISE = 0.018

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that decides the company: its size, its seed, and whether its stories happen."""

    events: int
    seed: int
    stories: bool = True

    @property
    def scale(self) -> float:
        """Size against a company of a million events."""
        return self.events / 1_000_000

    def chance(self, table: str, *parts: int) -> np.random.Generator:
        """The random stream of one part of one table; no part depends on which parts were drawn before."""
        key = (*table.encode(), 0, *parts)
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))

    def noise(self, table: str, day: int) -> float:
        """A factor about 1: mild over-dispersion of a week and of a day."""
        week = self.chance(f"{table} week noise", day // 7).uniform(-1, 1) * WEEK_NOISE
        daily = self.chance(f"{table} day noise", day).uniform(-1, 1) * DAY_NOISE
        return 1 + (week + daily) * 3**0.5

    @cached_property
    def day_events(self) -> Integers:
        """(182,) events of each day; they add up to exactly the number asked for."""
        weights = np.array([growth(day) * WORKDAYS[day % 7] for day in range(DAYS)])
        if self.stories:
            weights[list(OUTAGE_DAYS)] *= 1 - OUTAGE_SHARE
        edges = np.rint(np.concatenate([[0], np.cumsum(weights)]) / weights.sum() * self.events)
        counts: Integers = np.diff(edges).astype(np.int64)
        return counts

    def expected(self, per_week: float, weekdays: Floats, day: int) -> float:
        """What a day expects of something that a company of a million events has so often a week."""
        return per_week / 7 * self.scale * growth(day) * float(weekdays[day % 7]) / float(weekdays.mean())


OUTAGE_SHARE = 0.29
OUTAGE_DAYS = tuple((date(2026, 8, 19) - FIRST_DAY).days + extra for extra in range(2))


def trend(day: int) -> float:
    """Even growth over the 26 weeks, 1 on average."""
    return 1 + GROWTH_PER_WEEK * (day / 7 - WEEKS / 2)


def growth(day: int) -> float:
    """The trend with a slight season that is lowest in July."""
    return float(trend(day) * (1 - SEASON * np.cos(2 * np.pi * (day - 65) / 365)))


def day_index(day: date) -> int:
    """Days since the first one."""
    return (day - FIRST_DAY).days


def day_date(day: int) -> date:
    """The date of a day of the company."""
    return FIRST_DAY + timedelta(int(day))


def instants(day: int, local_seconds: Floats) -> Integers:
    """UTC microseconds of moments of a local day, given as seconds since its midnight."""
    zone = ZoneInfo(TIMEZONE)
    date_of = day_date(day)
    offsets = np.array(
        [
            datetime.combine(date_of, time(hour), zone).utcoffset() // timedelta(seconds=1)  # type: ignore[operator]
            for hour in range(24)
        ]
    )
    midnight = (date_of - date(1970, 1, 1)).days * 86_400
    hours = np.clip(local_seconds // 3600, 0, 23).astype(np.int64)
    moments: Integers = ((midnight + local_seconds - offsets[hours]) * _MICROSECONDS).astype(np.int64)
    return moments


def spread_over(total: float, weights: Iterable[float]) -> Integers:
    """Whole numbers in proportion to the weights whose running sum is never off by more than one half."""
    running = np.cumsum(np.fromiter(weights, np.float64))
    edges = np.rint(np.concatenate([[0.0], running]) / running[-1] * total)
    parts: Integers = np.diff(edges).astype(np.int64)
    return parts
