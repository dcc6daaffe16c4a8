"""Where on one page do changes lie by value and effort, so that no two names collide?

Both axes are logarithmic: then everything of one score lies on one slanted line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from quarterdeck.feedback.backlog.calc.rice import Range

NEAR, STEP = 7.0, 16.0
AWAY = (0, -9, 10, -16, 18, -26, 28, -40, 42)
ASCENT, DESCENT = 9.0, 4.0
ROUND = (1, 2, 5)
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A change: its value, and its effort in weeks, None where nobody knows it."""

    number: int
    name: str
    verb: str
    value: Range
    effort: Range | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """A stretch of paper for values from `low` to `high`, equal steps for equal ratios."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where a value lies; what is beyond an end lies at the end."""
        inside = min(max(value, self.low), self.high)
        share = (log10(inside) - log10(self.low)) / (log10(self.high) - log10(self.low))
        return self.start + share * (self.end - self.start)

    def ticks(self) -> tuple[float, ...]:
        """The round values that lie within: powers of ten, and between them 2 and 5 where there is room."""
        powers = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        steps = ROUND if len(powers) <= 3 else (1,)
        values = (step * 10.0**power for power in powers for step in steps)
        return tuple(value for value in values if self.low <= value <= self.high)


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A name beside its spot: where it begins, and how far it reaches; None for what found no room."""

    text: str
    x: float
    y: float
    box: Box


def scale_over(ranges: Sequence[Range], *, start: float, end: float) -> Scale:
    """A scale that shows every range whole, with a little air; over nothing, from 1 to 10."""
    lows = [each.low if each.low > 0 else each.point / 10 for each in ranges]
    highs = [each.high for each in ranges]
    low, high = (min(lows) / 1.15, max(highs) * 1.15) if ranges else (1.0, 10.0)
    if high / low < 4:
        middle = (low * high) ** 0.5
        low, high = middle / 2, middle * 2
    return Scale(low=low, high=high, start=start, end=end)


def place_labels(
    spots: Sequence[tuple[float, float, str]], *, paper: Box, letter: float, lines: Sequence[Box] = ()
) -> tuple[Label | None, ...]:
    """A name for each spot (x, y, text), the first ones first: beside it, above or below, then farther off.

    No name leaves the paper, crosses another, or covers a spot, and where there is room none crosses a line;
    one without room is left out.
    """
    blocked = [(x - NEAR + 2, y - NEAR + 2, x + NEAR - 2, y + NEAR - 2) for x, y, _ in spots]
    placed: list[Label | None] = []
    for x, y, text in spots:
        long = len(text) * letter
        boxes = (
            Label(text=text, x=left, y=base, box=(left, base - ASCENT, left + long, base + DESCENT))
            for left, base in _places(x, y, long)
        )
        free = [
            label
            for label in boxes
            if _inside(label.box, paper) and not any(_cross(label.box, other) for other in blocked)
        ]
        clear = [label for label in free if not any(_cross(label.box, line) for line in lines)]
        found = next(iter(clear or free), None)
        if found is not None:
            blocked.append(found.box)
        placed.append(found)
    return tuple(placed)


def _places(x: float, y: float, long: float) -> Iterator[tuple[float, float]]:
    """Where a name may begin: right or left, a little above or below; then a line farther up or down."""
    for away in AWAY:
        base = y + 4 + away
        yield x + NEAR + 2, base
        yield x - NEAR - 2 - long, base
        if abs(away) >= STEP:
            yield x - long / 2, base


def _inside(box: Box, paper: Box) -> bool:
    return box[0] >= paper[0] and box[1] >= paper[1] and box[2] <= paper[2] and box[3] <= paper[3]


def _cross(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
