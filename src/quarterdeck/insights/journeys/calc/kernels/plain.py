"""How far did each unit come through steps in order, without exclusions? The loop for what is asked most.

It finds what `walk_ordered` of `kernels/funnel.py` finds, in a third of the time. It is one piece, since
every call that passes arrays costs more than what is done for a hit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.attempts import (
    CONVERTED,
    NEVER,
    OPEN,
    TOO_LATE,
    Found,
    Rules,
)
from quarterdeck.insights.journeys.calc.kernels.compiling import called, kernel
from quarterdeck.insights.journeys.calc.kernels.funnel import first_start, step_of
from quarterdeck.insights.journeys.calc.kernels.hits import Hits, Int64s, UInt32s


def walk_plain(rules: Rules, hits: Hits, first: int, found: Found) -> int:
    """Steps in order, with anything between them; how many slots were filled."""
    steps, until, known_until, window, tie = rules[:5]
    offsets, time, bits, row = hits
    units, depths, reasons, tries, rows, micros = found
    many = rules.many
    return _walk(
        offsets,
        time,
        bits,
        row,
        first,
        steps,
        until,
        known_until,
        window,
        tie,
        many,
        units,
        depths,
        reasons,
        tries,
        rows,
        micros,
    )


@called
def _link_group(bits: UInt32s, steps: int, low: int, high: int, onward: Int64s, nearest: Int64s) -> None:
    """Link the hits of one instant, later steps first: one of them may be the next on from another."""
    for step in range(steps - 1, -1, -1):
        for hit in range(high, low - 1, -1):
            if step_of(bits[hit]) == step:
                onward[hit] = nearest[step + 1]
                nearest[step] = hit


@kernel
def _walk(  # noqa: C901, PLR0915 -- one piece, see above
    offsets: Int64s,
    time: Int64s,
    bits: UInt32s,
    row: Int64s,
    first: int,
    steps: int,
    until: int,
    known_until: int,
    window: int,
    tie: int,
    many: bool,
    units: NDArray[np.int32],
    depths: NDArray[np.int8],
    reasons: NDArray[np.int8],
    tries: NDArray[np.int32],
    rows: Int64s,
    micros: Int64s,
) -> int:
    onward, nearest = np.empty(len(row), np.int64), np.empty(steps + 1, np.int64)
    slot = 0
    for place in range(len(offsets) - 1):
        high = offsets[place + 1] - 1
        begin = first_start(time, bits, tie, offsets[place], high + 1)
        if begin > high:
            continue
        for step in range(steps + 1):
            nearest[step] = -1
        best = 0
        while high >= begin:
            low = high
            while low > begin and (
                time[low - 1] == time[high] or (tie > 1 and time[low - 1] // tie == time[high] // tie)
            ):
                low -= 1
            if low < high:
                _link_group(bits, steps, low, high, onward, nearest)
            else:
                marks, step = bits[high], 0
                while not marks & np.uint32(1):
                    marks >>= np.uint32(1)
                    step += 1
                onward[high] = nearest[step + 1]
                nearest[step] = high
            for hit in range(high, low - 1, -1):
                if not bits[hit] & np.uint32(1) or time[hit] > until:
                    continue
                end = time[hit] + window
                depth, following = 1, onward[hit]
                while following >= 0 and time[following] <= end:
                    depth += 1
                    following = onward[following]
                if depth < best:
                    continue
                if depth > best:
                    best = depth
                    tries[slot] = 0
                    for step in range(steps):
                        micros[slot, step] = 0
                tries[slot] += 1
                rows[slot, 0] = row[hit]
                earlier = hit
                for step in range(1, depth):
                    later = onward[earlier]
                    rows[slot, step] = row[later]
                    micros[slot, step] += time[later] - time[earlier]
                    earlier = later
                reason = NEVER
                if depth == steps:
                    reason = CONVERTED
                elif following >= 0:
                    reason = TOO_LATE
                elif end > known_until:
                    reason = OPEN
                units[slot], depths[slot], reasons[slot] = first + place, depth, reason
                if many:
                    for step in range(depth, steps):
                        rows[slot, step] = -1
                    slot += 1
                    best = 0
            high = low - 1
        if best:
            for step in range(best, steps):
                rows[slot, step] = -1
            slot += 1
    return slot
