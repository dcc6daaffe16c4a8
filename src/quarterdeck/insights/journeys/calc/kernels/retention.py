"""Who came back after how many periods? The loops."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.attendance import bucket_of
from quarterdeck.insights.journeys.calc.kernels.compiling import kernel, part
from quarterdeck.insights.journeys.calc.kernels.hits import Hits, Int64s, UInt32s

EACH, FIRST, FIRST_EVER = range(3)
START, BACK, NAMED = np.uint32(1), np.uint32(2), np.uint32(4)


class Followed(NamedTuple):
    """How cohorts are followed. `edges` are those of their buckets, and of the buckets behind them.

    `column_of[distance]` is the column of a bucket so far behind the start. `length` is that of a rolling
    period, 0 for calendar ones; a rolling start is rounded down to `grid`.
    """

    edges: Int64s
    cohorts: int
    column_of: NDArray[np.int32]
    columns: int
    entry: int
    unbounded: bool
    length: int
    grid: int


class Returns(NamedTuple):
    """The witnesses: unit, cohort, column and row; column 0 is the start itself."""

    unit: NDArray[np.int32]
    cohort: NDArray[np.int32]
    column: NDArray[np.int32]
    row: Int64s


def room_for(size: int) -> Returns:
    """Room for so many witnesses."""
    return Returns(
        unit=np.empty(size, np.int32),
        cohort=np.empty(size, np.int32),
        column=np.empty(size, np.int32),
        row=np.empty(size, np.int64),
    )


@part
def gather(
    edges: Int64s,
    time: Int64s,
    bits: UInt32s,
    rules: Followed,
    begin: int,
    end: int,
    starts: Int64s,
    backs: Int64s,
) -> tuple[int, int]:
    """The first hit of a start in each bucket, and of a return; how many of either there are."""
    started = backed = 0
    over = False
    named = NAMED if rules.entry == FIRST_EVER else START
    last_start = last_back = -1
    buckets, cohorts = len(edges) - 1, rules.cohorts
    once, rolling = rules.entry != EACH, rules.length > 0
    # To multiply is much faster than to divide; the guess is put right.
    per_moment = buckets / (edges[buckets] - edges[0])
    for hit in range(begin, end):
        marks, moment = bits[hit], time[hit]
        bucket = -1
        if edges[0] <= moment < edges[buckets]:
            bucket = bucket_of(edges, moment, min(int((moment - edges[0]) * per_moment), buckets - 1))
        if not over and marks & named:
            if marks & START and last_start < bucket < cohorts:
                starts[started, 0], starts[started, 1] = bucket, hit
                started += 1
                last_start = bucket
            over = once or (rolling and started > 0)
        if marks & BACK and bucket > last_back:
            backs[backed, 0], backs[backed, 1] = bucket, hit
            backed += 1
            last_back = bucket
    return started, backed


@part
def find_returns(
    hits: Hits, rules: Followed, cohort: int, start: int, end: int, backs: Int64s, backed: int, seen: Int64s
) -> None:
    """The first hit of a return in each column, or -1."""
    seen[:] = -1
    furthest = len(rules.column_of)
    if rules.length > 0:
        zero = hits.time[start] // rules.grid * rules.grid
        for hit in range(start + 1, end):
            distance = (hits.time[hit] - zero) // rules.length
            if hits.bits[hit] & BACK and 0 < distance < furthest and seen[rules.column_of[distance]] < 0:
                seen[rules.column_of[distance]] = hit
    else:
        for back in range(backed):
            distance = backs[back, 0] - cohort
            if 0 < distance < furthest and seen[rules.column_of[distance]] < 0:
                seen[rules.column_of[distance]] = backs[back, 1]
    if rules.unbounded:
        for column in range(rules.columns - 2, 0, -1):
            if seen[column] < 0:
                seen[column] = seen[column + 1]


@part
def note(found: Returns, noted: int, unit: int, cohort: int, column: int, row: int) -> int:
    """Note a witness if there is room at all; how many there are now."""
    if len(found.unit) == 0:
        return noted
    found.unit[noted], found.cohort[noted] = unit, cohort
    found.column[noted], found.row[noted] = column, row
    return noted + 1


@kernel
def follow(hits: Hits, rules: Followed, first: int, counts: Int64s, found: Returns) -> int:
    """Count every unit once for each of its cohorts and columns; note them, too, if `found` has room."""
    buckets = len(rules.edges) - 1
    starts, backs = np.empty((buckets, 2), np.int64), np.empty((buckets, 2), np.int64)
    seen = np.empty(rules.columns, np.int64)
    noted = 0
    offsets, time, bits, _ = hits
    edges = rules.edges
    for place in range(len(offsets) - 1):
        begin, end = offsets[place], offsets[place + 1]
        if begin == end:
            continue
        started, backed = gather(edges, time, bits, rules, begin, end, starts, backs)
        for number in range(started):
            cohort, start = starts[number, 0], starts[number, 1]
            counts[cohort, 0] += 1
            noted = note(found, noted, first + place, cohort, 0, hits.row[start])
            find_returns(hits, rules, cohort, start, end, backs, backed, seen)
            for column in range(1, rules.columns):
                if seen[column] >= 0:
                    counts[cohort, column] += 1
                    noted = note(found, noted, first + place, cohort, column, hits.row[seen[column]])
    return noted
