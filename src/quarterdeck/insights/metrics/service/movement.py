"""Where does a metric's movement stand: since when, and in which slice?"""

from collections.abc import Mapping, Sequence
from datetime import date

from quarterdeck.insights.metrics.calc.judgement import (
    DETAIL_CONFIDENCE,
    Shift,
    Side,
    expect_points,
    expect_week,
    explain_movement,
    remainder,
)
from quarterdeck.insights.metrics.calc.readings import Movement, Point, Slice
from quarterdeck.insights.metrics.facts.fields import is_personal
from quarterdeck.insights.metrics.service.reader import Cuts, History, MetricReader

MOST_SLICES = 40
SHOWN_DAYS = 42
SHOWN_SLICES = 8


def locate(
    reader: MetricReader, name: str, daily: Sequence[Point], period: tuple[date, date], side: Side
) -> tuple[Movement, Shift]:
    """Where a movement to one side stands; `daily` are the last days of the period read."""
    since, end = period
    metric = reader.book.get(name)
    dimensions = [one for one in metric.dimensions if not is_personal(metric.source, one)]
    reader.read_ahead([name], since, end, dimensions)
    histories: dict[str, History] = {}
    slices: dict[tuple[str, str], tuple[Point, ...]] = {}
    for dimension in dimensions:
        histories[dimension] = reader.history(name, since, end, dimension)
        cut = _lately(histories[dimension].days.points, len(daily))
        for value in largest(cut)[:MOST_SLICES]:
            slices[dimension, value] = cut[value]
    shift = explain_movement(daily, slices, metric.unit, side)
    key = shift.key
    if key is None:
        return Movement(since=shift.since, until=shift.until, direction=side, holder=None), shift
    weekly = histories[key[0]].weeks.points
    shown = {
        value: Slice(
            dimension=key[0],
            value=value,
            share_of_change=shift.share_of_change if value == key[1] else 0.0,
            points=expect_points(slices[key[0], value], metric.unit)[-SHOWN_DAYS:],
            week=expect_week(weekly[value], metric.unit, DETAIL_CONFIDENCE),
        )
        for value in largest({one: points for (by, one), points in slices.items() if by == key[0]})
    }
    others = [shown[value] for value in shown if value != key[1]]
    rest = expect_points(remainder(daily, slices[key]), metric.unit)[-SHOWN_DAYS:]
    movement = Movement(
        since=shift.since,
        until=shift.until,
        direction=side,
        holder=shown[key[1]],
        rest=rest,
        others=tuple(others[: SHOWN_SLICES - 1]),
    )
    return movement, shift


def _lately(cuts: Cuts, count: int) -> dict[str | None, tuple[Point, ...]]:
    """The last days of each slice, of those that have any then."""
    recent = {value: points[-count:] for value, points in cuts.items()}
    return {value: days for value, days in recent.items() if any(day.value or day.base for day in days)}


def largest(slices: Mapping[str | None, Sequence[Point]] | Mapping[str, Sequence[Point]]) -> list[str]:
    """The values of a dimension, the largest first by what they count or are a share of."""

    def size(item: tuple[str | None, Sequence[Point]]) -> tuple[float, str]:
        total = sum((point.base if point.base is not None else point.value) or 0.0 for point in item[1])
        return -total, item[0] or ""

    return [key for key, _ in sorted(slices.items(), key=size) if key is not None]
