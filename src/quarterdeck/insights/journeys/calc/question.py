"""What must be known besides the events to answer a journey?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from quarterdeck.insights.journeys.calc.buckets import (
    Buckets,
    Calendar,
    Period,
    instant,
    microseconds,
    parse_moment,
    period_between,
)
from quarterdeck.insights.journeys.calc.chunks import Each
from quarterdeck.insights.journeys.calc.conditions import Cohorts, passing
from quarterdeck.insights.journeys.calc.dialects import DIALECTS, Dialect
from quarterdeck.insights.journeys.calc.sequence import SequenceView, select
from quarterdeck.insights.journeys.calc.weights import Weights
from quarterdeck.insights.journeys.definitions.journey import Grain, Journey

MICROSECONDS = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A journey with its period, calendar and cohorts; `each` does the work on pieces of the units.

    `weights` are given where the journey asks to weigh: those of its period and of the one before.
    """

    journey: Journey
    period: Period
    calendar: Calendar
    cohorts: Cohorts = field(default_factory=dict)
    cohort_names: Mapping[str, str] = field(default_factory=dict)
    each: Each = map
    weights: Weights | None = None
    weights_before: Weights | None = None

    @property
    def dialect(self) -> Dialect:
        """The rules that hold."""
        return DIALECTS[self.journey.dialect]

    @property
    def window(self) -> int:
        """From the first step to the last, in microseconds."""
        return self.journey.window_seconds * MICROSECONDS

    @property
    def later_until(self) -> int:
        """Until when later steps count; what is to come by the moment of the question is out of sight."""
        if not self.dialect.steps_after_end:
            return self.period.until
        return min(self.period.until + self.window, max(self.period.until, self.period.known_until))

    @property
    def buckets(self) -> Buckets:
        """Every bucket of the period."""
        return self.calendar.buckets(self.period.begin, self.period.end, self.journey.grain)


def period_of(
    view: SequenceView,
    journey: Journey,
    calendar: Calendar,
    now: datetime,
    known_until: datetime | None = None,
) -> Period:
    """From when to when a journey asks; facts are known until now unless told."""
    if journey.since == "all":
        first = int(view.time.min()) if len(view.time) else microseconds(now)
        begin = calendar.floor(instant(first, calendar.zone), "day")
    else:
        begin = parse_moment(journey.since, now, calendar)
    end = (
        parse_moment(journey.until, now, calendar, last=True)
        if journey.until
        else end_of_now(now, journey, calendar)
    )
    return period_between(begin, end, known_until=known_until or now, asked_at=now)


def end_of_now(now: datetime, journey: Journey, calendar: Calendar) -> datetime:
    """The last moment of today, or of this hour."""
    grain: Grain = "hour" if journey.grain == "hour" and journey.kind in ("trend", "stickiness") else "day"
    start = calendar.floor(now, grain)
    return instant(microseconds(calendar.after(start, grain)) - 1, calendar.zone)


def before(question: Question) -> Question:
    """The same question of the period before: as long, or, where a tool has it so, sharing a day with it."""
    period, calendar, grain = question.period, question.calendar, question.journey.grain
    if question.dialect.shared_edge:
        back = (calendar.floor(period.end, "day").date() - calendar.floor(period.begin, "day").date()).days
        shift = timedelta(days=max(back, 1))
        begin, end = period.begin - shift, period.end - shift
    else:
        count = len(question.buckets)
        begin = calendar.after(question.buckets.starts[0], grain, -count)
        end = begin + (period.end - question.buckets.starts[0])
    known, asked = (instant(moment, calendar.zone) for moment in (period.known_until, period.asked_at))
    earlier = period_between(begin, end, known_until=known, asked_at=asked)
    return replace(question, period=earlier, weights=question.weights_before)


def narrowed(view: SequenceView, question: Question) -> SequenceView:
    """Only the rows that pass the conditions of the whole question."""
    allowed = passing(view, question.journey.where, question.cohorts)
    return view if allowed is None else select(view, np.flatnonzero(allowed))
