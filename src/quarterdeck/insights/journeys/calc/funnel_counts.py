"""How many came how far through a funnel? Counted piece after piece, where nobody asks who or how long."""

from __future__ import annotations

import numpy as np

from quarterdeck.insights.journeys.calc.breakdown import Value
from quarterdeck.insights.journeys.calc.chunks import added
from quarterdeck.insights.journeys.calc.conditions import column_of
from quarterdeck.insights.journeys.calc.funnel import marks_of, reached_by_depth, walk_pieces
from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.calc.kernels.attempts import Found
from quarterdeck.insights.journeys.calc.kernels.hits import Hits
from quarterdeck.insights.journeys.calc.kernels.touching import count_touched
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.sequence import Rows, SequenceView, blanks_as_none

Reached = dict[Value, list[int]]


def count_reached(view: SequenceView, question: Question) -> Reached:
    """How many reached each step under each value of the breakdown; () where there is none.

    What `walk_groups` finds, counted; the table of attempts is not kept where one pass can do without it.
    """
    if not _in_one_pass(view, question):
        return {value: group.reached for value, group in walk_groups(view, question).items()}
    journey = question.journey
    steps = len(journey.steps)
    marks = marks_of(view, question)
    if not journey.by:
        parts = walk_pieces(
            view,
            question,
            marks,
            lambda found, _hits, _first: np.bincount(found.depth, minlength=steps + 1),
        )
        return {(): reached_by_depth(added(parts, steps + 1))}
    column = blanks_as_none(column_of(view, journey.by[0]))
    shape = (len(column.values) + 1, steps + 1)

    def count(found: Found, hits: Hits, first: int) -> Rows:
        counts = np.zeros(shape, np.int64)
        count_touched(
            hits, (1 << steps) - 1, column.codes, journey.attribution == "last", first, found, counts
        )
        return counts

    counts = added(walk_pieces(view, question, marks, count), *shape)
    named = [*((value,) for value in column.values), ("",)]
    by_value = {value: reached_by_depth(each) for value, each in zip(named, counts, strict=True)}
    return {value: by_value[value] for value in sorted(by_value) if by_value[value][0]}


def _in_one_pass(view: SequenceView, question: Question) -> bool:
    """Everybody's best attempt, under the value of one event of it; so few values that all are shown."""
    journey = question.journey
    if journey.count != "people" or journey.same or journey.order == "strict":
        return False
    if not journey.by:
        return True
    single = len(journey.by) == 1 and ":" not in journey.by[0] and journey.attribution in ("first", "last")
    return single and len(column_of(view, journey.by[0]).values) < journey.limit
