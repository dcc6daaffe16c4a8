"""In which buckets did each unit do something? The loops behind unique counts, stickiness and lifecycle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.kernels.compiling import kernel, part
from quarterdeck.insights.journeys.calc.kernels.hits import Hits, Int64s

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
def attend(hits: Hits, edges: Int64s, first: int, found: Attendance) -> int:
    """Note every bucket of every unit once; how many were noted."""
    count = 0
    buckets = len(edges) - 1
    width = (edges[buckets] - edges[0]) // buckets
    for place in range(len(hits.offsets) - 1):
        last = NO_BUCKET
        for hit in range(hits.offsets[place], hits.offsets[place + 1]):
            moment = hits.time[hit]
            if moment < edges[0] or moment >= edges[buckets]:
                continue
            if last >= 0 and moment < edges[last + 1]:
                continue
            last = bucket_of(edges, moment, min((moment - edges[0]) // width, buckets - 1))
            found.unit[count] = first + place
            found.bucket[count] = last
            found.row[count] = hits.row[hit]
            count += 1
    return count


@kernel
def tally(hits: Hits, edges: Int64s, counts: Int64s) -> None:
    """Count every hit in its bucket."""
    buckets = len(edges) - 1
    width = (edges[buckets] - edges[0]) // buckets
    for hit in range(len(hits.row)):
        moment = hits.time[hit]
        if edges[0] <= moment < edges[buckets]:
            counts[bucket_of(edges, moment, min((moment - edges[0]) // width, buckets - 1))] += 1


@kernel
def count_statuses(found: Attendance, count: int, born: NDArray[np.int64], buckets: int) -> Int64s:
    """How many units are new, returning, resurrecting and dormant in each bucket; `born` is by unit."""
    statuses = np.zeros((4, buckets + 1), np.int64)
    for place in range(count):
        unit, bucket = found.unit[place], found.bucket[place]
        if born[unit] == bucket:
            statuses[NEW, bucket] += 1
        elif place > 0 and found.unit[place - 1] == unit and found.bucket[place - 1] == bucket - 1:
            statuses[RETURNING, bucket] += 1
        else:
            statuses[RESURRECTING, bucket] += 1
        goes_on = place + 1 < count and found.unit[place + 1] == unit
        if not goes_on or found.bucket[place + 1] != bucket + 1:
            statuses[DORMANT, bucket + 1] += 1
    return statuses[:, :buckets]


@kernel
def count_buckets(found: Attendance, count: int, buckets: int) -> Int64s:
    """How many units were there in exactly 1, 2, ... buckets."""
    histogram = np.zeros(buckets + 1, np.int64)
    here = 0
    for place in range(count):
        here += 1
        if place + 1 == count or found.unit[place + 1] != found.unit[place]:
            histogram[here] += 1
            here = 0
    return histogram[1:]


@kernel
def count_recent(found: Attendance, count: int, buckets: int, back: int) -> Int64s:
    """How many units were there in each bucket or any of the `back` before it."""
    change = np.zeros(buckets + 1, np.int64)
    for place in range(count):
        bucket = found.bucket[place]
        until = bucket + back + 1
        if place + 1 < count and found.unit[place + 1] == found.unit[place]:
            until = min(until, found.bucket[place + 1])
        change[bucket] += 1
        change[min(until, buckets)] -= 1
    return np.cumsum(change[:buckets])
