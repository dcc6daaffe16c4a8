"""How does a funnel look under each value of a breakdown?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from quarterdeck.insights.journeys.calc.attempts import attempts_of
from quarterdeck.insights.journeys.calc.breakdown import (
    OTHER,
    Value,
    cohorts_asked,
    cut,
    largest,
    members,
    nothing,
    pairs,
    touched,
)
from quarterdeck.insights.journeys.calc.chunks import Piece, do_each
from quarterdeck.insights.journeys.calc.conditions import column_of
from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses, best_per_unit, marks_of, together
from quarterdeck.insights.journeys.calc.kernels.touching import touch
from quarterdeck.insights.journeys.calc.picks import EVERYTHING, Marks
from quarterdeck.insights.journeys.calc.question import Question, narrowed
from quarterdeck.insights.journeys.calc.sequence import Codes, Rows, SequenceView, blanks_as_none, regroup

Groups = dict[Value, FunnelWitnesses]


def walk_groups(
    view: SequenceView, question: Question, *, many: bool = False, shown: Collection[Value] | None = None
) -> Groups:
    """The witnesses of a funnel under each value of its breakdown; () where there is none.

    Every row that the question leaves out is out of sight for strict steps, too. `shown` are the values to
    be shown; the largest unless told.
    """
    if question.journey.order == "strict":
        view = narrowed(view, question)
        question = replace(question, journey=question.journey.model_copy(update={"where": ()}))
    marks = marks_of(view, question)
    by = question.journey.by
    if not by:
        return {(): attempts_of(view, question, marks, many=many)}
    if cohorts := cohorts_asked(question):
        whole = attempts_of(view, question, marks, many=many)
        return {(name,): whole.taken(members(view, question, name)[whole.unit]) for name in cohorts}
    match question.journey.attribution:
        case "first" | "last":
            groups = _by_touch(view, question, marks, many=many)
        case "all":
            groups = _by_every_event(view, question, marks, many=many)
        case _:
            groups = _by_step(view, question, marks, many=many)
    return _limited(groups, question, shown, many=many)


def _rows_that_count(view: SequenceView, question: Question, marks: Marks, bits: int) -> Rows:
    inside = (view.time >= question.period.since) & (view.time <= question.later_until)
    return np.flatnonzero(inside & ((marks.rows(view) & np.uint32(bits)) != 0))


def _seen(view: SequenceView, question: Question, marks: Marks) -> Rows:
    """The rows whose values count for a breakdown: those of any step; of any event where steps are strict."""
    if question.journey.order == "strict":
        return np.flatnonzero((view.time >= question.period.since) & (view.time <= question.later_until))
    return _rows_that_count(view, question, marks, (1 << len(question.journey.steps)) - 1)


def _by_touch(view: SequenceView, question: Question, marks: Marks, *, many: bool) -> Groups:
    by = question.journey.by
    whole = attempts_of(view, question, marks, many=many)
    if len(by) == 1:
        placed, values = _touched_once(view, question, marks)
    else:
        found = cut(view, _seen(view, question, marks), by)
        placed = touched(view, found, last=question.journey.attribution == "last")
        values = (*found.values, nothing(by))
    places = placed[whole.unit]
    return {values[code]: whole.taken(places == code) for code in np.flatnonzero(np.bincount(places))}


def _touched_once(view: SequenceView, question: Question, marks: Marks) -> tuple[Codes, tuple[Value, ...]]:
    """The value of one property by which each unit is placed, looked for no further than needed."""
    column = blanks_as_none(column_of(view, question.journey.by[0]))
    placed = np.full(len(view.units), len(column.values), np.int32)
    steps = np.uint32((1 << len(question.journey.steps)) - 1)
    # Where steps are strict, every event counts.
    every = question.journey.order == "strict"
    of_event = np.full_like(marks.of_event, steps) if every else marks.of_event
    of_row = np.array([EVERYTHING]) if every else marks.of_row

    def touch_piece(piece: Piece) -> None:
        touch(
            view.offsets,
            view.time,
            view.event.codes,
            of_event,
            of_row,
            int(steps),
            column.codes,
            question.period.since,
            question.later_until,
            question.journey.attribution == "last",
            *piece,
            placed,
        )

    do_each(question.each, touch_piece, view.offsets)
    return placed, (*((value,) for value in column.values), ("",))


def _by_every_event(view: SequenceView, question: Question, marks: Marks, *, many: bool) -> Groups:
    """Each unit walks once for each value, and sees only the events that have it."""
    rows = _seen(view, question, marks)
    if question.journey.exclude and question.journey.order != "strict":
        rows = _rows_that_count(view, question, marks, int(EVERYTHING))
    found = cut(view, rows, question.journey.by)
    count = len(found.values)
    wide = view.unit_of_rows[found.rows].astype(np.int64) * count + found.codes
    known, codes = np.unique(wide, return_inverse=True)
    apart = regroup(view, range(len(known)), codes.astype(np.int32), found.rows)
    members_apart = {name: mask[known // max(count, 1)] for name, mask in question.cohorts.items()}
    question = replace(question, cohorts=members_apart)
    walked = attempts_of(apart, question, marks_of(apart, question), many=many)
    units, values = np.divmod(known[walked.unit], count)
    whole = replace(walked, unit=units.astype(np.int32))
    return {found.values[code]: whole.taken(values == code) for code in np.unique(values)}


def _by_step(view: SequenceView, question: Question, marks: Marks, *, many: bool) -> Groups:
    step = question.journey.attribution_step - 1
    if not question.dialect.every_step_value:
        return _by_witness(view, question, attempts_of(view, question, marks, many=many), step)
    if question.journey.order != "unordered":
        whole = attempts_of(view, question, marks, many=many)
        return _under_every_value(view, question, marks, whole, step)
    # There each step takes its turn as the first, and the steps behind it are counted on from there.
    turns = []
    count = len(question.journey.steps)
    for first in range(count):
        whole = attempts_of(view, question, marks, many=many, start_step=first)
        turns.append(_under_every_value(view, question, marks, whole, (first + step) % count))
    values = sorted({value for turn in turns for value in turn})
    return {
        value: _each_once(together([turn[value] for turn in turns if value in turn], count), question)
        for value in values
    }


def _under_every_value(
    view: SequenceView, question: Question, marks: Marks, whole: FunnelWitnesses, step: int
) -> Groups:
    """A unit's attempts under each value that an event of the step ever had."""
    found = cut(view, _rows_that_count(view, question, marks, 1 << step), question.journey.by)
    units, codes = pairs(view, found)
    groups = {}
    for code in np.unique(codes):
        belongs = np.zeros(len(view.units), np.bool_)
        belongs[units[codes == code]] = True
        groups[found.values[code]] = whole.taken(belongs[whole.unit])
    return {value: group for value, group in groups.items() if len(group.unit)}


def _by_witness(view: SequenceView, question: Question, whole: FunnelWitnesses, step: int) -> Groups:
    """A unit's attempts under the value of the event that witnesses the step; "" where none does."""
    reached = whole.depth > step
    found = cut(view, view.own_rows(whole.rows[reached, step]), question.journey.by)
    placed = np.full(len(whole.unit), len(found.values), np.int32)
    placed[reached] = found.codes
    values = (*found.values, nothing(question.journey.by))
    names: dict[Value, list[int]] = {}
    for code in np.unique(placed):
        names.setdefault(values[code], []).append(int(code))
    return {value: whole.taken(np.isin(placed, codes)) for value, codes in names.items()}


def _limited(groups: Groups, question: Question, shown: Collection[Value] | None, *, many: bool) -> Groups:
    """The largest groups by name, or those to be shown; the others together, every unit once."""
    if shown is None:
        sizes = {value: group.reached[0] for value, group in groups.items()}
        shown = largest(sizes, question.journey.limit)
    others = [groups[value] for value in sorted(groups) if value not in shown]
    found = {value: groups[value] for value in sorted(shown) if value in groups and groups[value].reached[0]}
    if others:
        whole = together(others, len(question.journey.steps))
        found[OTHER,] = whole if many else _each_once(whole, question)
    return found


def _each_once(found: FunnelWitnesses, question: Question) -> FunnelWitnesses:
    """Each unit, or each of its attempts, once, whatever the values under which it stands."""
    return best_per_unit(found, () if question.journey.count == "people" else (found.rows[:, 0],))
