"""Who came how far through a funnel, by which events, and why no further?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.chunks import Piece, do_each
from quarterdeck.insights.journeys.calc.kernels import funnel as disjoint
from quarterdeck.insights.journeys.calc.kernels import overlapping
from quarterdeck.insights.journeys.calc.kernels.attempts import Found, Rules
from quarterdeck.insights.journeys.calc.kernels.hits import Hits
from quarterdeck.insights.journeys.calc.kernels.plain import walk_plain
from quarterdeck.insights.journeys.calc.picks import Marks, equal_steps, hits_of, mark
from quarterdeck.insights.journeys.calc.question import MICROSECONDS, Question
from quarterdeck.insights.journeys.calc.room import Room
from quarterdeck.insights.journeys.calc.sequence import Codes, Rows, SequenceView

WALKS = {
    ("ordered", False): disjoint.walk_ordered,
    ("unordered", False): disjoint.walk_unordered,
    ("strict", False): disjoint.walk_strict,
    ("ordered", True): overlapping.walk_ordered,
    ("unordered", True): overlapping.walk_unordered,
    ("strict", True): disjoint.walk_strict,
}
Result = TypeVar("Result")

ROOM = Room()
REASONS = (
    "",
    "never did it",
    "did it too late",
    "did something else first",
    "an exclusion came between",
    "may still do it",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FunnelWitnesses:
    """Attempts: who, from when, the row of each step reached (-1 beyond), and why the next was not.

    Rows are those of the projection, also where the view was cut from another.
    `seconds` from the step before, each a mean where several attempts of a unit came equally far. An attempt
    of depth 0 was excluded; `rows` still tell where it began.
    """

    unit: Codes
    begin: Rows
    depth: NDArray[np.int8]
    reason: NDArray[np.int8]
    rows: Rows
    seconds: NDArray[np.float64]

    def taken(self, which: NDArray[np.bool_] | Rows) -> FunnelWitnesses:
        """Some of the attempts."""
        return FunnelWitnesses(
            unit=self.unit[which],
            begin=self.begin[which],
            depth=self.depth[which],
            reason=self.reason[which],
            rows=self.rows[which],
            seconds=self.seconds[which],
        )

    @property
    def reached(self) -> list[int]:
        """How many attempts reached each step."""
        return reached_by_depth(np.bincount(self.depth, minlength=self.rows.shape[1] + 1))


def reached_by_depth(counts: Rows) -> list[int]:
    """How many came to each step, where so many came so far and no further; the first came nowhere."""
    return [int(count) for count in counts[::-1].cumsum()[::-1][1:]]


def marks_of(view: SequenceView, question: Question) -> Marks:
    """Which steps each row counts for: bits 0, 1, ...; exclusions behind them."""
    journey = question.journey
    return mark(view, (*journey.steps, *journey.exclude), journey.where, question.cohorts)


def walk(
    view: SequenceView, question: Question, marks: Marks, *, many: bool = False, start_step: int = -1
) -> FunnelWitnesses:
    """The best attempt of each unit, the earliest of equals; or, if `many`, every attempt."""
    parts = walk_pieces(
        view,
        question,
        marks,
        lambda found, _hits, _first: _witnesses(view, found),
        many=many,
        start_step=start_step,
    )
    return together(parts, len(question.journey.steps))


def walk_pieces(
    view: SequenceView,
    question: Question,
    marks: Marks,
    read: Callable[[Found, Hits, int], Result],
    *,
    many: bool = False,
    start_step: int = -1,
) -> list[Result]:
    """What is read off the attempts, the hits and the first unit of each piece, which hold until the next."""
    rules = _rules(question, many=many, start_step=start_step)
    order = question.journey.order
    loop = WALKS[order, marks.overlap(rules.steps)]
    if loop is disjoint.walk_ordered and not question.journey.exclude:
        loop = walk_plain
    begins = np.uint32(1 if order != "unordered" else (1 << rules.steps) - 1)

    def walk_piece(piece: Piece) -> Result:
        hits = hits_of(
            view, marks, question.period.since, question.later_until, piece, everything=order == "strict"
        )
        slots = int(np.count_nonzero(hits.bits & begins))
        slots = (slots if many else min(slots, piece[1] - piece[0])) + 1
        found = Found(
            unit=ROOM.take("unit", np.int32, slots),
            depth=ROOM.take("depth", np.int8, slots),
            reason=ROOM.take("reason", np.int8, slots),
            tries=ROOM.take("tries", np.int32, slots),
            rows=ROOM.take("rows", np.int64, slots, rules.steps),
            micros=ROOM.take("micros", np.int64, slots, rules.steps),
        )
        found.micros[:] = 0
        return read(found.filled(loop(rules, hits, piece[0], found)), hits, piece[0])

    return do_each(question.each, walk_piece, view.offsets)


def _witnesses(view: SequenceView, found: Found) -> FunnelWitnesses:
    tries = np.maximum(found.tries, 1)[:, None]
    return FunnelWitnesses(
        unit=found.unit.copy(),
        begin=view.time[found.rows[:, 0]],
        depth=found.depth.copy(),
        reason=found.reason.copy(),
        rows=view.source_rows(found.rows.copy()),
        seconds=found.micros / (tries * float(MICROSECONDS)),
    )


def together(parts: Sequence[FunnelWitnesses], steps: int) -> FunnelWitnesses:
    """Several tables of attempts as one."""
    nothing = FunnelWitnesses(
        unit=np.zeros(0, np.int32),
        begin=np.zeros(0, np.int64),
        depth=np.zeros(0, np.int8),
        reason=np.zeros(0, np.int8),
        rows=np.zeros((0, steps), np.int64),
        seconds=np.zeros((0, steps)),
    )
    parts = [nothing, *parts]
    return FunnelWitnesses(
        unit=np.concatenate([part.unit for part in parts]),
        begin=np.concatenate([part.begin for part in parts]),
        depth=np.concatenate([part.depth for part in parts]),
        reason=np.concatenate([part.reason for part in parts]),
        rows=np.concatenate([part.rows for part in parts]),
        seconds=np.concatenate([part.seconds for part in parts]),
    )


def _rules(question: Question, *, many: bool, start_step: int) -> Rules:
    journey, dialect = question.journey, question.dialect
    steps = len(journey.steps)
    spoilers = [(one.from_step - 1, (one.to_step or max(steps, 2)) - 1) for one in journey.exclude]
    return Rules(
        steps=steps,
        until=question.period.until,
        known_until=question.period.known_until,
        window=question.window,
        tie=dialect.tie_microseconds,
        equal_later=dialect.equal_steps_later,
        equal=equal_steps(journey.steps),
        spoilers=np.array(spoilers, np.int64).reshape(len(spoilers), 2),
        start_step=start_step,
        many=many,
    )


def best_per_unit(witnesses: FunnelWitnesses, keys: Sequence[Rows]) -> FunnelWitnesses:
    """Of attempts with equal unit and keys the one that came furthest, the earliest of equals."""
    # What began at one instant is told apart by the order of its rows.
    columns: list[Rows] = [
        witnesses.rows[:, 0],
        witnesses.begin,
        -witnesses.depth.astype(np.int64),
        *keys,
    ]
    order = np.lexsort(np.stack([*columns, witnesses.unit]))
    sorted_keys = np.stack([witnesses.unit, *keys])[:, order]
    new = np.ones(len(order), np.bool_)
    new[1:] = np.any(sorted_keys[:, 1:] != sorted_keys[:, :-1], axis=0)
    return witnesses.taken(order[new])
