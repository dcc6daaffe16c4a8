"""Who came back after how many periods, and what cannot be known yet?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    """`counts[cohort, column]` units; a cell is `final` when nothing that may come can change it."""

    counts: Rows
    final: NDArray[np.bool_]
    starts: Buckets
    labels: tuple[str, ...]


def follow(view: SequenceView, question: Question) -> dict[Value, RetentionMatrix]:
    """The retention matrix under each value of the breakdown; () where there is none."""
    journey = question.journey
    if cohorts := cohorts_asked(question):
        cuts: dict[Value, RetentionMatrix] = {}
        for name in cohorts:
            chosen = np.flatnonzero(members(view, question, name)[view.unit_of_rows])
            cuts[(name,)] = _matrix(regroup(view, view.units, view.unit_of_rows[chosen], chosen), question)
        return cuts
    if not journey.by:
        return {(): _matrix(view, question)}
    return _by_value(view, question)


def _by_value(view: SequenceView, question: Question) -> dict[Value, RetentionMatrix]:
    """Each unit is followed once for each value, and only by the events that have it."""
    rows = np.arange(len(view.time))
    found = cut(view, rows, question.journey.by)
    matrices = {}
    for code in range(len(found.values)):
        chosen = np.flatnonzero(found.codes == code)
        if not len(chosen):
            continue
        apart = regroup(view, view.units, view.unit_of_rows[chosen], chosen)
        matrix = _matrix(apart, question)
        if matrix.counts[:, 0].sum():
            matrices[found.values[code]] = matrix
    shown = largest(
        {value: int(each.counts[:, 0].sum()) for value, each in matrices.items()}, question.journey.limit
    )
    others = [each for value, each in matrices.items() if value not in shown]
    result = {value: matrices[value] for value in shown}
    if others:
        total = np.sum([each.counts for each in others], axis=0)
        result[OTHER,] = RetentionMatrix(
            counts=total, final=others[0].final, starts=others[0].starts, labels=others[0].labels
        )
    return result


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
    counts, _ = _walk(view, question, noting=False)
    starts = question.buckets
    ends = [last for _, last in columns_of(question.journey)]
    known = question.period.known_until
    if question.journey.rolling:
        length = SECONDS.get(question.journey.grain, SECONDS["month"]) * MICROSECONDS
        closes = starts.edges[1:, None] + (np.array(ends)[None, :] + 1) * length
    else:
        edges = _edges(question, ends[-1])
        closes = edges[np.arange(len(starts))[:, None] + np.array(ends)[None, :] + 1]
    return RetentionMatrix(
        counts=counts, final=closes <= known + 1, starts=starts, labels=labels_of(question.journey)
    )


def _edges(question: Question, furthest: int) -> Rows:
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
    edges = _edges(question, columns[-1][1])
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
