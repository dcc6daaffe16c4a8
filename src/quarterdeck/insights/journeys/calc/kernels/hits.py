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
    event: NDArray[np.signedinteger],
    of_event: UInt32s,
    of_row: UInt32s,
    since: int,
    until: int,
    first: int,
    last: int,
    everything: bool,
    hits: Hits,
) -> int:
    """Write the hits of units first to last within a time, both ends in; or every row, if so asked.

    `hits` has room for one more than all rows. Each row is written and the next written over it if it does
    not count: a branch that nobody can foretell for one row in ten costs more than the rest together.
    """
    filtered = len(of_row) > 1
    begins, moments, marks, rows = hits
    found = 0
    if everything:
        for row in range(offsets[first], offsets[last]):
            rows[found] = row
            found += 1
    elif filtered:
        for row in range(offsets[first], offsets[last]):
            rows[found] = row
            found += (of_event[event[row]] & of_row[row]) != 0
    else:
        counts = (of_event != 0).astype(np.int64)
        for row in range(offsets[first], offsets[last]):
            rows[found] = row
            found += counts[event[row]]
    count = place = 0
    for unit in range(first, last):
        begins[unit - first] = count
        end = offsets[unit + 1]
        while place < found and rows[place] < end:
            row = rows[place]
            moment = time[row]
            place += 1
            if since <= moment <= until:
                rows[count], moments[count] = row, moment
                marks[count] = of_event[event[row]]
                if filtered:
                    marks[count] &= of_row[row]
                count += 1
    begins[last - first] = count
    return count
