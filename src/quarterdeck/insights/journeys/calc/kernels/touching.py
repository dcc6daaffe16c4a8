"""Which value did the first, or the last, event of each unit have that counts and has one? The loops."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.attempts import Found
from quarterdeck.insights.journeys.calc.kernels.compiling import kernel
from quarterdeck.insights.journeys.calc.kernels.hits import Hits, Int64s, UInt32s


@kernel
def touch(
    offsets: Int64s,
    time: Int64s,
    event: NDArray[np.int32],
    of_event: UInt32s,
    of_row: UInt32s,
    wanted: int,
    codes: NDArray[np.int32],
    since: int,
    until: int,
    backwards: bool,
    first: int,
    last: int,
    placed: NDArray[np.int32],
) -> None:
    """Write for units first to last the code of that value, or leave what stands there."""
    filtered = len(of_row) > 1
    mask = np.uint32(wanted)
    for unit in range(first, last):
        begin, end = offsets[unit], offsets[unit + 1]
        for step in range(end - begin):
            row = end - 1 - step if backwards else begin + step
            if codes[row] < 0 or time[row] < since or time[row] > until:
                continue
            bits = of_event[event[row]]
            if filtered:
                bits &= of_row[row]
            if bits & mask:
                placed[unit] = codes[row]
                break


@kernel
def count_touched(
    hits: Hits,
    wanted: int,
    codes: NDArray[np.signedinteger],
    backwards: bool,
    first: int,
    found: Found,
    counts: Int64s,
) -> None:
    """Count attempts by that value and how far they came: `counts[code, depth]`; the last is of none."""
    offsets, _, bits, rows = hits
    mask = np.uint32(wanted)
    for attempt in range(len(found.unit)):
        place = found.unit[attempt] - first
        begin, end = offsets[place], offsets[place + 1]
        value = len(counts) - 1
        for step in range(end - begin):
            hit = end - 1 - step if backwards else begin + step
            if bits[hit] & mask and codes[rows[hit]] >= 0:
                value = codes[rows[hit]]
                break
        counts[value, found.depth[attempt]] += 1
