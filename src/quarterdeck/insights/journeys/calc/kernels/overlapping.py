"""How far did each unit come where one event may count for several steps? Every step needs its own event.

As `kernels/funnel.py`, but an instant's events are shared out among the steps by augmenting paths
(Kuhn 1955), and chains are copied, since one event stands in several.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.attempts import (
    EXCLUDED,
    NO_TIME,
    Found,
    Rules,
    clear,
    depth_of,
    is_spoiled,
    settle,
    why,
)
from quarterdeck.insights.journeys.calc.kernels.compiling import called, kernel
from quarterdeck.insights.journeys.calc.kernels.funnel import find_spoilers, group_begin, look_ahead
from quarterdeck.insights.journeys.calc.kernels.hits import Hits, Int64s, UInt32s

FREE = -1


@called
def augment(wanting: int, held: int, marks: UInt32s, owner: Int64s, seen: NDArray[np.bool_]) -> bool:
    """Find a place for one that wants one, moving others where that helps, but for the one that is held."""
    for place in range(len(marks)):
        if seen[place] or not (marks[place] >> np.uint32(wanting)) & np.uint32(1):
            continue
        seen[place] = True
        if owner[place] == FREE or (owner[place] != held and augment(owner[place], held, marks, owner, seen)):
            owner[place] = wanting
            return True
    return False


@called
def share_out(rules: Rules, marks: UInt32s, step: int, held: int, owner: Int64s) -> int:
    """How many steps from `step` on have an event of an instant each; `owner` says which has which.

    The first step must have the event in place `held`, unless that is FREE.
    """
    owner[:] = FREE
    taken = 0
    if held != FREE:
        owner[held] = step
        taken = 1
    seen = np.zeros(len(marks), np.bool_)
    for wanted in range(step + taken, rules.steps):
        if rules.equal_later and rules.equal[step:wanted, wanted].any():
            break
        seen[:] = False
        kept = owner.copy()
        if not augment(wanted, step if held != FREE else FREE, marks, owner, seen):
            owner[:] = kept
            break
        taken += 1
    return taken


@called
def link(
    rules: Rules,
    step: int,
    taken: int,
    low: int,
    owner: Int64s,
    old: Int64s,
    old_length: Int64s,
    old_spoil: Int64s,
    chain: Int64s,
    length: Int64s,
    spoil: Int64s,
    ahead: Int64s,
) -> None:
    """The chain of a step: events of this instant, then the older chain of the step after them."""
    after = step + taken
    for place in range(len(owner)):
        if step <= owner[place] < after:
            chain[step, owner[place] - step] = low + place
    length[step] = taken
    if after < rules.steps:
        for place in range(old_length[after]):
            chain[step, taken + place] = old[after, place]
        length[step] += old_length[after]
        spoil[step, :] = old_spoil[after, :]
    for number in range(len(rules.spoilers)):
        if step <= rules.spoilers[number, 0] < after:
            spoil[step, number] = ahead[number]


@called
def note(
    rules: Rules, hits: Hits, found: Found, slot: int, chain: Int64s, depth: int, length: int, spoiled: bool
) -> None:
    """Note an attempt."""
    closes = hits.time[chain[0]] + rules.window
    reason = EXCLUDED if spoiled else why(depth, length, rules.steps, closes, rules.known_until)
    _, depths, reasons, tries, rows, micros = found
    settle(hits.time, hits.row, chain, depth, reason, slot, depths, reasons, tries, rows, micros)


@kernel
def walk_ordered(rules: Rules, hits: Hits, first: int, found: Found) -> int:
    """Steps in order, with anything between them; how many slots were filled."""
    steps, spoilers = rules.steps, len(rules.spoilers)
    step_mask = np.uint32((1 << steps) - 1)
    chain, length = np.empty((steps, steps), np.int64), np.zeros(steps, np.int64)
    spoil = np.full((steps, spoilers), NO_TIME, np.int64)
    one, one_length, one_spoil = chain.copy(), length.copy(), spoil.copy()
    ahead = np.full(spoilers, NO_TIME, np.int64)
    slot = 0
    for unit in range(len(hits.offsets) - 1):
        begin, high = hits.offsets[unit], hits.offsets[unit + 1] - 1
        length[:] = 0
        spoil[:] = NO_TIME
        ahead[:] = NO_TIME
        opened = slot
        clear(slot, found.depth, found.rows)
        while high >= begin:
            low = group_begin(hits.time, rules.tie, begin, high)
            marks = hits.bits[low : high + 1] & step_mask
            owner = np.empty(len(marks), np.int64)
            old, old_length, old_spoil = chain.copy(), length.copy(), spoil.copy()
            for step in range(steps):
                taken = share_out(rules, marks, step, FREE, owner)
                if taken > 0:
                    link(
                        rules,
                        step,
                        taken,
                        low,
                        owner,
                        old,
                        old_length,
                        old_spoil,
                        chain,
                        length,
                        spoil,
                        ahead,
                    )
            for place in range(len(marks) - 1, -1, -1):
                if not marks[place] & np.uint32(1) or hits.time[low + place] > rules.until:
                    continue
                taken = share_out(rules, marks, 0, place, owner)
                link(
                    rules, 0, taken, low, owner, old, old_length, old_spoil, one, one_length, one_spoil, ahead
                )
                depth = depth_of(hits.time, one[0], one_length[0], rules.window)
                spoiled = is_spoiled(hits.time, one[0], depth, rules.window, rules.spoilers, one_spoil[0])
                note(rules, hits, found, slot, one[0], depth, one_length[0], spoiled)
                found.unit[slot] = first + unit
                opened = slot + 1
                if rules.many:
                    slot += 1
                    clear(slot, found.depth, found.rows)
            look_ahead(hits.time, hits.bits, steps, low, high, ahead)
            high = low - 1
        slot = opened
    return slot


@called
def can_share(rules: Rules, hits: Hits, taken: Int64s, begin_step: int) -> bool:
    """Can each of these hits have a step of its own, the first `begin_step` unless that is -1?"""
    marks = np.zeros(rules.steps, np.uint32)
    for place in range(len(taken)):
        for step in range(rules.steps):
            counts = (hits.bits[taken[place]] >> np.uint32(step)) & np.uint32(1)
            if counts and (place > 0 or begin_step in (-1, step)):
                marks[step] |= np.uint32(1) << np.uint32(place)
    owner = np.full(rules.steps, FREE, np.int64)
    seen = np.zeros(rules.steps, np.bool_)
    for place in range(len(taken)):
        seen[:] = False
        if not augment(place, FREE, marks, owner, seen):
            return False
    return True


@called
def earliest(rules: Rules, hits: Hits, hit: int, nearest: Int64s, chain: Int64s) -> int:
    """Distinct hits for as many steps as can be, each as early as can be, the first being `hit`.

    Hits are tried in order of time; one is taken if the steps can still be shared out among those taken.
    """
    others = nearest.ravel()
    others = np.unique(others[(others >= 0) & (others != hit)])
    chain[0] = hit
    length = 1
    for other in others:
        if length == rules.steps or hits.time[other] > hits.time[hit] + rules.window:
            break
        chain[length] = other
        if can_share(rules, hits, chain[: length + 1], rules.start_step):
            length += 1
    return length


@kernel
def walk_unordered(rules: Rules, hits: Hits, first: int, found: Found) -> int:
    """Steps in any order: step k means that k of them were done; how many slots were filled."""
    steps, spoilers = rules.steps, len(rules.spoilers)
    step_mask = np.uint32((1 << steps) - 1)
    # As many of each step as there are steps: more of one step can never be needed.
    nearest = np.empty((steps, steps), np.int64)
    chain = np.empty(steps, np.int64)
    spoiled_at = np.empty(spoilers, np.int64)
    slot = 0
    for unit in range(len(hits.offsets) - 1):
        begin, end = hits.offsets[unit], hits.offsets[unit + 1]
        high = end - 1
        nearest[:] = -1
        opened = slot
        clear(slot, found.depth, found.rows)
        while high >= begin:
            low = group_begin(hits.time, rules.tie, begin, high)
            for hit in range(high, low - 1, -1):
                for step in range(steps):
                    if (hits.bits[hit] >> np.uint32(step)) & np.uint32(1):
                        nearest[step, 1:] = nearest[step, :-1].copy()
                        nearest[step, 0] = hit
            for hit in range(high, low - 1, -1):
                bits = hits.bits[hit] & step_mask
                if rules.start_step >= 0:
                    bits &= np.uint32(1 << rules.start_step)
                if bits == 0 or hits.time[hit] > rules.until:
                    continue
                length = earliest(rules, hits, hit, nearest, chain)
                depth = depth_of(hits.time, chain, length, rules.window)
                spoiled = find_spoilers(
                    hits.time, hits.bits, steps, chain, depth, end, rules.window, rules.spoilers, spoiled_at
                )
                note(rules, hits, found, slot, chain, depth, length, spoiled)
                found.unit[slot] = first + unit
                opened = slot + 1
                if rules.many:
                    slot += 1
                    clear(slot, found.depth, found.rows)
            high = low - 1
        slot = opened
    return slot
