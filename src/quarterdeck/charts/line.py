"""When did it leave its expected range, and what happened then?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from quarterdeck.charts.plot import Plot, draw_band, draw_outliers, draw_series, draw_unknown, ticks
from quarterdeck.charts.series import Line, Mark, extent
from quarterdeck.charts.svg import Drawing, element, picture

# DejaVu Sans, the widest of the system fonts, needs this much for one letter at 11 px.
LETTER = 6.7
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
    """One claim over time. `write` puts a value of the axis into words, `dates` are the days named below."""

    key: str
    sentence: str
    lines: tuple[Line, ...]
    write: Callable[[float], str]
    dates: tuple[tuple[date, str], ...]
    from_zero: bool
    marks: tuple[Mark, ...] = ()
    target: tuple[float, str] | None = None
    band_label: str = ""
    unknown_label: str = ""
    at_most_ticks: int = 5


def draw_line_chart(chart: LineChart, size: Format) -> Drawing:
    """The chart at one size: range, target, marks and lines, each labelled where it ends."""
    scale = _axis_values(chart)
    ends = _end_labels(chart, size)
    plot = _plot(chart, size, scale, ends)
    banded = [line for line in chart.lines if line.banded]
    last = max((line for line in chart.lines), key=lambda line: len(line.points)).points
    return picture(
        size.width,
        size.height,
        *_draw_axis(plot, chart, scale),
        *(part for line in banded for part in draw_band(plot, line.points)),
        *draw_unknown(plot, last, key=f"{chart.key}-{size.kind}"),
        *_draw_target(plot, chart),
        *_draw_marks(plot, chart),
        *(part for line in reversed(chart.lines) for part in draw_series(plot, line)),
        *(part for line in banded for part in draw_outliers(plot, line.points, size=3.4)),
        *_draw_band_label(plot, chart),
        *_draw_ends(plot, ends),
        *_draw_dates(plot, chart, size),
        sentence=chart.sentence,
        kind=size.kind,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _End:
    value: float
    text: str
    kind: str


def _axis_values(chart: LineChart) -> tuple[float, ...]:
    low, high = extent(chart.lines)
    if chart.target:
        low, high = min(low, chart.target[0]), max(high, chart.target[0])
    return ticks(min(0.0, low) if chart.from_zero else low, high, at_most=chart.at_most_ticks)


def _end_labels(chart: LineChart, size: Format) -> list[_End]:
    room = int((size.width * size.label_share - 8) / LETTER)
    ends = [
        _End(value=known[-1], text=_fit(line.label, room), kind=_label_class(line))
        for line in chart.lines
        if (known := [point.value for point in line.points if point.known and point.value is not None])
    ]
    if chart.target:
        ends.append(_End(value=chart.target[0], text=_fit(chart.target[1], room), kind="halo"))
    return ends


def _label_class(line: Line) -> str:
    return {"ink": "halo label", "first": "halo l1", "rest": "halo l5"}[line.tone]


def _fit(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: max(1, letters - 1)].rstrip() + "…"


def _plot(chart: LineChart, size: Format, scale: tuple[float, ...], ends: list[_End]) -> Plot:
    days = [point.when for line in chart.lines for point in line.points]
    widest_tick = max(len(chart.write(value)) for value in scale)
    widest_end = max((len(end.text) for end in ends), default=0)
    return Plot(
        left=max(24.0, widest_tick * LETTER + 8),
        right=size.width - max(10.0, widest_end * LETTER + 10),
        top=12 + (LINE_HEIGHT if chart.marks else 0),
        bottom=size.height - 24,
        first=min(days),
        last=max(days),
        floor=scale[0],
        ceiling=scale[-1],
    )


def _draw_axis(plot: Plot, chart: LineChart, scale: tuple[float, ...]) -> list[Drawing]:
    drawn = []
    for value in scale:
        y = plot.y(value)
        kind = "axis" if value == 0 else "gridline"
        drawn.append(element("line", class_=kind, x1=plot.left, x2=plot.right, y1=y, y2=y))
        drawn.append(element("text", chart.write(value), x=plot.left - 6, y=y + 4, text_anchor="end"))
    return drawn


def _draw_target(plot: Plot, chart: LineChart) -> list[Drawing]:
    if not chart.target:
        return []
    y = plot.y(chart.target[0])
    return [element("line", class_="target", x1=plot.left, x2=plot.right, y1=y, y2=y)]


def _draw_marks(plot: Plot, chart: LineChart) -> list[Drawing]:
    drawn = []
    for mark in chart.marks:
        x = plot.x(mark.when)
        anchor = "end" if x > (plot.left + plot.right) / 2 else "start"
        drawn.append(
            element(
                "line",
                class_="mark-line" if mark.by_hand else "mark-line plain",
                x1=x,
                x2=x,
                y1=plot.top - LINE_HEIGHT,
                y2=plot.bottom,
            )
        )
        drawn.append(
            element(
                "text",
                mark.label,
                class_="halo hand-text" if mark.by_hand else "halo on-band",
                x=x - 5 if anchor == "end" else x + 5,
                y=plot.top - 4,
                text_anchor=anchor,
            )
        )
    return drawn


def _draw_band_label(plot: Plot, chart: LineChart) -> list[Drawing]:
    label = chart.band_label or chart.unknown_label
    banded = next(
        (point for line in chart.lines if line.banded for point in line.points if point.low is not None), None
    )
    if not label or banded is None or banded.low is None or banded.high is None:
        return []
    below = plot.y(banded.low) + LINE_HEIGHT
    y = below if below < plot.bottom - 4 else plot.y(banded.high) - 5
    return [element("text", label, class_="halo on-band", x=plot.left + 6, y=y)]


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


def words_in(chart: LineChart) -> tuple[str, ...]:
    """Every piece of text that the wide drawing shows, so that a page can count it."""
    return (
        *(chart.write(value) for value in _axis_values(chart)),
        *(end.text for end in _end_labels(chart, BRIEF_WIDE)),
        *(mark.label for mark in chart.marks),
        *(label for _, label in chart.dates),
        chart.band_label,
        chart.unknown_label,
    )
