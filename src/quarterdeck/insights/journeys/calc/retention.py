"""Who came back after how many periods, and what cannot be known yet?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

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
from quarterdeck.insights.journeys.calc.kernels import retention as loops
from quarterdeck.insights.journeys.calc.picks import hits_of, mark
from quarterdeck.insights.journeys.calc.question import MICROSECONDS, Question
from quarterdeck.insights.journeys.calc.sequence import Codes, Rows, SequenceView, regroup
from quarterdeck.insights.journeys.calc.weights import Weighed
from quarterdeck.insights.journeys.definitions.conditions import Pick
from quarterdeck.insights.journeys.definitions.journey import SECONDS, Journey

ENTRIES = {"each": loops.EACH, "first": loops.FIRST, "first ever": loops.FIRST_EVER}
HOUR = 3600 * MICROSECONDS
LONG_AGO = -(2**62)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnWitnesses:
    """Each unit once for each of its cohorts and columns, with its row; column 0 is the start."""

    unit: Codes
    cohort: Codes
    column: Codes
    row: Rows


@dataclass(frozen=True, kw_only=True, slots=True)
class RetentionMatrix:
    """`counts[cohort, column]` units; a cell is `final` when nothing that may come can change it.

    A cell that has not `begun` cannot be known yet. `weights` are the ARR behind each cell, `entered` that
    behind all who entered, where a journey weighs.
    """

    counts: Rows
    final: NDArray[np.bool_]
    begun: NDArray[np.bool_]
    starts: Buckets
    labels: tuple[str, ...]
    weights: NDArray[np.float64] | None = None
    entered: Weighed | None = None


def follow(
    view: SequenceView, question: Question, shown: Collection[Value] | None = None
) -> dict[Value, RetentionMatrix]:
    """The retention matrix under each value of the breakdown; () where there is none.

    `shown` are the values to be shown; the largest unless told.
    """
    journey = question.journey
    if cohorts := cohorts_asked(question):
        cuts: dict[Value, RetentionMatrix] = {}
        for name in cohorts:
            chosen = np.flatnonzero(members(view, question, name)[view.unit_of_rows])
            cuts[(name,)] = _matrix(regroup(view, view.units, view.unit_of_rows[chosen], chosen), question)
        return cuts
    if not journey.by:
        return {(): _matrix(view, question)}
    return _by_value(view, question, shown)


def _by_value(
    view: SequenceView, question: Question, shown: Collection[Value] | None
) -> dict[Value, RetentionMatrix]:
    """Each unit is followed once for each value, and only by the events that have it.

    Who enters once only stands under the value of that event. The others stand together, each unit once in a
    cell, whatever the values under which it came.
    """
    found = cut(view, np.arange(len(view.time)), question.journey.by)
    entered = _value_of_entry(view, question, found.codes)
    apart: dict[Value, SequenceView] = {}
    for code in range(len(found.values)):
        of_value = found.codes == code
        chosen = np.flatnonzero(of_value if entered is None else of_value & (entered == code))
        if len(chosen):
            apart[found.values[code]] = regroup(view, view.units, view.unit_of_rows[chosen], chosen)
    matrices = {value: _matrix(each, question) for value, each in apart.items()}
    matrices = {value: each for value, each in matrices.items() if each.counts[:, 0].sum()}
    if shown is None:
        sizes = {value: int(each.counts[:, 0].sum()) for value, each in matrices.items()}
        shown = largest(sizes, question.journey.limit)
    others = [witnesses(apart[value], question) for value in matrices if value not in shown]
    result = {value: matrices[value] for value in sorted(shown) if value in matrices}
    if others:
        result[OTHER,] = _together(others, question)
    return result


def _value_of_entry(view: SequenceView, question: Question, codes: Codes) -> Codes | None:
    """For each row the value of the one event by which its unit entered; None where units may enter again."""
    if question.journey.entry == "each":
        return None
    found = witnesses(view, question)
    starts = found.column == 0
    of_unit = np.full(len(view.units), -1, np.int32)
    of_unit[found.unit[starts]] = codes[view.own_rows(found.row[starts])]
    return of_unit[view.unit_of_rows]


def _together(parts: Sequence[ReturnWitnesses], question: Question) -> RetentionMatrix:
    """The matrix of several tables of witnesses: each unit once in a cell."""
    columns = len(columns_of(question.journey))
    cells = len(question.buckets) * columns
    wide = [
        part.unit.astype(np.int64) * cells + part.cohort.astype(np.int64) * columns + part.column
        for part in parts
    ]
    units, places = np.divmod(np.unique(np.concatenate(wide)), cells)
    return matrix_of(question, np.bincount(places, minlength=cells).reshape(-1, columns), units, places)


def witnesses(view: SequenceView, question: Question) -> ReturnWitnesses:
    """Who came back when, event by event: the table that the matrix counts."""
    _, parts = _walk(view, question, noting=True)
    return ReturnWitnesses(
        unit=np.concatenate([np.zeros(0, np.int32), *(part.unit for part in parts)]),
        cohort=np.concatenate([np.zeros(0, np.int32), *(part.cohort for part in parts)]),
        column=np.concatenate([np.zeros(0, np.int32), *(part.column for part in parts)]),
        row=np.concatenate([np.zeros(0, np.int64), *(part.row for part in parts)]),
    )


def columns_of(journey: Journey) -> list[tuple[int, int]]:
    """The first and last distance of each column."""
    if not journey.brackets:
        return [(distance, distance) for distance in range(journey.columns)]
    found = [(0, 0)]
    for size in journey.brackets:
        found.append((found[-1][1] + 1, found[-1][1] + size))
    return found


def labels_of(journey: Journey) -> tuple[str, ...]:
    """What the columns are called: Day 0, Day 1-4."""
    word = journey.grain.capitalize()
    return tuple(
        f"{word} {first}" if first == last else f"{word} {first}-{last}"
        for first, last in columns_of(journey)
    )


def _matrix(view: SequenceView, question: Question) -> RetentionMatrix:
    if question.weights is None:
        counts, _ = _walk(view, question, noting=False)
        return matrix_of(question, counts)
    found = witnesses(view, question)
    columns = len(columns_of(question.journey))
    places = found.cohort.astype(np.int64) * columns + found.column
    counts = np.bincount(places, minlength=len(question.buckets) * columns).reshape(-1, columns)
    return matrix_of(question, counts, found.unit, places)


def matrix_of(
    question: Question, counts: Rows, units: Codes | Rows | None = None, places: Rows | None = None
) -> RetentionMatrix:
    """A matrix of counts with what is known by now, and what its cells are worth if so asked."""
    ends = [last for _, last in columns_of(question.journey)]
    begins = [first for first, _ in columns_of(question.journey)]
    opens, _ = _spans(question, begins)
    _, closes = _spans(question, ends)
    known = question.period.known_until
    matrix = RetentionMatrix(
        counts=counts,
        final=closes <= known + 1,
        begun=opens <= known,
        starts=question.buckets,
        labels=labels_of(question.journey),
    )
    if question.weights is None or units is None or places is None:
        return matrix
    weighed = question.weights.by_cell(units, places, counts.size).reshape(counts.shape)
    entered = question.weights.weigh(units[places % counts.shape[1] == 0])
    return replace(matrix, weights=weighed, entered=entered)


def _spans(question: Question, distances: Sequence[int]) -> tuple[Rows, Rows]:
    """When the period so far behind each cohort opens, at the earliest, and closes for all of it."""
    starts, behind = question.buckets, np.array(distances)
    if question.journey.rolling:
        length = SECONDS.get(question.journey.grain, SECONDS["month"]) * MICROSECONDS
        opens = starts.edges[:-1, None] + behind[None, :] * length
        return opens, starts.edges[1:, None] + (behind[None, :] + 1) * length
    edges = followed_edges(question, int(behind.max()))
    places = np.arange(len(starts))[:, None] + behind[None, :]
    return edges[places], edges[places + 1]


def followed_edges(question: Question, furthest: int) -> Rows:
    """The edges of the cohorts' buckets, and of those in which they are followed."""
    starts = list(question.buckets.starts)
    for _ in range(furthest):
        starts.append(question.calendar.after(starts[-1], question.journey.grain))
    return question.calendar.of(starts, question.journey.grain).edges


def _walk(view: SequenceView, question: Question, *, noting: bool) -> tuple[Rows, Sequence[ReturnWitnesses]]:
    journey = question.journey
    start = journey.start or Pick(event=None)
    picks = [start, journey.back or start, Pick(event=start.event)]
    if start.any_of:
        picks[2] = start
    marks = mark(view, picks, journey.where, question.cohorts)
    columns = columns_of(journey)
    column_of = np.repeat(np.arange(len(columns)), [last - first + 1 for first, last in columns])
    edges = followed_edges(question, columns[-1][1])
    rules = loops.Followed(
        edges=edges,
        cohorts=len(question.buckets),
        column_of=column_of.astype(np.int32),
        columns=len(columns),
        entry=ENTRIES[journey.entry],
        unbounded=journey.unbounded,
        length=SECONDS.get(journey.grain, SECONDS["month"]) * MICROSECONDS if journey.rolling else 0,
        grid=HOUR if question.dialect.hourly_rolling else 1,
    )
    since = int(edges[0]) if journey.entry == "each" else LONG_AGO
    until = int(edges[-1]) - 1

    def walk_piece(piece: Piece) -> tuple[Rows, ReturnWitnesses]:
        hits = hits_of(view, marks, since, until, piece)
        counts = np.zeros((rules.cohorts, rules.columns), np.int64)
        loops.follow(hits, rules, piece[0], counts, loops.room_for(0))
        room = loops.room_for(int(counts.sum()) if noting else 0)
        if len(room.unit):
            loops.follow(hits, rules, piece[0], np.zeros_like(counts), room)
        return counts, ReturnWitnesses(
            unit=room.unit, cohort=room.cohort, column=room.column, row=view.source_rows(room.row)
        )

    parts = do_each(question.each, walk_piece, view.offsets)
    counts = added((counted for counted, _ in parts), rules.cohorts, rules.columns)
    return counts, [part for _, part in parts]
