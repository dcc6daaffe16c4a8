"""Which SQL stands for a field, a filter or an aggregate of a metric?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.connection import identifier, quoted
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.definitions import Filter, Metric, Scalar
from quarterdeck.insights.metrics.facts.clock import Question

PropertyKind = Literal["text", "number", "boolean"]


DECIMAL = "DECIMAL(38, 12)"  # sums of doubles differ from run to run with the order of the threads


FOREVER = "TIMESTAMPTZ '-infinity'"
NO_VALUE = "(none)"


def sql_literal(value: Scalar) -> str:
    """A definition's scalar as an SQL literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else f"{value!r}"


def is_personal(source: str, field: str) -> bool:
    """Does a field hold ids of people?"""
    return source in TABLES and field in TABLES[source].personal_columns


def slice_of(expression: str, question: Question) -> str:
    """The slice a row falls into; rows without the property form a slice of their own."""
    return f"coalesce({expression}, {quoted(NO_VALUE)})" if question.dimension else expression


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
            return f"coalesce(contains({text}, {quoted(str(value).lower())}), false)"
        case "equals" | "any_of" | "is_not" | "none_of":
            expression = fields.as_kind_of(asked.field, values)
            found = f"coalesce({expression} IN ({', '.join(map(sql_literal, values))}), false)"
            return found if name in ("equals", "any_of") else f"NOT {found}"
        case _:
            sign = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}[name]
            return f"coalesce({fields.number(asked.field)} {sign} {sql_literal(values[0])}, false)"


def given_order(columns: Iterable[str]) -> str:
    """A tie-break for rows that begin at one time, so that one result comes of them on every run."""
    return "".join(f", {identifier(name)}" for name in columns)


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
        """The FROM clause: the facts, and accounts and people as of then where a field asks for them."""
        text = "identified_events" if self._identified else self._source
        if columns := sorted(self._joined["account"]):
            given = "".join(f", {identifier(name)} AS {identifier('account.' + name)}" for name in columns)
            text += (
                "\nLEFT JOIN (\n"
                "  SELECT account AS joined_account, valid_from AS joined_from, valid_to AS joined_to"
                f"{given}\n  FROM account_periods\n"
                f") AS account_then ON account = joined_account AND {self.time} >= joined_from\n"
                f"  AND (joined_to IS NULL OR {self.time} < joined_to)"
            )
        if columns := sorted(self._joined["person"]):
            given = "".join(f", {identifier(name)} AS {identifier('person.' + name)}" for name in columns)
            text += (
                "\nLEFT JOIN (\n"
                "  SELECT person AS joined_person, begins AS person_from,\n"
                f"    lead(begins) OVER (PARTITION BY person ORDER BY begins{given_order(columns)})"
                f" AS person_to{given}\n"
                f"  FROM (SELECT *, coalesce(valid_from, {FOREVER}) AS begins FROM people)\n"
                f") AS person_then ON person = joined_person AND {self.time} >= person_from\n"
                f"  AND (person_to IS NULL OR {self.time} < person_to)"
            )
        return text

    def _expression(self, field: str, kind: PropertyKind) -> str:
        owner, _, name = field.partition(".")
        joined = {"account": "accounts", "person": "people"}.get(owner) if name else None
        if joined and name in TABLES[joined].column_names and owner in TABLES[self._source].column_names:
            self._joined[owner].add(name)
            self._identify(owner)
            return CASTS[kind].format(identifier(field))
        if field in TABLES[self._source].column_names:
            self._identify(field)
            return CASTS[kind].format(identifier(field))
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
