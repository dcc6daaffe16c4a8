"""How are rows sorted and looked up? The loops over every event."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]
Codes = NDArray[np.int32]
Loop = TypeVar("Loop", bound=Callable[..., object])

NOTHING = np.int32(-1)
MANY = 64


def kernel(loop: Loop) -> Loop:
    """A loop as machine code, kept for next time."""
    return cast("Loop", numba.njit(nogil=True, cache=True)(loop))


@kernel
def _sort_by_time(time: Int64s, order: Int64s, first: int, last: int, spare: Int64s) -> None:
    """The rows at places `first` to `last` by time, those of one instant as they are: runs are merged.

    Written out without numpy: compiling its stable sort takes six seconds, and this a tenth of one.
    """
    width = 1
    while width < last - first:
        for begin in range(first, last - width, 2 * width):
            middle, end = begin + width, min(begin + 2 * width, last)
            if time[order[middle - 1]] <= time[order[middle]]:
                continue
            left, right = begin, middle
            for place in range(begin, end):
                if right == end or (left < middle and time[order[left]] <= time[order[right]]):
                    spare[place] = order[left]
                    left += 1
                else:
                    spare[place] = order[right]
                    right += 1
            for place in range(begin, end):
                order[place] = spare[place]
        width *= 2


@kernel
def sort(unit: Codes, time: Int64s, rank: Codes, ends: Int64s, order: Int64s, spare: Int64s) -> None:
    """The order of rows by unit, time and rank; rows equal in all of them stay as they are.

    Rows come nearly in order of time, so once they are dealt out to their units little moves. `ends` has
    room for one number more than there are units, `spare` for as many as there are rows.
    """
    for row in range(len(unit)):
        ends[unit[row] + 1] += 1
    for place in range(1, len(ends)):
        ends[place] += ends[place - 1]
    for row in range(len(unit)):
        order[ends[unit[row]]] = row
        ends[unit[row]] += 1
    begin = 0
    for place in range(len(ends) - 1):
        end = ends[place]
        if end - begin > MANY:
            _sort_by_time(time, order, begin, end, spare)
        for moving in range(begin + 1, end):
            row = order[moving]
            free = moving
            while free > begin and (
                time[order[free - 1]] > time[row]
                or (time[order[free - 1]] == time[row] and rank[order[free - 1]] > rank[row])
            ):
                order[free] = order[free - 1]
                free -= 1
            order[free] = row
        begin = end


@kernel
def insertion_places(
    offsets: Int64s,
    time: Int64s,
    event: NDArray[np.signedinteger],
    rank: Codes,
    new_unit: Codes,
    new_time: Int64s,
    new_event: Codes,
    places: Int64s,
) -> None:
    """Before which row each new row belongs among those of its unit, by time and rank; behind equal ones."""
    for new in range(len(new_unit)):
        low, high = offsets[new_unit[new]], offsets[new_unit[new] + 1]
        while low < high:
            middle = (low + high) // 2
            if time[middle] < new_time[new] or (
                time[middle] == new_time[new] and rank[event[middle]] <= rank[new_event[new]]
            ):
                low = middle + 1
            else:
                high = middle
        places[new] = low


@kernel
def holding_then(
    owner: Codes, time: Int64s, begins_at: Int64s, begins: Int64s, value: Codes, found: Codes
) -> None:
    """For each row the value that its owner had then; -1 where there is none.

    The periods of owner o are `begins_at[o]` to `begins_at[o + 1]`, in order of `begins`; the first holds
    before it, too.
    """
    for row in range(len(owner)):
        found[row] = NOTHING
        if owner[row] < 0:
            continue
        first, last = begins_at[owner[row]], begins_at[owner[row] + 1]
        if first == last:
            continue
        low, high = first, last
        while high - low > 1:
            middle = (low + high) // 2
            if begins[middle] <= time[row]:
                low = middle
            else:
                high = middle
        found[row] = value[low]
