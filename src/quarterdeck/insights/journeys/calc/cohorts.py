"""Who is in a cohort?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from quarterdeck.insights.journeys.calc.buckets import Calendar
from quarterdeck.insights.journeys.calc.conditions import passing
from quarterdeck.insights.journeys.calc.funnel_figures import who_reached
from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.calc.picks import counted
from quarterdeck.insights.journeys.calc.question import Question, period_of
from quarterdeck.insights.journeys.calc.sequence import Codes, Mask, SequenceView, select
from quarterdeck.insights.journeys.definitions.cohort import Behaviour, Cohort
from quarterdeck.insights.journeys.definitions.conditions import Condition
from quarterdeck.insights.journeys.definitions.journey import Journey


def with_their_accounts(accounts: Sequence[object], chosen: Mask, names: Sequence[str], home: Codes) -> Mask:
    """The people whose account is among the chosen; `home` is the place of each one's account in `names`."""
    wanted = {str(name) for name, is_in in zip(accounts, chosen, strict=True) if is_in}
    # The last entry is of people without an account, whose place is -1.
    return np.array([*(name in wanted for name in names), False], np.bool_)[home]


def with_any_of_theirs(accounts: int, chosen: Mask, home: Codes) -> Mask:
    """The accounts any of whose people is among the chosen."""
    found = np.zeros(accounts, np.bool_)
    found[home[chosen & (home >= 0)]] = True
    return found


def by_list(view: SequenceView, units: tuple[str, ...]) -> Mask:
    """Those on a list."""
    wanted = frozenset(units)
    return np.fromiter((str(unit) in wanted for unit in view.units), np.bool_, len(view.units))


def by_property(view: SequenceView, conditions: tuple[Condition, ...]) -> Mask:
    """Those whose last row passes every condition."""
    some = np.flatnonzero(view.offsets[:-1] < view.offsets[1:])
    last = select(view, view.offsets[some + 1] - 1)
    found = np.zeros(len(view.units), np.bool_)
    passed = passing(last, conditions, {})
    found[some] = True if passed is None else passed
    return found


def by_behaviour(view: SequenceView, behaviour: Behaviour, calendar: Calendar, now: datetime) -> Mask:
    """Those who did something often enough within a time."""
    asked = Journey(kind="paths", since=behaviour.since, until=behaviour.until)
    period = period_of(view, asked, calendar, now)
    rows = counted(view, behaviour, {}) & (view.time >= period.since) & (view.time <= period.until)
    times = np.bincount(view.unit_of_rows[rows], minlength=len(view.units))
    return times >= behaviour.times


def by_funnel(view: SequenceView, question: Question, cohort: Cohort) -> Mask:
    """Those who reached a step of a funnel, or were lost just before it."""
    whole = replace(question, journey=question.journey.model_copy(update={"by": ()}))
    witnesses = walk_groups(view, whole)[()]
    step = cohort.reached if cohort.reached is not None else -(cohort.lost_before or 0)
    found = np.zeros(len(view.units), np.bool_)
    found[who_reached(witnesses, step)] = True
    return found
