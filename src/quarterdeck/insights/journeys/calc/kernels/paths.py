"""Which way did each unit go from stop to stop? The loop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.compiling import kernel, part
from quarterdeck.insights.journeys.calc.kernels.hits import Int64s


class Ways(NamedTuple):
    """Every move made: from which step on, from stop to stop, by which row, and how long it took."""

    step: NDArray[np.int32]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    unit: NDArray[np.int32]
    row: Int64s
    micros: Int64s


def room_for(size: int) -> Ways:
    """Room for so many moves."""
    return Ways(
        step=np.empty(size, np.int32),
        source=np.empty(size, np.int32),
        target=np.empty(size, np.int32),
        unit=np.empty(size, np.int32),
        row=np.empty(size, np.int64),
        micros=np.empty(size, np.int64),
    )


@part
def emit(
    ways: Ways,
    noted: int,
    unit: int,
    path: NDArray[np.int32],
    rows: Int64s,
    time: Int64s,
    length: int,
    longest: int,
    from_stop: int,
    to_stop: int,
) -> int:
    """Note the moves of one path: from the stop asked for on, or up to it, at most `longest` stops."""
    begin, end = 0, length
    if from_stop >= 0:
        while begin < end and path[begin] != from_stop:
            begin += 1
    if to_stop >= 0:
        end = begin
        while end < length and path[end] != to_stop:
            end += 1
        if end == length:
            begin = end
        else:
            end += 1
            begin = max(begin, end - longest)
    end = min(end, begin + longest)
    for place in range(begin, end - 1):
        ways.step[noted] = place - begin + 1
        ways.source[noted], ways.target[noted] = path[place], path[place + 1]
        ways.unit[noted] = unit
        ways.row[noted] = rows[place + 1]
        ways.micros[noted] = time[rows[place + 1]] - time[rows[place]]
        noted += 1
    return noted


@kernel
def walk(
    offsets: Int64s,
    time: Int64s,
    stop: NDArray[np.int32],
    since: int,
    until: int,
    pause: int,
    longest: int,
    from_stop: int,
    to_stop: int,
    first: int,
    last: int,
    ways: Ways,
) -> int:
    """Note every move of units first to last. A pause ends a path; staying is no move."""
    most = 1
    for unit in range(first, last):
        most = max(most, offsets[unit + 1] - offsets[unit])
    path, rows = np.empty(most, np.int32), np.empty(most, np.int64)
    noted = 0
    for unit in range(first, last):
        length = 0
        previous = since
        for row in range(offsets[unit], offsets[unit + 1]):
            if stop[row] < 0 or time[row] < since or time[row] > until:
                continue
            if length > 0 and time[row] - previous > pause:
                noted = emit(ways, noted, unit, path, rows, time, length, longest, from_stop, to_stop)
                length = 0
            previous = time[row]
            if length == 0 or path[length - 1] != stop[row]:
                path[length], rows[length] = stop[row], row
                length += 1
        noted = emit(ways, noted, unit, path, rows, time, length, longest, from_stop, to_stop)
    return noted
