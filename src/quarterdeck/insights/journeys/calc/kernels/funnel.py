"""How far did each unit come through steps of which no event counts for two? The loops.

Each walks the hits of a unit backwards. Where an event counts for step k, the earliest way on from it is
already known: the nearest event of step k + 1, and what follows on that. So one pass knows every attempt.
Events of one instant are a group: they may stand in either order.
"""

from __future__ import annotations

import numpy as np

from quarterdeck.insights.journeys.calc.kernels.attempts import (
    BROKEN,
    NEVER,
    NO_TIME,
    Found,
    Rules,
    clear,
    depth_of,
    is_spoiled,
    next_slot,
    settle,
)
from quarterdeck.insights.journeys.calc.kernels.compiling import called, kernel, part
from quarterdeck.insights.journeys.calc.kernels.hits import Hits, Int64s


@part
def group_begin(hits: Hits, tie: int, begin: int, high: int) -> int:
    """The first hit of the instant that a hit lies in."""
    low = high
    if tie == 1:
        while low > begin and hits.time[low - 1] == hits.time[high]:
            low -= 1
    else:
        instant = hits.time[high] // tie
        while low > begin and hits.time[low - 1] // tie == instant:
            low -= 1
    return low


@part
def step_of(bits: np.uint32) -> int:
    """The lowest step that a hit counts for."""
    step = 0
    while not bits & np.uint32(1):
        bits >>= np.uint32(1)
        step += 1
    return step


@part
def look_ahead(rules: Rules, hits: Hits, low: int, high: int, ahead: Int64s) -> None:
    """Note when the exclusions among some hits came."""
    for hit in range(high, low - 1, -1):
        for number in range(len(rules.spoilers)):
            if (hits.bits[hit] >> np.uint32(rules.steps + number)) & np.uint32(1):
                ahead[number] = hits.time[hit]


@part
def follow_on(hit: int, onward: Int64s, chain: Int64s) -> int:
    """Write the chain that begins with a hit; how long it is."""
    chain[0] = hit
    length = 1
    while length < len(chain) and onward[chain[length - 1]] >= 0:
        chain[length] = onward[chain[length - 1]]
        length += 1
    return length


@part
def was_spoiled(
    rules: Rules, hits: Hits, chain: Int64s, length: int, ahead_of: Int64s, spoiled_at: Int64s
) -> bool:
    """Is an attempt excluded, by what was noted as ahead of each of its hits?"""
    for number in range(len(rules.spoilers)):
        spoiled_at[number] = ahead_of[chain[min(rules.spoilers[number, 0], length - 1)], number]
    return is_spoiled(rules, hits, chain, length, spoiled_at)


@kernel
def walk_ordered(rules: Rules, hits: Hits, first: int, found: Found) -> int:
    """Steps in order, with anything between them; how many slots were filled."""
    steps, spoilers = rules.steps, len(rules.spoilers)
    step_mask = np.uint32((1 << steps) - 1)
    onward = np.empty(len(hits.row), np.int64)
    nearest = np.empty(steps + 1, np.int64)
    chain = np.empty(steps, np.int64)
    ahead, spoiled_at = np.empty(spoilers, np.int64), np.empty(spoilers, np.int64)
    ahead_of = np.empty((len(hits.row) if spoilers else 0, spoilers), np.int64)
    slot = 0
    for place in range(len(hits.offsets) - 1):
        begin, high = hits.offsets[place], hits.offsets[place + 1] - 1
        nearest[:] = -1
        ahead[:] = NO_TIME
        opened = slot
        clear(found, slot)
        while high >= begin:
            low = group_begin(hits, rules.tie, begin, high)
            # Later steps first: an event of the same instant may be the next one on.
            for turn in range(steps - 1 if low < high else 0, -1, -1):
                for hit in range(high, low - 1, -1):
                    bits = hits.bits[hit] & step_mask
                    if bits == 0 or (low < high and step_of(bits) != turn):
                        continue
                    step = step_of(bits)
                    onward[hit] = nearest[step + 1]
                    nearest[step] = hit
                    for number in range(spoilers):
                        ahead_of[hit, number] = ahead[number]
                    if step == 0 and hits.time[hit] <= rules.until:
                        length = follow_on(hit, onward, chain)
                        spoiled = was_spoiled(rules, hits, chain, length, ahead_of, spoiled_at)
                        settle(rules, hits, found, slot, first + place, chain, length, spoiled)
                        slot, opened = next_slot(rules, found, slot)
            look_ahead(rules, hits, low, high, ahead)
            high = low - 1
        slot = opened
    return slot


@part
def in_order_of_time(hit: int, step: int, nearest: Int64s, chain: Int64s) -> int:
    """Write a hit of a step, and the nearest of every other step in their order; how many there are."""
    chain[0] = hit
    length = 1
    for other in range(len(nearest)):
        if other == step or nearest[other] < 0:
            continue
        position = length
        while position > 1 and chain[position - 1] > nearest[other]:
            chain[position] = chain[position - 1]
            position -= 1
        chain[position] = nearest[other]
        length += 1
    return length


@kernel
def walk_unordered(rules: Rules, hits: Hits, first: int, found: Found) -> int:
    """Steps in any order: step k means that k of them were done; how many slots were filled."""
    step_mask = np.uint32((1 << rules.steps) - 1)
    nearest = np.empty(rules.steps, np.int64)
    chain = np.empty(rules.steps, np.int64)
    spoiled_at = np.empty(len(rules.spoilers), np.int64)
    slot = 0
    for place in range(len(hits.offsets) - 1):
        begin, end = hits.offsets[place], hits.offsets[place + 1]
        high = end - 1
        nearest[:] = -1
        opened = slot
        clear(found, slot)
        while high >= begin:
            low = group_begin(hits, rules.tie, begin, high)
            for hit in range(high, low - 1, -1):
                if hits.bits[hit] & step_mask:
                    nearest[step_of(hits.bits[hit])] = hit
            for hit in range(high, low - 1, -1):
                if not hits.bits[hit] & step_mask or hits.time[hit] > rules.until:
                    continue
                step = step_of(hits.bits[hit])
                if rules.start_step in (-1, step):
                    length = in_order_of_time(hit, step, nearest, chain)
                    find_spoilers(rules, hits, chain, length, end, spoiled_at)
                    spoiled = is_spoiled(rules, hits, chain, length, spoiled_at)
                    settle(rules, hits, found, slot, first + place, chain, length, spoiled)
                    slot, opened = next_slot(rules, found, slot)
            high = low - 1
        slot = opened
    return slot


@kernel
def walk_strict(rules: Rules, hits: Hits, first: int, found: Found) -> int:
    """Steps in order, with no other hit between them; how many slots were filled. Hits are all rows."""
    steps = rules.steps
    chain = np.empty(steps, np.int64)
    spoiled_at = np.empty(len(rules.spoilers), np.int64)
    slot = 0
    for place in range(len(hits.offsets) - 1):
        end = hits.offsets[place + 1]
        opened = slot
        clear(found, slot)
        for hit in range(end - 1, hits.offsets[place] - 1, -1):
            if not hits.bits[hit] & np.uint32(1) or hits.time[hit] > rules.until:
                continue
            chain[0] = hit
            length = 1
            while length < steps and hit + length < end and follows(rules, hits, hit, length):
                chain[length] = hit + length
                length += 1
            find_spoilers(rules, hits, chain, length, end, spoiled_at)
            spoiled = is_spoiled(rules, hits, chain, length, spoiled_at)
            settle(rules, hits, found, slot, first + place, chain, length, spoiled)
            depth = depth_of(rules, hits, chain, length)
            if not spoiled and depth == found.depth[slot] and found.reason[slot] == NEVER:
                after = hit + length
                if after < end and hits.time[after] <= hits.time[hit] + rules.window:
                    found.reason[slot] = BROKEN
            slot, opened = next_slot(rules, found, slot)
        slot = opened
    return slot


@part
def follows(rules: Rules, hits: Hits, hit: int, length: int) -> bool:
    """Does the hit `length` behind the first count for step `length`?"""
    onward = hit + length
    good = bool((hits.bits[onward] >> np.uint32(length)) & np.uint32(1))
    if rules.equal_later:
        for step in range(length):
            good &= not (rules.equal[step, length] and hits.time[hit + step] == hits.time[onward])
    return good


@called
def find_spoilers(rules: Rules, hits: Hits, chain: Int64s, length: int, end: int, spoiled_at: Int64s) -> None:
    """When each exclusion came first after its earlier step, by looking through the hits behind that."""
    for number in range(len(rules.spoilers)):
        spoiled_at[number] = NO_TIME
        if rules.spoilers[number, 0] >= length:
            continue
        begin = chain[rules.spoilers[number, 0]]
        for hit in range(begin + 1, end):
            if hits.time[hit] > hits.time[begin] + rules.window:
                break
            spoils = (hits.bits[hit] >> np.uint32(rules.steps + number)) & np.uint32(1)
            if spoils and hits.time[hit] > hits.time[begin]:
                spoiled_at[number] = hits.time[hit]
                break
