"""How do retention, trends, lifecycle, stickiness and paths look as tables and lines?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from quarterdeck.charts.svg import Drawing, element, number, picture
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.answering import answer_journey
from quarterdeck.insights.journeys.service.answers import JourneyAnswer
from quarterdeck.insights.journeys.service.bars import Bar, draw_bars
from quarterdeck.insights.journeys.service.seen import lasting, percent, title_of
from quarterdeck.records.turns import step_aside
from quarterdeck.stats.figures import short_date, whole

MOST_ROWS = 60
MOST_LINES = 4
MOST_MOVES = 12
Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell: its words, how dark, and whether it can still change."""

    words: str
    shade: int = 0
    open: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row: what it is about, and its cells."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """One table, with a drawing where one says more."""

    claim: str
    measure: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    drawing: Drawing | None = None
    left_out: int = 0


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


def _day(text: str) -> str:
    return short_date(datetime.fromisoformat(text).date())


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
            shade=_shade(count / base),
            open=not final,
        )
        for count, final in zip(row["counts"][1:], row["final"][1:], strict=True)
    ]
    return Row(name=_day(row["start"]), cells=(Cell(words=whole(base)), *cells))


def _shade(share: float) -> int:
    return 1 + (share > 0.15) + (share > 0.4)


def _trend(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    lines = [
        (" / ".join((title_of(line["label"]), *line["value"])), line["data"]) for line in figures["lines"]
    ]
    yield _over_time(found, figures["starts"], lines, f"By {journey.grain}, {found.unit}")


def _lifecycle(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    lines = [(title_of(name), counts) for name, counts in figures["statuses"].items()]
    yield _over_time(
        found,
        figures["starts"],
        lines,
        f"How many {found.unit}s are new, returning, back again or gone, by {journey.grain}",
    )


def _over_time(
    found: JourneyAnswer, starts: list[str], lines: list[tuple[str, list[float]]], measure: str
) -> Laid:
    """Lines over time; a last bucket that is not over yet stands in the table alone, marked."""
    over = len(starts) - _is_open(found, starts)
    name, data = lines[0] if lines else ("Nothing", [])
    told = data[:over]
    rows = [
        Row(
            name=_day(start),
            cells=tuple(Cell(words=_number(data[place]), open=place >= over) for _, data in lines),
        )
        for place, start in enumerate(starts)
    ]
    return Laid(
        claim=f"{name}: {_number(told[-1])} in the last, {_number(told[-2])} before"
        if len(told) > 1
        else name,
        measure=f"{measure}. Hatched: not over yet." if over < len(starts) else f"{measure}.",
        first="From",
        columns=tuple(name for name, _ in lines),
        rows=tuple(rows[-MOST_ROWS:]),
        drawing=_lines(starts[:over], [(name, data[:over]) for name, data in lines[:MOST_LINES]]),
        left_out=max(0, len(rows) - MOST_ROWS),
    )


def _is_open(found: JourneyAnswer, starts: list[str]) -> bool:
    """Does the last bucket reach beyond what was asked about?"""
    if len(starts) < 2:
        return False
    before, last = (datetime.fromisoformat(start) for start in starts[-2:])
    return last + (last - before) - datetime.fromisoformat(found.until) > timedelta(hours=2)


def _lines(starts: list[str], lines: list[tuple[str, list[float]]]) -> Drawing | None:
    """Each line with its name at its end; the scale begins at zero or below."""
    values = [value for _, data in lines for value in data]
    if len(starts) < 2 or not values:
        return None
    low, high = min(0.0, *values), max(values) or 1.0
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = 220 - 200 * share
        parts.append(element("line", class_="gridline" if share else "axis", x1=40, x2=560, y1=y, y2=y))
        parts.append(element("text", _number(low + share * (high - low)), x=34, y=y + 4, text_anchor="end"))
    for place, text in ((0, starts[0]), (len(starts) - 1, starts[-1])):
        x = 40 + 520 * place / (len(starts) - 1)
        parts.append(element("text", _day(text), x=x, y=238, text_anchor="end" if place else "start"))
    taken: list[float] = []
    for place, (name, data) in enumerate(lines):
        spots = [
            (40 + 520 * at / (len(data) - 1), 220 - 200 * (value - low) / (high - low))
            for at, value in enumerate(data)
        ]
        tone = "series s1" if place == 0 else "series s5"
        parts.append(
            element("polyline", class_=tone, points=" ".join(f"{number(x)},{number(y)}" for x, y in spots))
        )
        y = spots[-1][1] + 4
        while any(abs(y - other) < 13 for other in taken):
            y -= 13
        taken.append(y)
        parts.append(element("text", name[:22], class_="l1" if place == 0 else "l5", x=566, y=y))
    return picture(
        700,
        244,
        *parts,
        sentence="; ".join(f"{name}: {_number(data[-1])} at the end" for name, data in lines),
    )


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
                        Cell(words=percent(units / total), shade=_shade(units / total)),
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


def _paths(figures: Json, found: JourneyAnswer, journey: Journey) -> Iterator[Laid]:
    moves = sorted(figures["edges"], key=lambda edge: (edge["step"], -edge["count"]))
    for step in sorted({edge["step"] for edge in moves}):
        here = [edge for edge in moves if edge["step"] == step]
        total = sum(edge["count"] for edge in here)
        first = here[0]
        yield Laid(
            claim=f"Move {step}: most often from {first['source']} to {first['target']}",
            measure=f"{whole(total)} moves, the most frequent first; "
            f"a pause of {journey.pause_minutes} minutes begins another path",
            first="From, to",
            columns=("Paths", "Share", "Mean time"),
            rows=tuple(
                Row(
                    name=f"{title_of(edge['source'])} → {title_of(edge['target'])}",
                    cells=(
                        Cell(words=whole(edge["count"])),
                        Cell(words=percent(edge["count"] / total), shade=_shade(edge["count"] / total)),
                        Cell(words=lasting(edge["mean_seconds"])),
                    ),
                )
                for edge in here[:MOST_MOVES]
            ),
            drawing=draw_bars(
                [
                    (
                        f"{edge['source']} → {edge['target']}",
                        edge["count"] / total,
                        f"{percent(edge['count'] / total)} of {whole(total)}",
                    )
                    for edge in here[:MOST_MOVES]
                ]
            ),
            left_out=max(0, len(here) - MOST_MOVES),
        )


def _number(value: float) -> str:
    return whole(value) if value == int(value) else f"{value:,.2f}"


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
    "trend": _trend,
    "lifecycle": _lifecycle,
    "stickiness": _stickiness,
    "paths": _paths,
}
