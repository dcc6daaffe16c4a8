"""What was expected of a metric, and did it move?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import numpy as np

from quarterdeck.insights.metrics.calc.readings import Point, Unit, Verdict
from quarterdeck.stats.baseline import Floats, fit_trend, shift_window
from quarterdeck.stats.daily import (
    DailyExpectation,
    DailySeries,
    Spread,
    change_within,
    expect_days,
    find_holder,
    shift_sizes,
    standard_scores,
)
from quarterdeck.stats.interval import normal_quantile, student_quantile

Side = Literal["above", "below"]

MINIMUM_WEEKS = 12


MINIMUM_BASE = 30  # a share or mean of fewer says too little


MINIMUM_COUNT = 20  # below this a count is too far from normal for the range drawn here


WEEK_CONFIDENCE = 0.9998  # one false alarm in 5,000 weeks of a metric; one in a first brief and people leave


DETAIL_CONFIDENCE = 0.99  # of days and slices, which show where a movement stands and raise no alarm


AGREEING_DAYS = 5


SHIFT_DAYS = 28  # how far back the start of a movement is looked for


SMALLEST_CHANGE = 0.001  # of the expected value: less cannot be seen on the page


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """When a movement began, the first day after it if it has ended, and the slice that holds it.

    `beyond_chance` says that the slice alone moved farther than chance takes any slice, over a run
    of any length, in one of 5,000 weeks.
    """

    since: date
    until: date | None = None
    key: tuple[str, str] | None = None
    share_of_change: float = 0.0
    beyond_chance: bool = False


def spread_of(unit: Unit, has_base: bool) -> Spread:
    """By which law the days of a metric scatter."""
    if unit == "share" and has_base:
        return "share"
    return "other" if has_base or unit != "count" else "count"


def expect_week(weeks: Sequence[Point], unit: Unit, confidence: float = WEEK_CONFIDENCE) -> Point:
    """The last of the weeks with the range it was expected in, from the weeks before it.

    Without enough history, or where it counts too little to tell a change from chance, the range stays open.
    """
    ranged = _ranged(weeks, unit, confidence)
    return ranged if _too_small(ranged, unit) is None else weeks[-1]


def _ranged(weeks: Sequence[Point], unit: Unit, confidence: float) -> Point:
    """The last of the weeks with a prediction interval around a robust line, however little it counts.

    Its variance is at least what sampling alone gives a share of that base.
    """
    *before, week = weeks
    known = [(index, point.value) for index, point in enumerate(before) if point.value is not None]
    if len(known) < MINIMUM_WEEKS:
        return week
    positions = np.array([index for index, _ in known], dtype=np.float64)
    trend = fit_trend(positions, np.array([value for _, value in known], dtype=np.float64))
    forecast = trend.forecast(len(before))
    variance = forecast.deviation**2
    share = unit == "share" and week.base is not None
    if share and week.base:
        mean = min(max(forecast.mean, 1 / (week.base + 2)), 1 - 1 / (week.base + 2))
        variance = max(variance, mean * (1 - mean) / week.base)
    if unit == "count":
        variance = max(variance, 1.0)
    distance = student_quantile(0.5 + confidence / 2, forecast.degrees_of_freedom) * variance**0.5
    distance = max(distance, SMALLEST_CHANGE * abs(forecast.mean))
    low, high = forecast.mean - distance, forecast.mean + distance
    if min(value for _, value in known) >= 0:
        low, high = max(low, 0.0), max(high, 0.0)
    return replace(week, expected_low=low, expected_high=min(high, 1.0) if share else high)


def judge_week(
    weeks: Sequence[Point], unit: Unit, absent_since: date | None, days: Sequence[Point] = ()
) -> tuple[Point, Verdict]:
    """The last week with its expected range, and whether it moved.

    `absent_since` is the first day from which on the facts have no rows at all, None if they have. Where five
    of the week's seven `days` left their own ranges to one side, the week is held to the range of a detail.
    """
    week = weeks[-1]
    if (unknown := _unknown(weeks, unit, absent_since)) is not None:
        return week, unknown
    agreed = _agreed_side(days[-7:])
    expected = _ranged(weeks, unit, DETAIL_CONFIDENCE) if agreed else week
    if not agreed or expected.outside != agreed:
        agreed, expected = "", _ranged(weeks, unit, WEEK_CONFIDENCE)
    if (small := _too_small(expected, unit)) is not None:
        return replace(expected, expected_low=None, expected_high=None), small
    side = expected.outside
    if not side:
        return expected, Verdict(kind="within noise", reason="It stands inside its expected range.")
    reason = f"It stands {side} its expected range; chance does that once in 5,000 weeks."
    if agreed:
        reason = f"It stands {side} its expected range, and so do most of its days."
    return expected, Verdict(kind="moved", reason=reason, direction=side)


def judge_by_holder(
    weeks: Sequence[Point], unit: Unit, shift: Shift, holder_week: Point
) -> tuple[Point, Verdict] | None:
    """The last week held to the range of a detail, where the slice that holds its shift moved beyond chance.

    None where the week, or the slice's own `holder_week`, stands inside the range of a detail.
    """
    week = expect_week(weeks, unit, DETAIL_CONFIDENCE)
    if not (shift.beyond_chance and shift.key and week.outside and holder_week.outside == week.outside):
        return None
    reason = f"It stands {week.outside} its expected range, and {shift.key[1]} far {week.outside} its own."
    return week, Verdict(kind="moved", reason=reason, direction=week.outside)


def not_mature_yet(judged: Sequence[Point], later: Sequence[Point], days: int) -> Verdict | None:
    """No mature week has data, yet a later one has: when the first of them can be known."""
    first = next((point.start for point in later if point.value), None)
    if first is None or any(point.value for point in judged):
        return None
    final = first + timedelta(7 + days)
    return Verdict(
        kind="not mature yet", reason=f"Its first week is final on {final:%A} {final.day} {final:%B}."
    )


def _unknown(weeks: Sequence[Point], unit: Unit, absent_since: date | None) -> Verdict | None:
    """Why the last week cannot be judged, if it cannot."""
    week = weeks[-1]
    if absent_since is not None or week.value is None:
        since = (
            f" since {absent_since:%A} {absent_since.day} {absent_since:%B}" if absent_since else " this week"
        )
        return Verdict(kind="no data", reason=f"No data{since}.")
    known = [point.value for point in weeks[:-1] if point.value is not None]
    if unit == "share" and week.base is not None and week.value > 1:
        reason = "It is above 100 %: what it counts is no part of what it is divided by."
        return Verdict(kind="no data", reason=reason)
    if week.value == 0 and not any(known):
        return Verdict(kind="no data", reason="It has always been 0; does its definition name what arrives?")
    if not week.mature:
        return Verdict(kind="not mature yet", reason="The week's number can still change.")
    if len(known) < MINIMUM_WEEKS:
        reason = f"{len(known)} earlier weeks are known; {MINIMUM_WEEKS} are needed to say what to expect."
        return Verdict(kind="too little data", reason=reason)
    return None


def _too_small(week: Point, unit: Unit) -> Verdict | None:
    """Why a week with its expected range counts too little to be judged, if it does."""
    size = week.base
    if size is None and week.expected_high is not None:
        size = max(week.expected_high, week.value or 0.0)
    least = MINIMUM_COUNT if week.base is None else MINIMUM_BASE
    if size is None or size >= least or (week.base is None and unit != "count"):
        return None
    what = "number" if week.base is None else "base"
    return Verdict(
        kind="too little data", reason=f"Its {what} is below {least}, too small to tell a change from chance."
    )


def _agreed_side(days: Sequence[Point]) -> Side | Literal[""]:
    """The side on which most days of a week stand outside their own ranges, if there is one."""
    sides = [day.outside for day in days]
    if sides.count("above") >= AGREEING_DAYS:
        return "above"
    return "below" if sides.count("below") >= AGREEING_DAYS else ""


def expect_points(
    points: Sequence[Point], unit: Unit, confidence: float = DETAIL_CONFIDENCE
) -> tuple[Point, ...]:
    """Days with their expected ranges, learnt from all but the last 28; unchanged where they are too few."""
    series = _series(points)
    expectation = expect_days(series, len(points) - SHIFT_DAYS, spread_of(unit, series.bases is not None))
    if expectation is None:
        return tuple(points)
    distance = student_quantile(0.5 + confidence / 2, 60) * expectation.deviation
    lows, highs = expectation.expected - distance, expectation.expected + distance
    if np.nanmin(series.values, initial=0.0) >= 0:
        lows = np.maximum(lows, 0)
    if unit == "share":
        highs = np.minimum(highs, 1)
    ranges = zip(points, lows.tolist(), highs.tolist(), strict=True)
    return tuple(replace(point, expected_low=low, expected_high=high) for point, low, high in ranges)


def explain_movement(
    days: Sequence[Point],
    slices: Mapping[tuple[str, str], Sequence[Point]],
    unit: Unit,
    direction: Side,
) -> Shift:
    """When a metric moved, and the dimension and value that hold most of it.

    `days` and every slice cover the same days, whole weeks, the last day being the week's last.
    """
    sign = 1 if direction == "above" else -1
    whole = _expected(days, unit)
    if whole is None:
        return Shift(since=days[-7].start)
    window = _window(whole, sign)
    known = {key: pair for key, points in slices.items() if (pair := _expected(points, unit)) is not None}
    keys = list(known)
    dimensions = sorted({dimension for dimension, _ in keys})
    groups = np.array([dimensions.index(dimension) for dimension, _ in keys], dtype=np.int64)
    pairs = [known[key] for key in keys]
    holder = find_holder(pairs, groups, window, change_within(*whole, window)[0])
    if holder is None:
        # Chance in the days before can blur when the whole began to move; a slice that fell may show it.
        own = [_window(pair, sign) for pair in pairs]
        found = [find_holder(pairs, groups, one, change_within(*whole, one)[0]) for one in own]
        fitting = [one for index, one in enumerate(found) if one is not None and one.index == index]
        holder = max(fitting, key=lambda one: one.gain, default=None)
    if holder is not None:
        window = _window(pairs[holder.index], sign)
    return Shift(
        since=days[window.start].start,
        until=days[window.stop].start if window.stop < len(days) else None,
        key=keys[holder.index] if holder else None,
        share_of_change=holder.share_of_change if holder else 0.0,
        beyond_chance=holder is not None
        and holder.gain > _gain_of_chance(len(keys))
        and _says_enough(*pairs[holder.index], window, unit),
    )


def _gain_of_chance(slices: int) -> float:
    """Twice the log-likelihood that the best of many runs of days in many slices reaches once in 5,000 weeks.

    Each of the `slices` is tried over runs that begin on each of 28 days (Bonferroni, 1936).
    """
    tried = slices * SHIFT_DAYS
    return normal_quantile(1 - (1 - WEEK_CONFIDENCE) / (2 * tried)) ** 2


def _says_enough(series: DailySeries, expectation: DailyExpectation, window: slice, unit: Unit) -> bool:
    """Whether so much was expected within a window that its law is near the normal one."""
    base = float(series.weights[window].sum())
    expected = float((series.weights * expectation.expected)[window].sum())
    if unit == "count" and series.bases is None:
        return expected >= MINIMUM_COUNT
    return base >= MINIMUM_BASE and (unit != "share" or min(expected, base - expected) >= MINIMUM_COUNT)


def remainder(whole: Sequence[Point], part: Sequence[Point]) -> tuple[Point, ...]:
    """The whole without one slice, day by day: numerators and bases subtract."""
    rest: list[Point] = []
    for all_of, one in zip(whole, part, strict=True):
        if all_of.base is None:
            value = None if all_of.value is None else all_of.value - (one.value or 0.0)
            rest.append(Point(start=all_of.start, value=value))
            continue
        base = all_of.base - (one.base or 0.0)
        above = (all_of.value or 0.0) * all_of.base - (one.value or 0.0) * (one.base or 0.0)
        rest.append(Point(start=all_of.start, value=above / base if base > 0 else None, base=base))
    return tuple(rest)


def absent_since(present: Sequence[date], week: date, until: date) -> date | None:
    """First day of a silence that reaches the week's end, longer than any before it but one outage."""
    seen = sorted(day for day in present if day < until)
    if not seen:
        return week
    gaps = sorted(later - sooner for sooner, later in pairwise(seen))
    usual = gaps[-2] if len(gaps) > 1 else timedelta(1)
    silence = until - seen[-1]
    return seen[-1] + timedelta(1) if silence > max(usual, timedelta(1)) else None


def _series(points: Sequence[Point]) -> DailySeries:
    values = np.array([np.nan if point.value is None else point.value for point in points], dtype=np.float64)
    bases: Floats | None = None
    if any(point.base is not None for point in points):
        bases = np.array([point.base or 0.0 for point in points], dtype=np.float64)
    return DailySeries(values=values, bases=bases, first_weekday=points[0].start.weekday())


def _expected(points: Sequence[Point], unit: Unit) -> tuple[DailySeries, DailyExpectation] | None:
    series = _series(points)
    expectation = expect_days(series, len(points) - SHIFT_DAYS, spread_of(unit, series.bases is not None))
    return None if expectation is None else (series, expectation)


def _window(pair: tuple[DailySeries, DailyExpectation], sign: int) -> slice:
    first = len(pair[0].values) - SHIFT_DAYS
    scores, sizes = standard_scores(*pair)[first:], shift_sizes(*pair)[first:]
    found = shift_window(scores, sizes, sign, recent=7)
    return slice(first + found.start, first + found.stop)
