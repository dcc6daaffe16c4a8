"""What does a chart draw: points in time, their expected range, and the marks upon them?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

Tone = Literal["ink", "first", "rest"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One bucket: `value` is None where there is no data; `known` is False while it cannot be known yet."""

    when: date
    value: float | None
    low: float | None = None
    high: float | None = None
    known: bool = True

    @property
    def outside(self) -> bool:
        if not self.known or self.value is None or self.low is None or self.high is None:
            return False
        return not self.low <= self.value <= self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A series, oldest point first, named by its label; `banded` draws its range and the points outside."""

    label: str
    points: tuple[Point, ...]
    tone: Tone = "ink"
    banded: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Something that happened on a day, named on the chart; `by_hand` is what a person did or wrote."""

    when: date
    label: str
    by_hand: bool = True


def runs(points: Iterable[Point]) -> Iterator[list[tuple[date, float]]]:
    """Unbroken stretches of known values, so that a gap stays a gap."""
    stretch: list[tuple[date, float]] = []
    for point in points:
        if point.value is not None and point.known:
            stretch.append((point.when, point.value))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def banded_runs(points: Iterable[Point]) -> Iterator[list[tuple[date, float, float]]]:
    """Unbroken stretches of days that have an expected range."""
    stretch: list[tuple[date, float, float]] = []
    for point in points:
        if point.low is not None and point.high is not None:
            stretch.append((point.when, point.low, point.high))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def extent(lines: Iterable[Line]) -> tuple[float, float]:
    """The lowest and the highest thing that must be seen; (0, 1) where there is nothing."""
    seen = [
        value
        for line in lines
        for point in line.points
        for value in (point.value, *((point.low, point.high) if line.banded else ()))
        if value is not None
    ]
    return (min(seen), max(seen)) if seen else (0.0, 1.0)
