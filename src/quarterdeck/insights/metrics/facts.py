"""Which SQL gives a metric's numbers? The one compiler behind every surface."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from textwrap import indent
from typing import Literal
from zoneinfo import ZoneInfo

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.facts.statements import check_select
from quarterdeck.insights.metrics.definitions import Filter, Metric, Scalar

Grain = Literal["day", "week", "month"]
PropertyKind = Literal["text", "number", "boolean"]
Row = tuple[date, str | None, float | None, float | None]

DECIMAL = "DECIMAL(30, 6)"  # sums of doubles differ from run to run with the order of the threads
NO_VALUE = "(none)"
MOST_CLOCK_CHANGES = 8
VIEWS = {"identified_events": {"events", "aliases", "people"}, "account_periods": {"accounts"}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked of a metric: local days [since, until), grain, and a dimension or none."""

    since: date
    until: date
    grain: Grain
    zone: ZoneInfo
    week_starts_on: int
    dimension: str | None = None


def sql_text(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def sql_name(value: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + value.replace('"', '""') + '"'


def sql_literal(value: Scalar) -> str:
    """A definition's scalar as an SQL literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return sql_text(value) if isinstance(value, str) else f"{value!r}"


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local day begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def sql_instant(moment: datetime) -> str:
    """A moment in UTC as an SQL literal."""
    return f"TIMESTAMPTZ '{moment:%Y-%m-%d %H:%M:%S}+00'"


def within(time: str, question: Question) -> str:
    """The condition that a time lies in the days asked for, as SQL."""
    since, until = (sql_instant(midnight(day, question.zone)) for day in (question.since, question.until))
    return f"{time} >= {since} AND {time} < {until}"


def local_time(column: str, question: Question) -> str:
    """A column of instants as local wall-clock time, as SQL.

    Between two changes of clocks that is an addition, some ten times as fast as looking the zone up row by
    row; over years of changes the look-up is the shorter text.
    """
    changes = clock_changes(question.zone, question.since, question.until)
    if len(changes) > MOST_CLOCK_CHANGES:
        return f"timezone({sql_text(question.zone.key)}, {column})"
    microseconds = [offset * 1_000_000 for _, offset in changes]
    offset = str(microseconds[-1])
    for (moment, _), before in zip(changes[:0:-1], microseconds[-2::-1], strict=True):
        offset = f"CASE WHEN {column} < {sql_instant(moment)} THEN {before} ELSE {offset} END"
    return f"make_timestamp(epoch_us({column}) + {offset})"


def clock_changes(zone: ZoneInfo, since: date, until: date) -> list[tuple[datetime, int]]:
    """When, within local days [since, until), which offset from UTC in seconds begins to hold."""
    moment, end = midnight(since, zone), midnight(until, zone)
    changes = [(moment, _offset(moment, zone))]
    while moment < end:
        following = min(moment + timedelta(days=1), end)
        if _offset(following, zone) != changes[-1][1]:
            sooner, later = moment, following
            while later - sooner > timedelta(seconds=1):
                middle = sooner + (later - sooner) // 2
                middle = middle.replace(microsecond=0)
                if _offset(middle, zone) == changes[-1][1]:
                    sooner = middle
                else:
                    later = middle
            changes.append((later, _offset(later, zone)))
            following = later
        moment = following
    return changes


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def bucket(local_time: str, question: Question) -> str:
    """The local day, week or month that a local time falls into, as SQL."""
    shift = question.week_starts_on
    if question.grain == "week" and shift:
        start = f"date_trunc('week', {local_time} - INTERVAL {shift} DAY) + INTERVAL {shift} DAY"
    else:
        start = f"date_trunc('{question.grain}', {local_time})"
    return f"CAST({start} AS DATE)"


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
        aggregate = "arg_max(value, time)" if metric.aggregate == "last" else f"{metric.aggregate}(value)"
        if metric.aggregate in ("sum", "mean"):
            exact = f"CAST(value AS {DECIMAL})"
            aggregate = f"sum({exact})" if metric.aggregate == "sum" else f"sum({exact}) / count(value)"
        cut = (
            f"CAST({sql_name(question.dimension)} AS VARCHAR)"
            if question.dimension
            else "CAST(NULL AS VARCHAR)"
        )
        local = local_time("CAST(time AS TIMESTAMPTZ)", question)
        return (
            f"SELECT {bucket(local, question)} AS bucket, {slice_of(cut, question)} AS slice,\n"
            f"  CAST({aggregate} AS DOUBLE) AS value, CAST(NULL AS DOUBLE) AS base\n"
            f"FROM (\n{given(metric)}\n) AS given\n"
            f"WHERE {within('time', question)}\n"
            "GROUP BY ALL"
        )

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
            filters.insert(0, f"event IN ({', '.join(map(sql_text, metric.events))})")
        filters.append(within(fields.time, question))
        return "\n  AND ".join(filters)

    def rows(self, metric: Metric, question: Question) -> str:
        """SQL that lists the rows which a metric counts; of a ratio, those of its denominator."""
        if metric.kind == "ratio":
            return self.rows(self._metrics[self.part(metric, metric.denominator)], question)
        if metric.kind == "sql":
            conditions = within("time", question)
            return f"SELECT *\nFROM (\n{given(metric)}\n) AS given\nWHERE {conditions}\nORDER BY time"
        fields = Fields(self._snapshot, metric.source)
        conditions = self._conditions(metric, fields, question)
        return f"SELECT *\nFROM {fields.relation()}\nWHERE {conditions}\nORDER BY {fields.time}"


def given(metric: Metric) -> str:
    """A definition's own SQL, indented; it must be one SELECT by itself before it stands inside another."""
    text = (metric.sql or "").strip().rstrip(";")
    check_select(text)
    return indent(text, "  ")


def is_personal(source: str, field: str) -> bool:
    """Does a field hold ids of people?"""
    return source in TABLES and field in TABLES[source].personal_columns


def tables_read(sql: str, versions: Mapping[str, int]) -> dict[str, int]:
    """The tables that a query names, itself or by a view, with their versions."""
    words = set(re.findall(r"\w+", sql))
    for view, tables in VIEWS.items():
        if view in words:
            words |= tables
    return {table: version for table, version in sorted(versions.items()) if table in words}


def slice_of(expression: str, question: Question) -> str:
    """The slice a row falls into; rows without the property form a slice of their own."""
    return f"coalesce({expression}, {sql_text(NO_VALUE)})" if question.dimension else expression


def aggregation(metric: Metric, fields: Fields) -> tuple[str, str]:
    """SQL of the value and of its base for the kinds that read rows."""
    if metric.kind == "count":
        return "count(*)", "NULL"
    if metric.kind == "unique":
        return f"count(DISTINCT {fields.text(metric.of or '')})", "NULL"
    number = fields.number(metric.field or "")
    exact = f"sum(TRY_CAST({number} AS {DECIMAL}))"
    match metric.kind:
        case "sum":
            return f"coalesce({exact}, 0)", "NULL"
        case "mean":
            return f"{exact} / count({number})", f"count({number})"
        case _:
            return f"quantile_cont({number}, {(metric.percentile or 50) / 100!r})", f"count({number})"


def comparison(asked: Filter, fields: Fields) -> str:
    """A definition's filter as an SQL condition that is never NULL."""
    name, value = asked.comparison
    values = value if isinstance(value, tuple) else (value,)
    match name:
        case "is_set":
            return f"{fields.text(asked.field)} IS {'NOT ' if value else ''}NULL"
        case "contains":
            text = f"lower({fields.text(asked.field)})"
            return f"coalesce(contains({text}, {sql_text(str(value).lower())}), false)"
        case "equals" | "any_of" | "is_not" | "none_of":
            expression = fields.as_kind_of(asked.field, values)
            found = f"coalesce({expression} IN ({', '.join(map(sql_literal, values))}), false)"
            return found if name in ("equals", "any_of") else f"NOT {found}"
        case _:
            sign = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}[name]
            return f"coalesce({fields.number(asked.field)} {sign} {sql_literal(values[0])}, false)"


class Fields:
    """The columns, properties and joins that one metric's rows need."""

    def __init__(self, snapshot: Snapshot, source: str) -> None:
        if source not in TABLES:
            raise QuarterdeckError(
                f"There is no fact table {source!r}", f"The tables are: {', '.join(sorted(TABLES))}."
            )
        self._snapshot = snapshot
        self._source = source
        self._joined: dict[str, set[str]] = {"account": set(), "person": set()}
        self._identified = False

    @property
    def time(self) -> str:
        """The column that says when the fact happened."""
        name = TABLES[self._source].time
        if name is None:
            raise QuarterdeckError(f"Facts in {self._source} have no time", "Count another table.")
        return name

    def text(self, field: str) -> str:
        """A field as text."""
        return self._expression(field, "text")

    def number(self, field: str) -> str:
        """A field as a number."""
        return self._expression(field, "number")

    def as_kind_of(self, field: str, values: Iterable[Scalar]) -> str:
        """A field as the type that the values it is compared with have."""
        kinds = {type(value) for value in values}
        if kinds <= {bool}:
            return self._expression(field, "boolean")
        return self.number(field) if kinds <= {float, int} else self.text(field)

    def relation(self) -> str:
        """The FROM clause: the facts, and accounts as of then or people where a field asks for them."""
        text = "identified_events" if self._identified else self._source
        if columns := sorted(self._joined["account"]):
            given = "".join(f", {sql_name(name)} AS {sql_name('account.' + name)}" for name in columns)
            text += (
                "\nLEFT JOIN (\n"
                "  SELECT account AS joined_account, valid_from AS joined_from, valid_to AS joined_to"
                f"{given}\n  FROM account_periods\n"
                f") AS account_then ON account = joined_account AND {self.time} >= joined_from\n"
                f"  AND (joined_to IS NULL OR {self.time} < joined_to)"
            )
        if columns := sorted(self._joined["person"]):
            given = "".join(f", max({sql_name(name)}) AS {sql_name('person.' + name)}" for name in columns)
            text += (
                "\nLEFT JOIN (\n"
                f"  SELECT person AS joined_person{given} FROM people GROUP BY person\n"
                ") AS somebody ON person = joined_person"
            )
        return text

    def _expression(self, field: str, kind: PropertyKind) -> str:
        owner, _, name = field.partition(".")
        joined = {"account": "accounts", "person": "people"}.get(owner) if name else None
        if joined and name in TABLES[joined].column_names and owner in TABLES[self._source].column_names:
            self._joined[owner].add(name)
            self._identify(owner)
            return CASTS[kind].format(sql_name(field))
        if field in TABLES[self._source].column_names:
            self._identify(field)
            return CASTS[kind].format(sql_name(field))
        if self._source == "events":
            return self._snapshot.property_sql(field, kind)
        raise QuarterdeckError(
            f"Facts in {self._source} have no column {field!r}",
            f"They have: {', '.join(TABLES[self._source].column_names)}.",
        )

    def _identify(self, column: str) -> None:
        # Resolving aliases and accounts is a join: only where the metric looks at what it changes.
        if self._source == "events" and column in self._snapshot.identified_columns:
            self._identified = True


CASTS: Mapping[PropertyKind, str] = {
    "text": "CAST({} AS VARCHAR)",
    "number": "TRY_CAST({} AS DOUBLE)",
    "boolean": "TRY_CAST({} AS BOOLEAN)",
}


def presence(table: str, question: Question) -> str:
    """SQL that lists the buckets in which a fact table has any row at all."""
    time = TABLES[table].time or ""
    return (
        f"SELECT DISTINCT {bucket(local_time(time, question), question)} AS bucket\nFROM {table}\n"
        f"WHERE {within(time, question)}\nORDER BY bucket"
    )
