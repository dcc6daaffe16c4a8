"""When did it leave its expected range, and what happened then?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from quarterdeck.charts.plot import (
    Plot,
    draw_band,
    draw_outliers,
    draw_series,
    draw_unknown,
    span,
    ticks,
)
from quarterdeck.charts.series import Line, Mark, extent
from quarterdeck.charts.svg import Drawing, element, picture

# DejaVu Sans, the widest of the system fonts, needs this much for one letter at 11 px.
LETTER = 6.7
HAND_LETTER = 7.2  # of the slanted serif at 12 px
LINE_HEIGHT = 14.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """A size of paper: charts are drawn anew for each, text is never shrunk."""

    kind: Literal["wide", "narrow"]
    width: float
    height: float
    label_share: float


BRIEF_WIDE = Format(kind="wide", width=600, height=180, label_share=0.26)
BRIEF_NARROW = Format(kind="narrow", width=350, height=200, label_share=0.32)
PAGE_WIDE = Format(kind="wide", width=760, height=270, label_share=0.2)
PAGE_NARROW = Format(kind="narrow", width=350, height=250, label_share=0.3)


@dataclass(frozen=True, kw_only=True, slots=True)
class LineChart:
    """One claim over time; `write` labels the axis, `dates` are the days named below it."""

    key: str
    sentence: str
    lines: tuple[Line, ...]
    write: Callable[[Sequence[float]], Sequence[str]]
    dates: tuple[tuple[date, str], ...]
    from_zero: bool
    marks: tuple[Mark, ...] = ()
    target: tuple[float, str] | None = None
    band_label: str = ""
    unknown_label: str = ""
    at_most_ticks: int = 5
    whole: bool = False


def draw_line_chart(chart: LineChart, size: Format) -> Drawing:
    """The chart at one size: range, target, marks and lines, each labelled where it ends."""
    ends = _end_labels(chart, size)
    plot, named = _plot(chart, size, ends)
    banded = [line for line in chart.lines if line.banded]
    longest = max(chart.lines, key=lambda line: len(line.points))
    return picture(
        size.width,
        size.height,
        *_draw_axis(plot, chart),
        *(part for line in banded for part in draw_band(plot, line.points)),
        *draw_unknown(plot, longest.points, key=f"{chart.key}-{size.kind}"),
        *_draw_target(plot, chart),
        *_draw_marks(plot, named),
        *(part for line in reversed(chart.lines) for part in draw_series(plot, line)),
        *(part for line in banded for part in draw_outliers(plot, line.points, size=3.4)),
        *_draw_band_label(plot, chart),
        *_draw_ends(plot, ends),
        *_draw_dates(plot, chart, size),
        sentence=chart.sentence,
        kind=size.kind,
    )


def places_on(chart: LineChart, size: Format) -> tuple[tuple[float, float] | None, ...]:
    """Where each point of the first line lies on the paper; None where nothing is drawn."""
    plot, _ = _plot(chart, size, _end_labels(chart, size))
    return tuple(
        (round(plot.x(point.when), 1), round(plot.y(point.value), 1))
        if point.known and point.value is not None
        else None
        for point in chart.lines[0].points
    )


def words_in(chart: LineChart) -> tuple[str, ...]:
    """Every piece of text that the wide drawing shows, so that a page can count it."""
    return (
        *(label for _, label in _axis(chart)),
        *(end.text for end in _end_labels(chart, BRIEF_WIDE)),
        *(mark.label for mark in chart.marks),
        *(label for _, label in chart.dates),
        chart.band_label,
        chart.unknown_label,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _End:
    value: float
    text: str
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Named:
    """A mark's name, where it fits: its row above the plot, and the side of its line."""

    mark: Mark
    text: str
    row: int
    x: float
    reach: tuple[float, float]
    to_the_left: bool


def _span(chart: LineChart) -> tuple[float, float]:
    low, high = extent(chart.lines)
    if chart.target:
        low, high = min(low, chart.target[0]), max(high, chart.target[0])
    return span(low, high, from_zero=chart.from_zero)


def _axis(chart: LineChart) -> list[tuple[float, str]]:
    values = ticks(*_span(chart), at_most=chart.at_most_ticks, whole=chart.whole)
    return list(zip(values, chart.write(values), strict=True))


def _end_labels(chart: LineChart, size: Format) -> list[_End]:
    room = int((size.width * size.label_share - 8) / LETTER)
    ends = [
        _End(value=known[-1], text=_fit(line.label, room), kind=_label_class(line))
        for line in chart.lines
        if line.label
        and (known := [point.value for point in line.points if point.known and point.value is not None])
    ]
    if chart.target:
        ends.append(_End(value=chart.target[0], text=_fit(chart.target[1], room), kind="halo"))
    return ends


def _label_class(line: Line) -> str:
    return {"ink": "halo label", "first": "halo l1", "rest": "halo l5"}[line.tone]


def _fit(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: max(1, letters - 1)].rstrip() + "…"


def _plot(chart: LineChart, size: Format, ends: list[_End]) -> tuple[Plot, list[_Named]]:
    floor, ceiling = _span(chart)
    days = [point.when for line in chart.lines for point in line.points]
    widest_tick = max(len(label) for _, label in _axis(chart))
    widest_end = max((len(end.text) for end in ends), default=0)
    flat = Plot(
        left=max(24.0, widest_tick * LETTER + 8),
        right=size.width - max(10.0, widest_end * LETTER + 10),
        top=12.0,
        bottom=size.height - 24,
        first=min(days),
        last=max(days),
        floor=floor,
        ceiling=ceiling,
    )
    named = _name_marks(flat, chart.marks)
    rows = max((name.row + 1 for name in named), default=0)
    return replace(flat, top=flat.top + rows * LINE_HEIGHT), named


def _name_marks(plot: Plot, marks: tuple[Mark, ...]) -> list[_Named]:
    """Names of marks in as few rows as keep names apart from one another and from the other lines."""
    middle = (plot.left + plot.right) / 2
    on_the_right = [mark for mark in marks if plot.x(mark.when) > middle]
    on_the_left = [mark for mark in marks if plot.x(mark.when) <= middle]
    # Names run towards the middle, so a name further out stands higher and passes over the lines within.
    named: list[_Named] = []
    for mark in [*reversed(on_the_left), *on_the_right]:
        x, to_the_left = plot.x(mark.when), mark in on_the_right
        edge = plot.left if to_the_left else plot.x(on_the_right[0].when) if on_the_right else plot.right
        text = _fit(mark.label, int((abs(x - edge) - 8) / HAND_LETTER))
        width = len(text) * HAND_LETTER + 8
        reach = (x - width, x) if to_the_left else (x, x + width)
        row = next(
            row for row in range(len(named) + 1) if not any(_clash(x, reach, row, other) for other in named)
        )
        named.append(_Named(mark=mark, text=text, row=row, x=x, reach=reach, to_the_left=to_the_left))
    return named


def _clash(x: float, reach: tuple[float, float], row: int, other: _Named) -> bool:
    """Would a name in this row meet the other name or its line, or its own line the other name?"""
    if row == other.row and reach[0] < other.reach[1] and other.reach[0] < reach[1]:
        return True
    if row < other.row and reach[0] < other.x < reach[1]:
        return True
    return row > other.row and other.reach[0] < x < other.reach[1]


def _draw_axis(plot: Plot, chart: LineChart) -> list[Drawing]:
    drawn = []
    for value, label in _axis(chart):
        y = plot.y(value)
        kind = "axis" if value == 0 else "gridline"
        drawn.append(element("line", class_=kind, x1=plot.left, x2=plot.right, y1=y, y2=y))
        drawn.append(element("text", label, x=plot.left - 6, y=y + 4, text_anchor="end"))
    return drawn


def _draw_target(plot: Plot, chart: LineChart) -> list[Drawing]:
    if not chart.target:
        return []
    y = plot.y(chart.target[0])
    return [element("line", class_="target", x1=plot.left, x2=plot.right, y1=y, y2=y)]


def _draw_marks(plot: Plot, named: list[_Named]) -> list[Drawing]:
    """Verticals with their names; the topmost row belongs to the last, whose line reaches highest."""
    drawn = []
    for name in named:
        x, baseline = name.x, plot.top - 4 - name.row * LINE_HEIGHT
        by_hand = name.mark.by_hand
        line = "mark-line" if by_hand else "mark-line plain"
        drawn.append(element("line", class_=line, x1=x, x2=x, y1=baseline - 9, y2=plot.bottom))
        drawn.append(
            element(
                "text",
                name.text,
                class_="halo hand-text" if by_hand else "halo on-band",
                x=x - 5 if name.to_the_left else x + 5,
                y=baseline,
                text_anchor="end" if name.to_the_left else "start",
            )
        )
    return drawn


def _draw_band_label(plot: Plot, chart: LineChart) -> list[Drawing]:
    """What grey means, beside the range where it begins; what hatching means, where it begins."""
    drawn = []
    longest = max(chart.lines, key=lambda line: len(line.points)).points
    unknown = [point.when for point in longest if not point.known]
    if chart.unknown_label and unknown:
        x = min(plot.x(unknown[0]) + 4, plot.right - len(chart.unknown_label) * LETTER)
        drawn.append(element("text", chart.unknown_label, class_="halo on-band", x=x, y=plot.bottom - 6))
    banded = [point for line in chart.lines if line.banded for point in line.points if point.low is not None]
    if chart.band_label and banded:
        reach = plot.left + 6 + len(chart.band_label) * LETTER
        beneath = [point for point in banded if plot.x(point.when) <= reach] or banded[:1]
        below = plot.y(min(point.low or 0.0 for point in beneath)) + LINE_HEIGHT
        above = plot.y(max(point.high or 0.0 for point in beneath)) - 5
        y = below if below < plot.bottom - 4 else max(above, plot.top + 8)
        drawn.append(element("text", chart.band_label, class_="halo on-band", x=plot.left + 6, y=y))
    return drawn


def _draw_ends(plot: Plot, ends: list[_End]) -> list[Drawing]:
    drawn = []
    previous = plot.top - LINE_HEIGHT
    for end in sorted(ends, key=lambda end: plot.y(end.value)):
        y = max(plot.y(end.value) + 4, previous + LINE_HEIGHT)
        previous = y
        drawn.append(element("text", end.text, class_=end.kind, x=plot.right + 8, y=y))
    return drawn


def _draw_dates(plot: Plot, chart: LineChart, size: Format) -> list[Drawing]:
    drawn = []
    taken = 0.0
    last_label = chart.dates[-1][1] if chart.dates else ""
    reserved = plot.right - len(last_label) * LETTER - 10
    for when, label in chart.dates:
        x, half = plot.x(when), len(label) * LETTER / 2
        at_start, at_end = x - half < plot.left, when == chart.dates[-1][0]
        anchor = "start" if at_start else "end" if at_end else "middle"
        reaches = (x, x + 2 * half) if at_start else (x - 2 * half, x) if at_end else (x - half, x + half)
        if not at_end and (reaches[0] < taken + 8 or reaches[1] > reserved):
            continue
        taken = reaches[1]
        drawn.append(element("text", label, x=x, y=size.height - 7, text_anchor=anchor))
    return drawn
