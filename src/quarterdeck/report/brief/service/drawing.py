"""Which chart shows a metric's week, at the size of a word, of the brief and of its own page?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from quarterdeck.charts.line import (
    BRIEF_NARROW,
    BRIEF_WIDE,
    PAGE_NARROW,
    PAGE_WIDE,
    LineChart,
    draw_line_chart,
    words_in,
)
from quarterdeck.charts.multiple import draw_multiple, shared_scale
from quarterdeck.charts.series import Line, Mark, Point
from quarterdeck.charts.sparkline import draw_sparkline
from quarterdeck.charts.svg import Drawing
from quarterdeck.report.brief.calc.dossier import Bucket, Dossier, SliceSeries
from quarterdeck.report.brief.calc.measures import Measure
from quarterdeck.report.brief.calc.page import Figure
from quarterdeck.report.brief.calc.sentences import over_words
from quarterdeck.report.brief.facts import Change
from quarterdeck.stats.figures import (
    Notation,
    axis_labels,
    counted,
    day_name,
    in_sentence,
    long_date,
    notation,
    opening,
    short_date,
)

DAYS_ON_THE_BRIEF = 21
MARKS_ON_A_CHART = 3
FEWEST_DRAWN = 30
# Beside a line more than this many times as high, a slice would lie flat on the axis.
TOO_HIGH_BESIDE = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A chart with its claim and what it measures, drawn wide and narrow."""

    claim: str
    measure: str
    wide: Drawing
    narrow: Drawing


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One of small multiples."""

    title: str
    week: str
    outside: str
    drawing: Drawing


def draw_quarter(dossier: Dossier) -> Drawing | None:
    """The sparkline of a scoreboard row."""
    known = [bucket for bucket in dossier.weeks if bucket.known and bucket.value is not None]
    if not known:
        return None
    last = known[-1]
    stands = f"last {last.outside} its" if last.outside else "last inside its"
    told = f"{stands} expected range" if last.low is not None else "without an expected range yet"
    weeks = opening(counted(len(dossier.weeks), "week"))
    return draw_sparkline(
        _points(dossier.weeks), key=f"quarter-{dossier.measure.name}", sentence=f"{weeks}, {told}"
    )


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
    from_zero = _shows_zero(measure, lines)
    said = f"{opening(in_sentence(measure.title))}, {_unit_words(measure)}by day{_zero_words(from_zero)}"
    chart = LineChart(
        key="movement",
        sentence=f"{measure.title} by day for {weeks}. {claim}.",
        lines=lines,
        write=_axis_writer(measure),
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
        evidence=f"{measure.evidence}#days",
    )
    wide, narrow = draw_line_chart(chart, BRIEF_WIDE), draw_line_chart(chart, BRIEF_NARROW)
    return figure, Drawn(claim=claim, measure=said, wide=wide, narrow=narrow)


def draw_days(dossier: Dossier, changes: Iterable[Change]) -> Drawn | None:
    """The chart of a metric's own page: all its days, its range, its target and what changed meanwhile."""
    measure = dossier.measure
    values = [(day.start, day.value) for day in dossier.days if day.known and day.value is not None]
    if not values:
        return None
    written = _day_notation(measure, dossier.days)
    line = Line(label=written.full(values[-1][1]), points=_points(dossier.days))
    from_zero = _shows_zero(measure, (line,))
    claim = _days_claim(measure)
    first, last = dossier.days[0].start, dossier.days[-1].start
    chart = LineChart(
        key="days",
        sentence=f"{measure.title} by day, {short_date(first)} to {short_date(last)}. {claim}.",
        lines=(line,),
        write=_axis_writer(measure),
        whole=measure.unit == "count",
        dates=_week_starts(dossier.days),
        from_zero=from_zero,
        marks=_marks(changes, first, last, measure.since),
        target=_target(measure),
        band_label="expected range" if any(day.low is not None for day in dossier.days) else "",
        unknown_label="cannot be known yet" if any(not day.known for day in dossier.days) else "",
    )
    said = f"{opening(_unit_words(measure) + 'by day')}{_zero_words(from_zero)}"
    wide, narrow = draw_line_chart(chart, PAGE_WIDE), draw_line_chart(chart, PAGE_NARROW)
    return Drawn(claim=claim, measure=said, wide=wide, narrow=narrow)


def draw_slices(dossier: Dossier) -> tuple[Cell, ...]:
    """The slices of the dimension that was looked into, most affected first, on one scale."""
    drawn = [part for part in dossier.slices if part.days and not _too_few(dossier.measure, part)]
    if not drawn:
        return ()
    scale = shared_scale(tuple(_points(part.days) for part in drawn))
    return tuple(_cell(dossier.measure, part, scale, index) for index, part in enumerate(drawn))


def _too_few(measure: Measure, part: SliceSeries) -> bool:
    """A share of so few jumps from nothing to everything; the table of rows still has it."""
    base = part.week.base if part.week else None
    return measure.unit == "share" and base is not None and base < FEWEST_DRAWN


def slice_week(measure: Measure, part: SliceSeries) -> str:
    """A slice's own week in words: "12 % of 290"."""
    week = part.week
    if week is None or week.value is None:
        return ""
    written = notation(measure.unit, (week.value, week.low, week.high), currency=measure.currency)
    base = f" of {round(week.base):,}" if measure.unit == "share" and week.base is not None else ""
    return f"{written.full(week.value)}{base}"


def _cell(measure: Measure, part: SliceSeries, scale: tuple[float, float], index: int) -> Cell:
    side = part.week.outside if part.week else ""
    ends = "ends outside its expected range" if part.outside else "stays inside its expected range"
    drawing = draw_multiple(
        _points(part.days),
        key=f"slice-{index}",
        scale=scale,
        sentence=f"{part.value}, {counted(len(part.days), 'day')}: {ends}",
        write=_axis_writer(measure),
    )
    return Cell(title=part.value, week=slice_week(measure, part), outside=side, drawing=drawing)


def _movement_lines(dossier: Dossier) -> tuple[Line, ...]:
    measure = dossier.measure
    if measure.holder is None or not dossier.slices:
        end = measure.week_start + timedelta(days=7)
        days = (day for day in dossier.days if day.start < end)
        return (Line(label="", points=_points(days), tone="first"),)
    held = Line(label=measure.holder.value, points=_points(dossier.slices[0].days), tone="first")
    rest = Line(label="the rest", points=_points(dossier.rest), tone="rest", banded=False)
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
    return (
        f"{measure.holder.name} {verb}, the rest did not" if quiet else f"{measure.holder.name} {verb} most"
    )


def _days_claim(measure: Measure) -> str:
    if measure.moved and measure.until is not None:
        return f"{measure.title} was {measure.side} the expected range{over_words(measure)}"
    if measure.moved:
        when = f" on {long_date(measure.since)}" if measure.since else ""
        return f"{measure.title} left the expected range{when}"
    return {
        "within noise": f"{measure.title} stayed within the expected range",
        "too little data": f"Too little data to judge {in_sentence(measure.title)}",
        "not mature yet": f"No week of {in_sentence(measure.title)} can be known yet",
        "no data": f"No recent data for {in_sentence(measure.title)}",
    }[measure.judgement]


def _on(measure: Measure) -> str:
    if measure.since is None:
        return ""
    return f" on {day_name(measure.since)}" if measure.since >= measure.week_start else ""


def _unit_words(measure: Measure) -> str:
    return {"share": "share, ", "seconds": "seconds, "}.get(measure.unit, "")


def _zero_words(from_zero: bool) -> str:
    return "" if from_zero else "; the scale does not begin at zero"


def _shows_zero(measure: Measure, lines: tuple[Line, ...]) -> bool:
    values = [point.value for line in lines for point in line.points if point.value is not None]
    return measure.unit == "share" or not values or min(values) < 0.6 * max(values)


def _axis_writer(measure: Measure) -> Callable[[Sequence[float]], Sequence[str]]:
    return partial(axis_labels, measure.unit, currency=measure.currency)


def _day_notation(measure: Measure, days: tuple[Bucket, ...]) -> Notation:
    return notation(measure.unit, [day.value for day in days], currency=measure.currency)


def _target(measure: Measure) -> tuple[float, str] | None:
    if measure.target is None or measure.unit not in ("share", "number", "seconds"):
        return None  # what is added up over a week has no target for a day
    return measure.target, f"target {measure.notation.full(measure.target)}"


def _week_starts(days: tuple[Bucket, ...]) -> tuple[tuple[date, str], ...]:
    first, last = days[0].start, days[-1].start
    named = [(day.start, short_date(day.start)) for day in days if (last - day.start).days % 7 == 6]
    return (
        (first, short_date(first)),
        *((day, text) for day, text in named if day != first),
        (last, short_date(last)),
    )


def _marks(changes: Iterable[Change], first: date, last: date, since: date | None) -> tuple[Mark, ...]:
    by_day: dict[date, list[Change]] = {}
    for change in changes:
        if first <= change.time.date() <= last:
            by_day.setdefault(change.time.date(), []).append(change)
    near = sorted(by_day, key=lambda day: abs((day - (since or last)).days))[:MARKS_ON_A_CHART]
    return tuple(Mark(when=day, label=_mark_label(by_day[day])) for day in sorted(near))


def _mark_label(changes: list[Change]) -> str:
    more = f" and {counted(len(changes) - 1, 'more', 'more')}" if len(changes) > 1 else ""
    return f"{opening(changes[0].kind)} {changes[0].name}{more}"


def _points(buckets: Iterable[Bucket]) -> tuple[Point, ...]:
    return tuple(
        Point(when=bucket.start, value=bucket.value, low=bucket.low, high=bucket.high, known=bucket.known)
        for bucket in buckets
    )
