"""Which SQL stands for a field, a filter or an aggregate of a metric?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.connection import identifier, quoted
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.definitions import Filter, Metric, Scalar

PropertyKind = Literal["text", "number", "boolean"]


DECIMAL = "DECIMAL(38, 12)"  # sums of doubles differ from run to run with the order of the threads


PERIODS = {"account": "account_periods", "person": "people_periods"}
NO_VALUE = "(none)"


def sql_literal(value: Scalar) -> str:
    """A definition's scalar as an SQL literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else f"{value!r}"


def is_personal(source: str, field: str) -> bool:
    """Does a field hold ids of people?"""
    return source in TABLES and field in TABLES[source].personal_columns


def slice_of(expression: str) -> str:
    """The slice a row falls into; rows without the property form a slice of their own."""
    return f"coalesce({expression}, {quoted(NO_VALUE)})"


def aggregation(metric: Metric, fields: Fields, only: str = "") -> tuple[str, str]:
    """SQL of the value and of its base for the kinds that read rows; `only` filters each aggregate."""
    if metric.kind == "count":
        return f"count(*){only}", "NULL"
    if metric.kind == "unique":
        return f"count(DISTINCT {fields.text(metric.of or '')}){only}", "NULL"
    number = fields.number(metric.field or "")
    exact = f"sum(TRY_CAST({number} AS {DECIMAL})){only}"
    match metric.kind:
        case "sum":
            return f"coalesce({exact}, 0)", "NULL"
        case "mean":
            return f"{exact} / count({number}){only}", f"count({number}){only}"
        case _:
            rank = (metric.percentile or 50) / 100
            return f"quantile_cont({number}, {rank!r}){only}", f"count({number}){only}"


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
        """The FROM clause: the facts, with accounts and people as of then where a field asks for them."""
        text = f"identified_{self._source}" if self._identified else self._source
        for owner, view in PERIODS.items():
            columns = sorted(self._joined[owner])
            if not columns:
                continue
            given = "".join(f", {identifier(name)} AS {identifier(f'{owner}.{name}')}" for name in columns)
            text += (
                "\nLEFT JOIN (\n"
                f"  SELECT {owner} AS joined_{owner}, valid_from AS {owner}_from, valid_to AS {owner}_to"
                f"{given}\n  FROM {view}\n"
                f") AS {owner}_then ON {owner} = joined_{owner}\n"
                f"  AND ({owner}_from IS NULL OR {self.time} >= {owner}_from)\n"
                f"  AND ({owner}_to IS NULL OR {self.time} < {owner}_to)"
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
        if column in self._snapshot.identified_columns[self._source]:
            self._identified = True


CASTS: Mapping[PropertyKind, str] = {
    "text": "CAST({} AS VARCHAR)",
    "number": "TRY_CAST({} AS DOUBLE)",
    "boolean": "TRY_CAST({} AS BOOLEAN)",
}
