"""What does a page tell of one metric: figure, verdict, charts, changes, definition, proof, rows?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from quarterdeck.charts.svg import Drawing
from quarterdeck.insights.metrics.calc.dossier import Bucket, Dossier
from quarterdeck.insights.metrics.calc.measures import Measure, Role
from quarterdeck.insights.metrics.calc.words import Told, base_words, tell
from quarterdeck.insights.metrics.facts.changes import Change
from quarterdeck.insights.metrics.facts.clock import Grain
from quarterdeck.insights.metrics.service.buckets import bucket_table
from quarterdeck.insights.metrics.service.drawing import Drawn, draw_over_time, draw_quarter, draw_slices
from quarterdeck.insights.metrics.service.views import View
from quarterdeck.stats.figures import counted, day_name, short_date, whole

TEMPLATES = Path(__file__).parent.parent / "templates"
DIRECTIONS = {"better": "higher is better", "worse": "lower is better", "neither": "neither way is better"}
BRANCHES: tuple[tuple[Role, str, str], ...] = (
    ("north star", "North star", "whether the product does its work"),
    ("input", "Inputs", "what drives it"),
    ("guardrail", "Guardrails", "what must not suffer"),
    ("other", "Others", "beside the tree"),
)
UNITS = {"share": "share", "count": "count", "currency": "money", "seconds": "seconds", "number": "number"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """The metrics of one role in the tree, each with its line and its quarter."""

    role: Role
    name: str
    note: str
    lines: tuple[tuple[Dossier, Told, Drawing | None], ...]


def metric_tree(dossiers: Iterable[Dossier]) -> tuple[Branch, ...]:
    """All metrics by what they are for: the north star, what drives it, what must not suffer, others."""
    known = tuple(dossiers)
    branches = (
        Branch(
            role=role,
            name=name,
            note=note,
            lines=tuple(
                (dossier, tell(dossier.measure), draw_quarter(dossier))
                for dossier in known
                if dossier.measure.role == role
            ),
        )
        for role, name, note in BRANCHES
    )
    return tuple(branch for branch in branches if branch.lines)


def relatives(dossier: Dossier, others: Iterable[Dossier]) -> list[tuple[str, list[Measure]]]:
    """Which metrics of the tree this one drives, is driven by, or is held in check by."""
    by_role: dict[Role, list[Measure]] = {}
    for other in others:
        by_role.setdefault(other.measure.role, []).append(other.measure)
    named: dict[Role, list[tuple[str, Role]]] = {
        "north star": [("Driven by", "input"), ("Guarded by", "guardrail")],
        "input": [("Feeds", "north star"), ("Guarded by", "guardrail")],
        "guardrail": [("Guards", "north star")],
        "other": [],
    }
    found = [(name, by_role.get(role, [])) for name, role in named[dossier.measure.role]]
    return [(name, measures) for name, measures in found if measures]


def over_time(
    dossier: Dossier, view: View | None, *, grain: Grain, changes: Sequence[Change]
) -> Drawn | None:
    """The chart at a grain; of a breakdown, the whole above its slices."""
    return draw_over_time(dossier, buckets_of_view(dossier, view, grain), grain=grain, changes=changes)


def buckets_of_view(dossier: Dossier, view: View | None, grain: Grain) -> tuple[Bucket, ...]:
    """The whole at a grain, from the reading where it holds it."""
    if view is not None and view.buckets:
        return view.buckets
    return {"day": dossier.days, "week": dossier.weeks, "month": ()}[grain]


def rows_of(dossier: Dossier, view: View | None, *, grain: Grain) -> dict[str, object]:
    """The rows behind what is shown."""
    buckets = buckets_of_view(dossier, view, grain)
    slices = view.slices if view is not None and view.dimension else ()
    if not slices and grain == "day":
        slices = dossier.slices
    return bucket_table(dossier.measure, buckets, grain=grain, slices=slices)


def metric_story(
    dossier: Dossier, *, changes: Sequence[Change], chart: Drawn | None, grain: Grain = "day"
) -> dict[str, object]:
    """The context of `metrics/story.html` and `metrics/aside.html`, which every page of a metric includes."""
    measure = dossier.measure
    week_end = measure.week_start + timedelta(days=6)
    # What changed on the eve of a movement belongs to it.
    first = min(measure.week_start, (measure.since or measure.week_start) - timedelta(days=1))
    return {
        "dossier": dossier,
        "measure": measure,
        "row": tell(measure),
        "facts": _week_facts(dossier, week_end),
        "direction": DIRECTIONS[measure.higher_is],
        "unit": UNITS[measure.unit],
        "chart": chart,
        "where": _where(measure),
        "cells": draw_slices(dossier, grain=grain),
        "days_in_words": counted(len(dossier.slices[0].days), grain) if dossier.slices else "",
        "changes": _change_rows(changes, first, week_end),
        "span": f"{short_date(first)} to {short_date(week_end)}",
        "versions": [f"{name}, version {version:,}" for name, version in dossier.versions.items()],
        "target": measure.notation.full(measure.target) if measure.target is not None else "",
    }


def _week_facts(dossier: Dossier, week_end: date) -> list[tuple[str, str]]:
    measure = dossier.measure
    written = measure.notation
    facts = [_amount(measure, week_end)]
    if dossier.interval and measure.value is not None:
        facts.append(("95 % interval", written.prose_range(*dossier.interval)))
    if measure.low is not None and measure.high is not None:
        facts.append(("Expected", written.prose_range(measure.low, measure.high)))
    if measure.target is not None:
        facts.append(("Target", written.bare(measure.target)))
    return [(name, text) for name, text in facts if text]


def _amount(measure: Measure, week_end: date) -> tuple[str, str]:
    if measure.value is None or measure.unit != "share" or measure.base is None:
        return "Week to", short_date(week_end)
    return (
        f"Week to {short_date(week_end)}",
        f"{whole(measure.value * measure.base)} {base_words(measure.base)}",
    )


def _where(measure: Measure) -> str:
    if not measure.moved:
        return ""
    if measure.holder is None and not measure.dimensions:
        return "not looked into"
    return f"{measure.holder.name} holds most of it" if measure.holder else "no single slice holds most of it"


def _change_rows(changes: Iterable[Change], first: date, last: date) -> list[Mapping[str, object]]:
    return [
        {
            "time": f"{day_name(change.time.date())} {short_date(change.time.date())} {change.time:%H:%M}",
            "kind": change.kind,
            "name": change.name,
            "scope": change.scope,
        }
        for change in changes
        if first <= change.time.date() <= last
    ]
