"""How much, how often, by how many: by bucket, by value, and in all?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.attendance import attend
from quarterdeck.insights.journeys.calc.breakdown import (
    OTHER,
    Value,
    cohorts_asked,
    cut,
    largest,
    members,
)
from quarterdeck.insights.journeys.calc.buckets import Buckets
from quarterdeck.insights.journeys.calc.chunks import Piece, added, do_each
from quarterdeck.insights.journeys.calc.conditions import column_of, number_of, passing
from quarterdeck.insights.journeys.calc.formula import evaluate
from quarterdeck.insights.journeys.calc.kernels.attendance import tally
from quarterdeck.insights.journeys.calc.picks import counted, hits_of, mark
from quarterdeck.insights.journeys.calc.question import Question, before
from quarterdeck.insights.journeys.calc.sequence import Rows, SequenceView, select
from quarterdeck.insights.journeys.calc.sessions import DURATION, with_durations
from quarterdeck.insights.journeys.calc.weights import Weighed
from quarterdeck.insights.journeys.definitions.journey import Series

Floats = NDArray[np.float64]
BACK_DAYS = {"weekly_active": 7, "monthly_active": 30}
ACTIVE = frozenset(("unique", *BACK_DAYS))
ROUNDED_UP = frozenset({"week", "month", "quarter", "year"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One series under one value: its buckets, and its value over the whole period.

    `weights` is the ARR behind each bucket and `weighed` that behind all of them, where a journey weighs.
    """

    label: str
    value: Value
    data: Floats
    total: float
    weights: Floats | None = None
    weighed: Weighed | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """The lines of a trend; `before` are those of the period before, bucket by bucket."""

    buckets: Buckets
    lines: tuple[Line, ...]
    before: tuple[Line, ...] = ()
    buckets_before: Buckets | None = None


def trend(view: SequenceView, question: Question) -> Trend:
    """Every line that a trend asks for."""
    if any(series.field == DURATION for series in question.journey.series):
        view = with_durations(view)
    measured = [_measured(view, question, series) for series in question.journey.series]
    lines = composed(question, measured)
    if not question.journey.compare:
        return Trend(buckets=question.buckets, lines=lines)
    earlier = before(question)
    # Both periods show the same values: what is among the others now is among them then, too.
    then = [
        _measured(view, earlier, series, frozenset(line.value for line in each))
        for series, each in zip(question.journey.series, measured, strict=True)
    ]
    return Trend(
        buckets=question.buckets,
        lines=lines,
        before=composed(earlier, then),
        buckets_before=earlier.buckets,
    )


def composed(question: Question, measured: Sequence[Sequence[Line]]) -> tuple[Line, ...]:
    """The lines of a trend from what each series measures: by its formula, smoothed, added up."""
    journey = question.journey
    if journey.formula:
        measured = [_formula(question, measured)]
    lines = tuple(line for each in measured for line in each)
    if journey.smooth > 1:
        lines = tuple(_changed(line, lambda data: _smooth(data, journey.smooth)) for line in lines)
    if journey.cumulative:
        lines = tuple(_changed(line, np.cumsum) for line in lines)
    return lines


def _changed(line: Line, change: Callable[[Floats], Floats]) -> Line:
    weights = None if line.weights is None else change(line.weights)
    return replace(line, data=change(line.data), weights=weights)


def _formula(question: Question, measured: Sequence[Sequence[Line]]) -> list[Line]:
    journey = question.journey
    values = list(dict.fromkeys(line.value for each in measured for line in each))
    decimals = question.dialect.formula_decimals
    lines = []
    nothing = np.zeros(len(question.buckets) + 1)
    for value in values:
        known = [
            next((np.append(line.data, line.total) for line in each if line.value == value), nothing)
            for each in measured
        ]
        found = evaluate(journey.formula, known, decimals)
        lines.append(Line(label=journey.formula, value=value, data=found[:-1], total=float(found[-1])))
    return lines


def _smooth(data: Floats, size: int) -> Floats:
    """The mean of so many buckets up to each; fewer at the beginning."""
    sums = np.cumsum(np.concatenate((np.zeros(1), data)))
    ends = np.arange(1, len(data) + 1)
    begins = np.maximum(ends - size, 0)
    return (sums[ends] - sums[begins]) / (ends - begins)


def since_of(question: Question) -> int:
    """From when on rows count: weeks and longer buckets are whole, days and hours begin when asked."""
    if question.journey.grain in ROUNDED_UP:
        return int(question.buckets.edges[0])
    return question.period.since


def _measured(
    view: SequenceView, question: Question, series: Series, only: Collection[Value] | None = None
) -> list[Line]:
    if not question.journey.by and series.once_per is None and question.weights is None:
        if series.measure == "count":
            return [_counted(view, question, series)]
        if series.measure in ACTIVE and series.field is None:
            return [_active(view, question, series)]
    rows = _rows(view, question, series)
    if cohorts := cohorts_asked(question):
        units = view.unit_of_rows
        return [
            _line(view, question, series, (name,), rows[members(view, question, name)[units[rows]]])
            for name in cohorts
        ]
    if not question.journey.by:
        return [_line(view, question, series, (), rows)]
    return _by_value(view, question, series, rows, only)


def _counted(view: SequenceView, question: Question, series: Series) -> Line:
    """How many events, counted where they are read."""
    marks = mark(view, [series], question.journey.where, question.cohorts)
    buckets = question.buckets

    def count_piece(piece: Piece) -> Rows:
        counts = np.zeros(len(buckets), np.int64)
        hits = hits_of(view, marks, since_of(question), question.period.until, piece)
        tally(hits, buckets.edges, counts)
        return counts

    counts = added(do_each(question.each, count_piece, view.offsets), len(buckets))
    return Line(label=series.name, value=(), data=counts.astype(np.float64), total=float(counts.sum()))


def _active(view: SequenceView, question: Question, series: Series) -> Line:
    """How many units, each once in a bucket; or in any of the days up to its end."""
    buckets = question.buckets
    if series.measure in BACK_DAYS:
        return _recently_active(view, question, series)
    span = since_of(question), question.period.until
    parts = attend(view, question, series, buckets, span, lambda found: found.unique)
    counts = added((unique for unique, _ in parts), len(buckets))
    total = sum(units for _, units in parts)
    return Line(label=series.name, value=(), data=counts.astype(np.float64), total=float(total))


def _recently_active(view: SequenceView, question: Question, series: Series) -> Line:
    """How many units in the days up to the end of each bucket."""
    back, buckets = BACK_DAYS[series.measure] - 1, question.buckets
    days, ends = _days(question, series)
    span = int(days.edges[0]), question.period.until
    parts = attend(view, question, series, days, span, lambda found: (found.recent(back), found.unique[0]))
    counts = added((recent for recent, _ in parts), len(days))
    data = counts[ends].astype(np.float64)
    if question.dialect.active_on_event_days:
        busy = added((unique for _, unique in parts), len(days))
        # The day of an hour is looked at whole.
        begins = days.of(buckets.edges[:-1])
        some = [busy[max(low, back) : end + 1].any() for low, end in zip(begins, ends, strict=True)]
        data = np.where(some, data, 0.0)
    total = data[-1] if len(data) else 0.0
    return Line(label=series.name, value=(), data=data, total=float(total))


def _days(question: Question, series: Series) -> tuple[Buckets, Rows]:
    """The days that recently active units are looked for in, and the last day of each bucket among them."""
    back = BACK_DAYS[series.measure] - 1
    calendar, buckets = question.calendar, question.buckets
    first = calendar.after(calendar.floor(buckets.starts[0], "day"), "day", -back)
    last = calendar.after(buckets.starts[-1], buckets.grain)
    days = calendar.buckets(first, last - timedelta(microseconds=1), "day")
    return days, days.of(buckets.edges[1:] - 1)


def _rows(view: SequenceView, question: Question, series: Series) -> Rows:
    """The rows that a series counts."""
    back = timedelta(days=BACK_DAYS.get(series.measure, 0))
    since = since_of(question) - back // timedelta(microseconds=1)
    mask = counted(view, series, question.cohorts)
    allowed = passing(view, question.journey.where, question.cohorts)
    if allowed is not None:
        mask &= allowed
    return np.flatnonzero(mask & (view.time >= since) & (view.time <= question.period.until))


def _by_value(
    view: SequenceView, question: Question, series: Series, rows: Rows, only: Collection[Value] | None
) -> list[Line]:
    """A line for each of the largest values, or of those asked for, and one for the others together."""
    found = cut(view, rows, question.journey.by)
    inside = view.time[rows] >= since_of(question)
    sizes = np.bincount(found.codes[inside], minlength=len(found.values))
    some = {value: int(size) for value, size in zip(found.values, sizes, strict=True) if size}
    if only is None:
        shown = largest(some, question.journey.limit)
    else:
        shown = sorted(value for value in some if value in only)
    codes = {value: code for code, value in enumerate(found.values)}
    lines = [_line(view, question, series, value, rows[found.codes == codes[value]]) for value in shown]
    others = [codes[value] for value in some if value not in shown]
    if others:
        lines.append(_line(view, question, series, (OTHER,), rows[np.isin(found.codes, others)]))
    return lines


def _line(view: SequenceView, question: Question, series: Series, value: Value, rows: Rows) -> Line:
    line = _measured_line(view, question, series, value, rows)
    if question.weights is None:
        return line
    units, times = view.unit_of_rows[rows], view.time[rows]
    if series.measure in BACK_DAYS:
        days, places = _days(question, series)
        cells, back = days.of(times), BACK_DAYS[series.measure] - 1
        inside = (cells >= 0) & (cells < len(days))
        recent = question.weights.by_recent_cell(units[inside], cells[inside], len(days), back)
        last = inside & (cells > places[-1] - back - 1)
        return replace(line, weights=recent[places], weighed=question.weights.weigh(units[last]))
    cells = question.buckets.of(times)
    weights = question.weights.by_cell(units, cells, len(question.buckets))
    return replace(line, weights=weights, weighed=question.weights.weigh(units))


def _measured_line(view: SequenceView, question: Question, series: Series, value: Value, rows: Rows) -> Line:
    buckets = question.buckets
    place = buckets.of(view.time[rows])
    if series.measure in BACK_DAYS:
        return replace(_recent_of_rows(view, question, series, rows), value=value)
    if series.measure == "count":
        data = np.bincount(place, minlength=len(buckets)).astype(np.float64)
        return Line(label=series.name, value=value, data=data, total=float(len(rows)))
    if series.measure == "unique":
        named = column_of(view, series.field).codes[rows] if series.field else view.unit_of_rows[rows]
        place, named = place[named >= 0], named[named >= 0]
        pairs = np.unique(place * (int(named.max(initial=0)) + 1) + named)
        by_bucket = np.bincount(pairs // (int(named.max(initial=0)) + 1), minlength=len(buckets))
        total = float(len(np.unique(named)))
        return Line(label=series.name, value=value, data=by_bucket.astype(np.float64), total=total)
    return _number_line(view, series, value, rows, place, len(buckets))


def _recent_of_rows(view: SequenceView, question: Question, series: Series, rows: Rows) -> Line:
    """Recently active units among some rows alone."""
    everything = question.journey.model_copy(update={"where": ()})
    alone = Series(measure=series.measure, label=series.name)
    return _recently_active(select(view, rows), replace(question, journey=everything), alone)


def _number_line(
    view: SequenceView, series: Series, value: Value, rows: Rows, place: Rows, count: int
) -> Line:
    column = column_of(view, series.field or "")
    numbers = np.array([*(number_of(text) for text in column.values), np.nan])[column.codes[rows]]
    once = None if series.once_per is None else column_of(view, series.once_per).codes[rows]
    keep = np.isfinite(numbers) & (True if once is None else once >= 0)
    numbers, place = numbers[keep], place[keep]
    if once is None:
        data = [_aggregate(series, numbers[place == bucket]) for bucket in range(count)]
        return Line(label=series.name, value=value, data=np.array(data), total=_aggregate(series, numbers))
    once = once[keep]
    data = [_aggregate(series, _firsts(numbers, once, place == bucket)) for bucket in range(count)]
    total = _aggregate(series, _firsts(numbers, once, np.ones(len(once), np.bool_)))
    return Line(label=series.name, value=value, data=np.array(data), total=total)


def _firsts(numbers: Floats, once: Rows, which: NDArray[np.bool_]) -> Floats:
    """The first number of each session among some rows."""
    _, first = np.unique(once[which], return_index=True)
    return numbers[which][first]


def _aggregate(series: Series, numbers: Floats) -> float:
    if not len(numbers):
        return 0.0
    match series.measure:
        case "sum":
            return float(numbers.sum())
        case "mean":
            return float(numbers.mean())
        case "min":
            return float(numbers.min())
        case "max":
            return float(numbers.max())
        case _:
            return float(np.percentile(numbers, series.percentile))
