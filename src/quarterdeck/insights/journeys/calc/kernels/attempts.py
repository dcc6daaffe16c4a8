"""How is one attempt at a funnel judged and noted? What all loops of funnels share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.compiling import part
from quarterdeck.insights.journeys.calc.kernels.hits import Hits, Int64s

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


@part
def depth_of(rules: Rules, hits: Hits, chain: Int64s, length: int) -> int:
    """How many steps of a chain of hits lie inside the window."""
    depth = 1
    while depth < length and hits.time[chain[depth]] - hits.time[chain[0]] <= rules.window:
        depth += 1
    return depth


@part
def is_spoiled(rules: Rules, hits: Hits, chain: Int64s, length: int, spoiled_at: Int64s) -> bool:
    """Does an exclusion come strictly between its steps, or in time where the latter was not reached?

    `spoiled_at` is when each exclusion came first after its earlier step.
    """
    depth = depth_of(rules, hits, chain, length)
    spoiled = False
    for number in range(len(rules.spoilers)):
        from_step, to_step = rules.spoilers[number, 0], rules.spoilers[number, 1]
        if depth > from_step:
            end = hits.time[chain[0]] + rules.window + 1
            if depth > to_step:
                end = hits.time[chain[to_step]]
            spoiled |= spoiled_at[number] < end
    return spoiled


@part
def settle(
    rules: Rules, hits: Hits, found: Found, slot: int, unit: int, chain: Int64s, length: int, spoiled: bool
) -> None:
    """Note an attempt. Loops go backwards in time, so that of equals the earliest is noted last."""
    found.unit[slot] = unit
    depth = depth_of(rules, hits, chain, length)
    if spoiled:
        if found.depth[slot] == 0:
            found.reason[slot] = EXCLUDED
            found.rows[slot, 0] = hits.row[chain[0]]
    elif depth >= found.depth[slot]:
        if depth > found.depth[slot]:
            found.depth[slot] = depth
            found.tries[slot] = 0
            for step in range(rules.steps):
                found.micros[slot, step] = 0
        found.tries[slot] += 1
        found.rows[slot, 0] = hits.row[chain[0]]
        for step in range(1, depth):
            found.rows[slot, step] = hits.row[chain[step]]
            found.micros[slot, step] += hits.time[chain[step]] - hits.time[chain[step - 1]]
        if depth == rules.steps:
            found.reason[slot] = CONVERTED
        elif depth < length:
            found.reason[slot] = TOO_LATE
        elif hits.time[chain[0]] + rules.window > rules.known_until:
            found.reason[slot] = OPEN
        else:
            found.reason[slot] = NEVER


@part
def clear(found: Found, slot: int) -> None:
    """Make a slot ready."""
    found.depth[slot] = 0
    found.tries[slot] = 0
    for step in range(found.rows.shape[1]):
        found.rows[slot, step] = -1


@part
def next_slot(rules: Rules, found: Found, slot: int) -> tuple[int, int]:
    """The slot for the next attempt, and the first that no attempt has taken."""
    if rules.many:
        slot += 1
        clear(found, slot)
        return slot, slot
    return slot, slot + 1
