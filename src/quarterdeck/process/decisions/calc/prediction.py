"""Did the effect come true that a decision was made for?

The weeks before the decision say what the review week would have been without it (a robust line, see
stats/baseline.py), and how far a single week strays by chance. What is measured is given with that chance:
only an interval that lies inside what was predicted has come true, only one that lies outside has not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf, isfinite
from typing import Literal

import numpy as np

from quarterdeck.stats.baseline import Trend, fit_trend
from quarterdeck.stats.interval import student_quantile

Direction = Literal["rises", "falls"]
Measured = Literal["change", "level"]
Unit = Literal["count", "share", "currency", "seconds", "number"]
Grade = Literal["came true", "did not", "cannot tell"]
Because = Literal[
    "inside", "beyond", "short", "opposite", "too noisy", "too young", "too little history", "no data", "gone"
]

WEEK = timedelta(7)
FEWEST_WEEKS = 8  # before the decision; fewer cannot say what a week without it would have been
MOST_WEEKS = 26
CONFIDENCE = 0.9  # of the interval, so that chance alone takes it past one end once in twenty


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """What a decision is to do to a metric by a day: move it by so much, or bring it to a level.

    `low` and `high` are sizes of the change in its direction, or the levels; an open end is None.
    """

    metric: str
    review_on: date
    direction: Direction = "rises"
    measured: Measured = "change"
    low: float | None = None
    high: float | None = None

    @property
    def signed_range(self) -> tuple[float, float]:
        """The range that the measured number must lie in; a fall is a negative change.

        >>> Prediction(metric="errors", review_on=date(2026, 11, 16), direction="falls", low=2).signed_range
        (-inf, -2)
        """
        if self.measured == "level":
            return (-inf if self.low is None else self.low), (inf if self.high is None else self.high)
        low, high = self.low or 0.0, inf if self.high is None else self.high
        return (low, high) if self.direction == "rises" else (-high, -low)


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """One week of a metric; `mature` where its number is final."""

    start: date
    value: float | None
    base: float | None = None
    mature: bool = True

    @property
    def end(self) -> date:
        return self.start + WEEK


@dataclass(frozen=True, kw_only=True, slots=True)
class Graded:
    """What became of a prediction: `measured` is the change or the level, with its interval.

    `without` is what the review week would have been without the decision.
    """

    grade: Grade
    because: Because
    week: date | None = None
    value: float | None = None
    without: float | None = None
    measured: float | None = None
    low: float | None = None
    high: float | None = None
    weeks_before: int = 0


def grade(weeks: Sequence[Week], prediction: Prediction, *, decided_on: date, unit: Unit) -> Graded:
    """The grade of a prediction from the metric's weeks, by the last whole week before its review date."""
    before = [week for week in weeks if week.end <= decided_on and _known(week)][-MOST_WEEKS:]
    after = [week for week in weeks if week.start >= decided_on and week.end <= prediction.review_on]
    if not after:
        return _untold("too young", before)
    review = after[-1]
    if not review.mature:
        return _untold("too young", before, review)
    if review.value is None:
        return _untold("no data", before, review)
    if len(before) < FEWEST_WEEKS:
        return _untold("too little history", before, review)
    without, chance = _expected(before, review, unit)
    measured = review.value if prediction.measured == "level" else review.value - without
    low, high = measured - chance, measured + chance
    because = _because((low, high), prediction)
    return Graded(
        grade="came true" if because == "inside" else "cannot tell" if because == "too noisy" else "did not",
        because=because,
        week=review.start,
        value=review.value,
        without=without,
        measured=measured,
        low=low,
        high=high,
        weeks_before=len(before),
    )


def _expected(before: Sequence[Week], review: Week, unit: Unit) -> tuple[float, float]:
    """The review week without the decision, and half of the interval that chance gives one week."""
    first = before[0].start
    positions = np.array([(week.start - first).days / 7 for week in before])
    trend: Trend = fit_trend(positions, np.array([week.value for week in before], dtype=np.float64))
    forecast = trend.forecast((review.start - first).days / 7)
    variance = forecast.deviation**2
    if unit == "share" and review.base:
        # A share of so many strays at least as far as drawing them does (binomial).
        share = min(max(forecast.mean, 1 / (review.base + 2)), 1 - 1 / (review.base + 2))
        variance = max(variance, share * (1 - share) / review.base)
    elif unit == "count":
        variance = max(variance, 1.0)
    return forecast.mean, student_quantile(0.5 + CONFIDENCE / 2, forecast.degrees_of_freedom) * variance**0.5


def _because(interval: tuple[float, float], prediction: Prediction) -> Because:
    low, high = interval
    least, most = prediction.signed_range
    if least <= low and high <= most:
        return "inside"
    if not (high < least or low > most):
        return "too noisy"
    upward = prediction.direction == "rises"
    if (low > most) == upward:
        return "beyond"
    against = prediction.measured == "change" and (high < 0 if upward else low > 0)
    return "opposite" if against else "short"


def _known(week: Week) -> bool:
    return week.mature and week.value is not None and isfinite(week.value)


def _untold(because: Because, before: Sequence[Week], review: Week | None = None) -> Graded:
    return Graded(
        grade="cannot tell",
        because=because,
        week=review.start if review else None,
        value=review.value if review else None,
        weeks_before=len(before),
    )
