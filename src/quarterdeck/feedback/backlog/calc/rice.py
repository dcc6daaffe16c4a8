"""What is a change worth for its effort: reach times impact times confidence, over effort (RICE)?

McBride, "RICE: simple prioritization for product managers", Intercom, 2018. Reach is customers a quarter,
impact one of five steps, confidence 50, 80 or 100 %, effort weeks of one person. Here each factor follows by
a stated rule from what was counted, with the bounds of what it may be as well; what is not known is None,
and then there is no score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Literal

from quarterdeck.stats.interval import normal_quantile, wilson_interval

SCALE = (0.25, 0.5, 1.0, 2.0, 3.0)  # minimal, low, medium, high, massive
STEPS = (0.25, 0.75, 1.25, 1.75)  # mean points from which the next word of the scale holds
MOST_POINTS = 2
FEWEST_ACCOUNTS = 5
FEWEST_LIKE = 5
DAYS_A_WEEK = 7
ENOUGH_ACCOUNTS, ENOUGH_CHANNELS, ENOUGH_IN_A_CHANNEL = 10, 2, 3
WIDEST_TREND = 4.0
RIGHT_ENOUGH = 0.6
FARTHEST_DOWN = log(1000.0)

SignalName = Literal["renewal", "mood", "journey"]
CheckName = Literal["customers", "channels", "trend", "tagger", "agreement"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """A number, and the bounds between which it may be."""

    point: float
    low: float
    high: float

    def overlaps(self, other: Range) -> bool:
        """Whether both may be the same."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A share of so many, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """One reason why it matters: 0, 1 or 2 points, and how many it may be."""

    name: SignalName
    points: int
    low: int
    high: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that makes a score sure; None where it could not be looked at."""

    name: CheckName
    passed: bool | None


def reach_of(
    speakers: int, *, wrote: int = 0, passing: int | None = None, precision: Share | None = None
) -> Range | None:
    """Customers a quarter that meet it.

    Those who spoke of it, with the interval of a Poisson count (score interval). Where `passing` go through
    an affected journey, the share of those who wrote anything at all that spoke of it (Wilson) is taken for
    all of them, as in McBride's "500 customers reach this point, 30 % choose this option". Where more spoke
    than pass, those who spoke count. What the tagger may have got wrong lowers the low bound.

    >>> reach_of(30, wrote=120, passing=400).point
    100.0
    """
    if speakers < 1:
        return None
    right = 1.0 if precision is None else precision.low
    if passing is None or min(passing, wrote) < speakers:
        z = normal_quantile(0.975)
        middle, half = speakers + z * z / 2, z * sqrt(speakers + z * z / 4)
        return Range(point=float(speakers), low=max(0.0, middle - half) * right, high=middle + half)
    low, high = wilson_interval(speakers, wrote)
    return Range(
        point=max(float(speakers), speakers / wrote * passing),
        low=max(float(speakers), low * passing) * right,
        high=max(float(speakers), high * passing),
    )


def renewal_signal(share: Share | None, usual: float | None) -> Signal | None:
    """How much of the speakers' revenue is up for renewal, against that of all customers.

    Twice as much or more gives 2 points, a quarter more gives 1.
    """
    if share is None or not usual:
        return None
    points = [_stepped(value / usual, (1.25, 2.0)) for value in (share.value, share.low, share.high)]
    return Signal(name="renewal", points=points[0], low=points[1], high=points[2])


def weighted_share(part: float, total: float, effective: float) -> Share | None:
    """A share of revenue, as sure as that of so many customers of one size (Kish, 1965) would be."""
    if total <= 0 or effective <= 0:
        return None
    value = min(1.0, part / total)
    low, high = wilson_interval(value * effective, effective)
    return Share(value=value, low=min(low, value), high=max(high, value))


def mood_signal(theirs: Range | None, others: Range | None) -> Signal | None:
    """How many points of NPS the speakers are below the others: 30 or more give 2 points, 10 or more 1."""
    if theirs is None or others is None:
        return None
    gaps = (others.point - theirs.point, others.low - theirs.high, others.high - theirs.low)
    points = [_stepped(gap, (10.0, 30.0)) for gap in gaps]
    return Signal(name="mood", points=points[0], low=points[1], high=points[2])


def journey_signal(now: tuple[int, int], before: tuple[int, int]) -> Signal | None:
    """How much of the journey's conversion was lost since the quarter before, of (converted, entered).

    A quarter of it or more gives 2 points, a tenth 1. The interval is that of a ratio of two shares (Katz
    and others, 1978).
    """
    (converted, entered), (converted_then, entered_then) = now, before
    if not (converted and converted_then and entered and entered_then):
        return None
    ratio = (converted / entered) / (converted_then / entered_then)
    spread = 1 / converted - 1 / entered + 1 / converted_then - 1 / entered_then
    half = normal_quantile(0.975) * sqrt(max(0.0, spread))
    lost = (1 - ratio, 1 - exp(log(ratio) + half), 1 - exp(log(ratio) - half))
    points = [_stepped(each, (0.1, 0.25)) for each in lost]
    return Signal(name="journey", points=points[0], low=points[1], high=points[2])


def impact_of(signals: Sequence[Signal]) -> Range | None:
    """The step of the scale for the mean points of the signals that are known; None where none is.

    A mean of a quarter point is low, of three quarters medium, of 1.25 high, of 1.75 massive.
    """
    if not signals:
        return None
    many = len(signals)
    return Range(
        point=_step(sum(each.points for each in signals) / many),
        low=_step(sum(each.low for each in signals) / many),
        high=_step(sum(each.high for each in signals) / many),
    )


def confidence_checks(
    *,
    accounts: int,
    channels: Sequence[int],
    trend: tuple[float, float] | None,
    precision: Share | None,
    signals: Sequence[Signal],
) -> tuple[Check, ...]:
    """What speaks for the evidence: enough customers, several channels, a trend whose bounds are near each
    other, a tagger that was measured and is right, and signals that say the same."""
    heard = sum(mentions >= ENOUGH_IN_A_CHANNEL for mentions in channels)
    points = [each.points for each in signals]
    return (
        Check(name="customers", passed=accounts >= ENOUGH_ACCOUNTS),
        Check(name="channels", passed=heard >= ENOUGH_CHANNELS),
        Check(name="trend", passed=None if trend is None else trend[1] <= WIDEST_TREND * trend[0]),
        Check(name="tagger", passed=None if precision is None else precision.low >= RIGHT_ENOUGH),
        Check(name="agreement", passed=None if len(points) < 2 else max(points) - min(points) <= 1),
    )


def confidence_of(checks: Sequence[Check]) -> float:
    """100 % where every check is passed, 80 % where three are, else 50 %; an open check is not passed."""
    passed = sum(check.passed is True for check in checks)
    if passed == len(checks):
        return 1.0
    return 0.8 if passed >= 3 else 0.5


def effort_of(days: Sequence[float]) -> Range | None:
    """Weeks of one person from the days that like items took: the median and the quartiles.

    None below five of them. One person works on an item at a time, seven days of the calendar are a week.

    >>> effort_of((7.0, 14.0, 14.0, 21.0, 28.0))
    Range(point=2.0, low=2.0, high=3.0)
    """
    if len(days) < FEWEST_LIKE:
        return None
    low, point, high = (_quantile(sorted(days), share) / DAYS_A_WEEK for share in (0.25, 0.5, 0.75))
    return Range(point=point, low=low, high=high) if low > 0 else None


def rice(
    reach: Range | None, impact: Range | None, confidence: float | None, effort: Range | None
) -> Range | None:
    """Reach x impact x confidence / effort; the bounds as of errors that know nothing of each other."""
    value = value_of(reach, impact, confidence)
    if value is None or reach is None or impact is None or effort is None:
        return None
    return _spread(value.point / effort.point, (reach, impact), over=effort)


def value_of(reach: Range | None, impact: Range | None, confidence: float | None) -> Range | None:
    """Reach x impact x confidence: what it is worth, whatever it takes."""
    if reach is None or impact is None or confidence is None:
        return None
    return _spread(reach.point * impact.point * confidence, (reach, impact))


def _spread(point: float, factors: Sequence[Range], over: Range | None = None) -> Range:
    """A product with its bounds: as far down as the root of the summed squares of how far, on a scale of
    logarithms, each factor may be down (and what it is divided by up), and likewise up."""
    down = [_logs(each)[0] for each in factors] + ([_logs(over)[1]] if over else [])
    up = [_logs(each)[1] for each in factors] + ([_logs(over)[0]] if over else [])
    return Range(
        point=point,
        low=point * exp(-sqrt(sum(each * each for each in down))),
        high=point * exp(sqrt(sum(each * each for each in up))),
    )


def _logs(factor: Range) -> tuple[float, float]:
    """How far a factor may be down and up, as logarithms; one that may be nothing is as far down as any."""
    down = log(factor.point / factor.low) if factor.low > 0 else FARTHEST_DOWN
    return down, log(factor.high / factor.point)


def _stepped(value: float, steps: tuple[float, float]) -> int:
    return sum(value >= step for step in steps)


def _step(mean: float) -> float:
    return SCALE[sum(mean >= step for step in STEPS)]


def _quantile(values: Sequence[float], share: float) -> float:
    """The value at a share of the way, between neighbours in proportion (Hyndman and Fan, 1996, type 7)."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])
