"""Which chart shows a metric, at the size of a word, over time, and slice by slice?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from quarterdeck.charts.line import PAGE_NARROW, PAGE_WIDE, LineChart, draw_line_chart, places_on
from quarterdeck.charts.multiple import draw_multiple, shared_scale
from quarterdeck.charts.series import Line, Mark, Point
from quarterdeck.charts.sparkline import draw_sparkline
from quarterdeck.charts.svg import Drawing
from quarterdeck.insights.metrics.calc.dossier import Bucket, Dossier, SliceSeries
from quarterdeck.insights.metrics.calc.measures import Measure
from quarterdeck.insights.metrics.calc.words import over_words
from quarterdeck.insights.metrics.facts.changes import Change
from quarterdeck.insights.metrics.facts.clock import Grain
from quarterdeck.insights.metrics.service.buckets import bucket_name, bucket_range, bucket_value
from quarterdeck.stats.figures import (
    MONTHS,
    Notation,
    axis_labels,
    counted,
    in_sentence,
    long_date,
    notation,
    opening,
    short_date,
    whole,
)

MARKS_ON_A_CHART = 3
FEWEST_DRAWN = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """One point of a chart, for whoever points at it: where it lies, wide and narrow, and what it says."""

    wide: tuple[float, float] | None
    narrow: tuple[float, float] | None
    when: str
    value: str
    base: str
    expected: str
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A chart with its claim and what it measures, drawn wide and narrow."""

    claim: str
    measure: str
    wide: Drawing
    narrow: Drawing
    spots: tuple[Spot, ...] = ()


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
        points_of(dossier.weeks), key=f"quarter-{dossier.measure.name}", sentence=f"{weeks}, {told}"
    )


def draw_over_time(
    dossier: Dossier, buckets: tuple[Bucket, ...], *, grain: Grain, changes: Iterable[Change] = ()
) -> Drawn | None:
    """The chart of a metric's own page: its buckets, range, target and what changed meanwhile."""
    measure = dossier.measure
    values = [bucket.value for bucket in buckets if bucket.known and bucket.value is not None]
    if not values:
        return None
    written = notation(measure.unit, [bucket.value for bucket in buckets], currency=measure.currency)
    line = Line(label=written.full(values[-1]), points=points_of(buckets))
    from_zero = shows_zero(measure, (line,))
    claim = _claim(measure, buckets, grain)
    first, last = buckets[0].start, buckets[-1].start
    chart = LineChart(
        key=f"{grain}s",
        sentence=f"{measure.title} by {grain}, {short_date(first)} to {short_date(last)}. {claim}.",
        lines=(line,),
        write=axis_writer(measure),
        whole=measure.unit == "count",
        dates=_dates(buckets, grain),
        from_zero=from_zero,
        marks=_marks(changes, first, last, measure.since) if grain == "day" else (),
        target=_target(measure, grain),
        band_label="expected range" if any(bucket.low is not None for bucket in buckets) else "",
        unknown_label="cannot be known yet" if any(not bucket.known for bucket in buckets) else "",
    )
    return Drawn(
        claim=claim,
        measure=opening(unit_words(measure) + f"by {grain}")
        + zero_words(from_zero)
        + _range_words(chart, grain),
        wide=draw_line_chart(chart, PAGE_WIDE),
        narrow=draw_line_chart(chart, PAGE_NARROW),
        spots=_spots(chart, buckets, written, grain),
    )


def _range_words(chart: LineChart, grain: Grain) -> str:
    """How much of what is quiet the grey holds."""
    if not chart.band_label:
        return ""
    return (
        ". Grey holds 99 of 100 quiet days"
        if grain == "day"
        else ". Grey holds all but one in 5,000 quiet weeks"
    )


def _spots(chart: LineChart, buckets: Sequence[Bucket], written: Notation, grain: Grain) -> tuple[Spot, ...]:
    places = zip(places_on(chart, PAGE_WIDE), places_on(chart, PAGE_NARROW), buckets, strict=True)
    return tuple(
        Spot(
            wide=wide,
            narrow=narrow,
            when=bucket_name(bucket.start, grain),
            value=bucket_value(written, bucket),
            base=f"of {whole(bucket.base)}" if bucket.base is not None else "",
            expected=bucket_range(written, bucket),
            state=bucket.outside,
        )
        for wide, narrow, bucket in places
    )


def draw_slices(dossier: Dossier, *, grain: Grain = "day") -> tuple[Cell, ...]:
    """The slices of a dimension, in their order, on one scale."""
    drawn = [part for part in dossier.slices if part.days and not _too_few(dossier.measure, part)]
    if not drawn:
        return ()
    scale = shared_scale(tuple(points_of(part.days) for part in drawn))
    return tuple(_cell(dossier.measure, part, scale, index, grain) for index, part in enumerate(drawn))


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


def _cell(measure: Measure, part: SliceSeries, scale: tuple[float, float], index: int, grain: Grain) -> Cell:
    side = part.week.outside if part.week else ""
    ends = "ends outside its expected range" if part.outside else "stays inside its expected range"
    drawing = draw_multiple(
        points_of(part.days),
        key=f"slice-{index}",
        scale=scale,
        sentence=f"{part.value}, {counted(len(part.days), grain)}: {ends}",
        write=axis_writer(measure),
    )
    return Cell(title=part.value, week=slice_week(measure, part), outside=side, drawing=drawing)


def _claim(measure: Measure, buckets: Sequence[Bucket], grain: Grain) -> str:
    if grain == "month":
        return _months_claim(measure, buckets)
    return _days_claim(measure)


def _months_claim(measure: Measure, buckets: Sequence[Bucket]) -> str:
    """Months have no expected range, so the last stands beside the one before it."""
    known = [bucket for bucket in buckets if bucket.known and bucket.value is not None][-2:]
    written = notation(measure.unit, [bucket.value for bucket in known], currency=measure.currency)
    told = [
        f"{written.full(bucket.value or 0.0)} in {MONTHS[bucket.start.month - 1]}"
        for bucket in reversed(known)
    ]
    return f"{measure.title} was {' after '.join(told)}"


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


def unit_words(measure: Measure) -> str:
    """The unit, where the numbers do not say it."""
    return {"share": "share, ", "seconds": "seconds, "}.get(measure.unit, "")


def zero_words(from_zero: bool) -> str:
    """A line that does not begin at zero says so."""
    return "" if from_zero else "; the scale does not begin at zero"


def shows_zero(measure: Measure, lines: tuple[Line, ...]) -> bool:
    """Must the axis show zero? Of shares always, else where the values come near it."""
    values = [point.value for line in lines for point in line.points if point.value is not None]
    return measure.unit == "share" or not values or min(values) < 0.6 * max(values)


def axis_writer(measure: Measure) -> Callable[[Sequence[float]], Sequence[str]]:
    """How the axis of a metric is labelled."""
    return partial(axis_labels, measure.unit, currency=measure.currency)


def _target(measure: Measure, grain: Grain) -> tuple[float, str] | None:
    if measure.target is None or (grain != "week" and measure.unit not in ("share", "number", "seconds")):
        return None  # what is added up over a week has no target for a day or a month
    return measure.target, f"target {measure.notation.full(measure.target)}"


def _dates(buckets: tuple[Bucket, ...], grain: Grain) -> tuple[tuple[date, str], ...]:
    if grain == "month":
        return tuple((bucket.start, _month(bucket.start)) for bucket in buckets)
    if grain == "week":
        return tuple((bucket.start, short_date(bucket.start)) for bucket in buckets)
    return _week_starts(buckets)


def _month(day: date) -> str:
    name = MONTHS[day.month - 1][:3]
    return f"{name} {day.year}" if day.month == 1 else name


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


def points_of(buckets: Iterable[Bucket]) -> tuple[Point, ...]:
    """Buckets as a chart takes them."""
    return tuple(
        Point(when=bucket.start, value=bucket.value, low=bucket.low, high=bucket.high, known=bucket.known)
        for bucket in buckets
    )
