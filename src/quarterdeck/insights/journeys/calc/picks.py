"""Which steps does each row satisfy?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.chunks import Piece
from quarterdeck.insights.journeys.calc.conditions import Cohorts, either, passing
from quarterdeck.insights.journeys.calc.kernels.hits import Hits, collect
from quarterdeck.insights.journeys.calc.room import Room
from quarterdeck.insights.journeys.calc.sequence import Mask, SequenceView
from quarterdeck.insights.journeys.definitions.conditions import Condition, Pick

Bits = NDArray[np.uint32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """Bit k of a row says that pick k counts it: `of_event[code] & of_row[row]`.

    `of_row` has one entry, all bits set, where the event's name decides alone.
    """

    of_event: Bits
    of_row: Bits

    def rows(self, view: SequenceView) -> Bits:
        """The bits of every row."""
        found = self.of_event[view.event.codes]
        return found & self.of_row[: len(found)] if len(self.of_row) > 1 else found

    def overlap(self, picks: int) -> bool:
        """Does any event count for two of the first so many picks?"""
        one = np.uint32(1)
        marked = (self.of_row if len(self.of_row) > 1 else self.of_event) & np.uint32((1 << picks) - 1)
        return bool(np.any(marked & (marked - one)))


EVERYTHING = np.uint32(2**32 - 1)
ROOM = Room()


def mark(view: SequenceView, picks: Sequence[Pick], where: Sequence[Condition], cohorts: Cohorts) -> Marks:
    """Mark the rows that picks count, among those that pass `where`; at most 32 picks."""
    of_event = np.zeros(len(view.event.values) + 1, dtype=np.uint32)
    of_row = np.array([EVERYTHING])
    if where or any(pick.where or pick.any_of for pick in picks):
        of_event[:] = EVERYTHING
        of_row = np.zeros(max(len(view.time), 2), dtype=np.uint32)
        allowed = passing(view, where, cohorts)
        for number, pick in enumerate(picks):
            rows = counted(view, pick, cohorts)
            rows = rows if allowed is None else rows & allowed
            of_row[: len(rows)] |= rows.astype(np.uint32) << np.uint32(number)
    else:
        for number, pick in enumerate(picks):
            of_event[named(view, pick)] |= np.uint32(1 << number)
    return Marks(of_event=of_event, of_row=of_row)


def hits_of(
    view: SequenceView, marks: Marks, since: int, until: int, piece: Piece, *, everything: bool = False
) -> Hits:
    """The rows of some units that count for a pick within a time, both ends in; or every row then.

    They hold until the thread asks again.
    """
    first, last = piece
    most = int(view.offsets[last] - view.offsets[first]) + 1
    room = Hits(
        offsets=ROOM.take("offsets", np.int64, last - first + 1),
        time=ROOM.take("time", np.int64, most),
        bits=ROOM.take("bits", np.uint32, most),
        row=ROOM.take("row", np.int64, most),
    )
    count = collect(
        view.offsets,
        view.time,
        view.event.codes,
        marks.of_event,
        marks.of_row,
        since,
        until,
        first,
        last,
        everything,
        room,
    )
    return Hits(offsets=room.offsets, time=room.time[:count], bits=room.bits[:count], row=room.row[:count])


def counted(view: SequenceView, pick: Pick, cohorts: Cohorts) -> Mask:
    """Which rows one pick counts."""
    if pick.any_of:
        rows = either(counted(view, each, cohorts) for each in pick.any_of)
    else:
        rows = named(view, pick)[view.event.codes]
    allowed = passing(view, pick.where, cohorts)
    return rows if allowed is None else rows & allowed


def named(view: SequenceView, pick: Pick) -> Mask:
    """Which codes of events a pick names."""
    if not pick.events:
        return np.ones(len(view.event.values) + 1, dtype=np.bool_)
    wanted = frozenset(pick.events)
    return np.array([*(value in wanted for value in view.event.values), False], dtype=np.bool_)


def equal_steps(picks: Sequence[Pick]) -> NDArray[np.bool_]:
    """Which two picks are the same question, whatever they are called."""
    bare = [pick.model_copy(update={"label": None}) for pick in picks]
    return np.array([[one == other for other in bare] for one in bare], dtype=np.bool_)
