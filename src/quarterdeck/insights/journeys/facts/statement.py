"""How is one statement put together, and how is it written for DuckDB, ClickHouse and Spark?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import sqlglot
from sqlglot import exp

from quarterdeck.insights.journeys.facts.source import Source

SqlDialect = Literal["duckdb", "clickhouse", "spark"]

HAS_ELEMENT = "HAS_ELEMENT"
"""HAS_ELEMENT(json, key, text, ...): is one element of a JSON list so? No two databases say it alike."""


TAKE_TURNS = "TAKE_TURNS"
"""TAKE_TURNS(shallowness, first, number, begins, last, closes): of the spans of a group, in that order, the
numbers of those that overlap none taken before. One lies behind another if its first place is behind that
one's last, and begins after it closes. To choose one after the other takes a list that is folded."""

CLICKHOUSE_TRIES: Mapping[object, str] = {
    exp.DataType.Type.DOUBLE: "toFloat64OrNull",
    exp.DataType.Type.TIMESTAMPTZ: "parseDateTime64BestEffortOrNull",
}
SPAN = ("shallow", "first", "number", "begins", "last", "closes")


class Statement:
    """Common tables in their order; each may read those before it."""

    def __init__(self, source: Source) -> None:
        self._tables = dict(source.tables)

    def add(self, name: str, sql: str) -> str:
        """One more table; its name."""
        self._tables[name] = sql
        return name

    def select(self, sql: str) -> exp.Expr:
        """The whole statement, ending in a SELECT."""
        tables = ",\n".join(f"{name} AS (\n{body}\n)" for name, body in self._tables.items())
        return sqlglot.parse_one(f"WITH {tables}\n{sql}" if tables else sql, dialect="duckdb")


def written(statement: exp.Expr, dialect: SqlDialect = "duckdb") -> str:
    """The text of a statement for one database."""
    return statement.transform(TURNS[dialect]).sql(dialect=dialect, pretty=True)


def listed(expressions: Iterable[str]) -> str:
    """Expressions, one after the other."""
    return ", ".join(expressions)


def either(whens: Iterable[str], otherwise: str) -> str:
    """CASE of some WHENs; what is left over where there are none."""
    listed_whens = " ".join(whens)
    return f"CASE {listed_whens} ELSE {otherwise} END" if listed_whens else otherwise


def _for_duckdb(node: exp.Expr) -> exp.Expr:
    if _is(node, TAKE_TURNS):
        fields = ", ".join(f"{name}: {value}" for name, value in zip(SPAN, _arguments(node), strict=True))
        spans = f"LIST_TRANSFORM(LIST_SORT(LIST({{{fields}}})), x -> [x])"
        free = f"LEN(LIST_FILTER(taken, t -> LEN(LIST_FILTER(x, y -> {_overlap('y', 't')})) > 0)) = 0"
        folded = (
            f"LIST_REDUCE({spans}, (taken, x) -> CASE WHEN {free} THEN LIST_CONCAT(taken, x) ELSE taken END)"
        )
        return sqlglot.parse_one(f"LIST_TRANSFORM({folded}, t -> t.number)", dialect="duckdb")
    if not _is_element(node):
        return node
    column, pairs = _element_of(node)
    each = _all(f"JSON_EXTRACT_STRING(one, '$.' || {_name(key)}) = {value}" for key, value in pairs)
    alone = _all(f"JSON_EXTRACT_STRING({column}, '$.' || {_name(key)}) = {value}" for key, value in pairs)
    return sqlglot.parse_one(
        f"CASE WHEN NOT JSON_VALID({column}) THEN FALSE WHEN JSON_TYPE({column}) = 'ARRAY' "
        f"THEN LEN(LIST_FILTER(CAST({column} AS JSON[]), one -> {each})) > 0 ELSE {alone} END",
        dialect="duckdb",
    )


def _name(key: str) -> str:
    return f"'\"' || {key} || '\"'"


def _for_clickhouse(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Select):
        return _named_again(node)
    if _is(node, TAKE_TURNS):
        given = ", ".join(f"assumeNotNull({value})" for value in _arguments(node))
        nothing = f"CAST([], 'Array(Tuple({_typed('Int64')}))')"
        spans = f"CAST(arraySort(groupArray(tuple({given}))), 'Array(Tuple({_typed('Int64')}))')"
        taken = f"if(arrayExists(t -> {_overlap('x', 't')}, taken), taken, arrayPushBack(taken, x))"
        folded = f"arrayFold((taken, x) -> {taken}, {spans}, {nothing})"
        return sqlglot.parse_one(f"arrayMap(t -> t.number, {folded})", dialect="clickhouse")
    if isinstance(node, exp.BitwiseAnd):
        return exp.Anonymous(this="bitAnd", expressions=[node.this, node.expression])
    if isinstance(node, exp.Lag | exp.Lead):
        # What is before the first is 0 there, unless it can be nothing.
        node.set("this", exp.Anonymous(this="toNullable", expressions=[node.this.copy()]))
        return node
    if _is_element(node):
        column, pairs = _element_of(node)
        each = _all(f"JSONExtractString(one, {key}) = {value}" for key, value in pairs)
        whole = f"IF(JSONType({column}) = 'Array', JSONExtractArrayRaw({column}), [{column}])"
        return sqlglot.parse_one(f"arrayExists(one -> {each}, {whole})", dialect="clickhouse")
    if isinstance(node, exp.TryCast):
        name = CLICKHOUSE_TRIES.get(node.to.this)
        return exp.Anonymous(this=name, expressions=[node.this]) if name else node
    if isinstance(node, exp.Cast) and node.to.is_type("timestamptz"):
        return exp.Anonymous(this="parseDateTime64BestEffort", expressions=[node.this])
    if isinstance(node, exp.PercentileCont):
        return exp.ParameterizedAgg(
            this="quantileExactInclusive", expressions=[node.expression], params=[node.this]
        )
    if _is_microseconds(node):
        return exp.Anonymous(this="toUnixTimestamp64Micro", expressions=node.expressions)
    return node


def _named_again(select: exp.Select) -> exp.Select:
    """There a column of a join is called `h0.unit`, unless it is given its own name again."""
    for each in select.expressions:
        if isinstance(each, exp.Column) and each.table and not each.is_star:
            each.replace(exp.alias_(each.copy(), each.name))
    return select


def _for_spark(node: exp.Expr) -> exp.Expr:
    if _is(node, TAKE_TURNS):
        fields = ", ".join(f"{value} AS {name}" for name, value in zip(SPAN, _arguments(node), strict=True))
        nothing = f"CAST(ARRAY() AS ARRAY<STRUCT<{_typed('BIGINT', ': ')}>>)"
        taken = (
            f"CASE WHEN EXISTS(taken, t -> {_overlap('x', 't')}) THEN taken ELSE CONCAT(taken, ARRAY(x)) END"
        )
        folded = f"AGGREGATE(SORT_ARRAY(COLLECT_LIST(STRUCT({fields}))), {nothing}, (taken, x) -> {taken})"
        return sqlglot.parse_one(f"TRANSFORM({folded}, t -> t.number)", dialect="spark")
    if isinstance(node, exp.PercentileCont):
        return exp.Anonymous(this="PERCENTILE", expressions=[node.this, node.expression])
    if _is_microseconds(node):
        return exp.Anonymous(this="UNIX_MICROS", expressions=node.expressions)
    if not _is_element(node):
        return node
    column, pairs = _element_of(node)
    each = _all(f"one[{key}] = {value}" for key, value in pairs)
    whole = f"COALESCE(FROM_JSON({column}, 'array<map<string,string>>'), ARRAY())"
    alone = f"ARRAY(FROM_JSON({column}, 'map<string,string>'))"
    found = f"CASE WHEN LEFT(TRIM({column}), 1) = '[' THEN {whole} ELSE {alone} END"
    return sqlglot.parse_one(f"EXISTS({found}, one -> {each})", dialect="spark")


def _overlap(one: str, other: str) -> str:
    """Does neither of two spans lie behind the other?"""
    behind = (
        f"({late}.first > {early}.last AND {late}.begins > {early}.closes)"
        for late, early in ((one, other), (other, one))
    )
    return f"NOT ({' OR '.join(behind)})"


def _typed(kind: str, between: str = " ") -> str:
    return ", ".join(f"{name}{between}{kind}" for name in SPAN)


def _is_microseconds(node: exp.Expr) -> bool:
    return _is(node, "EPOCH_US")


def _is_element(node: exp.Expr) -> bool:
    return _is(node, HAS_ELEMENT)


def _is(node: exp.Expr, function: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.upper() == function


def _arguments(node: exp.Expr) -> list[str]:
    return [each.sql(dialect="duckdb") for each in node.expressions]


def _element_of(node: exp.Expr) -> tuple[str, list[tuple[str, str]]]:
    column, *rest = _arguments(node)
    return column, list(zip(rest[::2], rest[1::2], strict=True))


def _all(conditions: Iterable[str]) -> str:
    return f"({' AND '.join(conditions)})"


TURNS: Mapping[SqlDialect, Callable[[exp.Expr], exp.Expr]] = {
    "duckdb": _for_duckdb,
    "clickhouse": _for_clickhouse,
    "spark": _for_spark,
}
