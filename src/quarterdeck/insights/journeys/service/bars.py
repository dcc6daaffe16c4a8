"""How are shares drawn that stand beside each other: a bar for each, with its name and its words?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quarterdeck.charts.svg import Drawing, element, picture
from quarterdeck.charts.whisker import draw_whisker

WIDTH, NAMES, WORDS, ROW, BAR = 600.0, 96.0, 150.0, 22.0, 14.0
MOST = 14
LONGEST = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A name, a share of one with its interval if there is one, and the words at the end."""

    name: str
    share: float
    words: str
    low: float | None = None
    high: float | None = None


def draw_bars(bars: Sequence[Bar]) -> Drawing | None:
    """The first bars, from zero on, with whiskers where intervals are known; None where there are none."""
    shown = bars[:MOST]
    if not shown:
        return None
    longest = max(max(bar.share, bar.high or 0.0) for bar in shown) or 1.0
    scale = (WIDTH - NAMES - WORDS) / longest
    parts = [element("line", class_="axis", x1=NAMES, x2=NAMES, y1=0, y2=ROW * len(shown))]
    for place, bar in enumerate(shown):
        top = ROW * place + (ROW - BAR) / 2
        long = scale * bar.share
        parts += [
            element("text", bar.name[:LONGEST], class_="label", x=NAMES - 8, y=top + 11, text_anchor="end"),
            element("rect", class_="fill-1", x=NAMES, y=top, width=long, height=BAR),
            *_whisker(bar, scale, top + BAR / 2),
            element("text", bar.words, x=NAMES + max(long, scale * (bar.high or 0.0)) + 8, y=top + 11),
        ]
    sentence = "; ".join(f"{bar.name}: {bar.words}" for bar in shown)
    return picture(WIDTH, ROW * len(shown), *parts, sentence=sentence)


def _whisker(bar: Bar, scale: float, y: float) -> list[Drawing]:
    if bar.low is None or bar.high is None:
        return []
    return list(draw_whisker(NAMES + scale * bar.low, NAMES + scale * bar.high, y, arm=4))
