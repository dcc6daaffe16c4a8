"""Who is new, comes back, stays away; and who was there how often?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.attendance import STATUSES, AttendanceWitnesses, attend
from quarterdeck.insights.journeys.calc.buckets import microseconds
from quarterdeck.insights.journeys.calc.chunks import added
from quarterdeck.insights.journeys.calc.question import Question, before
from quarterdeck.insights.journeys.calc.sequence import Rows, SequenceView
from quarterdeck.insights.journeys.calc.weights import Weighed

Floats = NDArray[np.float64]
Cells = tuple[Rows, Rows]
NO_CELLS = (np.zeros(0, np.int64), np.zeros(0, np.int64))


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifecycle:
    """How many units are new, returning, resurrecting and (negative) dormant in each bucket.

    New is who began in the bucket; returning was there in the bucket before, resurrecting was not. `weights`
    are the ARR behind each count and `weighed` that behind everybody counted, where a journey weighs.
    """

    counts: Mapping[str, Rows]
    weights: Mapping[str, Floats] | None = None
    weighed: Weighed | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Presence:
    """How many units were there in exactly 1, 2, ... buckets of a period, with the ARR behind each count."""

    which: str
    units: Rows
    weights: Floats | None = None
    weighed: Weighed | None = None


def lifecycle(view: SequenceView, question: Question) -> Lifecycle:
    """Who is new, returning, resurrecting and dormant in each bucket."""
    calendar, grain = question.calendar, question.journey.grain
    asked = question.buckets
    # Who was there in the bucket before the first is returning, or dormant, in the first.
    buckets = calendar.of((calendar.after(asked.starts[0], grain, -1), *asked.starts), grain)
    use_profile = question.dialect.new_by_profile and view.created is not None
    born = view.created if use_profile and view.created is not None else view.first_seen
    since, until = int(buckets.edges[0]), int(buckets.edges[-1]) - 1

    def read(witnesses: AttendanceWitnesses) -> tuple[Rows, Cells]:
        cells = NO_CELLS if question.weights is None else witnesses.status_cells(born)
        return witnesses.statuses(born), cells

    parts = attend(view, question, question.journey.series[0], buckets, (since, until), read)
    counts = added((found for found, _ in parts), len(STATUSES), len(buckets))[:, 1:]
    told = dict(zip(STATUSES, counts, strict=True))
    told |= {"dormant": -told["dormant"]}
    if question.weights is None:
        return Lifecycle(counts=told)
    # The bucket before the first is nobody's to be counted in.
    cells = (
        (units[cells % len(buckets) > 0], cells[cells % len(buckets) > 0]) for _, (units, cells) in parts
    )
    weights, weighed = question.weights.weigh_cells(cells, len(STATUSES) * len(buckets))
    by_status = weights.reshape(len(STATUSES), len(buckets))[:, 1:]
    return Lifecycle(counts=told, weights=dict(zip(STATUSES, by_status, strict=True)), weighed=weighed)


def stickiness(view: SequenceView, question: Question) -> list[Presence]:
    """How many units were there in exactly 1, 2, ... buckets: now and, if so asked, in the period before.

    One entry for each line, in their order.
    """
    asked = [("current", question)]
    if question.journey.compare:
        asked.append(("previous", before(question)))
    return [
        _present(
            view, replace(one, journey=one.journey.model_copy(update={"series": (series,)})), which=which
        )
        for which, one in asked
        for series in question.journey.series
    ]


def _present(view: SequenceView, question: Question, *, which: str) -> Presence:
    buckets = question.buckets
    since = microseconds(question.calendar.floor(question.period.begin, question.journey.grain))
    end = question.calendar.after(question.calendar.floor(question.period.end, "hour"), "hour")
    until = microseconds(end - timedelta(microseconds=1))

    def read(witnesses: AttendanceWitnesses) -> tuple[Rows, Cells]:
        if question.weights is None:
            return witnesses.days_present, NO_CELLS
        units, times = witnesses.times_present
        return witnesses.days_present, (units, times - 1)

    parts = attend(view, question, question.journey.series[0], buckets, (since, until), read)
    units = added((found for found, _ in parts), len(buckets))
    if question.weights is None:
        return Presence(which=which, units=units)
    weights, weighed = question.weights.weigh_cells((cells for _, cells in parts), len(buckets))
    return Presence(which=which, units=units, weights=weights, weighed=weighed)
