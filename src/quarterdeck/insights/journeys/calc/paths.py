"""From where to where do units go?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.insights.journeys.calc.chunks import Piece, do_each
from quarterdeck.insights.journeys.calc.conditions import column_of, passing
from quarterdeck.insights.journeys.calc.kernels import paths as loops
from quarterdeck.insights.journeys.calc.question import MICROSECONDS, Question
from quarterdeck.insights.journeys.calc.sequence import Coded, Codes, Rows, SequenceView

MOST_EDGES = 50
MOST_KEYS = 1 << 22


@dataclass(frozen=True, kw_only=True, slots=True)
class WayWitnesses:
    """Every move: who, at which step, from stop to stop, by the row that arrives, in how many seconds."""

    unit: Codes
    step: Codes
    source: Codes
    target: Codes
    row: Rows
    seconds: NDArray[np.float64]
    stops: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """How often units moved from one stop to another at one step, and how long it took on average."""

    step: int
    source: str
    target: str
    count: int
    mean_seconds: float


def ways(view: SequenceView, question: Question) -> WayWitnesses:
    """Every move that the question asks for: the table that edges count."""
    journey, period = question.journey, question.period
    stops = view.event if journey.stops is None else column_of(view, journey.stops)
    codes = stops.codes
    allowed = passing(view, journey.where, question.cohorts)
    if allowed is not None:
        codes = np.where(allowed, codes, np.int32(-1))
    from_stop, to_stop = _code(stops, journey.from_stop), _code(stops, journey.to_stop)

    def walk_piece(piece: Piece) -> WayWitnesses:
        room = loops.room_for(int(view.offsets[piece[1]] - view.offsets[piece[0]]))
        count = loops.walk(
            view.offsets,
            view.time,
            codes,
            period.since,
            period.until,
            journey.pause_minutes * 60 * MICROSECONDS,
            journey.longest,
            from_stop,
            to_stop,
            *piece,
            room,
        )
        return _witnesses(view, stops, room, count)

    parts = do_each(question.each, walk_piece, view.offsets)
    return _together([_witnesses(view, stops, loops.room_for(0), 0), *parts])


def _witnesses(view: SequenceView, stops: Coded, room: loops.Ways, count: int) -> WayWitnesses:
    return WayWitnesses(
        unit=room.unit[:count],
        step=room.step[:count],
        source=room.source[:count],
        target=room.target[:count],
        row=view.source_rows(room.row[:count]),
        seconds=room.micros[:count] / float(MICROSECONDS),
        stops=stops.values,
    )


def _together(parts: Sequence[WayWitnesses]) -> WayWitnesses:
    return WayWitnesses(
        unit=np.concatenate([part.unit for part in parts]),
        step=np.concatenate([part.step for part in parts]),
        source=np.concatenate([part.source for part in parts]),
        target=np.concatenate([part.target for part in parts]),
        row=np.concatenate([part.row for part in parts]),
        seconds=np.concatenate([part.seconds for part in parts]),
        stops=parts[0].stops,
    )


def edges(found: WayWitnesses, most: int = MOST_EDGES) -> list[Edge]:
    """The moves made most often, the most frequent first."""
    count = len(found.stops)
    keys = (found.step.astype(np.int64) * count + found.source) * count + found.target
    kept, sizes, seconds = _counted(keys, found.seconds)
    listed = []
    for key, size, total in zip(kept.tolist(), sizes.tolist(), seconds.tolist(), strict=True):
        step, source, target = key // count // count, key // count % count, key % count
        listed.append(
            Edge(
                step=step,
                source=found.stops[source],
                target=found.stops[target],
                count=size,
                mean_seconds=total / size,
            )
        )
    return sorted(listed, key=lambda edge: (-edge.count, edge.step, edge.source, edge.target))[:most]


def _counted(keys: Rows, seconds: NDArray[np.float64]) -> tuple[Rows, Rows, NDArray[np.float64]]:
    """The distinct keys, how often each comes, and its seconds in all."""
    if len(keys) and int(keys.max()) < MOST_KEYS:
        every = np.bincount(keys).astype(np.int64)
        kept = np.flatnonzero(every).astype(np.int64)
        return kept, every[kept], np.bincount(keys, weights=seconds)[kept].astype(np.float64)
    kept, place, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    sums = np.bincount(place, weights=seconds, minlength=len(kept))
    return kept, sizes.astype(np.int64), sums.astype(np.float64)


def _code(stops: Coded, name: str | None) -> int:
    if name is None:
        return -1
    if name not in stops.values:
        raise QuarterdeckError(f"Nobody was ever at {name!r}.", did_you_mean(name, stops.values))
    return stops.values.index(name)
