"""What does the answer to a funnel say, under each value, now and in the period before?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from quarterdeck.insights.journeys.calc.breakdown import OTHER, Value
from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses
from quarterdeck.insights.journeys.calc.funnel_curve import curve_of
from quarterdeck.insights.journeys.calc.funnel_figures import (
    entries,
    reached_in_bucket,
    step_figures,
    times,
    who_reached,
)
from quarterdeck.insights.journeys.calc.funnel_value import funnel_worth
from quarterdeck.insights.journeys.calc.question import before
from quarterdeck.insights.journeys.calc.weights import Weights
from quarterdeck.insights.journeys.service.opening import Opened, named
from quarterdeck.stats.interval import wilson_interval

Json = dict[str, Any]


def tell_funnel(opened: Opened) -> Json:
    """Every group of a funnel; those of the period before under `before`, if so asked."""
    found, groups = _told(opened)
    told: Json = {"groups": groups}
    if opened.question.journey.compare:
        earlier = replace(opened, question=before(opened.question))
        shown = [value for value in found if value != (OTHER,)]
        _, groups = _told(earlier, shown or None)
        period = earlier.question.period
        told["before"] = {
            "since": period.begin.isoformat(),
            "until": period.end.isoformat(),
            "groups": groups,
        }
    return told


def excluded(witnesses: FunnelWitnesses) -> int:
    """How many began and were left out for what came between."""
    return int(np.count_nonzero(witnesses.depth == 0))


def _told(opened: Opened, shown: Collection[Value] | None = None) -> tuple[list[Value], list[Json]]:
    """The values of the breakdown, and what is told of each."""
    many = opened.question.journey.show == "trend"
    found = opened.analyses.walked(opened.question, many=many, shown=shown)
    seen = replace(opened, view=found.view, question=replace(opened.question, weights=found.weights))
    return list(found.groups), [_group(seen, value, each) for value, each in found.groups.items()]


def _group(opened: Opened, value: Value, witnesses: FunnelWitnesses) -> Json:
    group: Json = {"value": named(opened, value)}
    match opened.question.journey.show:
        case "trend":
            group["buckets"] = _buckets(opened, witnesses)
        case "times":
            crowded = opened.question.dialect.crowded_bins
            group |= asdict(times(opened.question.journey, witnesses, crowded=crowded))
            curve = curve_of(opened.view, opened.question, witnesses)
            group["curve"] = [asdict(point) for point in curve]
        case _:
            group["steps"] = _steps(opened, witnesses)
            group["excluded"] = excluded(witnesses)
    worth = funnel_worth(opened.view, opened.question.journey, witnesses)
    if worth is not None and "steps" in group:
        for step, one in zip(group["steps"], worth.steps, strict=True):
            step["value"] = None if one is None else asdict(one)
        group["value_converted"] = asdict(worth.converted)
    return group


def _steps(opened: Opened, witnesses: FunnelWitnesses) -> list[Json]:
    steps = [asdict(step) for step in step_figures(opened.question.journey, witnesses)]
    if opened.question.weights is not None:
        for number, step in enumerate(steps, 1):
            step["weighed"] = asdict(opened.question.weights.weigh(who_reached(witnesses, number)))
        entered = steps[0]["weighed"]["arr"]
        for step in steps:
            step["weighed"]["share"] = step["weighed"]["arr"] / entered if entered else None
    return steps


def _buckets(opened: Opened, witnesses: FunnelWitnesses) -> list[Json]:
    journey, buckets = opened.question.journey, opened.question.buckets
    told: list[Json] = []
    for start, one in zip(buckets.starts, entries(journey, witnesses, buckets), strict=True):
        bounds = wilson_interval(one.converted, one.entered) if one.entered else (None, None)
        share = one.rate if one.entered else None
        told.append(
            {"start": start.isoformat(), "share": share, "low": bounds[0], "high": bounds[1], **asdict(one)}
        )
    if opened.question.weights is not None:
        _weigh_buckets(opened, opened.question.weights, witnesses, told)
    return told


def _weigh_buckets(opened: Opened, weights: Weights, witnesses: FunnelWitnesses, told: list[Json]) -> None:
    entered, converted = reached_in_bucket(opened.question.journey, witnesses, opened.question.buckets)
    for key, (units, places) in (("arr_entered", entered), ("arr_converted", converted)):
        for bucket, arr in zip(told, weights.by_cell(units, places, len(told)).tolist(), strict=True):
            bucket[key] = arr
