"""Where is it: how does one slice look beside its neighbours, on the same scale?"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from quarterdeck.charts.plot import Plot, draw_band, draw_outliers, draw_series, draw_unknown, span, ticks
from quarterdeck.charts.series import Line, Point, extent
from quarterdeck.charts.svg import Drawing, element, picture

WIDTH, HEIGHT = 190.0, 84.0


def shared_scale(cells: tuple[tuple[Point, ...], ...]) -> tuple[float, float]:
    """From zero to above every value and the first cell's range; a cell of few has a range beyond use."""
    first, *others = (Line(label="", points=points) for points in cells)
    return span(*extent([first, *(replace(line, banded=False) for line in others)]), from_zero=True)


def draw_multiple(
    points: tuple[Point, ...],
    *,
    key: str,
    scale: tuple[float, float],
    sentence: str,
    write: Callable[[Sequence[float]], Sequence[str]],
) -> Drawing:
    """One cell of small multiples: its own expected range on the scale that all cells share."""
    values = ticks(*scale, at_most=3)
    labels = write((values[0], values[-1]))
    plot = Plot(
        left=max(22.0, max(len(label) for label in labels) * 6.7 + 6),
        right=WIDTH - 8,
        top=10,
        bottom=HEIGHT - 8,
        first=points[0].when,
        last=points[-1].when,
        floor=scale[0],
        ceiling=scale[1],
    )
    axis = []
    for value, label in zip((values[0], values[-1]), labels, strict=True):
        y = plot.y(value)
        kind = "axis" if value == 0 else "gridline"
        axis.append(element("line", class_=kind, x1=plot.left, x2=plot.right, y1=y, y2=y))
        axis.append(element("text", label, x=plot.left - 5, y=y + 4, text_anchor="end"))
    return picture(
        WIDTH,
        HEIGHT,
        *axis,
        *draw_band(plot, points),
        *draw_unknown(plot, points, key=key),
        *draw_series(plot, Line(label="", points=points)),
        *draw_outliers(plot, points, size=2.4),
        sentence=sentence,
    )
