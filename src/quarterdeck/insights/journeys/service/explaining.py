"""Why is this person a drop-off? The witnesses of one person, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.calc.buckets import instant
from quarterdeck.insights.journeys.calc.funnel import marks_of, walk
from quarterdeck.insights.journeys.calc.kernels.attempts import BROKEN, CONVERTED, EXCLUDED, OPEN, TOO_LATE
from quarterdeck.insights.journeys.calc.question import narrowed
from quarterdeck.insights.journeys.calc.sequence import SequenceView, select
from quarterdeck.insights.journeys.service.opening import Opened


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """How far somebody came: each step with the time of the event that witnesses it, and why no further."""

    unit: str
    steps: tuple[tuple[str, str], ...]
    converted: bool
    reason: str

    def as_json(self) -> dict[str, object]:
        """As JSON."""
        steps = [{"step": name, "time": time} for name, time in self.steps]
        return {"unit": self.unit, "steps": steps, "converted": self.converted, "reason": self.reason}


def explain(opened: Opened, unit: str) -> Explained:
    """The best attempt of one person, and why it ended where it did."""
    question, journey = opened.question, opened.question.journey
    if journey.kind != "funnel":
        raise QuarterdeckError("Only a funnel has drop-offs.", "Ask about a journey of `kind: funnel`.")
    view = _alone(opened.view, unit)
    if journey.order == "strict":
        view = narrowed(view, question)
    found = walk(view, question, marks_of(view, question))
    names = [step.name for step in journey.steps]
    if not len(found.unit):
        return Explained(unit=unit, steps=(), converted=False, reason=f"never did {names[0]} in this time")
    depth = int(found.depth[0])
    rows = view.own_rows(found.rows[0, :depth])
    times = [instant(int(view.time[row]), question.calendar.zone).isoformat() for row in rows]
    return Explained(
        unit=unit,
        steps=tuple(zip(names, times, strict=False)),
        converted=depth == len(names),
        reason=_reason(int(found.reason[0]), depth, names, journey.within),
    )


def _reason(reason: int, depth: int, names: list[str], within: str) -> str:
    following = names[depth] if depth < len(names) else ""
    match reason:
        case _ if reason == CONVERTED:
            return "came through"
        case _ if reason == TOO_LATE:
            return f"did {following}, but more than {within} after {names[0]}"
        case _ if reason == BROKEN:
            return f"did something else before {following}"
        case _ if reason == EXCLUDED:
            return "is left out: an exclusion came between"
        case _ if reason == OPEN:
            return f"has not done {following} yet; {within} are not over"
        case _:
            return f"did not do {following} within {within} after {names[0]}"


def _alone(view: SequenceView, unit: str) -> SequenceView:
    """The rows of one unit; every other stays, without rows."""
    places = [place for place, name in enumerate(view.units) if str(name) == unit]
    if not places:
        raise QuarterdeckError(f"Nobody is called {unit!r}.", "Give the id as it stands in the facts.")
    place = places[0]
    return select(view, np.arange(view.offsets[place], view.offsets[place + 1]))
