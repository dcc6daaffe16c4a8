"""Which way did each unit go from stop to stop? The loops."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.compiling import kernel, part
from quarterdeck.insights.journeys.calc.kernels.hits import Int64s

Codes = NDArray[np.int32]


class Ways(NamedTuple):
    """Every move made: from which step on, from stop to stop, by which row, and how long it took."""

    step: Codes
    source: Codes
    target: Codes
    unit: Codes
    row: Int64s
    micros: Int64s

    def filled(self, count: int) -> Ways:
        """The first so many."""
        step, source, target, unit, row, micros = self
        return Ways(
            step=step[:count],
            source=source[:count],
            target=target[:count],
            unit=unit[:count],
            row=row[:count],
            micros=micros[:count],
        )


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
    steps: Codes,
    sources: Codes,
    targets: Codes,
    units: Codes,
    arrivals: Int64s,
    micros: Int64s,
    noted: int,
    unit: int,
    path: Codes,
    rows: Int64s,
    time: Int64s,
    length: int,
    longest: int,
    met: int,
    before: int,
    to_stop: int,
) -> int:
    """Note the moves of one path: from so many stops before the one met on, or up to one, `longest` at most.

    Their steps are counted from where the first stop would be: a path with fewer before begins later.
    """
    begin, end = 0, length
    if met >= 0:
        while begin < end and path[begin] != met:
            begin += 1
        # Where it is not met nothing is left to note.
        begin -= before if begin < end else 0
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
    for place in range(max(begin, 0), end - 1):
        steps[noted] = place - begin + 1
        sources[noted], targets[noted] = path[place], path[place + 1]
        units[noted] = unit
        arrivals[noted] = rows[place + 1]
        micros[noted] = time[rows[place + 1]] - time[rows[place]]
        noted += 1
    return noted


@kernel
def walk(
    offsets: Int64s,
    time: Int64s,
    stop: NDArray[np.signedinteger],
    since: int,
    until: int,
    pause: int,
    longest: int,
    met: int,
    before: int,
    to_stop: int,
    first: int,
    last: int,
    ways: Ways,
) -> int:
    """Note every move of units first to last. A pause ends a path; staying is no move."""
    steps, sources, targets, units, arrivals, micros = ways
    most = 1
    for unit in range(first, last):
        most = max(most, offsets[unit + 1] - offsets[unit])
    path, rows = np.empty(most, np.int32), np.empty(most, np.int64)
    noted = 0
    for unit in range(first, last):
        end, length = offsets[unit + 1], 0
        moment = previous = since
        # One turn more than there are rows: the last path ends with them.
        for row in range(offsets[unit], end + 1):
            if row < end:
                moment = time[row]
                if stop[row] < 0 or moment < since or moment > until:
                    continue
            if row == end or (length > 0 and moment - previous > pause):
                noted = emit(
                    steps,
                    sources,
                    targets,
                    units,
                    arrivals,
                    micros,
                    noted,
                    unit,
                    path,
                    rows,
                    time,
                    length,
                    longest,
                    met,
                    before,
                    to_stop,
                )
                length = 0
            if row < end and (length == 0 or path[length - 1] != stop[row]):
                path[length], rows[length] = stop[row], row
                length += 1
            previous = moment
    return noted


@kernel
def tally(moves: Ways, stops: int, most: int) -> tuple[Int64s, Int64s, Int64s]:
    """Moves of one kind added up: the keys (step * stops + source) * stops + target, counts, microseconds.

    With room for `most` keys they are counted in place; without, one key after the other.
    """
    steps, sources, targets, _, _, micros = moves
    keys = np.empty(0 if most else len(steps), np.int64)
    counts, sums = np.zeros(most, np.int64), np.zeros(most, np.int64)
    for move in range(len(steps)):
        key = (np.int64(steps[move]) * stops + sources[move]) * stops + targets[move]
        if most:
            counts[key] += 1
            sums[key] += micros[move]
        else:
            keys[move] = key
    if most:
        known = np.flatnonzero(counts)
        return known, counts[known], sums[known]
    return keys, np.ones(len(keys), np.int64), micros.copy()
