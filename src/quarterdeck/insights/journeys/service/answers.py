"""What does the answer to a journey say? What every door shows, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from quarterdeck.insights.journeys.calc.buckets import instant
from quarterdeck.insights.journeys.calc.lifecycle import Presence
from quarterdeck.insights.journeys.calc.paths import Edge
from quarterdeck.insights.journeys.calc.trends import Line
from quarterdeck.insights.journeys.service.bounds import refuse_backward
from quarterdeck.insights.journeys.service.opening import Opened, named
from quarterdeck.insights.journeys.service.remarking import remarks
from quarterdeck.insights.journeys.service.telling_funnels import tell_funnel
from quarterdeck.insights.journeys.service.telling_retention import tell_retention

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class JourneyAnswer:
    """The answer: what was asked, about which facts and days, and the figures of the analysis."""

    kind: str
    title: str
    dialect: str
    unit: str
    since: str
    until: str
    known_until: str
    facts_end: str | None
    versions: Mapping[str, int]
    remarks: tuple[str, ...]
    figures: Json

    def as_json(self) -> Json:
        """As JSON."""
        return asdict(self)


def answer(opened: Opened) -> JourneyAnswer:
    """What a journey finds."""
    journey, period = opened.question.journey, opened.question.period
    refuse_backward(period)
    return JourneyAnswer(
        kind=journey.kind,
        title=journey.title,
        dialect=journey.dialect,
        unit=journey.unit,
        since=period.begin.isoformat(),
        until=period.end.isoformat(),
        known_until=instant(period.known_until, opened.question.calendar.zone).isoformat(),
        facts_end=None if opened.facts_end is None else opened.facts_end.isoformat(),
        versions=opened.versions,
        remarks=tuple(remarks(opened)),
        figures=FIGURES[journey.kind](opened),
    )


def _trend(opened: Opened) -> Json:
    found = opened.analyses.trend(opened.question)
    shown: Json = {
        "starts": [start.isoformat() for start in found.buckets.starts],
        "lines": [_line(opened, line) for line in found.lines],
    }
    if found.buckets_before is not None:
        shown["starts_before"] = [start.isoformat() for start in found.buckets_before.starts]
        shown["lines_before"] = [_line(opened, line) for line in found.before]
    return shown


def _line(opened: Opened, line: Line) -> Json:
    value = named(opened, line.value)
    shown: Json = {"label": line.label, "value": value, "data": line.data.tolist(), "total": line.total}
    if line.weights is not None and line.weighed is not None:
        shown |= {"arr": line.weights.tolist(), "weighed": asdict(line.weighed)}
    return shown


def _lifecycle(opened: Opened) -> Json:
    starts = [start.isoformat() for start in opened.question.buckets.starts]
    found = opened.analyses.lifecycle(opened.question)
    told: Json = {"starts": starts, "statuses": {name: each.tolist() for name, each in found.counts.items()}}
    if found.weights is not None and found.weighed is not None:
        told["arr"] = {name: each.tolist() for name, each in found.weights.items()}
        told["weighed"] = asdict(found.weighed)
    return told


def _stickiness(opened: Opened) -> Json:
    found = opened.analyses.stickiness(opened.question)
    return {"lines": [_presence(each) for each in found]}


def _presence(found: Presence) -> Json:
    told: Json = {"which": found.which, "units": found.units.tolist()}
    if found.weights is not None and found.weighed is not None:
        told |= {"arr": found.weights.tolist(), "weighed": asdict(found.weighed)}
    return told


def _paths(opened: Opened) -> Json:
    return {"edges": [_edge(opened, edge) for edge in opened.analyses.edges(opened.question)]}


def _edge(opened: Opened, edge: Edge) -> Json:
    """A move; around a stop also how far from it: -1 is the last before, 1 the first after."""
    journey = opened.question.journey
    if journey.around_stop is None:
        return asdict(edge)
    return {**asdict(edge), "away": journey.away(edge.step)}


FIGURES: Mapping[str, Callable[[Opened], Json]] = {
    "funnel": tell_funnel,
    "retention": tell_retention,
    "trend": _trend,
    "lifecycle": _lifecycle,
    "stickiness": _stickiness,
    "paths": _paths,
}
