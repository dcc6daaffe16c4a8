"""How far did each unit come through steps of which no event counts for two? The loops.

Each walks the hits of a unit backwards. Where an event counts for step k, the earliest way on from it is
already known: the nearest event of step k + 1, and what follows on that. So one pass knows every attempt.
Events of one instant are a group: they may stand in either order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.attempts import (
    BROKEN,
    EXCLUDED,
    NEVER,
    NO_TIME,
    Found,
    Rules,
    clear,
    depth_of,
    is_spoiled,
    settle,
    why,
)
from quarterdeck.insights.journeys.calc.kernels.compiling import called, kernel, part
from quarterdeck.insights.journeys.calc.kernels.hits import Hits, Int64s, UInt32s


@part
def group_begin(time: Int64s, tie: int, begin: int, high: int) -> int:
    """The first hit of the instant that a hit lies in."""
    low = high
    if tie == 1:
        while low > begin and time[low - 1] == time[high]:
            low -= 1
    else:
        instant = time[high] // tie
        while low > begin and time[low - 1] // tie == instant:
            low -= 1
    return low


@part
def first_start(time: Int64s, bits: UInt32s, tie: int, begin: int, end: int) -> int:
    """The first hit that matters: what came before the first start does not, unless at its instant."""
    found = begin
    while found < end and not bits[found] & np.uint32(1):
        found += 1
    while begin < found < end and time[found - 1] // tie == time[found] // tie:
        found -= 1
    return found


@part
def step_of(bits: np.uint32) -> int:
    """The lowest step that a hit counts for."""
    step = 0
    while not bits & np.uint32(1):
        bits >>= np.uint32(1)
        step += 1
    return step


@part
def look_ahead(time: Int64s, bits: UInt32s, steps: int, low: int, high: int, ahead: Int64s) -> None:
    """Note when the exclusions among some hits came."""
    for hit in range(high, low - 1, -1):
        for number in range(len(ahead)):
            if (bits[hit] >> np.uint32(steps + number)) & np.uint32(1):
                ahead[number] = time[hit]


@part
def follow_on(time: Int64s, onward: Int64s, hit: int, window: int, chain: Int64s) -> tuple[int, bool]:
    """Write the chain that begins with a hit, as far as its window goes; how deep, and whether it goes on."""
    end = time[hit] + window
    chain[0] = hit
    depth = 1
    following = onward[hit]
    while following >= 0 and time[following] <= end:
        chain[depth] = following
        depth += 1
        following = onward[following]
    return depth, following >= 0


@part
def was_spoiled(
    time: Int64s, chain: Int64s, depth: int, window: int, spoilers: Int64s, ahead_of: Int64s, at: Int64s
) -> bool:
    """Is an attempt excluded, by what was noted as ahead of each of its hits?"""
    for number in range(len(spoilers)):
        at[number] = ahead_of[chain[min(spoilers[number, 0], depth - 1)], number]
    return is_spoiled(time, chain, depth, window, spoilers, at)


@kernel
def walk_ordered(rules: Rules, hits: Hits, first: int, found: Found) -> int:
    """Steps in order, with anything between them; how many slots were filled."""
    steps, until, known_until, window, tie = rules[:5]
    spoilers, many = rules.spoilers, rules.many
    offsets, time, bits, row = hits
    units, depths, reasons, tries, rows, micros = found
    step_mask = np.uint32((1 << steps) - 1)
    onward, nearest = np.empty(len(row), np.int64), np.empty(steps + 1, np.int64)
    chain = np.empty(steps, np.int64)
    ahead, at = np.empty(len(spoilers), np.int64), np.empty(len(spoilers), np.int64)
    ahead_of = np.empty((len(row) if len(spoilers) else 0, len(spoilers)), np.int64)
    slot = 0
    for place in range(len(offsets) - 1):
        high = offsets[place + 1] - 1
        begin = first_start(time, bits, tie, offsets[place], high + 1)
        nearest[:] = -1
        ahead[:] = NO_TIME
        opened = slot
        clear(slot, depths, rows)
        while high >= begin:
            low = group_begin(time, tie, begin, high)
            # Later steps first: an event of the same instant may be the next one on.
            for turn in range(steps - 1 if low < high else 0, -1, -1):
                for hit in range(high, low - 1, -1):
                    marks = bits[hit] & step_mask
                    if marks == 0 or (low < high and step_of(marks) != turn):
                        continue
                    step = step_of(marks)
                    onward[hit] = nearest[step + 1]
                    nearest[step] = hit
                    for number in range(len(spoilers)):
                        ahead_of[hit, number] = ahead[number]
                    if step > 0 or time[hit] > until:
                        continue
                    depth, longer = follow_on(time, onward, hit, window, chain)
                    reason = why(depth, depth + longer, steps, time[hit] + window, known_until)
                    if was_spoiled(time, chain, depth, window, spoilers, ahead_of, at):
                        reason = EXCLUDED
                    settle(time, row, chain, depth, reason, slot, depths, reasons, tries, rows, micros)
                    units[slot] = first + place
                    opened = slot + 1
                    if many:
                        slot += 1
                        clear(slot, depths, rows)
            look_ahead(time, bits, steps, low, high, ahead)
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
    steps, until, known_until, window, tie = rules[:5]
    spoilers, start_step, many = rules.spoilers, rules.start_step, rules.many
    offsets, time, bits, row = hits
    units, depths, reasons, tries, rows, micros = found
    step_mask = np.uint32((1 << steps) - 1)
    nearest, chain = np.empty(steps, np.int64), np.empty(steps, np.int64)
    at = np.empty(len(spoilers), np.int64)
    slot = 0
    for place in range(len(offsets) - 1):
        begin, end = offsets[place], offsets[place + 1]
        high = end - 1
        nearest[:] = -1
        opened = slot
        clear(slot, depths, rows)
        while high >= begin:
            low = group_begin(time, tie, begin, high)
            for hit in range(high, low - 1, -1):
                if bits[hit] & step_mask:
                    nearest[step_of(bits[hit])] = hit
            for hit in range(high, low - 1, -1):
                if not bits[hit] & step_mask or time[hit] > until:
                    continue
                step = step_of(bits[hit])
                if start_step not in (-1, step):
                    continue
                length = in_order_of_time(hit, step, nearest, chain)
                depth = depth_of(time, chain, length, window)
                reason = why(depth, length, steps, time[hit] + window, known_until)
                if find_spoilers(time, bits, steps, chain, depth, end, window, spoilers, at):
                    reason = EXCLUDED
                settle(time, row, chain, depth, reason, slot, depths, reasons, tries, rows, micros)
                units[slot] = first + place
                opened = slot + 1
                if many:
                    slot += 1
                    clear(slot, depths, rows)
            high = low - 1
        slot = opened
    return slot


@kernel
def walk_strict(rules: Rules, hits: Hits, first: int, found: Found) -> int:
    """Steps in order, with no other hit between them; how many slots were filled. Hits are all rows."""
    steps, until, known_until, window, _ = rules[:5]
    spoilers, many, equal_later, equal = rules.spoilers, rules.many, rules.equal_later, rules.equal
    offsets, time, bits, row = hits
    units, depths, reasons, tries, rows, micros = found
    chain = np.empty(steps, np.int64)
    at = np.empty(len(spoilers), np.int64)
    slot = 0
    for place in range(len(offsets) - 1):
        end = offsets[place + 1]
        opened = slot
        clear(slot, depths, rows)
        for hit in range(end - 1, offsets[place] - 1, -1):
            if not bits[hit] & np.uint32(1) or time[hit] > until:
                continue
            chain[0] = hit
            length = 1
            while length < steps and hit + length < end:
                if not follows(time, bits, equal_later, equal, hit, length):
                    break
                chain[length] = hit + length
                length += 1
            depth = depth_of(time, chain, length, window)
            reason = why(depth, length, steps, time[hit] + window, known_until)
            after = hit + length
            if reason == NEVER and after < end and time[after] <= time[hit] + window:
                reason = BROKEN
            if find_spoilers(time, bits, steps, chain, depth, end, window, spoilers, at):
                reason = EXCLUDED
            settle(time, row, chain, depth, reason, slot, depths, reasons, tries, rows, micros)
            units[slot] = first + place
            opened = slot + 1
            if many:
                slot += 1
                clear(slot, depths, rows)
        slot = opened
    return slot


@part
def follows(
    time: Int64s, bits: UInt32s, equal_later: bool, equal: NDArray[np.bool_], hit: int, length: int
) -> bool:
    """Does the hit `length` behind the first count for step `length`?"""
    onward = hit + length
    good = bool((bits[onward] >> np.uint32(length)) & np.uint32(1))
    if equal_later:
        for step in range(length):
            good &= not (equal[step, length] and time[hit + step] == time[onward])
    return good


@called
def find_spoilers(
    time: Int64s,
    bits: UInt32s,
    steps: int,
    chain: Int64s,
    depth: int,
    end: int,
    window: int,
    spoilers: Int64s,
    at: Int64s,
) -> bool:
    """Is an attempt excluded, as one sees by looking through the hits behind its steps?"""
    for number in range(len(spoilers)):
        at[number] = NO_TIME
        if spoilers[number, 0] >= depth:
            continue
        begin = chain[spoilers[number, 0]]
        for hit in range(begin + 1, end):
            if time[hit] > time[begin] + window:
                break
            if (bits[hit] >> np.uint32(steps + number)) & np.uint32(1) and time[hit] > time[begin]:
                at[number] = time[hit]
                break
    return is_spoiled(time, chain, depth, window, spoilers, at)
