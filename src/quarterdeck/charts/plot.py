"""Where on the paper does a day and a value lie, and how are lines, bands and marks drawn there?"""

import math
from dataclasses import dataclass
from datetime import date

from quarterdeck.charts.series import Line, Point, banded_runs, runs
from quarterdeck.charts.svg import Drawing, element, number


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """A rectangle of paper with a span of days across and a span of values up."""

    left: float
    right: float
    top: float
    bottom: float
    first: date
    last: date
    floor: float
    ceiling: float

    def x(self, when: date) -> float:
        days = (self.last - self.first).days
        share = (when - self.first).days / days if days else 0.5
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        share = (value - self.floor) / (self.ceiling - self.floor)
        return self.bottom - share * (self.bottom - self.top)


def ticks(low: float, high: float, *, at_most: int, whole: bool = False) -> tuple[float, ...]:
    """The round values within a span, in the finest steps of 1, 2, 2.5 or 5 that give at most so many."""
    if not high > low:
        return (low,)
    exponent = math.floor(math.log10(high - low)) - 1
    for power in range(max(exponent, 0) if whole else exponent, max(exponent, 0) + 3):
        for factor in (1, 2, 2.5, 5):
            step = factor * 10.0**power
            if whole and step != round(step):
                continue
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            if last - first < at_most:
                return tuple(round(index * step, 12) for index in range(first, last + 1))
    return (low, high)


def span(low: float, high: float, *, from_zero: bool) -> tuple[float, float]:
    """What an axis covers: all that must be seen with a little air, and zero where it must be seen too."""
    if from_zero:
        low, high = min(0.0, low), max(0.0, high)
    air = 0.04 * ((high - low) or abs(high) or 1.0)
    return (low if low == 0.0 else low - air), (high if high == 0.0 and low < 0 else high + air)


def draw_band(plot: Plot, points: tuple[Point, ...]) -> list[Drawing]:
    """The expected range, in grey, the only thing grey means; cut off where it leaves the paper."""
    return [
        element(
            "polygon",
            class_="band",
            points=_path(
                [(plot.x(when), max(plot.top, plot.y(high))) for when, _, high in stretch]
                + [(plot.x(when), min(plot.bottom, plot.y(low))) for when, low, _ in reversed(stretch)]
            ),
        )
        for stretch in banded_runs(points)
    ]


def draw_series(plot: Plot, line: Line) -> list[Drawing]:
    """The values: unbroken where known, a lone dot where a day stands alone."""
    tone = {"ink": "series", "first": "series s1", "rest": "series s5"}[line.tone]
    drawn = []
    for stretch in runs(line.points):
        places = [(plot.x(when), plot.y(value)) for when, value in stretch]
        if len(places) == 1:
            drawn.append(element("circle", class_="dot", cx=places[0][0], cy=places[0][1], r=1.6))
        else:
            drawn.append(element("polyline", class_=tone, points=_path(places)))
    return drawn


def draw_outliers(plot: Plot, points: tuple[Point, ...], *, size: float) -> list[Drawing]:
    """Diamonds for points outside their range; a dot for the last point when it is inside."""
    known = [point for point in points if point.known and point.value is not None]
    drawn = [_diamond(plot, point, size) for point in known if point.outside]
    if known and not known[-1].outside and known[-1].value is not None:
        drawn.append(
            element(
                "circle", class_="dot", cx=plot.x(known[-1].when), cy=plot.y(known[-1].value), r=size * 0.78
            )
        )
    return drawn


def draw_unknown(plot: Plot, points: tuple[Point, ...], *, key: str) -> list[Drawing]:
    """Hatching from the first day that cannot be known yet; `key` makes the pattern's id unique."""
    open_days = [point.when for point in points if not point.known]
    if not open_days:
        return []
    bucket_days = (points[1].when - points[0].when).days if len(points) > 1 else 1
    step = bucket_days * (plot.right - plot.left) / max(1, (plot.last - plot.first).days)
    start = max(plot.left, plot.x(open_days[0]) - step / 2)
    stripes = element("path", class_="hatch", d="M0 0V6")
    pattern = element(
        "pattern",
        stripes,
        id=f"hatch-{key}",
        width="6",
        height="6",
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    area = element(
        "rect",
        class_="unripe",
        fill=f"url(#hatch-{key})",
        x=start,
        y=plot.top,
        width=max(step, plot.right - start),
        height=plot.bottom - plot.top,
    )
    return [pattern, area]


def _diamond(plot: Plot, point: Point, size: float) -> Drawing:
    x, y = plot.x(point.when), plot.y(point.value or 0.0)
    half = number(size)
    return element(
        "path",
        class_="dot-out",
        d=f"M{number(x)} {number(y - size)}l{half} {half}l-{half} {half}l-{half} -{half}z",
    )


def _path(places: list[tuple[float, float]]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in places)
