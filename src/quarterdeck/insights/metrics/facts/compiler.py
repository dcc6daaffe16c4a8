"""Which SQL gives a metric's numbers? The one compiler behind every surface."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from textwrap import indent

from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.facts.connection import identifier, quoted
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import IDENTIFIED, Snapshot
from quarterdeck.facts.statements import check_select
from quarterdeck.insights.metrics.definitions import RATES, Metric
from quarterdeck.insights.metrics.facts.clock import Question, bucket, local_time, within
from quarterdeck.insights.metrics.facts.fields import (
    DECIMAL,
    Fields,
    aggregation,
    comparison,
    slice_of,
)
from quarterdeck.insights.metrics.facts.rates import entries_sql, rate_sql

WHOLE = "CAST(NULL AS VARCHAR)"  # the slice of what is not cut

EVENT_NAMES = "SELECT DISTINCT event FROM events"
OVERFLOWN_PROPERTIES = (
    "SELECT DISTINCT unnest(json_keys(properties_rest)) FROM events WHERE properties_rest IS NOT NULL"
)

VIEWS = {f"identified_{name}": {name, "aliases", "people"} for name in IDENTIFIED} | {
    "account_periods": {"accounts"},
    "people_periods": {"aliases", "people"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What the queries of a metric that reads rows are made of, each part as SQL.

    `cuts` are the slices, one expression for each dimension; `rows` is empty where every row counts;
    `value_among` and `base_among` hold where rows of other metrics stand among its own; `counted` is what is
    counted once, None where nothing is.
    """

    relation: str
    within: str
    rows: str
    local: str
    cuts: tuple[str, ...]
    value: str
    base: str
    value_among: str
    base_among: str
    counted: str | None = None

    @property
    def where(self) -> str:
        """The condition of the metric's rows in the time asked for."""
        return f"{self.rows}\n  AND {self.within}" if self.rows else self.within


class Compiler:
    """Turns metric definitions into SQL over one snapshot's views.

    The SQL holds its literals, so that it can be copied, read and run as it stands.
    """

    def __init__(self, snapshot: Snapshot, metrics: Mapping[str, Metric]) -> None:
        self._snapshot = snapshot
        self._metrics = metrics
        self._local: dict[str, bool] = {}

    def compile(self, metric: Metric, question: Question) -> str:
        """SQL with the columns bucket, slice (NULL without a dimension), value, base; ordered."""
        return f"{self._select(metric, question)}\nORDER BY bucket, slice"

    def _select(self, metric: Metric, question: Question) -> str:
        if metric.kind == "ratio":
            return self._ratio(metric, question)
        if metric.kind in RATES:
            return rate_sql(self._snapshot, metric, question)
        plan = self.plan(metric, question, (question.dimension,))
        return (
            f"SELECT {bucket(plan.local, question)} AS bucket, {plan.cuts[0]} AS slice,\n"
            f"  CAST({plan.value} AS DOUBLE) AS value, CAST({plan.base} AS DOUBLE) AS base\n"
            f"FROM {plan.relation}\n"
            f"WHERE {plan.where}\n"
            "GROUP BY ALL"
        )

    def plan(self, metric: Metric, question: Question, dimensions: Sequence[str | None]) -> Plan:
        """The parts of a query for a metric that reads rows: every kind but a ratio."""
        make = self._free if metric.kind == "sql" else self._aggregate
        return make(metric, question, dimensions)

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
        if part.kind in ("ratio", *RATES):
            raise QuarterdeckError(
                f"{metric.title} is a ratio of {name}, itself a {part.kind}", "Name its parts."
            )
        return name

    def _free(self, metric: Metric, question: Question, dimensions: Sequence[str | None]) -> Plan:
        aggregate = (
            "max_by(value, (time, value))" if metric.aggregate == "last" else f"{metric.aggregate}(value)"
        )
        if metric.aggregate in ("sum", "mean"):
            exact = f"CAST(value AS {DECIMAL})"
            aggregate = f"sum({exact})" if metric.aggregate == "sum" else f"sum({exact}) / count(value)"
        self._refuse_unknown(metric, dimensions)
        local, when = self._free_time(metric, question)
        return Plan(
            relation=f"(\n{given(metric)}\n) AS given",
            within=when,
            rows="",
            local=local,
            cuts=tuple(
                slice_of(f"CAST({identifier(one)} AS VARCHAR)") if one else WHOLE for one in dimensions
            ),
            value=aggregate,
            base="NULL",
            value_among=aggregate,
            base_among="NULL",
        )

    def _refuse_unknown(self, metric: Metric, dimensions: Sequence[str | None]) -> None:
        """Free SQL can be cut by the columns that it selects, and by nothing else."""
        asked = [one for one in dimensions if one]
        if not asked:
            return
        selected = self._snapshot.table(f"SELECT * FROM (\n{given(metric)}\n) AS given LIMIT 0").column_names
        known = [name for name in selected if name.lower() not in {"time", "value"}]
        for one in asked:
            if one.lower() not in map(str.lower, selected):
                raise QuarterdeckError(
                    f"The SQL of {metric.title} selects no column {one!r}",
                    did_you_mean(one, known) or f"It can be cut by: {', '.join(known) or 'nothing'}.",
                )

    def _free_time(self, metric: Metric, question: Question) -> tuple[str, str]:
        """Local time and condition of free SQL; a date or a time without a zone is local already."""
        if self._is_local(metric):
            days = f"time >= DATE '{question.since}' AND time < DATE '{question.until}'"
            return "CAST(time AS TIMESTAMP)", days
        return local_time("time", question), within("time", question)

    def _is_local(self, metric: Metric) -> bool:
        text = given(metric)
        if text not in self._local:
            rows = self._snapshot.rows(f"SELECT typeof(time) FROM (\n{text}\n) AS given LIMIT 1")
            self._local[text] = bool(rows) and rows[0][0] != "TIMESTAMP WITH TIME ZONE"
        return self._local[text]

    def _aggregate(self, metric: Metric, question: Question, dimensions: Sequence[str | None]) -> Plan:
        fields = Fields(self._snapshot, metric.source)
        rows = self._row_conditions(metric, fields)
        value, base = aggregation(metric, fields)
        value_among, base_among = aggregation(metric, fields, f" FILTER (WHERE {rows or 'true'})")
        cuts = tuple(slice_of(fields.text(one)) if one else WHOLE for one in dimensions)
        return Plan(
            relation=fields.relation(),
            within=within(fields.time, question),
            rows=rows,
            local=local_time(fields.time, question),
            cuts=cuts,
            value=value,
            base=base,
            value_among=value_among,
            base_among=base_among,
            counted=fields.text(metric.of or "") if metric.kind == "unique" else None,
        )

    def _row_conditions(self, metric: Metric, fields: Fields) -> str:
        filters = [comparison(one, fields) for one in metric.where]
        if metric.events:
            filters.insert(0, f"event IN ({', '.join(map(quoted, metric.events))})")
        return "\n  AND ".join(filters)

    def rows(self, metric: Metric, question: Question) -> str:
        """SQL that lists the rows which a metric counts; of a ratio, those of its denominator."""
        if metric.kind == "ratio":
            return self.rows(self._metrics[self.part(metric, metric.denominator)], question)
        if metric.kind == "sql":
            _, conditions = self._free_time(metric, question)
            return f"SELECT *\nFROM (\n{given(metric)}\n) AS given\nWHERE {conditions}\nORDER BY time"
        if metric.kind in RATES:
            return entries_sql(self._snapshot, metric, question)
        plan = self.plan(metric, question, (None,))
        return f"SELECT *\nFROM {plan.relation}\nWHERE {plan.where}\nORDER BY {TABLES[metric.source].time}"


def given(metric: Metric) -> str:
    """A definition's own SQL, indented; it must be one SELECT by itself before it stands inside another."""
    return _alone((metric.sql or "").strip().rstrip(";"))


@cache
def _alone(text: str) -> str:
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
