"""How does the one page look on which changes lie by their value and their effort?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quarterdeck.charts.svg import Drawing, element, number, picture
from quarterdeck.feedback.backlog.calc.matrix import Box, Scale, Spot, place_labels, scale_over
from quarterdeck.stats.figures import whole

LETTER = 7.0  # of the widest system font at 11 px, bold
MARGIN_LEFT, MARGIN_BOTTOM, MARGIN_TOP = 46.0, 36.0, 12.0
UNKNOWN_WIDTH = 92.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A size of paper."""

    kind: str
    width: float
    height: float


WIDE, NARROW = Paper(kind="wide", width=760, height=420), Paper(kind="narrow", width=350, height=420)


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """The drawing on two sizes of paper, and the sentence that says the same."""

    wide: Drawing
    narrow: Drawing
    sentence: str


def draw_matrix(spots: Sequence[Spot]) -> Matrix | None:
    """The page; None where nothing has a value."""
    if not spots:
        return None
    sentence = "Value against effort. " + "; ".join(map(_said, spots))
    return Matrix(wide=_draw(spots, WIDE, sentence), narrow=_draw(spots, NARROW, sentence), sentence=sentence)


def _said(spot: Spot) -> str:
    effort = f"{spot.effort.point:.2g} weeks" if spot.effort else "effort not known"
    return f"{spot.name}: value {whole(spot.value.point)}, {effort}"


def _draw(spots: Sequence[Spot], paper: Paper, sentence: str) -> Drawing:
    known = [spot.effort for spot in spots if spot.effort is not None]
    unknown = len(known) < len(spots)
    right = paper.width - 8 - (UNKNOWN_WIDTH if unknown else 0)
    across = scale_over(known, start=MARGIN_LEFT, end=right)
    up = scale_over([spot.value for spot in spots], start=paper.height - MARGIN_BOTTOM, end=MARGIN_TOP)
    places = [(_x(spot, across, paper), up.at(spot.value.point)) for spot in spots]
    whiskers = [
        part for spot, place in zip(spots, places, strict=True) for part in _whiskers(spot, place, across, up)
    ]
    labels = place_labels(
        [(x, y, f"{spot.number} {spot.name}") for spot, (x, y) in zip(spots, places, strict=True)],
        paper=(MARGIN_LEFT + 2, MARGIN_TOP - 8, paper.width, paper.height - MARGIN_BOTTOM),
        letter=LETTER,
        lines=[
            box for spot, place in zip(spots, places, strict=True) for box in _lines(spot, place, across, up)
        ],
    )
    return picture(
        paper.width,
        paper.height,
        *_axes(across, up, paper, right),
        *(_unknown(right, paper) if unknown else ()),
        *_lines_of_score(across, up, [label.box for label in labels if label]),
        *whiskers,
        *(element("circle", class_="dot", cx=x, cy=y, r=5) for x, y in places),
        *(
            part
            for label, (x, y), spot in zip(labels, places, spots, strict=True)
            for part in (
                [_halo(label.text, label.x, label.y)]
                if label
                else [element("text", str(spot.number), class_="label", x=x + 7, y=y - 6)]
            )
        ),
        sentence=sentence,
        kind=paper.kind,
    )


def _x(spot: Spot, across: Scale, paper: Paper) -> float:
    return paper.width - UNKNOWN_WIDTH + 8 if spot.effort is None else across.at(spot.effort.point)


def _halo(text: str, x: float, y: float) -> Drawing:
    return element("text", text, class_="label over", x=x, y=y)


def _whiskers(spot: Spot, place: tuple[float, float], across: Scale, up: Scale) -> Iterator[Drawing]:
    x, y = place
    low, high = up.at(spot.value.low or spot.value.point), up.at(spot.value.high)
    yield element("path", class_="ci thin", d=f"M{number(x)} {number(low)}V{number(high)}")
    if spot.effort is not None:
        left, right = number(across.at(spot.effort.low)), number(across.at(spot.effort.high))
        yield element("path", class_="ci thin", d=f"M{left} {number(y)}H{right}")


def _lines(spot: Spot, place: tuple[float, float], across: Scale, up: Scale) -> Iterator[Box]:
    """The paper that the whiskers of a spot take."""
    x, y = place
    yield x - 1, up.at(spot.value.high), x + 1, up.at(spot.value.low or spot.value.point)
    if spot.effort is not None:
        yield across.at(spot.effort.low), y - 1, across.at(spot.effort.high), y + 1


def _axes(across: Scale, up: Scale, paper: Paper, right: float) -> Iterator[Drawing]:
    bottom = paper.height - MARGIN_BOTTOM
    for value in up.ticks():
        y = up.at(value)
        yield element("line", class_="gridline", x1=MARGIN_LEFT, x2=right, y1=y, y2=y)
        yield element("text", _plain(value), x=MARGIN_LEFT - 6, y=y + 4, text_anchor="end")
    for value in across.ticks():
        x = across.at(value)
        yield element("line", class_="gridline", x1=x, x2=x, y1=MARGIN_TOP, y2=bottom)
        yield element("text", _plain(value), x=x, y=bottom + 14, text_anchor="middle")
    yield element("line", class_="axis", x1=MARGIN_LEFT, x2=right, y1=bottom, y2=bottom)
    yield element("line", class_="axis", x1=MARGIN_LEFT, x2=MARGIN_LEFT, y1=MARGIN_TOP, y2=bottom)
    yield element("text", "weeks of one person", x=right, y=paper.height - 6, text_anchor="end")


def _unknown(right: float, paper: Paper) -> Iterator[Drawing]:
    """A strip apart for what nobody knows the effort of."""
    yield element(
        "rect",
        class_="unripe",
        fill="none",
        x=right + 6,
        y=MARGIN_TOP,
        width=paper.width - right - 6,
        height=paper.height - MARGIN_BOTTOM - MARGIN_TOP,
    )
    yield element(
        "text", "effort not known", x=paper.width, y=paper.height - MARGIN_BOTTOM + 14, text_anchor="end"
    )


def _lines_of_score(across: Scale, up: Scale, taken: Sequence[Box]) -> Iterator[Drawing]:
    """Along each line every change has one score: value over effort."""
    for power in range(-3, 8):
        score = 10.0**power
        first, last = max(across.low, up.low / score), min(across.high, up.high / score)
        if last <= first * 1.2:
            continue
        x, y = across.at(last), up.at(last * score)
        yield element("line", class_="target", x1=across.at(first), y1=up.at(first * score), x2=x, y2=y)
        text = f"score {whole(score) if score >= 1 else f'{score:g}'}"
        where = (x - len(text) * LETTER - 4, y + 12, x, y + 26)
        if all(
            where[0] >= box[2] or box[0] >= where[2] or where[1] >= box[3] or box[1] >= where[3]
            for box in taken
        ):
            yield element("text", text, class_="over", x=x - 4, y=y + 22, text_anchor="end")


def _plain(value: float) -> str:
    return whole(value) if value >= 1 else f"{value:g}"
