"""Who did something in which bucket? One table, of which unique counts, stickiness and lifecycle are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from quarterdeck.insights.journeys.calc.buckets import Buckets
from quarterdeck.insights.journeys.calc.chunks import Piece, do_each
from quarterdeck.insights.journeys.calc.kernels import attendance as loops
from quarterdeck.insights.journeys.calc.picks import mark
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.room import Room
from quarterdeck.insights.journeys.calc.sequence import Codes, Rows, SequenceView
from quarterdeck.insights.journeys.definitions.conditions import Pick

Result = TypeVar("Result")

ROOM = Room()
STATUSES = ("new", "returning", "resurrecting", "dormant")


@dataclass(frozen=True, kw_only=True, slots=True)
class AttendanceWitnesses:
    """Each unit once in each of its buckets, with the row that witnesses it; by unit, then bucket."""

    unit: Codes
    bucket: Codes
    row: Rows
    buckets: Buckets

    @property
    def loops(self) -> loops.Attendance:
        """As the loops take it."""
        return loops.Attendance(unit=self.unit, bucket=self.bucket, row=self.row)

    @property
    def unique(self) -> tuple[Rows, int]:
        """How many units in each bucket, and at all."""
        return loops.count_units(self.loops, len(self.unit), len(self.buckets))

    @property
    def days_present(self) -> Rows:
        """How many units in exactly 1, 2, ... buckets."""
        return loops.count_buckets(self.loops, len(self.unit), len(self.buckets))

    def recent(self, back: int) -> Rows:
        """How many units in each bucket or any of the `back` before it."""
        return loops.count_recent(self.loops, len(self.unit), len(self.buckets), back)

    @property
    def times_present(self) -> tuple[Rows, Rows]:
        """Each unit once, and in how many buckets it was there."""
        units, times = np.unique(self.unit, return_counts=True)
        return units.astype(np.int64), times

    def status_cells(self, born: Rows) -> tuple[Rows, Rows]:
        """Each unit with every cell that it counts in: buckets side by side, status after status."""
        unit, bucket, count = self.unit.astype(np.int64), self.bucket.astype(np.int64), len(self.buckets)
        edges, goes_on = self.buckets.edges, np.zeros(len(unit), np.bool_)
        goes_on[1:] = (unit[1:] == unit[:-1]) & (bucket[1:] == bucket[:-1] + 1)
        is_new = (edges[bucket] <= born[unit]) & (born[unit] < edges[bucket + 1])
        status = np.where(is_new, loops.NEW, np.where(goes_on, loops.RETURNING, loops.RESURRECTING))
        rests = np.append(~goes_on[1:], True)[: len(unit)] & (bucket + 1 < count)
        cells = np.concatenate((status * count + bucket, loops.DORMANT * count + bucket[rests] + 1))
        return np.concatenate((unit, unit[rests])), cells

    def statuses(self, born: Rows) -> Rows:
        """How many units are new, returning, resurrecting and dormant in each bucket, one row each.

        `born` is when each unit began. The first bucket knows nothing of the one before it.
        """
        return loops.count_statuses(self.loops, len(self.unit), born, self.buckets.edges)


def attend(
    view: SequenceView,
    question: Question,
    pick: Pick,
    buckets: Buckets,
    span: tuple[int, int],
    read: Callable[[AttendanceWitnesses], Result],
) -> list[Result]:
    """What is read off who did what a pick counts in which bucket, piece after piece of the units.

    `span` is the time in which rows count, both ends in. No more witnesses stand in memory than are read, and
    those only until the next piece is.
    """
    since, until = span
    marks = mark(view, [pick], question.journey.where, question.cohorts)

    def attend_piece(piece: Piece) -> Result:
        most = int(view.offsets[piece[1]] - view.offsets[piece[0]])
        unit, bucket = ROOM.take("unit", np.int32, most), ROOM.take("bucket", np.int32, most)
        row = ROOM.take("row", np.int64, most)
        count = loops.attend(
            view.offsets,
            view.time,
            view.event.codes,
            marks.of_event,
            marks.of_row,
            since,
            until,
            buckets.edges,
            *piece,
            unit,
            bucket,
            row,
        )
        return read(
            AttendanceWitnesses(
                unit=unit[:count], bucket=bucket[:count], row=view.source_rows(row[:count]), buckets=buckets
            )
        )

    return do_each(question.each, attend_piece, view.offsets)
