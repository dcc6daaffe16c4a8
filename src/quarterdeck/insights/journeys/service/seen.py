"""What does a page show of a funnel? Plain values, so that pages need no arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A share with its base and its 95 % interval."""

    count: int
    base: int
    share: float
    low: float
    high: float

    @property
    def percent(self) -> str:
        """As tables write it."""
        return percent(self.share)

    @property
    def bounds(self) -> str:
        """The interval in words."""
        return between(self.low, self.high)


@dataclass(frozen=True, kw_only=True, slots=True)
class StepSeen:
    """One step: who reached it, of all and of the step before, who stopped, and who may still come."""

    number: int
    name: str
    about: str
    reached: int
    of_all: Rate | None
    of_before: Rate | None
    stopped: int
    open: int
    still: int
    median: str
    middle: str
    link: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupSeen:
    """The funnel under one value of the breakdown."""

    name: str
    rates: tuple[Rate | None, ...]

    @property
    def begun(self) -> int:
        """How many began."""
        return self.rates[0].count if self.rates[0] else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekSeen:
    """Who began in one week; `open_until` where some of them may still come through."""

    start: date
    entered: int
    rate: Rate | None
    open: int
    open_until: date | None
    shade: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonSeen:
    """Why people stopped before a step, and how many."""

    key: str
    words: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonSeen:
    """One who stopped: `place` in the list stands for them in an address."""

    place: int
    name: str
    last: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WhySeen:
    """Why one is here: each step with its time, and the verdict."""

    name: str
    steps: tuple[tuple[str, datetime], ...]
    verdict: str
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoppedSeen:
    """Who stopped before one step: every one for exactly one reason."""

    step: int
    before: str
    count: int
    reasons: tuple[ReasonSeen, ...]
    reason: ReasonSeen | None
    people: tuple[PersonSeen, ...]
    followed: tuple[tuple[str, Rate], ...]
    why: WhySeen | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """A table with a line for each step beside its counts, and what must be known to read it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FunnelSeen:
    """A funnel as its page shows it."""

    noun: str
    since: date
    until: date
    within: str
    steps: tuple[StepSeen, ...]
    groups: tuple[GroupSeen, ...]
    lagging: str
    weeks: tuple[WeekSeen, ...]
    beside: Beside | None
    excluded: int
    stopped: StoppedSeen | None
    facts_end: datetime | None
    remarks: tuple[str, ...]
    versions: Mapping[str, int]

    @property
    def begun(self) -> int:
        """How many began."""
        return self.steps[0].reached

    @property
    def still_open(self) -> int:
        """How many may still come further."""
        return sum(step.open for step in self.steps)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What a question can be made of: events with how often they came lately, properties, values."""

    events: tuple[tuple[str, int], ...]
    properties: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]


def percent(share: float) -> str:
    """A share as people read it: one decimal only where it matters."""
    value = 100 * share
    return f"{value:.0f}{SPACE}%" if value >= 10 or value == 0 else f"{value:.1f}{SPACE}%"


def between(low: float, high: float) -> str:
    """Two shares as the ends of a range: "33 to 40 %"."""
    return f"{percent(low).removesuffix(SPACE + '%')} to {percent(high)}"


def rate(count: int, base: int, bounds: tuple[float, float]) -> Rate:
    """A share of a base."""
    return Rate(count=count, base=base, share=count / base, low=bounds[0], high=bounds[1])


def lasting(seconds: float) -> str:
    """A length of time in its largest unit: 9 min, 3.1 h, 1.4 d."""
    for size, unit in ((86_400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.{1 if seconds < 10 * size else 0}f}{SPACE}{unit}"
    return f"{seconds:.0f}{SPACE}s"


def title_of(event: str) -> str:
    """An event's name as people read it: team_created is Team created."""
    words = event.replace("_", " ").replace(".", " ").strip()
    return words[:1].upper() + words[1:] if words else event
