"""Of those who entered a funnel, how many convert within which time, where some windows are still open?"""

from __future__ import annotations

import numpy as np

from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses
from quarterdeck.insights.journeys.calc.funnel_figures import spans
from quarterdeck.insights.journeys.calc.kernels.attempts import OPEN
from quarterdeck.insights.journeys.calc.question import MICROSECONDS, Question
from quarterdeck.insights.journeys.calc.sequence import SequenceView
from quarterdeck.stats.survival import SurvivalPoint, kaplan_meier

MOST_POINTS = 60


def curve_of(view: SequenceView, question: Question, witnesses: FunnelWitnesses) -> list[SurvivalPoint]:
    """The share converted by each time, with its interval: Kaplan-Meier over the attempts that entered.

    An attempt whose window is open is followed to the last moment that facts can tell of, and not counted
    as lost then; one that ended any other way did not convert, whatever time there still was.
    """
    from_step, to_step = spans(question.journey)
    entered = witnesses.taken(witnesses.depth >= from_step)
    if not len(entered.unit) or from_step >= to_step:
        return []
    begins = view.time[view.own_rows(entered.rows[:, from_step - 1])]
    converted = entered.depth >= to_step
    until = np.full(len(begins), question.window, np.int64)
    ends = view.own_rows(np.maximum(entered.rows[converted, to_step - 1], 0))
    until[converted] = view.time[ends] - begins[converted]
    waits = ~converted & (entered.reason == OPEN)
    until[waits] = np.minimum(question.period.known_until - begins[waits], question.window)
    return _thinned(kaplan_meier(np.maximum(until, 0) / MICROSECONDS, converted))


def _thinned(points: list[SurvivalPoint]) -> list[SurvivalPoint]:
    """So many points as a chart can show, the last one among them."""
    if len(points) <= MOST_POINTS:
        return points
    places = np.unique(np.linspace(0, len(points) - 1, MOST_POINTS).astype(np.int64))
    return [points[place] for place in places.tolist()]
