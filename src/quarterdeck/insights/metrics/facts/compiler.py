"""Which SQL gives a metric's numbers? The one compiler behind every surface."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from textwrap import indent

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.connection import identifier, quoted
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.facts.statements import check_select
from quarterdeck.insights.metrics.definitions import Metric
from quarterdeck.insights.metrics.facts.clock import Question, bucket, local_time, within
from quarterdeck.insights.metrics.facts.fields import (
    DECIMAL,
    Fields,
    aggregation,
    comparison,
    slice_of,
)

Row = tuple[date, str | None, float | None, float | None]


VIEWS = {"identified_events": {"events", "aliases", "people"}, "account_periods": {"accounts"}}


class Compiler:
    """Turns metric definitions into SQL over one snapshot's views.

    The SQL holds its literals, so that it can be copied, read and run as it stands.
    """

    def __init__(self, snapshot: Snapshot, metrics: Mapping[str, Metric]) -> None:
        self._snapshot = snapshot
        self._metrics = metrics

    def compile(self, metric: Metric, question: Question) -> str:
        """SQL with the columns bucket, slice (NULL without a dimension), value, base; ordered."""
        return f"{self._select(metric, question)}\nORDER BY bucket, slice"

    def _select(self, metric: Metric, question: Question) -> str:
        if metric.kind == "ratio":
            return self._ratio(metric, question)
        if metric.kind == "sql":
            return self._free(metric, question)
        return self._aggregate(metric, question)

    def _ratio(self, metric: Metric, question: Question) -> str:
        above, below = (
            self._select(self._metrics[self.part(metric, name)], question)
            for name in (metric.numerator, metric.denominator)
        )
        return (
            "SELECT below.bucket, below.slice,\n"
            "  CASE WHEN below.value > 0 THEN coalesce(above.value, 0) / below.value END AS value,\n"
            "  below.value AS base\n"
            f"FROM (\n{indent(below, '  ')}\n) AS below\n"
            f"LEFT JOIN (\n{indent(above, '  ')}\n) AS above\n"
            "  ON above.bucket = below.bucket AND above.slice IS NOT DISTINCT FROM below.slice"
        )

    def part(self, metric: Metric, name: str | None) -> str:
        """The name of a ratio's part, if a ratio can be made of it."""
        part = self._metrics.get(name or "")
        if name is None or part is None:
            raise QuarterdeckError(f"{metric.title} is a ratio with {name}, which is not defined")
        if part.kind == "ratio":
            raise QuarterdeckError(f"{metric.title} is a ratio of {name}, itself a ratio", "Name its parts.")
        return name

    def _free(self, metric: Metric, question: Question) -> str:
        aggregate = (
            "max_by(value, (time, value))" if metric.aggregate == "last" else f"{metric.aggregate}(value)"
        )
        if metric.aggregate in ("sum", "mean"):
            exact = f"CAST(value AS {DECIMAL})"
            aggregate = f"sum({exact})" if metric.aggregate == "sum" else f"sum({exact}) / count(value)"
        cut = (
            f"CAST({identifier(question.dimension)} AS VARCHAR)"
            if question.dimension
            else "CAST(NULL AS VARCHAR)"
        )
        local, conditions = self._free_time(metric, question)
        return (
            f"SELECT {bucket(local, question)} AS bucket, {slice_of(cut, question)} AS slice,\n"
            f"  CAST({aggregate} AS DOUBLE) AS value, CAST(NULL AS DOUBLE) AS base\n"
            f"FROM (\n{given(metric)}\n) AS given\n"
            f"WHERE {conditions}\n"
            "GROUP BY ALL"
        )

    def _free_time(self, metric: Metric, question: Question) -> tuple[str, str]:
        """Local time and condition of free SQL; a date or a time without a zone is local already."""
        typed = f"SELECT typeof(time) FROM (\n{given(metric)}\n) AS given LIMIT 1"
        rows = self._snapshot.rows(typed)
        if rows and rows[0][0] != "TIMESTAMP WITH TIME ZONE":
            days = f"time >= DATE '{question.since}' AND time < DATE '{question.until}'"
            return "CAST(time AS TIMESTAMP)", days
        return local_time("time", question), within("time", question)

    def _aggregate(self, metric: Metric, question: Question) -> str:
        fields = Fields(self._snapshot, metric.source)
        value, base = aggregation(metric, fields)
        cut = fields.text(question.dimension) if question.dimension else "CAST(NULL AS VARCHAR)"
        conditions = self._conditions(metric, fields, question)
        return (
            f"SELECT {bucket(local_time(fields.time, question), question)} AS bucket,"
            f" {slice_of(cut, question)} AS slice,\n"
            f"  CAST({value} AS DOUBLE) AS value, CAST({base} AS DOUBLE) AS base\n"
            f"FROM {fields.relation()}\n"
            f"WHERE {conditions}\n"
            "GROUP BY ALL"
        )

    def _conditions(self, metric: Metric, fields: Fields, question: Question) -> str:
        filters = [comparison(one, fields) for one in metric.where]
        if metric.events:
            filters.insert(0, f"event IN ({', '.join(map(quoted, metric.events))})")
        filters.append(within(fields.time, question))
        return "\n  AND ".join(filters)

    def rows(self, metric: Metric, question: Question) -> str:
        """SQL that lists the rows which a metric counts; of a ratio, those of its denominator."""
        if metric.kind == "ratio":
            return self.rows(self._metrics[self.part(metric, metric.denominator)], question)
        if metric.kind == "sql":
            _, conditions = self._free_time(metric, question)
            return f"SELECT *\nFROM (\n{given(metric)}\n) AS given\nWHERE {conditions}\nORDER BY time"
        fields = Fields(self._snapshot, metric.source)
        conditions = self._conditions(metric, fields, question)
        return f"SELECT *\nFROM {fields.relation()}\nWHERE {conditions}\nORDER BY {fields.time}"


def given(metric: Metric) -> str:
    """A definition's own SQL, indented; it must be one SELECT by itself before it stands inside another."""
    text = (metric.sql or "").strip().rstrip(";")
    check_select(text)
    return indent(text, "  ")


def tables_read(sql: str, versions: Mapping[str, int]) -> dict[str, int]:
    """The tables that a query names, itself or by a view, with their versions."""
    words = set(re.findall(r"\w+", sql))
    for view, tables in VIEWS.items():
        if view in words:
            words |= tables
    return {table: version for table, version in sorted(versions.items()) if table in words}


def presence(table: str, question: Question) -> str:
    """SQL that lists the buckets in which a fact table has any row at all."""
    time = TABLES[table].time or ""
    return (
        f"SELECT DISTINCT {bucket(local_time(time, question), question)} AS bucket\nFROM {table}\n"
        f"WHERE {within(time, question)}\nORDER BY bucket"
    )


def last_time(table: str) -> str:
    """SQL of the latest time in a fact table."""
    return f"SELECT max({TABLES[table].time}) FROM {table}"
