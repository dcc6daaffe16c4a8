"""How does an answer read as one Arrow table, for notebooks and other programs?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from quarterdeck.insights.journeys.service.answers import JourneyAnswer

if TYPE_CHECKING:
    import pyarrow as pa

Json = Mapping[str, Any]
Row = dict[str, Any]

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "funnel": {
        "period": "string",
        "value": "string",
        "step": "int64",
        "name": "string",
        "reached": "int64",
        "share": "float64",
        "low": "float64",
        "high": "float64",
        "open": "int64",
        "median_seconds": "float64",
    },
    "conversion over time": {
        "period": "string",
        "value": "string",
        "start": "time",
        "entered": "int64",
        "converted": "int64",
        "share": "float64",
    },
    "times to convert": {"period": "string", "value": "string", "from_seconds": "float64", "count": "int64"},
    "retention": {
        "value": "string",
        "start": "time",
        "after": "string",
        "count": "int64",
        "base": "int64",
        "final": "bool",
    },
    "trend": {"line": "string", "value": "string", "start": "time", "number": "float64"},
    "lifecycle": {"start": "time", "status": "string", "count": "int64"},
    "stickiness": {"which": "string", "times": "int64", "count": "int64"},
    "paths": {
        "step": "int64",
        "source": "string",
        "target": "string",
        "count": "int64",
        "of": "int64",
        "mean_seconds": "float64",
        "away": "int64",
    },
}


def table_of(found: JourneyAnswer) -> pa.Table:
    """The figures of an answer, a row for each; a breakdown's value is null where there is none."""
    import pyarrow as pa  # slow import

    kind, rows = found.kind, list(ROWS[found.kind](found.figures))
    if kind == "funnel" and rows and "start" in rows[0]:
        kind = "conversion over time"
    elif kind == "funnel" and rows and "from_seconds" in rows[0]:
        kind = "times to convert"
    types = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}
    types["time"] = pa.timestamp("us", "UTC")
    return pa.table(
        {name: pa.array([row.get(name) for row in rows], types[of]) for name, of in COLUMNS[kind].items()}
    )


def _funnel(figures: Json) -> Iterator[Row]:
    periods = {"now": figures["groups"], "before": figures.get("before", {}).get("groups", ())}
    for period, groups in periods.items():
        for group in groups:
            head = {"period": period, "value": _value(group)}
            for number, step in enumerate(group.get("steps", ()), 1):
                yield {**step, **head, "step": number}
            for bucket in group.get("buckets", ()):
                yield {**bucket, **head, "start": _time(bucket["start"])}
            for begin, count in zip(group.get("starts", ()), group.get("counts", ()), strict=True):
                yield {**head, "from_seconds": begin, "count": count}


def _retention(figures: Json) -> Iterator[Row]:
    for group in figures["groups"]:
        for row in group["rows"]:
            for label, count, final in zip(group["labels"], row["counts"], row["final"], strict=True):
                yield {
                    "value": _value(group),
                    "start": _time(row["start"]),
                    "after": label,
                    "count": count,
                    "base": row["counts"][0],
                    "final": final,
                }


def _trend(figures: Json) -> Iterator[Row]:
    for line in figures["lines"]:
        for start, number in zip(figures["starts"], line["data"], strict=True):
            yield {"line": line["label"], "value": _value(line), "start": _time(start), "number": number}


def _lifecycle(figures: Json) -> Iterator[Row]:
    for status, counts in figures["statuses"].items():
        for start, count in zip(figures["starts"], counts, strict=True):
            yield {"start": _time(start), "status": status, "count": count}


def _stickiness(figures: Json) -> Iterator[Row]:
    for line in figures["lines"]:
        for times, count in enumerate(line["units"], 1):
            yield {"which": line["which"], "times": times, "count": count}


def _paths(figures: Json) -> Iterator[Row]:
    yield from figures["edges"]


def _value(group: Json) -> str | None:
    return " / ".join(group["value"]) or None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


ROWS: Mapping[str, Callable[[Json], Iterator[Row]]] = {
    "funnel": _funnel,
    "retention": _retention,
    "trend": _trend,
    "lifecycle": _lifecycle,
    "stickiness": _stickiness,
    "paths": _paths,
}
