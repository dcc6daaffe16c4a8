"""Which one chart shows what moved this week?"""

from datetime import timedelta

from quarterdeck.charts.line import BRIEF_NARROW, BRIEF_WIDE, LineChart, draw_line_chart, words_in
from quarterdeck.charts.series import Line
from quarterdeck.insights.metrics.service.dossiers import Dossier, Measure
from quarterdeck.insights.metrics.service.drawing import (
    Drawn,
    axis_writer,
    points_of,
    shows_zero,
    unit_words,
    zero_words,
)
from quarterdeck.report.brief.calc.addresses import evidence_of
from quarterdeck.report.brief.calc.page import Figure
from quarterdeck.stats.figures import counted, day_name, in_sentence, opening, short_date

DAYS_ON_THE_BRIEF = 21
# Beside a line more than this many times as high, a slice would lie flat on the axis.
TOO_HIGH_BESIDE = 4.0


def draw_movement(dossier: Dossier) -> tuple[Figure, Drawn] | None:
    """The one chart of the brief: the slice that holds the movement beside the rest, or the whole metric."""
    measure = dossier.measure
    if not any(day.value is not None for day in dossier.days):
        return None
    lines = tuple(
        Line(label=line.label, points=line.points[-DAYS_ON_THE_BRIEF:], tone=line.tone, banded=line.banded)
        for line in _movement_lines(dossier)
    )
    first, last = lines[0].points[0].when, lines[0].points[-1].when
    weeks = counted(((last - first).days + 1) // 7, "week")
    claim = _movement_claim(dossier)
    from_zero = shows_zero(measure, lines)
    said = f"{opening(in_sentence(measure.title))}, {unit_words(measure)}by day{zero_words(from_zero)}"
    chart = LineChart(
        key="movement",
        sentence=f"{measure.title} by day for {weeks}. {claim}.",
        lines=lines,
        write=axis_writer(measure),
        whole=measure.unit == "count",
        dates=((first, short_date(first)), (last, short_date(last)))
        if measure.earlier
        else ((first, f"{weeks} ago"), (last, day_name(last))),
        from_zero=from_zero,
        band_label="expected",
        at_most_ticks=3,
    )
    figure = Figure(
        metric=measure.name,
        claim=claim,
        measure=said,
        words=words_in(chart),
        evidence=f"{evidence_of(measure)}#days",
    )
    wide, narrow = draw_line_chart(chart, BRIEF_WIDE), draw_line_chart(chart, BRIEF_NARROW)
    return figure, Drawn(claim=claim, measure=said, wide=wide, narrow=narrow)


def _movement_lines(dossier: Dossier) -> tuple[Line, ...]:
    measure = dossier.measure
    if measure.holder is None or not dossier.slices:
        end = measure.week_start + timedelta(days=7)
        days = (day for day in dossier.days if day.start < end)
        return (Line(label="", points=points_of(days), tone="first"),)
    held = Line(label=measure.holder.value, points=points_of(dossier.slices[0].days), tone="first")
    rest = Line(label="the rest", points=points_of(dossier.rest), tone="rest", banded=False)
    return (held, rest) if rest.points and _level(rest) <= TOO_HIGH_BESIDE * _level(held) else (held,)


def _level(line: Line) -> float:
    values = sorted(point.value for point in line.points if point.value is not None)
    return values[len(values) // 2] if values else 0.0


def _movement_claim(dossier: Dossier) -> str:
    measure = dossier.measure
    verb = "rose" if measure.side == "above" else "fell"
    if measure.holder is None:
        return f"{measure.title} left the expected range{_on(measure)}"
    quiet = dossier.rest and sum(bool(day.outside) for day in dossier.rest[-7:]) <= 1
    held = f"for {measure.holder.name}"
    return (
        f"{measure.title} {verb} {held}, not for the rest" if quiet else f"{measure.title} {verb} most {held}"
    )


def _on(measure: Measure) -> str:
    if measure.since is None:
        return ""
    return f" on {day_name(measure.since)}" if measure.since >= measure.week_start else ""
