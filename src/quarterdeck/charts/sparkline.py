"""How did a number go over the last quarter, at the size of a word?"""

from quarterdeck.charts.plot import Plot, draw_band, draw_outliers, draw_series, draw_unknown
from quarterdeck.charts.series import Line, Point, extent
from quarterdeck.charts.svg import Drawing, picture

WIDTH, HEIGHT, MARGIN = 144.0, 32.0, 4.5


def draw_sparkline(points: tuple[Point, ...], *, key: str, sentence: str) -> Drawing | None:
    """A line with its expected range and its last point, without axes; None where there is no value."""
    if not any(point.value is not None and point.known for point in points):
        return None
    line = Line(label="", points=points)
    low, high = extent([line])
    room = (high - low) or abs(high) or 1.0
    plot = Plot(
        left=MARGIN,
        right=WIDTH - 6,
        top=MARGIN,
        bottom=HEIGHT - MARGIN,
        first=points[0].when,
        last=points[-1].when,
        floor=low if high > low else low - room / 2,
        ceiling=high if high > low else high + room / 2,
    )
    last_only = tuple(point for point in points if point.known and point.value is not None)[-1:]
    return picture(
        WIDTH,
        HEIGHT,
        *draw_band(plot, points),
        *draw_unknown(plot, points, key=key),
        *draw_series(plot, line),
        *draw_outliers(plot, last_only, size=3.6),
        sentence=sentence,
    )
