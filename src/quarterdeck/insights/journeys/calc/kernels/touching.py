"""Which value did the first, or the last, event of each unit have that counts and has one? The loop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.compiling import kernel
from quarterdeck.insights.journeys.calc.kernels.hits import Int64s, UInt32s


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
