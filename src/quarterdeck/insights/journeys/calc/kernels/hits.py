"""Which rows of some units count for anything at all? The loop that every analysis begins with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.compiling import kernel

Int64s = NDArray[np.int64]
UInt32s = NDArray[np.uint32]


class Hits(NamedTuple):
    """Rows that count, unit after unit: hit h of unit u lies in `offsets[u - first]` to the next offset."""

    offsets: Int64s
    time: Int64s
    bits: UInt32s
    row: Int64s


@kernel
def collect(
    offsets: Int64s,
    time: Int64s,
    event: NDArray[np.int32],
    of_event: UInt32s,
    of_row: UInt32s,
    since: int,
    until: int,
    first: int,
    last: int,
    everything: bool,
    hits: Hits,
) -> int:
    """Write the hits of units first to last within a time, both ends in; or every row, if so asked."""
    filtered = len(of_row) > 1
    count = 0
    for unit in range(first, last):
        hits.offsets[unit - first] = count
        for row in range(offsets[unit], offsets[unit + 1]):
            bits = of_event[event[row]]
            if filtered:
                bits &= of_row[row]
            if bits == 0 and not everything:
                continue
            moment = time[row]
            if since <= moment <= until:
                hits.time[count] = moment
                hits.bits[count] = bits
                hits.row[count] = row
                count += 1
    hits.offsets[last - first] = count
    return count
