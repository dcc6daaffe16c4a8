"""In which buckets did each unit do something? The loops behind unique counts, stickiness and lifecycle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.compiling import kernel, part
from quarterdeck.insights.journeys.calc.kernels.hits import Hits, Int64s, UInt32s

NEW, RETURNING, RESURRECTING, DORMANT = range(4)
NO_BUCKET = -1


class Attendance(NamedTuple):
    """Each unit's buckets in order, with its first hit there: the witness."""

    unit: NDArray[np.int32]
    bucket: NDArray[np.int32]
    row: Int64s


@part
def bucket_of(edges: Int64s, moment: int, guess: int) -> int:
    """The bucket of a moment, looked for from a guess on; -1 before the first."""
    while guess < len(edges) - 1 and edges[guess + 1] <= moment:
        guess += 1
    while guess >= 0 and edges[guess] > moment:
        guess -= 1
    return guess


@kernel
def attend(
    offsets: Int64s,
    time: Int64s,
    event: NDArray[np.int32],
    of_event: UInt32s,
    of_row: UInt32s,
    since: int,
    until: int,
    edges: Int64s,
    first: int,
    last: int,
    units: NDArray[np.int32],
    buckets_of: NDArray[np.int32],
    rows: Int64s,
) -> int:
    """Note every bucket of units first to last once, by the first row there that counts; how many."""
    filtered = len(of_row) > 1
    buckets = len(edges) - 1
    # To multiply is much faster than to divide; the guess is put right below.
    per_moment = buckets / (edges[buckets] - edges[0])
    begin, close = max(since, edges[0]), min(until, edges[buckets] - 1)
    count = 0
    for unit in range(first, last):
        # Times are in order: until the bucket ends, the rest of it is passed over.
        end = begin
        for row in range(offsets[unit], offsets[unit + 1]):
            moment = time[row]
            if moment < end:
                continue
            if moment > close:
                break
            bits = of_event[event[row]]
            if filtered:
                bits &= of_row[row]
            if bits == 0:
                continue
            bucket = min(int((moment - edges[0]) * per_moment), buckets - 1)
            while edges[bucket + 1] <= moment:
                bucket += 1
            while edges[bucket] > moment:
                bucket -= 1
            end = edges[bucket + 1]
            units[count], buckets_of[count], rows[count] = unit, bucket, row
            count += 1
    return count


@kernel
def tally(hits: Hits, edges: Int64s, counts: Int64s) -> None:
    """Count every hit in its bucket."""
    buckets = len(edges) - 1
    per_moment = buckets / (edges[buckets] - edges[0])
    for moment in hits.time:
        if edges[0] <= moment < edges[buckets]:
            guess = min(int((moment - edges[0]) * per_moment), buckets - 1)
            counts[bucket_of(edges, moment, guess)] += 1


@kernel
def count_units(found: Attendance, count: int, buckets: int) -> tuple[Int64s, int]:
    """How many units were there in each bucket, and at all."""
    units, buckets_of, _ = found
    counts = np.zeros(buckets, np.int64)
    changes = 0
    for place in range(count):
        counts[buckets_of[place]] += 1
        changes += place == 0 or units[place] != units[place - 1]
    return counts, changes


@kernel
def count_statuses(found: Attendance, count: int, born: Int64s, edges: Int64s) -> Int64s:
    """How many units are new, returning, resurrecting and dormant in each bucket; `born` is when, by unit."""
    buckets = len(edges) - 1
    statuses = np.zeros((4, buckets + 1), np.int64)
    units, buckets_of, _ = found
    before, last = -1, NO_BUCKET
    for place in range(count):
        unit, bucket = units[place], buckets_of[place]
        if edges[bucket] <= born[unit] < edges[bucket + 1]:
            statuses[NEW, bucket] += 1
        else:
            goes_on = unit == before and last == bucket - 1
            statuses[RETURNING if goes_on else RESURRECTING, bucket] += 1
        # Who is not there in the next bucket is dormant in it; taken back where they are.
        statuses[DORMANT, bucket + 1] += 1
        if unit == before and last == bucket - 1:
            statuses[DORMANT, bucket] -= 1
        before, last = unit, bucket
    return statuses[:, :buckets]


@kernel
def count_buckets(found: Attendance, count: int, buckets: int) -> Int64s:
    """How many units were there in exactly 1, 2, ... buckets."""
    histogram = np.zeros(buckets + 1, np.int64)
    units = found.unit
    here = 0
    for place in range(count):
        here += 1
        if place + 1 == count or units[place + 1] != units[place]:
            histogram[here] += 1
            here = 0
    return histogram[1:]


@kernel
def count_recent(found: Attendance, count: int, buckets: int, back: int) -> Int64s:
    """How many units were there in each bucket or any of the `back` before it."""
    change = np.zeros(buckets + 1, np.int64)
    units, buckets_of, _ = found
    for place in range(count):
        bucket = buckets_of[place]
        until = bucket + back + 1
        if place + 1 < count and units[place + 1] == units[place]:
            until = min(until, buckets_of[place + 1])
        change[bucket] += 1
        change[min(until, buckets)] -= 1
    return np.cumsum(change[:buckets])
