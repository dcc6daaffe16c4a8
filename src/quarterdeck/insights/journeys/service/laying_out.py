"""How does an answer look as tables and drawings?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.answering import answer_journey
from quarterdeck.insights.journeys.service.answers import JourneyAnswer
from quarterdeck.insights.journeys.service.bars import Bar, draw_bars
from quarterdeck.insights.journeys.service.laid import (
    MOST_ROWS,
    Cell,
    Json,
    Laid,
    Row,
    day,
    shade,
    worth_words,
)
from quarterdeck.insights.journeys.service.laying_lines import lay_lifecycle, lay_trend
from quarterdeck.insights.journeys.service.laying_paths import lay_paths
from quarterdeck.insights.journeys.service.seen import between, percent, title_of
from quarterdeck.records.turns import step_aside
from quarterdeck.stats.figures import whole
from quarterdeck.stats.interval import wilson_interval


@dataclass(frozen=True, kw_only=True, slots=True)
class LaidOut:
    """An answer as its page shows it."""

    since: datetime
    until: datetime
    facts_end: datetime | None
    remarks: tuple[str, ...]
    versions: Mapping[str, int]
    tables: tuple[Laid, ...]


def lay_out(
    workspace: Workspace, journey: Journey, *, tables: Mapping[str, int], sees_personal: bool
) -> LaidOut:
    """The answer to a journey at some versions of the facts, laid out."""
    with step_aside():
        found = answer_journey(workspace, journey, tables=tables, sees_personal=sees_personal)
    return laid_out(found, journey)


def laid_out(found: JourneyAnswer, journey: Journey) -> LaidOut:
    """An answer as tables and drawings."""
    return LaidOut(
        since=datetime.fromisoformat(found.since),
        until=datetime.fromisoformat(found.until),
        facts_end=None if found.facts_end is None else datetime.fromisoformat(found.facts_end),
        remarks=found.remarks,
        versions=found.versions,
        tables=tuple(LAYS[journey.kind](found.figures, found, journey)),
    )


def _retention(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    back = journey.back or journey.start
    event = title_of(back.name) if back else ""
    before = figures.get("before", {}).get("groups", ())
    for group in figures["groups"]:
        rows = [_returns(row) for row in group["rows"] if row["counts"][0]]
        earlier = next((each for each in before if each["value"] == group["value"]), None)
        claim = _comes_back(group, earlier)
        name = " / ".join(part or "no value" for part in group["value"])
        yield Laid(
            claim=f"{name}: {claim}" if name else claim,
            measure=f"Share of those who began in the {journey.grain} and did “{event}” again. "
            f"Whiskers: 95 % interval. Hatched: can still grow.{worth_words(group)}",
            first="Began",
            columns=("Begun", *group["labels"][1:]),
            rows=tuple(rows[-MOST_ROWS:]),
            drawing=draw_bars(_back_by_period(group)),
            left_out=max(0, len(rows) - MOST_ROWS),
        )


def _comes_back(group: Json, earlier: Json | None) -> str:
    """Who is back after one period, of all of whom it is known; beside the time before, if so asked."""
    first, then = group["whole"][1:2], earlier["whole"][1:2] if earlier else []
    if not first or not first[0]["base"]:
        return "Nobody's return can be known yet"
    told = (
        f"{percent(first[0]['share'])} of {whole(first[0]['base'])} are back in {first[0]['label'].lower()}"
    )
    if not then or not then[0]["base"]:
        return told
    return f"{told}; {percent(then[0]['share'])} of {whole(then[0]['base'])} in the time before"


def _back_by_period(group: Json) -> list[Bar]:
    """Of everybody of whom it is known, who was back after so long."""
    return [
        _bar(each["label"], each["share"], (each["low"], each["high"]), each["base"])
        for each in group["whole"][1:]
        if each["base"]
    ]


def _bar(name: str, share: float, bounds: tuple[float, float], base: int) -> Bar:
    words = f"{percent(share)}, {between(*bounds)}, of {whole(base)}"
    return Bar(name=name, share=share, low=bounds[0], high=bounds[1], words=words)


def _returns(row: Json) -> Row:
    base = row["counts"][0]
    cells = [
        Cell(
            words=f"{percent(count / base)}{'' if final else ' so far'}" if final or count else "open",
            shade=shade(count / base),
            open=not final,
            about="" if low is None else f"95 % interval {between(low, high)}",
        )
        for count, final, low, high in zip(
            row["counts"][1:], row["final"][1:], row["low"][1:], row["high"][1:], strict=True
        )
    ]
    return Row(name=day(row["start"]), cells=(Cell(words=whole(base)), *cells))


def _stickiness(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    for line in figures["lines"]:
        total = sum(line["units"])
        once = line["units"][0] / total if total else 0.0
        yield Laid(
            claim=f"{title_of(line['which'])}: {percent(once)} of {whole(total)} in one {journey.grain} only",
            measure=f"How many {found.unit}s did it in so many {journey.grain}s. Whiskers: 95 % interval."
            f"{worth_words(line)}",
            first=f"{journey.grain.capitalize()}s",
            columns=(f"{found.unit.capitalize()}s", "Share", *(("ARR",) if "arr" in line else ())),
            rows=tuple(
                Row(
                    name=str(times),
                    cells=(
                        Cell(words=whole(units)),
                        Cell(words=percent(units / total), shade=shade(units / total)),
                        *((Cell(words=whole(line["arr"][times - 1])),) if "arr" in line else ()),
                    ),
                )
                for times, units in enumerate(line["units"], 1)
                if total and units
            )[:MOST_ROWS],
            drawing=draw_bars(
                [
                    _bar(
                        f"{times} {journey.grain}{'s' if times > 1 else ''}",
                        units / total,
                        wilson_interval(units, total),
                        total,
                    )
                    for times, units in enumerate(line["units"], 1)
                    if total and units
                ]
            ),
        )


def _funnel(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    for group in figures["groups"]:
        name = " / ".join(part or "no value" for part in group["value"])
        steps = group.get("steps", [])
        yield Laid(
            claim=name or f"{whole(steps[-1]['reached']) if steps else 0} came through",
            measure=f"Within {journey.within}; 95 % interval",
            first="Step",
            columns=("Reached", "Of all", "95 % interval", "May still"),
            rows=tuple(
                Row(
                    name=step["name"],
                    cells=(
                        Cell(words=whole(step["reached"])),
                        Cell(words="" if step["share"] is None else percent(step["share"])),
                        Cell(
                            words=""
                            if step["low"] is None
                            else f"{percent(step['low'])} to {percent(step['high'])}"
                        ),
                        Cell(words=whole(step["open"])),
                    ),
                )
                for step in steps
            ),
        )


LAYS: Mapping[str, Callable[[Json, JourneyAnswer, Journey], Iterator[Laid]]] = {
    "funnel": _funnel,
    "retention": _retention,
    "trend": lay_trend,
    "lifecycle": lay_lifecycle,
    "stickiness": _stickiness,
    "paths": lay_paths,
}
