"""How does an answer look in a terminal?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from quarterdeck.insights.journeys.service.answers import JourneyAnswer

Json = Mapping[str, Any]
NAME = 32
NOT_FINAL = "*"


def lines_of(found: JourneyAnswer) -> Iterator[str]:
    """The answer, line by line."""
    title = found.title or found.kind.capitalize()
    yield f"{title}: {found.since[:10]} to {found.until[:10]}, by {found.unit}"
    yield from SHOWS[found.kind](found.figures)
    versions = ", ".join(f"{table} {version}" for table, version in sorted(found.versions.items()))
    yield f"Rules: {found.dialect}. Versions: {versions}."


def _funnel(figures: Json) -> Iterator[str]:
    for group in figures["groups"]:
        yield from _heading(group)
        if "steps" in group:
            yield from _steps(group)
        elif "buckets" in group:
            for one in group["buckets"]:
                counts = f"{one['converted']:>9,} of {one['entered']:<9,}"
                yield f"{one['start'][:10]:<12}{counts}{_share(one['share'])}"
        else:
            for start, count in zip(group["starts"], group["counts"], strict=True):
                yield f"{_duration(start):>10}{count:>10,}"


def _steps(group: Json) -> Iterator[str]:
    for number, step in enumerate(group["steps"], 1):
        bounds = "" if step["low"] is None else f"{100 * step['low']:.1f} to {100 * step['high']:.1f}"
        waits = f"  {step['open']:,} may still" if step["open"] else ""
        after = "" if step["median_seconds"] is None else _duration(step["median_seconds"])
        yield (
            f"{number}. {step['name']:<{NAME}}{step['reached']:>10,}{_share(step['share']):>9}"
            f"{bounds:>15}{after:>10}{waits}"
        )
    if group["excluded"]:
        yield f"{group['excluded']:,} are left out: an exclusion came between."


def _retention(figures: Json) -> Iterator[str]:
    for group in figures["groups"]:
        yield from _heading(group)
        yield "Begun".ljust(12) + "".join(f"{label:>11}" for label in group["labels"])
        for row in group["rows"]:
            cells = (
                f"{count:>10,}{' ' if final else NOT_FINAL}"
                for count, final in zip(row["counts"], row["final"], strict=True)
            )
            yield f"{row['start'][:10]:<12}{''.join(cells)}".rstrip()
        yield f"{NOT_FINAL} may still grow."


def _trend(figures: Json) -> Iterator[str]:
    for line in figures["lines"]:
        yield f"{' / '.join((line['label'], *line['value']))}: {_number(line['total'])} in all"
        for start, value in zip(figures["starts"], line["data"], strict=True):
            yield f"{start[:16].replace('T', ' '):<18}{_number(value):>14}"


def _lifecycle(figures: Json) -> Iterator[str]:
    statuses = figures["statuses"]
    yield "".ljust(12) + "".join(f"{name:>14}" for name in statuses)
    for place, start in enumerate(figures["starts"]):
        yield f"{start[:10]:<12}" + "".join(f"{counts[place]:>14,}" for counts in statuses.values())


def _stickiness(figures: Json) -> Iterator[str]:
    for line in figures["lines"]:
        yield line["which"].capitalize()
        for times, units in enumerate(line["units"], 1):
            yield f"{times:>6}{units:>12,}"


def _paths(figures: Json) -> Iterator[str]:
    for edge in figures["edges"]:
        move = f"{edge['step']}. {edge['source']} → {edge['target']}"
        yield f"{move:<60}{edge['count']:>10,}{_duration(edge['mean_seconds']):>10}"


def _heading(group: Json) -> Iterator[str]:
    if group["value"]:
        yield " / ".join(part or "(none)" for part in group["value"])


def _share(share: float | None) -> str:
    return "no data" if share is None else f"{100 * share:.1f} %"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def _duration(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


SHOWS: Mapping[str, Callable[[Json], Iterator[str]]] = {
    "funnel": _funnel,
    "retention": _retention,
    "trend": _trend,
    "lifecycle": _lifecycle,
    "stickiness": _stickiness,
    "paths": _paths,
}
