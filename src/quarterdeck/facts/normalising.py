"""How do the columns of a file become rows of a fact table, and which rows cannot?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.facts.connection import identifier, quoted
from quarterdeck.facts.maps import Constant, FactMap, Options
from quarterdeck.facts.properties import ARROW_KINDS, PropertyKind, with_values
from quarterdeck.facts.reading.block import BadRow, Block
from quarterdeck.facts.schema import ARROW_TYPES, Column
from quarterdeck.facts.typed_properties import Kinds, Property, faults_of, reading_sql
from quarterdeck.facts.usual_numbers import usual_numbers
from quarterdeck.facts.usual_times import text_buffers, usual_times
from quarterdeck.facts.wall_clock import Unclear, WallClock
from quarterdeck.facts.written_numbers import DecimalMark, plain_number
from quarterdeck.facts.written_times import Reading, Usual, in_calendar, reading_of, tidied, trimmed

KEY_HASH = "_key_hash"
_REASON = "_reason"

# What may stand in a column, for other programs stop at the years 1 and 9999, and no sum survives infinity.
_IN_RANGE = {
    "time": "BETWEEN TIMESTAMPTZ '0001-01-02 00:00:00+00' AND TIMESTAMPTZ '9999-12-30 00:00:00+00'",
    "date": "BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'",
    "number": "BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308",
}
# Casting would round it.
_FRACTION = r"\.[0-9]*[1-9]"
_SQL_TYPES = {"number": "DOUBLE", "integer": "BIGINT", "money": "DECIMAL(18,2)", "boolean": "BOOLEAN"}
_NOT_ASCII = 128
_ARTICLES = {
    "date": "a date",
    "number": "a number",
    "integer": "a whole number",
    "money": "an amount",
    "boolean": "true or false",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Normalised:
    """The rows of a block that fit their table, and those that do not.

    `unclear` counts times of the former that a clock shows twice, or never.
    """

    rows: pa.Table
    bad: tuple[BadRow, ...]
    unclear: Counter[Unclear]


class Normaliser:
    """Applies one map to block after block; holds a DuckDB that reads no file.

    The first values of a property settle its kind, unless the map or the table (`known`) has one already.
    """

    def __init__(self, fact_map: FactMap, known: Mapping[str, PropertyKind], threads: int = 2) -> None:
        self._map = fact_map
        self._decimal = fact_map.options.decimal
        self._kinds = Kinds(fact_map.property_kinds, known, self._decimal)
        self._clock = WallClock(ZoneInfo(fact_map.options.timezone or "UTC"))
        self._duckdb = duckdb.connect(
            ":memory:", config={"threads": str(threads), "memory_limit": "1GB", "temp_directory": ""}
        )
        self._duckdb.execute("SET TimeZone = 'UTC'")
        self._duckdb.execute("SET enable_external_access = false")

    def close(self) -> None:
        """Give the memory back."""
        self._duckdb.close()

    def normalise(self, block: Block) -> Normalised:
        """The rows of a block in the shape of the table, but for the order of columns."""
        sources, columns = _sources(block.rows, self._map)
        properties = list(self._kinds.properties(block))
        sources |= {f"p{index}": p.values for index, p in enumerate(properties) if p.needs_reading}
        sources |= {f"n{index}": usual_numbers(_whole(p.values)) for index, p in self._plain(properties)}
        if not sources:
            sources["s"] = pa.nulls(block.rows.num_rows, pa.string())
        self._duckdb.register("block", pa.table(sources))
        result = self._duckdb.sql(self._query(columns, properties)).to_arrow_table()
        self._duckdb.unregister("block")
        rows = self._assemble(block, result, columns, properties)
        reasons = result.column(_REASON)
        good = pc.is_null(reasons)
        unclear: Counter[Unclear] = Counter()
        for name in (name for name, mapped in columns.items() if mapped.shown):
            counted = pc.and_(good, pc.fill_null(result.column(f"l_{name}"), False))
            unclear += self._clock.unclear(
                result.column(name).filter(counted).combine_chunks().cast(pa.int64()).to_numpy()
            )
        if reasons.null_count == len(reasons):
            return Normalised(rows=rows, bad=(), unclear=unclear)
        bad = tuple(_bad_rows(block, reasons.combine_chunks()))
        return Normalised(rows=rows.filter(good), bad=bad, unclear=unclear)

    def _plain(self, properties: Sequence[Property]) -> list[tuple[int, Property]]:
        """Properties of which most texts are numbers that need no SQL."""
        if self._decimal == ",":
            return []
        return [(i, p) for i, p in enumerate(properties) if p.needs_reading and p.kind == "number"]

    def _query(self, columns: Mapping[str, _Mapped], properties: Sequence[Property]) -> str:
        """Steps, so that no value is worked out twice: trimmed texts, their marks, values, faults."""
        texts = [f"{column.trimmed} AS t_{name}" for name, column in columns.items() if column.trimmed]
        marks = [f"{column.offset} AS o_{name}" for name, column in columns.items() if column.offset]
        values = [f"{column.value} AS v_{name}" for name, column in columns.items() if column.value]
        picked = [f"v_{name} AS {identifier(name)}" for name, column in columns.items() if column.value]
        picked += [f"{column.shown} AS l_{name}" for name, column in columns.items() if column.shown]
        faults = [(test, quoted(reason)) for column in columns.values() for test, reason in column.faults]
        plainly = {index for index, _ in self._plain(properties)}
        for index, wanted in enumerate(properties):
            if not wanted.needs_reading:
                continue
            plain, value = reading_sql(f"p{index}", wanted, self._decimal)
            texts.append(f"{plain} AS t{index}")
            if index in plainly:
                value = f"CASE WHEN n{index} IS NOT NULL THEN n{index} ELSE {value} END"
            values.append(f"{value} AS q{index}")
            rest = f"t{index}" if wanted.declared else f"p{index}"
            left_over = f"CASE WHEN q{index} IS NULL THEN {rest} END"
            stored = f"t{index}" if wanted.stored == "text" else f"q{index}"
            picked += [f"{stored} AS p{index}", f"{left_over} AS r{index}"]
            missing = f"n{index} IS NULL AND " if index in plainly else ""
            found = faults_of(f"p{index}", wanted, f"t{index}", self._decimal)
            faults += [(f"{missing}{test}", reason) for test, reason in found]
        whens = " ".join(f"WHEN {test} THEN {reason}" for test, reason in faults)
        picked.append(f"CASE {whens} END AS {_REASON}" if whens else f"NULL::VARCHAR AS {_REASON}")
        key = self._map.table.key
        if key is not None and key in columns:
            picked.append(f"hash({columns[key].source}) AS {KEY_HASH}")
        block = "block"
        for step in filter(None, (texts, marks, values)):
            block = f"(SELECT {', '.join(['*', *step])} FROM {block})"  # noqa: S608
        return f"SELECT {', '.join(picked)} FROM {block}"  # noqa: S608

    def _assemble(
        self,
        block: Block,
        result: pa.Table,
        columns: Mapping[str, _Mapped],
        properties: Sequence[Property],
    ) -> pa.Table:
        arrays: dict[str, Any] = {
            name: mapped.passed if mapped.value is None else result.column(name)
            for name, mapped in columns.items()
        }
        for name in (name for name, mapped in columns.items() if mapped.shown):
            arrays[name] = _instants(result.column(name), result.column(f"l_{name}"), self._clock)
        if KEY_HASH in result.column_names:
            arrays[KEY_HASH] = result.column(KEY_HASH)
        named: list[tuple[str, Any]] = []
        for index, wanted in enumerate(properties):
            if not wanted.needs_reading:
                named.append((wanted.key, wanted.values))
                continue
            named.append((wanted.key, _read(result, f"p{index}", wanted)))
            left_over = result.column(f"r{index}").combine_chunks()
            if wanted.stored != "text" and left_over.null_count < len(left_over):
                named.append((wanted.key, left_over))
        if block.rest:
            arrays["properties_rest"] = with_values(pa.nulls(block.rows.num_rows, pa.string()), block.rest)
        if named:
            arrays["properties"] = pa.StructArray.from_arrays(
                [values for _, values in named], names=[key for key, _ in named]
            )
        return pa.table(arrays)


def _read(result: pa.Table, name: str, wanted: Property) -> Any:
    """A property as it was read; as text where the table keeps it so."""
    kind = "text" if wanted.stored == "text" else wanted.kind
    return result.column(name).combine_chunks().cast(ARROW_KINDS[kind])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mapped:
    """One column of the table in SQL: its source, the trimmed source, its value, and when a row is at fault.

    A text that goes through unchanged has no value but is `passed`. `offset` says whether the text of a time
    has its own, `shown` whether the value is what a clock in the map's zone shows, and no instant yet.
    """

    source: str
    trimmed: str | None = None
    value: str | None = None
    faults: tuple[tuple[str, str], ...] = ()
    passed: Any = None
    offset: str | None = None
    shown: str | None = None


def _instants(values: Any, shown: Any, clock: WallClock) -> Any:
    """A column of times of which some are still what a clock shows."""
    values = values.combine_chunks()
    numbers = pc.fill_null(values.cast(pa.int64()), 0).to_numpy().copy()
    where = pc.fill_null(shown.combine_chunks(), False).to_numpy(zero_copy_only=False)
    numbers[where] = clock.instants(numbers[where])
    missing = values.is_null().to_numpy(zero_copy_only=False)
    return pa.array(numbers, pa.int64(), mask=missing).view(ARROW_TYPES["time"])


def _sources(rows: pa.Table, fact_map: FactMap) -> tuple[dict[str, Any], dict[str, _Mapped]]:
    """The columns that SQL reads, under names of its own, and what it makes of them."""
    sources: dict[str, Any] = {}
    columns: dict[str, _Mapped] = {}
    for column in fact_map.table.columns:
        origin = fact_map.origins.get(column.name)
        if origin is None:
            continue
        typed, passed, usual = pa.string(), None, None
        if isinstance(origin, Constant):
            sql = quoted(origin.value)
        else:
            names = [f"s{rows.column_names.index(source)}" for source in origin]
            for name, source in zip(names, origin, strict=True):
                sources[name] = _readable(rows.column(source), column)
            sql = names[0]
            if len(names) > 1:
                present = ", ".join(f"nullif({name}, '')" for name in names)
                sql = f"trim(coalesce({present}))" if column.is_id else f"coalesce({present})"
            else:
                if column.is_id and pa.types.is_string(sources[sql].type):
                    sources[sql] = _trimmed(_whole(sources[sql]))
                typed = sources[sql].type
                passed = sources[sql] if column.type == "text" else None
                if column.type == "time" and typed == pa.string():
                    usual = _usual(f"f_{column.name}", sources, sql, fact_map.options)
        columns[column.name] = _mapped(column, sql, typed, fact_map, passed, usual)
    return sources, columns


def _usual(name: str, sources: dict[str, Any], source: str, options: Options) -> Usual | None:
    """Times that need no SQL, put beside the texts they stand for."""
    found = usual_times(_whole(sources[source])) if options.time_format is None else None
    if found is None or not (found.zoned or options.timezone):
        return None
    sources[name] = found.array()
    return Usual(name=name, zoned=found.zoned)


def _trimmed(values: Any) -> Any:
    """Texts without blanks around them; most have none anywhere, which a look at their bytes tells."""
    offsets, content = text_buffers(values)
    content = content[offsets[0] : offsets[-1]]
    if len(content) and (content.min() <= ord(" ") or content.max() >= _NOT_ASCII):
        return pc.utf8_trim_whitespace(values)
    return values


def _whole(values: Any) -> Any:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _readable(values: Any, column: Column) -> Any:
    """A typed column as SQL can use it: times and dates as they are, all else as text."""
    types = pa.types
    if types.is_string(values.type):
        return values
    if column.type in {"time", "date"} and (types.is_timestamp(values.type) or types.is_date(values.type)):
        return in_calendar(values)
    if types.is_floating(values.type) and column.type in {"text", "integer"}:
        whole = pc.all(pc.equal(values, pc.floor(values))).as_py()
        in_range = pc.all(pc.less(pc.abs(values), pa.scalar(2.0**53))).as_py()
        if whole and in_range:
            values = values.cast(pa.int64())
    return values.cast(pa.string())


def _mapped(
    column: Column,
    sql: str,
    typed: pa.DataType,
    fact_map: FactMap,
    passed: Any,
    usual: Usual | None = None,
) -> _Mapped:
    name = column.name
    is_text = typed == pa.string()
    faults: list[tuple[str, str]] = []
    if column.required:
        empty = _empty(sql, trimmed=column.is_id) if is_text else f"{sql} IS NULL"
        faults.append((f"{usual.name} IS NULL AND {empty}" if usual else empty, f"`{name}` is empty"))
    if column.type == "text":
        return _Mapped(source=sql, value=None if passed else sql, faults=tuple(faults), passed=passed)
    given = f"t_{name} <> ''" if is_text else f"{sql} IS NOT NULL"
    text = f"t_{name}" if is_text else sql
    if column.type == "time":
        reading = reading_of(text, f"o_{name}", typed, fact_map.options, usual)
        tests = (*reading.tests, ("true", "is not a time; set `time_format:` if it is written otherwise"))
    else:
        reading = Reading(value=_value(column, text, is_text, fact_map.options.decimal if is_text else None))
        tests = (("true", f"is not {_ARTICLES[column.type]}"),)
    fits = f"v_{name} {_IN_RANGE.get(column.type, 'IS NOT NULL')}"
    faults += [(f"{given} AND ({fits}) IS NOT TRUE AND {test}", f"`{name}` {said}") for test, said in tests]
    # Offsets may stand apart and in small letters; DuckDB wants them otherwise.
    trim = tidied if column.type == "time" and fact_map.options.time_format is None else trimmed
    plain = trim(sql)
    return _Mapped(
        source=sql,
        trimmed=(f"CASE WHEN {usual.name} IS NULL THEN {plain} END" if usual else plain) if is_text else None,
        value=reading.value,
        faults=tuple(faults),
        offset=reading.offset,
        shown=f"{reading.shown} AND {fits}" if reading.shown else None,
    )


def _value(column: Column, sql: str, is_text: bool, decimal: DecimalMark | None) -> str:
    if column.type == "date":
        # Only a digit begins a date; DuckDB knows words as well, such as `epoch`.
        given = f"CASE WHEN {sql} BETWEEN '0' AND ':' THEN {sql} END" if is_text else sql
        return f"TRY_CAST({given} AS DATE)"
    plain = sql if column.type == "boolean" else plain_number(sql, decimal)
    if column.type == "integer":
        plain = f"CASE WHEN NOT regexp_matches({plain}, {quoted(_FRACTION)}) THEN {plain} END"
    return f"TRY_CAST({plain} AS {_SQL_TYPES[column.type]})"


def _empty(sql: str, *, trimmed: bool = False) -> str:
    if trimmed:
        return f"({sql} IS NULL OR {sql} = '')"
    return f"({sql} IS NULL OR {sql} = '' OR ({sql} LIKE ' %' AND trim({sql}) = ''))"


def _bad_rows(block: Block, reasons: Any) -> Iterator[BadRow]:
    where = np.flatnonzero(reasons.is_valid().to_numpy(zero_copy_only=False))
    for row, reason in zip(where.tolist(), reasons.take(pa.array(where)).to_pylist(), strict=True):
        yield BadRow(row_number=int(block.row_numbers[row]), reason=reason, raw=block.raw(row))
