"""What is the answer to a case, in the words of the neutral format?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quarterdeck.insights.journeys.calc.breakdown import OTHER, Value
from quarterdeck.insights.journeys.calc.buckets import Buckets
from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses
from quarterdeck.insights.journeys.calc.funnel_figures import (
    best_per_bucket,
    entries,
    spans,
    step_figures,
    times,
    who_reached,
)
from quarterdeck.insights.journeys.calc.funnel_groups import Groups
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.retention import RetentionMatrix
from quarterdeck.insights.journeys.calc.sequence import SequenceView
from quarterdeck.insights.journeys.calc.trends import Line
from quarterdeck.insights.journeys.service.conformance.translating import Json
from quarterdeck.insights.journeys.service.engines import Analyses

PAGE = 100
"""Lists of people come in pages: the same list asked for again is its next page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A case with its events gathered, its question read, and the engine that answers it."""

    content: Json
    view: SequenceView
    question: Question
    analyses: Analyses
    pages: Counter[str] = field(default_factory=Counter)


def answer(case: Case) -> dict[str, Any]:
    """Everything that the case expects something of, as we have it."""
    return ANSWERS[case.content["type"]](case)


def _funnel(case: Case) -> dict[str, Any]:
    if not case.question.journey.steps:
        return {"result_list": [], "steps": [], "n_steps": 0, "users_at": [[] for _ in _asked_users(case)]}
    groups = case.analyses.funnel(case.question)
    shown = {value: group for value, group in groups.items() if group.reached[0] or not value}
    values = list(shown)
    found: dict[str, Any] = {
        "n_breakdowns": len(values),
        "breakdown_values": _in_order_of(case.content["expected"].get("breakdown_values", ()), values),
        "breakdown_values_in_order": [list(value) for value in values],
        "users_at": [_users_at(case, groups, asked) for asked in _asked_users(case)],
    }
    wanted = case.content["expected"].get("breakdowns", ())
    found["breakdowns"] = [_breakdown(case, shown, each) for each in wanted]
    if () in shown:
        steps = _steps(case, shown[()])
        asked = case.content["expected"].get("steps", ())
        found |= {
            "steps": [steps[each["step"]] if each["step"] < len(steps) else {} for each in asked],
            "n_steps": len(steps),
            "result_list": steps,
        }
    return found


def _in_order_of(wanted: Any, values: list[Value]) -> list[list[str]]:
    """Our values, those that are expected first and in that order: they are a set."""
    listed = [list(value) for value in values]
    known = [each for each in map(_value_of, wanted) if each in listed]
    return known + [each for each in listed if each not in known]


def _value_of(value: Any) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


def _asked_users(case: Case) -> list[Json]:
    return list(case.content["expected"].get("users_at", ()))


def _steps(case: Case, witnesses: FunnelWitnesses) -> list[dict[str, Any]]:
    return [
        {
            "step": place,
            "name": figures.name,
            "count": figures.reached,
            "avg_seconds_from_previous": figures.mean_seconds,
            "median_seconds_from_previous": figures.median_seconds,
        }
        for place, figures in enumerate(step_figures(case.question.journey, witnesses))
    ]


def _breakdown(case: Case, groups: Groups, wanted: Json) -> dict[str, Any]:
    group = groups.get(tuple(_value_of(wanted["value"])))
    if group is None:
        return {"value": None, "steps": []}
    steps = _steps(case, group)
    return {"value": wanted["value"], "steps": [steps[each["step"]] for each in wanted["steps"]]}


def _users_at(case: Case, groups: Groups, asked: Json) -> dict[str, Any]:
    value: Value = ()
    if "breakdown" in asked:
        value = tuple(_value_of(asked["breakdown"]))
        if case.question.journey.by[0].startswith("cohort:") and value == ("0",):
            value = ("all",)
    group = groups.get(value)
    units = [] if group is None or asked["step"] is None else _named(case, who_reached(group, asked["step"]))
    key = f"{asked['step']} {value}"
    page = units[PAGE * case.pages[key] : PAGE * (case.pages[key] + 1)]
    case.pages[key] += 1
    return {**asked, "users": sorted(page), "n_users": len(page)} | (
        {"users": sorted(page)} if "users" in asked else {}
    )


def _named(case: Case, units: Any) -> list[str]:
    return sorted(str(case.view.units[unit]) for unit in np.unique(units))


def _funnel_trend(case: Case) -> dict[str, Any]:
    (attempts,) = case.analyses.funnel(case.question, many=True).values()
    buckets = case.question.buckets
    figures = entries(case.question.journey, attempts, buckets)
    days = [start.strftime("%Y-%m-%d") for start in buckets.starts]
    best, place = best_per_bucket(attempts, buckets)
    _, to_step = spans(case.question.journey)
    asked_users = []
    for asked in _asked_users(case):
        bucket = days.index(asked["period"][:10])
        done = best.depth < to_step if asked.get("dropped") else best.depth >= to_step
        asked_users.append({**asked, "users": _named(case, best.unit[done & (place == bucket)])})
    return {
        "n_rows": len(figures),
        "rows": [
            {
                "entered": one.entered,
                "converted": one.converted,
                "conversion_rate": round(100 * one.rate, 2),
                "days": days,
            }
            for one in figures
        ],
        "users_at": asked_users,
    }


def _funnel_times(case: Case) -> dict[str, Any]:
    (best,) = case.analyses.funnel(case.question).values()
    found = times(case.question.journey, best, crowded=case.question.dialect.crowded_bins)
    bins = [list(pair) for pair in zip(found.starts, found.counts, strict=True)]
    return {"bins": bins, "average_seconds": found.mean_seconds}


def _retention(case: Case) -> dict[str, Any]:
    matrices = case.analyses.retention(case.question)
    whole = matrices.get(())
    named = {"<other>" if value == (OTHER,) else "::".join(value): one for value, one in matrices.items()}
    word = case.question.journey.grain.capitalize()
    found: dict[str, Any] = {
        "by_breakdown": {name: _rows_of(one, word) for name, one in named.items()},
        "by_breakdown_matrix": {name: one.counts.tolist() for name, one in named.items()},
        "breakdown_values": sorted(named),
        "breakdown_values_absent": [
            name for name in case.content["expected"].get("breakdown_values_absent", ()) if name not in named
        ],
    }
    one = whole or next(iter(matrices.values()), None)
    if one is None:
        return found
    count = len(one.starts)
    starts = [start.isoformat() for start in one.starts.starts]
    return found | {
        "n_rows": count,
        "labels": [f"{word} {place}" for place in range(count)],
        "bracket_labels": list(one.labels),
        "dates": starts,
        "date_at": starts,
        # A cohort is followed to the last period asked for.
        "matrix": [row[: count - place] for place, row in enumerate(one.counts.tolist())],
        "matrix_triangular": [row[: count - place] for place, row in enumerate(one.counts.tolist())],
        "rows": _rows_of(one, word),
    }


def _rows_of(matrix: RetentionMatrix, word: str) -> dict[str, list[int]]:
    return {f"{word} {place}": row for place, row in enumerate(matrix.counts.tolist())}


def _trend(case: Case) -> dict[str, Any]:
    found = case.analyses.trend(case.question)
    lines = [_trend_line(case, line, found.buckets, "current") for line in found.lines]
    if found.buckets_before is not None:
        lines += [_trend_line(case, line, found.buckets_before, "previous") for line in found.before]
    each = {key: [line.get(key) for line in lines] for key in case.content["expected"].get("each", ())}
    return {"n_series": len(lines), "series": lines, "each": each}


def _trend_line(case: Case, line: Line, buckets: Buckets, which: str) -> dict[str, Any]:
    journey = case.question.journey
    value: Any = line.value[0] if len(line.value) == 1 else list(line.value)
    label = line.label
    if journey.by:
        names = [case.question.cohort_names.get(part, part) for part in line.value]
        label = f"{label} - {'::'.join(names) or 'none'}"
    if journey.compare:
        labels = [f"{journey.grain} {place}" for place in range(len(buckets))]
    else:
        labels = [_label(start, journey.grain) for start in buckets.starts]
    written = "%Y-%m-%d %H:%M:%S" if journey.grain == "hour" else "%Y-%m-%d"
    return {
        "label": label,
        "breakdown_value": value,
        "data": line.data.tolist(),
        "count": float(line.data.sum()),
        "labels": labels,
        "days": [start.strftime(written) for start in buckets.starts],
        "aggregated_value": line.total,
        "compare_label": which,
    }


def _label(start: Any, grain: str) -> str:
    day = f"{start.day}-{start.strftime('%b-%Y')}"
    return f"{day} {start.strftime('%H:%M')}" if grain == "hour" else day


def _lifecycle(case: Case) -> dict[str, Any]:
    found = case.analyses.lifecycle(case.question)
    return {"by_status": {status: counts.tolist() for status, counts in found.counts.items()}}


def _stickiness(case: Case) -> dict[str, Any]:
    grain = case.question.journey.grain
    lines = []
    for found in case.analyses.stickiness(case.question):
        data = found.units.tolist()
        labels = [f"{place} {grain}{'s' if place > 1 else ''}" for place in range(1, len(data) + 1)]
        lines.append({"data": data, "labels": labels, "count": sum(data), "compare_label": found.which})
    return {"series": lines}


def _paths(case: Case) -> dict[str, Any]:
    return {
        "rows": [
            {
                "source": f"{edge.step}_{edge.source}",
                "target": f"{edge.step + 1}_{edge.target}",
                "value": edge.count,
                "average_conversion_time": edge.mean_seconds * 1000,
            }
            for edge in case.analyses.edges(case.question)
        ]
    }


ANSWERS: Mapping[str, Callable[[Case], dict[str, Any]]] = {
    "funnel": _funnel,
    "funnel_trend": _funnel_trend,
    "funnel_time_to_convert": _funnel_times,
    "retention": _retention,
    "trend": _trend,
    "lifecycle": _lifecycle,
    "stickiness": _stickiness,
    "paths": _paths,
}
