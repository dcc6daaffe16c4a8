"""Who went from one stop of a path to another, and when were they there last?

Everything is read off the moves that the counts of a path are read off, so that list and count agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.insights.journeys.calc.buckets import instant
from quarterdeck.insights.journeys.calc.paths import WayWitnesses, ways
from quarterdeck.insights.journeys.service.naming import name_of
from quarterdeck.insights.journeys.service.opening import Opened
from quarterdeck.insights.journeys.service.seen import PersonSeen

MOST_LISTED = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedSeen:
    """The moves from one stop to another, at one step or all: how many, by how many, and some of those."""

    source: str
    target: str
    step: int | None
    moves: int
    units: int
    people: tuple[PersonSeen, ...]

    def as_json(self) -> dict[str, Any]:
        """As JSON."""
        people = [{**asdict(each), "last": each.last.isoformat()} for each in self.people]
        return {**asdict(self), "people": people}

    def lines(self) -> Iterator[str]:
        """As a terminal shows it."""
        yield f"{self.units:,} went from {self.source} to {self.target}, {self.moves:,} times"
        for each in self.people:
            yield f"{each.last.isoformat(timespec='seconds')}  {each.name}"


def moved_between(
    opened: Opened,
    source: str,
    target: str,
    *,
    step: int | None = None,
    sees_personal: bool,
    listed: int = MOST_LISTED,
) -> MovedSeen:
    """Who moved from a stop to another; those who came last stand first, of equals as the facts have them."""
    if opened.question.journey.kind != "paths":
        raise QuarterdeckError("Only paths have moves.", "Ask about a journey of `kind: paths`.")
    found = ways(opened.view, opened.question)
    which = (found.source == _code(found, source)) & (found.target == _code(found, target))
    if step is not None:
        which &= found.step == step
    units, times = found.unit[which], opened.view.time[opened.view.own_rows(found.row[which])]
    who, places = np.unique(units, return_inverse=True)
    last = np.full(len(who), np.iinfo(np.int64).min)
    np.maximum.at(last, places, times)
    latest = np.argsort(-last, kind="stable")[:listed]
    zone = opened.question.calendar.zone
    return MovedSeen(
        source=source,
        target=target,
        step=step,
        moves=len(units),
        units=len(who),
        people=tuple(
            PersonSeen(
                place=number,
                name=name_of(opened, int(who[place]), number, sees_personal=sees_personal),
                last=instant(int(last[place]), zone),
            )
            for number, place in enumerate(latest.tolist(), 1)
        ),
    )


def _code(found: WayWitnesses, stop: str) -> int:
    if stop not in found.stops:
        raise QuarterdeckError(f"Nobody was ever at {stop!r}.", did_you_mean(stop, found.stops))
    return found.stops.index(stop)
