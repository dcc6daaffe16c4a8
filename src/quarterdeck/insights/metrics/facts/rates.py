"""Which SQL recomputes a conversion or a retention, for whoever wants to see it without our kernels?

Each start is followed to the nearest event of the next step, and from there on to the one after it. What is
shown is counted by journeys; a test holds this to the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from textwrap import indent

from quarterdeck.facts.connection import quoted
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.definitions import Metric, Step
from quarterdeck.insights.metrics.facts.clock import (
    Question,
    bucket,
    local_time,
    midnight,
    sql_instant,
    within,
)
from quarterdeck.insights.metrics.facts.fields import Fields, comparison, slice_of

WHOLE = "CAST(NULL AS VARCHAR)"


def rate_sql(snapshot: Snapshot, metric: Metric, question: Question) -> str:
    """SQL with the columns bucket, slice, value and base."""
    return (_conversion if metric.kind == "conversion" else _retention)(snapshot, metric, question)


def entries_sql(snapshot: Snapshot, metric: Metric, question: Question) -> str:
    """SQL that lists the events by which somebody entered."""
    fields = Fields(snapshot, metric.source)
    step = metric.steps[0] if metric.kind == "conversion" else metric.start
    conditions = [*_conditions(metric, step, fields), within(fields.time, question)]
    return f"SELECT *\nFROM {fields.relation()}\nWHERE {_and(conditions)}\nORDER BY {fields.time}"


def _conversion(snapshot: Snapshot, metric: Metric, question: Question) -> str:
    parts = [_events(snapshot, metric, metric.steps[0], question, "begun", question.dimension)]
    parts += [_events(snapshot, metric, step, question, f"step_{number}") for number, step in _later(metric)]
    window = f"to_seconds({metric.window_seconds})"
    last = "begun"
    chain = "begun"
    for number, step in _later(metric):
        # Two events of one instant may stand in either order; where one could be both, it comes later.
        shared = any(set(step.events) & set(earlier.events) for earlier in metric.steps[: number - 1])
        sign = "<" if shared else "<="
        chain += (
            f"\nASOF LEFT JOIN step_{number} ON step_{number}.unit = begun.unit"
            f" AND {last}.moment {sign} step_{number}.moment"
        )
        last = f"step_{number}"
    depth = " + ".join(
        [
            "1",
            *(
                f"CASE WHEN step_{n}.moment <= begun.moment + {window} THEN 1 ELSE 0 END"
                for n, _ in _later(metric)
            ),
        ]
    )
    start = bucket(local_time("begun.moment", question), question)
    best = (
        f"SELECT begun.unit, {start} AS bucket, begun.moment, begun.slice,\n  {depth} AS depth\n"
        f"FROM {chain}\n"
        "QUALIFY row_number() OVER (PARTITION BY begun.unit, bucket ORDER BY depth DESC, begun.moment) = 1"
    )
    return (
        f"WITH {_with(parts)}\n"
        f"SELECT bucket, slice, count(*) FILTER (WHERE depth = {len(metric.steps)}) / count(*) AS value,\n"
        f"  CAST(count(*) AS DOUBLE) AS base\nFROM (\n{indent(best, '  ')}\n)\nGROUP BY ALL"
    )


def _later(metric: Metric) -> list[tuple[int, Step]]:
    return list(enumerate(metric.steps[1:], 2))


def _retention(snapshot: Snapshot, metric: Metric, question: Question) -> str:
    # Clocks may be changed between the last start and the day of its return.
    longer = replace(question, until=question.until + timedelta((metric.day or 0) + 1))
    day = f"CAST({local_time('moment', longer)} AS DATE)"
    first = metric.entry == "first"
    begun = _events(snapshot, metric, metric.start, question, "begun", question.dimension, first=first)
    back = _events(snapshot, metric, metric.back, question, "back")
    only = "\nQUALIFY row_number() OVER (PARTITION BY unit ORDER BY day) = 1" if first else ""
    since, until = f"DATE '{question.since}'", f"DATE '{question.until}'"
    entered = (
        f"SELECT unit, {day} AS day, arg_min(slice, moment) AS slice\nFROM begun\nGROUP BY unit, day{only}"
    )
    start = bucket("CAST(entered.day AS TIMESTAMP)", question)
    return (
        f"WITH {_with([begun, back])},\nentered AS (\n{indent(entered, '  ')}\n),\n"
        f"returned AS (SELECT DISTINCT unit, {day} AS day FROM back)\n"
        f"SELECT {start} AS bucket, slice,\n"
        "  count(returned.unit) / count(*) AS value, CAST(count(*) AS DOUBLE) AS base\n"
        "FROM entered LEFT JOIN returned\n"
        f"  ON returned.unit = entered.unit AND returned.day = entered.day + {metric.day}\n"
        f"WHERE entered.day >= {since} AND entered.day < {until}\nGROUP BY ALL"
    )


def _events(
    snapshot: Snapshot,
    metric: Metric,
    step: Step | None,
    question: Question,
    name: str,
    dimension: str | None = None,
    *,
    first: bool = False,
) -> tuple[str, str]:
    """The events of a step: unit, time and slice. Those of the first lie in the days asked for."""
    fields = Fields(snapshot, metric.source)
    unit = fields.text(metric.walker)
    cut = slice_of(fields.text(dimension)) if dimension else WHOLE
    conditions = _conditions(metric, step, fields)
    known = question.known_until or question.until
    conditions.append(f"{fields.time} < {sql_instant(midnight(known, question.zone))}")
    if name == "begun" and not first:
        conditions.append(within(fields.time, question))
    elif not first:
        conditions.append(f"{fields.time} >= {sql_instant(midnight(question.since, question.zone))}")
    conditions.append(f"{unit} IS NOT NULL")
    columns = f"{unit} AS unit, {fields.time} AS moment"
    columns += f", {cut} AS slice" if name == "begun" else ""
    return name, f"SELECT {columns}\nFROM {fields.relation()}\nWHERE {_and(conditions)}"


def _conditions(metric: Metric, step: Step | None, fields: Fields) -> list[str]:
    found = [comparison(one, fields) for one in metric.where]
    if step is not None:
        found.insert(0, f"event IN ({', '.join(map(quoted, step.events))})")
        found += [comparison(one, fields) for one in step.where]
    return found


def _and(conditions: Sequence[str]) -> str:
    return "\n  AND ".join(conditions)


def _with(parts: Sequence[tuple[str, str]]) -> str:
    return ",\n".join(f"{name} AS (\n{indent(sql, '  ')}\n)" for name, sql in parts)
