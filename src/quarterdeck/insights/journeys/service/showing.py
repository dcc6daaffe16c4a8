"""How does an answer look in a terminal?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from quarterdeck.insights.journeys.service.answers import JourneyAnswer

Json = Mapping[str, Any]
NAME, DAY = 32, 18
NOT_FINAL, NOT_YET = "*", "-"


def lines_of(found: JourneyAnswer) -> Iterator[str]:
    """The answer, line by line."""
    title = found.title or found.kind.capitalize()
    yield f"{title}: {found.since[:10]} to {found.until[:10]}, by {found.unit}"
    yield from SHOWS[found.kind](found.figures)
    yield from found.remarks
    if found.facts_end is not None:
        end = found.facts_end[:16].replace("T", " ")
        yield f"Facts end at {end}: what came after cannot be known yet."
    versions = ", ".join(f"{table} {version}" for table, version in sorted(found.versions.items()))
    yield f"Rules: {found.dialect}. Versions: {versions}."


def _funnel(figures: Json) -> Iterator[str]:
    for group in figures["groups"]:
        yield from _heading(group)
        yield from _group(group, _same(figures, group))
    if "before" in figures and not any("steps" in group for group in figures["groups"]):
        yield f"The period before, {_days(figures['before'])}:"
        for group in figures["before"]["groups"]:
            yield from _heading(group)
            yield from _group(group, None)


def _group(group: Json, before: Json | None) -> Iterator[str]:
    if "steps" in group:
        yield from _steps(group, before)
    elif "buckets" in group:
        for one in group["buckets"]:
            counts = f"{one['converted']:>9,} of {one['entered']:<9,}"
            yield f"{_begun(one['start'])}{counts}{_share(one['share']):>9}{_bounds(one):>15}".rstrip()
    else:
        if not any(group["counts"]):
            yield "Nobody came through in this time."
        for start, count in zip(group["starts"], group["counts"], strict=True):
            yield f"{_duration(start):>10}{count:>10,}"
        for point in group["curve"][-1:]:
            yield (
                f"Of those who entered {_share(point['share'])} convert within "
                f"{_duration(point['seconds'])} ({_bounds(point)}); open windows are not counted as lost."
            )


def _steps(group: Json, before: Json | None) -> Iterator[str]:
    for number, step in enumerate(group["steps"], 1):
        waits = f"  {step['open']:,} may still" if step["open"] else ""
        after = "" if step["median_seconds"] is None else _duration(step["median_seconds"])
        yield (
            f"{number}. {step['name']:<{NAME}}{step['reached']:>10,}{_share(step['share']):>9}"
            f"{_bounds(step):>15}{after:>10}{waits}"
        )
        if before is not None:
            then = before["steps"][number - 1]
            yield f"   {'before':<{NAME}}{then['reached']:>10,}{_share(then['share']):>9}{_bounds(then):>15}"
        if step.get("value"):
            yield f"   {'worth':<{NAME}}{_worth(step['value'])}"
        if "weighed" in step:
            yield f"   {'ARR':<{NAME}}{_weighed(step['weighed'])}"
    if group.get("value_converted"):
        yield f"Converted: {_worth(group['value_converted']).strip()}"
    if group["excluded"]:
        yield f"{group['excluded']:,} are left out: an exclusion came between."


def _retention(figures: Json) -> Iterator[str]:
    for group in figures["groups"]:
        yield from _heading(group)
        yield from _matrix(group)
    if "before" in figures:
        yield f"The period before, {_days(figures['before'])}:"
        for group in figures["before"]["groups"]:
            yield from _heading(group)
            yield _whole(group)


def _matrix(group: Json) -> Iterator[str]:
    yield "Begun".ljust(DAY) + "".join(f"{label:>11}" for label in group["labels"])
    for row in group["rows"]:
        cells = (
            f"{count:>10,}{' ' if final else NOT_FINAL}" if begun else f"{NOT_YET:>10} "
            for count, final, begun in zip(row["counts"], row["final"], row["begun"], strict=True)
        )
        yield f"{_begun(row['start'])}{''.join(cells)}".rstrip()
    yield _whole(group)
    if "weighed" in group:
        yield f"ARR of all who entered: {_weighed(group['weighed']).strip()}"
    yield f"{NOT_FINAL} may still grow; {NOT_YET} cannot be known yet."


def _whole(group: Json) -> str:
    """Each column over the cohorts of which it is final."""
    return "Final".ljust(DAY) + "".join(f"{_share(one['share']):>10} " for one in group["whole"]).rstrip()


def _trend(figures: Json) -> Iterator[str]:
    for line in figures["lines"]:
        then = _then(figures, line)
        told = f"{' / '.join((line['label'], *_parts(line)))}: {_number(line['total'])} in all"
        yield told if then is None else f"{told}; before {_number(then['total'])}"
        if "weighed" in line:
            yield f"ARR: {_weighed(line['weighed']).strip()}"
        beside = [None] * len(line["data"]) if then is None else then["data"]
        # A period before may have a bucket less, as February has days.
        for start, value, earlier in zip(figures["starts"], line["data"], _filled(beside, line), strict=True):
            shown = "" if earlier is None else f"{_number(earlier):>14}"
            yield f"{start[:16].replace('T', ' '):<18}{_number(value):>14}{shown}"


def _then(figures: Json, line: Json) -> Json | None:
    """The same line in the period before, if that was asked for."""
    same = ("label", "value")
    lines = figures.get("lines_before", ())
    return next((each for each in lines if all(each[name] == line[name] for name in same)), None)


def _filled(beside: list[float | None], line: Json) -> list[float | None]:
    missing = len(line["data"]) - len(beside)
    return [*beside, *([None] * missing)][: len(line["data"])]


def _lifecycle(figures: Json) -> Iterator[str]:
    statuses = figures["statuses"]
    yield "".ljust(DAY) + "".join(f"{name:>14}" for name in statuses)
    for place, start in enumerate(figures["starts"]):
        yield _begun(start) + "".join(f"{counts[place]:>14,}" for counts in statuses.values())
        if "arr" in figures:
            yield "  ARR".ljust(DAY) + "".join(
                f"{_number(arr[place]):>14}" for arr in figures["arr"].values()
            )
    if "weighed" in figures:
        yield f"ARR of all who were there: {_weighed(figures['weighed']).strip()}"


def _stickiness(figures: Json) -> Iterator[str]:
    for line in figures["lines"]:
        yield line["which"].capitalize()
        for times, units in enumerate(line["units"], 1):
            arr = f"{_number(line['arr'][times - 1]):>16} ARR" if "arr" in line else ""
            yield f"{times:>6}{units:>12,}{arr}"
        if "weighed" in line:
            yield f"ARR of all who were there: {_weighed(line['weighed']).strip()}"


def _paths(figures: Json) -> Iterator[str]:
    if not figures["edges"]:
        yield "Nobody moved from one stop to another in this time."
    for edge in sorted(figures["edges"], key=lambda edge: (edge["step"], -edge["count"])):
        number = f"{edge['away']:+d}" if "away" in edge else f"{edge['step']}."
        move = f"{number} {edge['source']} → {edge['target']}"
        share = _share(edge["count"] / edge["of"])
        yield f"{move:<60}{edge['count']:>10,}{share:>9}{_duration(edge['mean_seconds']):>10}"
    if any("away" in edge for edge in figures["edges"]):
        yield "-1 is the last move before, +1 the first after."


def _heading(group: Json) -> Iterator[str]:
    if group["value"]:
        yield " / ".join(_parts(group))


def _parts(group: Json) -> list[str]:
    """The values of a group or line; one that is none is told so."""
    return [part or "(none)" for part in group["value"]]


def _begun(start: str) -> str:
    """When a bucket begins: its day, and the hour where it begins within one."""
    day, hour = start[:10], start[11:16]
    return (day if hour == "00:00" else f"{day} {hour}").ljust(DAY)


def _share(share: float | None) -> str:
    return "no data" if share is None else f"{100 * share:.1f} %"


def _same(figures: Json, group: Json) -> Json | None:
    """The same group in the period before, if that was asked for."""
    groups = figures.get("before", {}).get("groups", ())
    return next((each for each in groups if each["value"] == group["value"] and "steps" in each), None)


def _days(period: Json) -> str:
    return f"{period['since'][:10]} to {period['until'][:10]}"


def _bounds(one: Json) -> str:
    return "" if one["low"] is None else f"{100 * one['low']:.1f} to {100 * one['high']:.1f}"


def _worth(value: Json) -> str:
    if value["mean"] is None:
        return f"{'no number':>10}"
    return f"{_number(value['sum']):>10} in all, {_number(value['mean'])} each of {value['known']:,}"


def _weighed(weighed: Json) -> str:
    told = f"{_number(weighed['arr']):>10}"
    if weighed.get("share") is not None:
        told += f"{_share(weighed['share']):>9}"
    if weighed["largest"]:
        told += f"; {_share(weighed['largest_share'])} of it is {weighed['largest']}"
    if weighed["unknown"]:
        told += f"; of {weighed['unknown']:,} nobody knows it"
    return told


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
