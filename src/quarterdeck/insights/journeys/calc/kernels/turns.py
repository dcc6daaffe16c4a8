"""Which attempts of a unit stand side by side without overlapping? The loop behind total conversions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.compiling import called, kernel
from quarterdeck.insights.journeys.calc.kernels.hits import Int64s


@called
def last_until(time: Int64s, begin: int, end: int, moment: int) -> int:
    """The last row of a unit that is not later than a moment; one before `begin` where all are."""
    low, high = begin, end
    while low < high:
        middle = (low + high) // 2
        if time[middle] <= moment:
            low = middle + 1
        else:
            high = middle
    return low - 1


@kernel
def hold_until(
    offsets: Int64s, time: Int64s, units: NDArray[np.int32], window: int, first: Int64s, last: Int64s
) -> None:
    """Let attempts that did not come through last until their window closes."""
    for attempt in range(len(units)):
        unit = units[attempt]
        closes = time[first[attempt]] + window
        held = last_until(time, offsets[unit], offsets[unit + 1], closes)
        last[attempt] = max(last[attempt], held)


@kernel
def take_turns(
    units: NDArray[np.int32],
    first: Int64s,
    last: Int64s,
    depths: NDArray[np.int8],
    steps: int,
    taken: NDArray[np.bool_],
) -> None:
    """Mark the attempts that count: the deepest first, of equals the earliest, none across another.

    Attempts stand by unit and first row.
    """
    following = np.empty(len(units), np.int64)
    begin = 0
    while begin < len(units):
        end = begin
        while end < len(units) and units[end] == units[begin]:
            end += 1
        for depth in range(steps, -1, -1):
            nearest = np.iinfo(np.int64).max
            for attempt in range(end - 1, begin - 1, -1):
                following[attempt] = nearest
                if taken[attempt]:
                    nearest = first[attempt]
            busy = -1
            for attempt in range(begin, end):
                fits = first[attempt] > busy and last[attempt] < following[attempt]
                if depths[attempt] == depth and fits and not taken[attempt]:
                    taken[attempt] = True
                if taken[attempt]:
                    busy = last[attempt]
        begin = end
