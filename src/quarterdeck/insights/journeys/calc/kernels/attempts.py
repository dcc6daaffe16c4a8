"""How is one attempt at a funnel judged and noted? What all loops of funnels share.

Loops take the arrays out of their tuples first, and pass arrays on: to look into a tuple for every event
costs several times what is done with it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.compiling import part
from quarterdeck.insights.journeys.calc.kernels.hits import Int64s

CONVERTED, NEVER, TOO_LATE, BROKEN, EXCLUDED, OPEN = range(6)
NO_TIME = np.iinfo(np.int64).max


class Rules(NamedTuple):
    """The rules of a funnel; times are microseconds.

    Bit k of a hit is step k; behind the steps stand the exclusions, `spoilers` says between which steps.
    An attempt begins until `until`; `many` notes every attempt instead of each unit's best.
    """

    steps: int
    until: int
    known_until: int
    window: int
    tie: int
    equal_later: bool
    equal: NDArray[np.bool_]
    spoilers: Int64s
    start_step: int
    many: bool


class Found(NamedTuple):
    """The attempts noted. `micros` are sums over `tries` attempts that came equally far."""

    unit: NDArray[np.int32]
    depth: NDArray[np.int8]
    reason: NDArray[np.int8]
    tries: NDArray[np.int32]
    rows: Int64s
    micros: Int64s

    def filled(self, slots: int) -> Found:
        """The first so many."""
        unit, depth, reason, tries, rows, micros = self
        return Found(
            unit=unit[:slots],
            depth=depth[:slots],
            reason=reason[:slots],
            tries=tries[:slots],
            rows=rows[:slots],
            micros=micros[:slots],
        )


@part
def depth_of(time: Int64s, chain: Int64s, length: int, window: int) -> int:
    """How many steps of a chain of hits lie inside the window."""
    depth = 1
    end = time[chain[0]] + window
    while depth < length and time[chain[depth]] <= end:
        depth += 1
    return depth


@part
def is_spoiled(
    time: Int64s, chain: Int64s, depth: int, window: int, spoilers: Int64s, spoiled_at: Int64s
) -> bool:
    """Does an exclusion come strictly between its steps, or in time where the latter was not reached?

    `spoiled_at` is when each exclusion came first after its earlier step.
    """
    spoiled = False
    for number in range(len(spoilers)):
        from_step, to_step = spoilers[number, 0], spoilers[number, 1]
        if depth > from_step:
            end = time[chain[0]] + window + 1
            if depth > to_step:
                end = time[chain[to_step]]
            spoiled |= spoiled_at[number] < end
    return spoiled


@part
def settle(
    time: Int64s,
    row: Int64s,
    chain: Int64s,
    depth: int,
    reason: int,
    slot: int,
    depths: NDArray[np.int8],
    reasons: NDArray[np.int8],
    tries: NDArray[np.int32],
    rows: Int64s,
    micros: Int64s,
) -> None:
    """Note an attempt. Loops go backwards in time, so that of equals the earliest is noted last."""
    if reason == EXCLUDED:
        if depths[slot] == 0:
            reasons[slot] = EXCLUDED
            rows[slot, 0] = row[chain[0]]
    elif depth >= depths[slot]:
        if depth > depths[slot]:
            depths[slot] = depth
            tries[slot] = 0
            for step in range(micros.shape[1]):
                micros[slot, step] = 0
        tries[slot] += 1
        rows[slot, 0] = row[chain[0]]
        for step in range(1, depth):
            rows[slot, step] = row[chain[step]]
            micros[slot, step] += time[chain[step]] - time[chain[step - 1]]
        reasons[slot] = reason


@part
def why(depth: int, length: int, steps: int, closes: int, known_until: int) -> int:
    """Why an attempt ended: `length` steps were done in all, `depth` of them before its window closed."""
    if depth == steps:
        return CONVERTED
    if depth < length:
        return TOO_LATE
    return OPEN if closes > known_until else NEVER


@part
def clear(slot: int, depths: NDArray[np.int8], rows: Int64s) -> None:
    """Make a slot ready."""
    depths[slot] = 0
    for step in range(rows.shape[1]):
        rows[slot, step] = -1
