"""How many of those who entered in a day, week or month came through, or came back; whole and by a property?

This is what metrics of the kinds conversion and retention are: the same witnesses as those of a journey.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.journeys.calc.buckets import Buckets, microseconds, period_between
from quarterdeck.insights.journeys.calc.conditions import column_of
from quarterdeck.insights.journeys.calc.funnel_figures import best_per_bucket
from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.retention import witnesses
from quarterdeck.insights.journeys.calc.sequence import Rows, SequenceView, select
from quarterdeck.insights.journeys.definitions.journey import Grain, Journey
from quarterdeck.insights.journeys.service.opening import open_journey
from quarterdeck.insights.journeys.service.readiness import folder_of

Asked = TypeVar("Asked", bound=Grain)
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """In the bucket that begins so, under a value: how many entered, and how many of them came."""

    start: date
    value: str
    came: int
    base: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entries:
    """Who entered in which bucket: the row that witnesses it, and whether they came."""

    bucket: Rows
    row: Rows
    came: NDArray[np.bool_]


def measure(
    workspace: Workspace,
    snapshot: Snapshot,
    content: Mapping[str, object],
    *,
    since: datetime,
    until: datetime,
    known_until: datetime,
    grains: Sequence[Asked],
    dimensions: Sequence[str | None],
) -> dict[tuple[Asked, str | None], list[Measured]]:
    """A funnel, or the last column of a retention, by when people entered in [since, until).

    A unit counts once in a bucket of a funnel, by its best attempt there; of a retention once on each day on
    which it entered. It stands under the value of the event by which it entered.
    """
    by = tuple(one for one in dimensions if one is not None)
    journey = Journey.model_validate({**content, "by": by, "since": "all"})
    folder = folder_of(workspace, snapshot.versions)
    with open_journey(workspace, snapshot, journey, known_until, folder) as opened:
        period = period_between(since, until - MOMENT, known_until=known_until - MOMENT)
        plain = journey.model_copy(update={"by": ()})
        question = replace(opened.question, journey=plain, period=period)
        view = _known(opened.view, microseconds(known_until))
        entries = _converting if journey.kind == "funnel" else _returning
        found = {}
        for grain, told in entries(view, question, grains).items():
            starts = [start.date() for start in _buckets(question, grain).starts]
            for dimension in dimensions:
                found[grain, dimension] = _counted(view, told, starts, dimension)
        return found


def _known(view: SequenceView, until: int) -> SequenceView:
    """What happened before a moment; nothing later is known of then."""
    before = view.time < until
    return view if before.all() else select(view, np.flatnonzero(before))


def _buckets(question: Question, grain: Grain) -> Buckets:
    return question.calendar.buckets(question.period.begin, question.period.end, grain)


def _converting(view: SequenceView, question: Question, grains: Sequence[Asked]) -> dict[Asked, _Entries]:
    attempts = walk_groups(view, question, many=True)[()]
    steps = len(question.journey.steps)
    found = {}
    for grain in grains:
        best, bucket = best_per_bucket(attempts, _buckets(question, grain))
        found[grain] = _Entries(bucket=bucket, row=view.own_rows(best.rows[:, 0]), came=best.depth >= steps)
    return found


def _returning(view: SequenceView, question: Question, grains: Sequence[Asked]) -> dict[Asked, _Entries]:
    told = witnesses(view, question)
    last, days = question.journey.columns - 1, len(question.buckets)
    cells = told.unit.astype(np.int64) * days + told.cohort
    entered = told.column == 0
    came = np.isin(cells[entered], cells[told.column == last])
    row = view.own_rows(told.row[entered])
    return {
        grain: _Entries(bucket=_buckets(question, grain).of(view.time[row]), row=row, came=came)
        for grain in grains
    }


def _counted(
    view: SequenceView, told: _Entries, starts: Sequence[date], dimension: str | None
) -> list[Measured]:
    """How many entered and came, in each bucket under each value; "" where there is none."""
    codes: Rows = np.zeros(len(told.row), np.int64)
    values: tuple[str, ...] = ("",)
    if dimension is not None:
        column = column_of(view, dimension)
        codes, values = column.codes[told.row].astype(np.int64) + 1, ("", *column.values)
    wide = len(values)
    cells, places = np.unique(told.bucket * wide + codes, return_inverse=True)
    base = np.bincount(places, minlength=len(cells))
    came = np.bincount(places[told.came], minlength=len(cells))
    return [
        Measured(start=starts[cell // wide], value=values[cell % wide], came=int(some), base=int(whole))
        for cell, some, whole in zip(cells.tolist(), came.tolist(), base.tolist(), strict=True)
    ]
