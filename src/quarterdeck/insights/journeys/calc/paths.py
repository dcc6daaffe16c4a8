"""From where to where do units go?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.insights.journeys.calc.chunks import Piece, do_each
from quarterdeck.insights.journeys.calc.conditions import column_of, passing
from quarterdeck.insights.journeys.calc.kernels import paths as loops
from quarterdeck.insights.journeys.calc.question import MICROSECONDS, Question
from quarterdeck.insights.journeys.calc.room import Room
from quarterdeck.insights.journeys.calc.sequence import Coded, Codes, Rows, SequenceView

Result = TypeVar("Result")

ROOM = Room()
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
    """How often units moved from one stop to another at one step, of all its moves, and the mean time.

    The first step is the first move of a path; around a stop, the one that is farthest before it.
    """

    step: int
    source: str
    target: str
    count: int
    of: int
    mean_seconds: float


def ways(view: SequenceView, question: Question) -> WayWitnesses:
    """Every move that the question asks for: the table that edges count."""
    stops = _stops(view, question)
    parts = _walk_pieces(view, question, stops, lambda moves: _witnesses(view, stops, moves))
    return _together([_witnesses(view, stops, loops.room_for(0)), *parts])


def _stops(view: SequenceView, question: Question) -> Coded:
    return view.event if question.journey.stops is None else column_of(view, question.journey.stops)


def _walk_pieces(
    view: SequenceView, question: Question, stops: Coded, read: Callable[[loops.Ways], Result]
) -> list[Result]:
    """What is read off the moves of each piece, which hold until the next."""
    journey, period = question.journey, question.period
    codes = stops.codes
    allowed = passing(view, journey.where, question.cohorts)
    if allowed is not None:
        codes = np.where(allowed, codes, np.int32(-1))
    met, to_stop = _code(stops, journey.met_stop), _code(stops, journey.to_stop)

    def walk_piece(piece: Piece) -> Result:
        most = int(view.offsets[piece[1]] - view.offsets[piece[0]])
        room = loops.Ways(
            step=ROOM.take("step", np.int32, most),
            source=ROOM.take("source", np.int32, most),
            target=ROOM.take("target", np.int32, most),
            unit=ROOM.take("unit", np.int32, most),
            row=ROOM.take("row", np.int64, most),
            micros=ROOM.take("micros", np.int64, most),
        )
        count = loops.walk(
            view.offsets,
            view.time,
            codes,
            period.since,
            period.until,
            journey.pause_minutes * 60 * MICROSECONDS,
            journey.longest,
            met,
            journey.stops_before,
            to_stop,
            *piece,
            room,
        )
        return read(room.filled(count))

    return do_each(question.each, walk_piece, view.offsets)


def _witnesses(view: SequenceView, stops: Coded, moves: loops.Ways) -> WayWitnesses:
    return WayWitnesses(
        unit=moves.unit.copy(),
        step=moves.step.copy(),
        source=moves.source.copy(),
        target=moves.target.copy(),
        row=view.source_rows(moves.row.copy()),
        seconds=moves.micros / float(MICROSECONDS),
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


def edges(view: SequenceView, question: Question, most: int = MOST_EDGES) -> list[Edge]:
    """The moves made most often, the most frequent first; counted piece after piece."""
    stops = _stops(view, question)
    count = len(stops.values)
    steps = question.journey.longest

    def tally(moves: loops.Ways) -> tuple[Rows, Rows, Rows]:
        return loops.tally(moves, count, (steps + 1) * count * count if steps * count**2 < MOST_KEYS else 0)

    keys, counts, micros = _added(_walk_pieces(view, question, stops, tally))
    of = np.zeros(steps + 1, np.int64)
    np.add.at(of, keys // count**2, counts)
    listed = [
        Edge(
            step=key // count**2,
            source=stops.values[key // count % count],
            target=stops.values[key % count],
            count=times,
            of=int(of[key // count**2]),
            mean_seconds=total / MICROSECONDS / times,
        )
        for key, times, total in zip(keys.tolist(), counts.tolist(), micros.tolist(), strict=True)
    ]
    return sorted(listed, key=lambda edge: (-edge.count, edge.step, edge.source, edge.target))[:most]


def _added(parts: Sequence[tuple[Rows, Rows, Rows]]) -> tuple[Rows, Rows, Rows]:
    """The distinct keys of all parts, how often each comes, and its microseconds in all."""
    nothing = np.zeros(0, np.int64)
    keys = np.concatenate([nothing, *(keys for keys, _, _ in parts)])
    known, place = np.unique(keys, return_inverse=True)
    counts, micros = np.zeros(len(known), np.int64), np.zeros(len(known), np.int64)
    np.add.at(counts, place, np.concatenate([nothing, *(counts for _, counts, _ in parts)]))
    np.add.at(micros, place, np.concatenate([nothing, *(micros for _, _, micros in parts)]))
    return known, counts, micros


def _code(stops: Coded, name: str | None) -> int:
    if name is None:
        return -1
    code = stops.values.index(name) if name in stops.values else -1
    # A stop may be known from events of nobody who walks here.
    if code < 0 or not np.any(stops.codes == code):
        raise QuarterdeckError(f"Nobody was ever at {name!r}.", did_you_mean(name, stops.values))
    return code
