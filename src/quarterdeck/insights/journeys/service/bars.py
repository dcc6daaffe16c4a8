"""How are shares drawn that stand beside each other: a bar for each, with its name and its words?"""

from __future__ import annotations

from collections.abc import Sequence

from quarterdeck.charts.svg import Drawing, element, picture

WIDTH, NAMES, ROW, BAR = 600.0, 190.0, 22.0, 14.0
MOST = 14
LONGEST = 30
Bar = tuple[str, float, str]
"""A name, a share of one, and the words at the end of the bar."""


def draw_bars(bars: Sequence[Bar]) -> Drawing | None:
    """The first bars, from zero on; None where there are none."""
    shown = bars[:MOST]
    if not shown:
        return None
    longest = max(share for _, share, _ in shown) or 1.0
    room = WIDTH - NAMES - 130
    parts = [element("line", class_="axis", x1=NAMES, x2=NAMES, y1=0, y2=ROW * len(shown))]
    for place, (name, share, words) in enumerate(shown):
        top = ROW * place + (ROW - BAR) / 2
        long = room * share / longest
        parts += [
            element("text", name[:LONGEST], class_="label", x=NAMES - 8, y=top + 11, text_anchor="end"),
            element("rect", class_="fill-1", x=NAMES, y=top, width=long, height=BAR),
            element("text", words, x=NAMES + long + 8, y=top + 11),
        ]
    sentence = "; ".join(f"{name}: {words}" for name, _, words in shown)
    return picture(WIDTH, ROW * len(shown), *parts, sentence=sentence)
