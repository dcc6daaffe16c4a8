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
from quarterdeck.insights.journeys.service.laid import MOST_ROWS, Cell, Json, Laid, Row, day, shade
from quarterdeck.insights.journeys.service.laying_lines import lay_lifecycle, lay_trend
from quarterdeck.insights.journeys.service.laying_paths import lay_paths
from quarterdeck.insights.journeys.service.seen import percent, title_of
from quarterdeck.records.turns import step_aside
from quarterdeck.stats.figures import whole


@dataclass(frozen=True, kw_only=True, slots=True)
class LaidOut:
    """An answer as its page shows it."""

    since: datetime
    until: datetime
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
        versions=found.versions,
        tables=tuple(LAYS[journey.kind](found.figures, found, journey)),
    )


def _retention(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    back = journey.back or journey.start
    event = title_of(back.name) if back else ""
    for group in figures["groups"]:
        rows = [_returns(row) for row in group["rows"] if row["counts"][0]]
        whole_ones = [
            row for row in group["rows"] if row["counts"][0] and len(row["final"]) > 1 and row["final"][1]
        ]
        came = sum(row["counts"][1] for row in whole_ones)
        base = sum(row["counts"][0] for row in whole_ones)
        claim = (
            f"{percent(came / base)} of {whole(base)} are back in {group['labels'][1].lower()}"
            if base
            else "Nobody's return can be known yet"
        )
        name = " / ".join(part or "no value" for part in group["value"])
        yield Laid(
            claim=f"{name}: {claim}" if name else claim,
            measure=f"Share of those who began in the {journey.grain} and did “{event}” again. "
            "Hatched: can still grow.",
            first="Began",
            columns=("Begun", *group["labels"][1:]),
            rows=tuple(rows[-MOST_ROWS:]),
            drawing=draw_bars(_back_by_period(group)),
            left_out=max(0, len(rows) - MOST_ROWS),
        )


def _back_by_period(group: Json) -> list[Bar]:
    """Of everybody of whom it is known, who was back after so long."""
    bars = []
    for place, label in enumerate(group["labels"]):
        known = [row["counts"] for row in group["rows"] if row["final"][place]]
        base = sum(counts[0] for counts in known)
        if place and base:
            share = sum(counts[place] for counts in known) / base
            bars.append((label, share, f"{percent(share)} of {whole(base)}"))
    return bars


def _returns(row: Json) -> Row:
    base = row["counts"][0]
    cells = [
        Cell(
            words=f"{percent(count / base)}{'' if final else ' so far'}" if final or count else "open",
            shade=shade(count / base),
            open=not final,
        )
        for count, final in zip(row["counts"][1:], row["final"][1:], strict=True)
    ]
    return Row(name=day(row["start"]), cells=(Cell(words=whole(base)), *cells))


def _stickiness(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    for line in figures["lines"]:
        total = sum(line["units"])
        once = line["units"][0] / total if total else 0.0
        yield Laid(
            claim=f"{title_of(line['which'])}: {percent(once)} of {whole(total)} in one {journey.grain} only",
            measure=f"How many {found.unit}s did it in so many {journey.grain}s",
            first=f"{journey.grain.capitalize()}s",
            columns=(f"{found.unit.capitalize()}s", "Share"),
            rows=tuple(
                Row(
                    name=str(times),
                    cells=(
                        Cell(words=whole(units)),
                        Cell(words=percent(units / total), shade=shade(units / total)),
                    ),
                )
                for times, units in enumerate(line["units"], 1)
                if total and units
            )[:MOST_ROWS],
            drawing=draw_bars(
                [
                    (
                        f"{times} {journey.grain}{'s' if times > 1 else ''}",
                        units / total,
                        percent(units / total),
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
