"""What are the conversions of a funnel worth, by a number that the event of a step brings with it?"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.conditions import column_of, number_of
from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses
from quarterdeck.insights.journeys.calc.sequence import SequenceView
from quarterdeck.insights.journeys.definitions.journey import Journey

SIGNIFICANT = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """What some attempts are worth: of how many it is known, the sum, and the mean of those."""

    known: int
    sum: float
    mean: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FunnelWorth:
    """What the attempts that reached each step are worth, None for steps not asked for; and the converted."""

    steps: tuple[Worth | None, ...]
    converted: Worth


def funnel_worth(view: SequenceView, journey: Journey, witnesses: FunnelWitnesses) -> FunnelWorth | None:
    """The value of a funnel, each attempt's read off the events that witness it; None if not asked for."""
    if journey.value is None:
        return None
    column = column_of(view, journey.value.field)
    numbers = np.array([*(number_of(text) for text in column.values), np.nan])[column.codes]
    steps = len(journey.steps)
    only = journey.value.of_step
    shown = [
        _worth(_values(view, numbers, witnesses, step, step)) if only in (None, step) else None
        for step in range(1, steps + 1)
    ]
    return FunnelWorth(
        steps=tuple(shown), converted=_worth(_values(view, numbers, witnesses, only or steps, steps))
    )


def _values(
    view: SequenceView, numbers: NDArray[np.float64], witnesses: FunnelWitnesses, step: int, reached: int
) -> NDArray[np.float64]:
    """The numbers of the events of a step, of the attempts that reached another; steps count from 1."""
    rows = witnesses.rows[witnesses.depth >= reached, step - 1]
    found = numbers[view.own_rows(rows)] if len(rows) else np.zeros(0)
    return found[np.isfinite(found)]


def _worth(values: NDArray[np.float64]) -> Worth:
    if not len(values):
        return Worth(known=0, sum=0.0, mean=None)
    total = fsum(values.tolist())
    return Worth(known=len(values), sum=_short(total), mean=_short(total / len(values)))


def _short(number: float) -> float:
    return float(f"{number:.{SIGNIFICANT}g}")
