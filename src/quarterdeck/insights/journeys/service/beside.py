"""What stands beside the counts of a funnel where it was asked for: ARR, value, and the time before?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from quarterdeck.insights.journeys.service.opening import Opened
from quarterdeck.insights.journeys.service.seen import Beside, percent
from quarterdeck.insights.journeys.service.telling_funnels import tell_funnel
from quarterdeck.stats.figures import short_date, whole

Json = dict[str, Any]


def beside(opened: Opened) -> Beside | None:
    """The further figures of a funnel without its breakdown; None where nothing further was asked."""
    journey = opened.question.journey
    if not (journey.weigh or journey.value or journey.compare):
        return None
    told = tell_funnel(opened)
    [group] = told["groups"]
    earlier = next(iter(told.get("before", {}).get("groups", ())), None)
    columns: list[str] = []
    cells: list[list[str]] = [[] for _ in group["steps"]]
    if journey.weigh:
        columns += ["ARR", "Of all ARR", "Largest account"]
        _add(cells, [_weighed(step["weighed"]) for step in group["steps"]])
    if journey.value:
        columns += [f"{journey.value.field.capitalize()}, sum", "Mean"]
        _add(cells, [_worth(step["value"]) for step in group["steps"]])
    if journey.compare:
        columns += ["Before", "Of all before"]
        before = earlier["steps"] if earlier else [None] * len(cells)
        _add(cells, [_then(step) for step in before])
    return Beside(
        columns=tuple(columns),
        rows=tuple((step["name"], tuple(line)) for step, line in zip(group["steps"], cells, strict=True)),
        notes=tuple(_notes(told, group)),
    )


def _add(cells: list[list[str]], parts: list[tuple[str, ...]]) -> None:
    for line, part in zip(cells, parts, strict=True):
        line += part


def _weighed(weighed: Json) -> tuple[str, ...]:
    largest = weighed["largest_share"]
    share = weighed["share"]
    return (
        whole(weighed["arr"]),
        "" if share is None else percent(share),
        "" if largest is None else f"{percent(largest)} of it",
    )


def _worth(value: Json | None) -> tuple[str, ...]:
    if value is None or value["mean"] is None:
        return "", ""
    return whole(value["sum"]), f"{value['mean']:,.2f} of {whole(value['known'])}"


def _then(step: Json | None) -> tuple[str, ...]:
    if step is None:
        return "nobody", ""
    return whole(step["reached"]), "" if step["share"] is None else percent(step["share"])


def _notes(told: Json, group: Json) -> list[str]:
    notes = []
    if "before" in told:
        since, until = (datetime.fromisoformat(told["before"][key]).date() for key in ("since", "until"))
        notes.append(f"Before is {short_date(since)} to {short_date(until)}.")
    unknown = group["steps"][0].get("weighed", {}).get("unknown", 0)
    if unknown:
        notes.append(f"Of {whole(unknown)} no ARR is known; each account counts once.")
    return notes
