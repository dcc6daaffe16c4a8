"""What does the answer to a journey say? What every door shows, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from quarterdeck.insights.journeys.calc.breakdown import Value
from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses
from quarterdeck.insights.journeys.calc.funnel_figures import entries, step_figures, times
from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.calc.lifecycle import lifecycle, stickiness
from quarterdeck.insights.journeys.calc.paths import edges, ways
from quarterdeck.insights.journeys.calc.retention import RetentionMatrix, follow
from quarterdeck.insights.journeys.calc.trends import Line, trend
from quarterdeck.insights.journeys.service.opening import Opened

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
    versions: Mapping[str, int]
    figures: Json

    def as_json(self) -> Json:
        """As JSON."""
        return asdict(self)


def answer(opened: Opened) -> JourneyAnswer:
    """What a journey finds."""
    journey, period = opened.question.journey, opened.question.period
    return JourneyAnswer(
        kind=journey.kind,
        title=journey.title,
        dialect=journey.dialect,
        unit=journey.unit,
        since=period.begin.isoformat(),
        until=period.end.isoformat(),
        versions=opened.versions,
        figures=FIGURES[journey.kind](opened),
    )


def _funnel(opened: Opened) -> Json:
    journey, question = opened.question.journey, opened.question
    groups = walk_groups(opened.view, question, many=journey.show == "trend")
    shown = []
    for value, witnesses in groups.items():
        group: Json = {"value": _named(opened, value)}
        match journey.show:
            case "trend":
                found = entries(journey, witnesses, question.buckets)
                starts = question.buckets.starts
                group["buckets"] = [
                    {"start": start.isoformat(), "share": one.rate if one.entered else None, **asdict(one)}
                    for start, one in zip(starts, found, strict=True)
                ]
            case "times":
                group |= asdict(times(journey, witnesses, crowded=question.dialect.crowded_bins))
            case _:
                group["steps"] = [asdict(step) for step in step_figures(journey, witnesses)]
                group["excluded"] = excluded(witnesses)
        shown.append(group)
    return {"groups": shown}


def excluded(witnesses: FunnelWitnesses) -> int:
    """How many began and were left out for what came between."""
    return int(np.count_nonzero(witnesses.depth == 0))


def _retention(opened: Opened) -> Json:
    return {
        "groups": [
            {"value": _named(opened, value), **_matrix(matrix)}
            for value, matrix in follow(opened.view, opened.question).items()
        ]
    }


def _matrix(matrix: RetentionMatrix) -> Json:
    return {
        "labels": list(matrix.labels),
        "rows": [
            {"start": start.isoformat(), "counts": counts, "final": final}
            for start, counts, final in zip(
                matrix.starts.starts, matrix.counts.tolist(), matrix.final.tolist(), strict=True
            )
        ],
    }


def _trend(opened: Opened) -> Json:
    found = trend(opened.view, opened.question)
    shown: Json = {
        "starts": [start.isoformat() for start in found.buckets.starts],
        "lines": [_line(opened, line) for line in found.lines],
    }
    if found.buckets_before is not None:
        shown["starts_before"] = [start.isoformat() for start in found.buckets_before.starts]
        shown["lines_before"] = [_line(opened, line) for line in found.before]
    return shown


def _line(opened: Opened, line: Line) -> Json:
    value = _named(opened, line.value)
    return {"label": line.label, "value": value, "data": line.data.tolist(), "total": line.total}


def _lifecycle(opened: Opened) -> Json:
    starts = [start.isoformat() for start in opened.question.buckets.starts]
    found = lifecycle(opened.view, opened.question)
    return {"starts": starts, "statuses": {name: counts.tolist() for name, counts in found.items()}}


def _stickiness(opened: Opened) -> Json:
    found = stickiness(opened.view, opened.question)
    return {"lines": [{"which": which, "units": counts.tolist()} for which, counts in found]}


def _paths(opened: Opened) -> Json:
    return {"edges": [asdict(edge) for edge in edges(ways(opened.view, opened.question))]}


def _named(opened: Opened, value: Value) -> list[str]:
    return [opened.question.cohort_names.get(part, part) for part in value]


FIGURES: Mapping[str, Callable[[Opened], Json]] = {
    "funnel": _funnel,
    "retention": _retention,
    "trend": _trend,
    "lifecycle": _lifecycle,
    "stickiness": _stickiness,
    "paths": _paths,
}
