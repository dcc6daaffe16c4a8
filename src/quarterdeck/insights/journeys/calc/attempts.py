"""Which attempts of a funnel count: everybody's best, or all that do not overlap; across values, or not?

**Total conversions.** An attempt lasts from its first event to its last step; one that did not come through
lasts until its window closes, or until something else broke it. Attempts that come furthest are taken first,
of equals the earliest; one that overlaps with an attempt already taken is left out. So whoever counts once
among people counts at least once among conversions, at every step.

**A property held constant.** An attempt has one value of it from its first event to its last; events without
a value take part in none. Exclusions spoil an attempt whatever their value. A person counts once, by the best
attempt of any value; total conversions, and the dialect of Amplitude, count each value by itself.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quarterdeck.insights.journeys.calc.conditions import column_of
from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses, best_per_unit, walk
from quarterdeck.insights.journeys.calc.kernels.attempts import BROKEN, CONVERTED
from quarterdeck.insights.journeys.calc.kernels.turns import hold_until, take_turns
from quarterdeck.insights.journeys.calc.picks import EVERYTHING, Marks
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.sequence import Codes, Rows, SequenceView, combine, regroup


def attempts_of(
    view: SequenceView, question: Question, marks: Marks, *, many: bool = False, start_step: int = -1
) -> FunnelWitnesses:
    """The attempts that count; every one of them if `many`, for those who choose among them."""
    if not question.journey.same:
        return _alone(view, question, marks, many=many, start_step=start_step)
    if question.journey.order == "strict":
        found = _cut_where_values_change(view, question, walk(view, question, marks, many=True))
        if question.journey.count == "conversions":
            return _without_overlap(view, question, found)
        return found if many else best_per_unit(found, ())
    apart, owners, marks = _apart_by_value(view, question, marks)
    # A row that spoils stands with several values: within each it has a number of its own; -1 finds the last.
    sources = np.append(apart.source_rows(np.arange(len(apart.time))), -1)
    apart = replace(apart, row=None)
    found = _alone(apart, question, marks, many=many, start_step=start_step)
    found = replace(found, unit=owners[found.unit], rows=sources[found.rows])
    by_value = question.journey.count == "conversions" or question.dialect.counts_held_values
    return found if many or by_value else best_per_unit(found, ())


def _alone(
    view: SequenceView, question: Question, marks: Marks, *, many: bool, start_step: int
) -> FunnelWitnesses:
    if question.journey.count == "people":
        return walk(view, question, marks, many=many, start_step=start_step)
    return _without_overlap(view, question, walk(view, question, marks, many=True, start_step=start_step))


def _without_overlap(view: SequenceView, question: Question, every: FunnelWitnesses) -> FunnelWitnesses:
    """The attempts that count as total conversions."""
    steps = every.rows.shape[1]
    reached = every.rows >= 0
    own = np.where(reached, view.own_rows(np.maximum(every.rows, 0)), -1)
    every = every.taken(order := np.lexsort((own[:, 0], every.unit)))
    own, reached = own[order], reached[order]
    # Events of one instant may stand in either order: an attempt's first row need not be its first step's.
    first = np.where(reached, own, np.iinfo(np.int64).max).min(axis=1, initial=np.iinfo(np.int64).max)
    last = own.max(axis=1, initial=-1)
    waits = (every.reason != CONVERTED) & (every.reason != BROKEN)
    held = last[waits]
    hold_until(view.offsets, view.time, every.unit[waits], question.window, own[waits, 0], held)
    last[waits] = held
    taken = np.zeros(len(every.unit), np.bool_)
    by_begin = np.lexsort((first, every.unit))
    turns = taken[by_begin]
    take_turns(every.unit[by_begin], first[by_begin], last[by_begin], every.depth[by_begin], steps, turns)
    taken[by_begin] = turns
    return every.taken(taken)


def _values_held(view: SequenceView, question: Question) -> tuple[Codes, int]:
    """One code for the values of each row, -1 where any is missing; and how many codes there are."""
    columns = [column_of(view, name) for name in question.journey.same]
    codes, values = combine(columns)
    known = np.logical_and.reduce([column.codes >= 0 for column in columns])
    return np.where(known, codes, -1).astype(np.int32), len(values)


def _apart_by_value(
    view: SequenceView, question: Question, marks: Marks
) -> tuple[SequenceView, Codes, Marks]:
    """Each unit once for each of its values, with the rows that have it and every exclusion.

    Also whose each of them is, and which steps its rows count for.
    """
    codes, count = _values_held(view, question)
    bits = marks.rows(view)
    steps = np.uint32((1 << len(question.journey.steps)) - 1)
    units = view.unit_of_rows
    rows = np.flatnonzero((codes >= 0) & ((bits & steps) != 0))
    known, places = np.unique(units[rows].astype(np.int64) * count + codes[rows], return_inverse=True)
    owners = (known // count).astype(np.int32)
    places, kept = places.astype(np.int32), bits[rows]
    spoiling = np.flatnonzero((bits & ~steps) != 0)
    if len(spoiling):
        # Where each unit's values begin among all, so that a spoiler stands with every one of them.
        begins = np.searchsorted(owners, np.arange(len(view.units) + 1))
        sizes = np.diff(begins)[units[spoiling]]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        extra = np.repeat(spoiling, sizes)
        beside = (np.repeat(begins[units[spoiling]], sizes) + within).astype(np.int32)
        own = (codes[extra] == known[beside] % count) & ((bits[extra] & steps) != 0)
        rows = np.concatenate((rows, extra[~own]))
        places = np.concatenate((places, beside[~own]))
        kept = np.concatenate((kept, bits[extra[~own]] & ~steps))
    apart = regroup(view, range(len(known)), places, rows)
    order = np.lexsort((rows, view.time[rows], places))
    of_row = np.zeros(max(len(rows), 2), np.uint32)
    of_row[: len(rows)] = kept[order]
    of_event = np.full(len(view.event.values) + 1, EVERYTHING)
    return apart, owners, Marks(of_event=of_event, of_row=of_row)


def _cut_where_values_change(
    view: SequenceView, question: Question, every: FunnelWitnesses
) -> FunnelWitnesses:
    """Attempts end where the next event has another value: in strict order that one breaks them."""
    codes, _ = _values_held(view, question)
    reached = every.rows >= 0
    own: Rows = np.where(reached, view.own_rows(np.maximum(every.rows, 0)), 0)
    held = np.where(reached, codes[own] if len(codes) else -1, -1)
    keeps = np.logical_and.accumulate((held == held[:, :1]) & (held >= 0), axis=1)
    depth = np.minimum(every.depth, keeps.sum(axis=1)).astype(np.int8)
    cut = depth < every.depth
    beyond = np.arange(every.rows.shape[1])[None, :] >= np.maximum(depth, 1)[:, None]
    found = replace(
        every,
        depth=depth,
        reason=np.where(cut, BROKEN, every.reason).astype(np.int8),
        rows=np.where(beyond, -1, every.rows),
        seconds=np.where(beyond, 0.0, every.seconds),
    )
    return found.taken(keeps[:, 0])
