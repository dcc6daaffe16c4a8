"""How do the columns of a file become rows of a fact table, and which rows cannot?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.facts.connection import identifier, quoted
from quarterdeck.facts.maps import Constant, FactMap
from quarterdeck.facts.properties import ARROW_KINDS, PropertyKind, with_values
from quarterdeck.facts.reading.block import BadRow, Block
from quarterdeck.facts.schema import Column
from quarterdeck.facts.typed_properties import Kinds, Property, faults_of, reading_sql
from quarterdeck.facts.written_numbers import DecimalMark, plain_number

KEY_HASH = "_key_hash"
_REASON = "_reason"

_OFFSET = r"\d:\d\d(:\d\d(\.\d+)?)? ?(Z|UTC|[+-]\d\d(:?\d\d)?)$"
_LOCAL = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?)?"
# Other programs stop at the years 1 and 9999.
_EARLIEST = "TIMESTAMPTZ '0001-01-02 00:00:00+00'"
_LATEST = "TIMESTAMPTZ '9999-12-30 00:00:00+00'"
_SQL_TYPES = {"number": "DOUBLE", "integer": "BIGINT", "money": "DECIMAL(18,2)", "boolean": "BOOLEAN"}
_ARTICLES = {
    "date": "a date",
    "number": "a number",
    "integer": "a whole number",
    "money": "an amount",
    "boolean": "true or false",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Normalised:
    """The rows of a block that fit their table, and those that do not."""

    rows: pa.Table
    bad: tuple[BadRow, ...]


class Normaliser:
    """Applies one map to block after block; holds a DuckDB that reads no file.

    The first values of a property settle its kind, unless the map or the table (`known`) has one already.
    """

    def __init__(self, fact_map: FactMap, known: Mapping[str, PropertyKind], threads: int = 2) -> None:
        self._map = fact_map
        self._decimal = fact_map.options.decimal
        self._kinds = Kinds(fact_map.property_kinds, known, self._decimal)
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
        if not sources:
            sources["s"] = pa.nulls(block.rows.num_rows, pa.string())
        self._duckdb.register("block", pa.table(sources))
        result = self._duckdb.sql(self._query(columns, properties)).to_arrow_table()
        self._duckdb.unregister("block")
        rows = self._assemble(block, result, columns, properties)
        reasons = result.column(_REASON)
        if reasons.null_count == len(reasons):
            return Normalised(rows=rows, bad=())
        return Normalised(
            rows=rows.filter(pc.is_null(reasons)), bad=tuple(_bad_rows(block, reasons.combine_chunks()))
        )

    def _query(self, columns: Mapping[str, _Mapped], properties: Sequence[Property]) -> str:
        """Three steps, so that no value is worked out twice: trimmed texts, values, faults."""
        trimmed = [f"{column.trimmed} AS t_{name}" for name, column in columns.items() if column.trimmed]
        values = [f"{column.value} AS v_{name}" for name, column in columns.items() if column.value]
        picked = [f"v_{name} AS {identifier(name)}" for name, column in columns.items() if column.value]
        faults = [(test, quoted(reason)) for column in columns.values() for test, reason in column.faults]
        for index, wanted in enumerate(properties):
            if not wanted.needs_reading:
                continue
            plain, value = reading_sql(f"p{index}", wanted, self._decimal)
            trimmed.append(f"{plain} AS t{index}")
            values.append(f"{value} AS q{index}")
            rest = f"t{index}" if wanted.declared else f"p{index}"
            left_over = f"CASE WHEN q{index} IS NULL THEN {rest} END"
            stored = f"t{index}" if wanted.stored == "text" else f"q{index}"
            picked += [f"{stored} AS p{index}", f"{left_over} AS r{index}"]
            faults += faults_of(f"p{index}", wanted, f"t{index}", self._decimal)
        whens = " ".join(f"WHEN {test} THEN {reason}" for test, reason in faults)
        picked.append(f"CASE {whens} END AS {_REASON}" if whens else f"NULL::VARCHAR AS {_REASON}")
        key = self._map.table.key
        if key is not None and key in columns:
            picked.append(f"hash({columns[key].source}) AS {KEY_HASH}")
        block = f"(SELECT {', '.join(['*', *trimmed])} FROM block)"  # noqa: S608
        block = f"(SELECT {', '.join(['*', *values])} FROM {block})"  # noqa: S608
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

    A text that goes through unchanged has no value but is `passed`.
    """

    source: str
    trimmed: str | None = None
    value: str | None = None
    faults: tuple[tuple[str, str], ...] = ()
    passed: Any = None


def _sources(rows: pa.Table, fact_map: FactMap) -> tuple[dict[str, Any], dict[str, _Mapped]]:
    """The columns that SQL reads, under names of its own, and what it makes of them."""
    sources: dict[str, Any] = {}
    columns: dict[str, _Mapped] = {}
    for column in fact_map.table.columns:
        origin = fact_map.origins.get(column.name)
        if origin is None:
            continue
        typed, passed = pa.string(), None
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
                    sources[sql] = pc.utf8_trim_whitespace(sources[sql])
                typed = sources[sql].type
                passed = sources[sql] if column.type == "text" else None
        columns[column.name] = _mapped(column, sql, typed, fact_map, passed)
    return sources, columns


def _readable(values: Any, column: Column) -> Any:
    """A typed column as SQL can use it: times and dates as they are, all else as text."""
    types = pa.types
    if types.is_string(values.type):
        return values
    if column.type in {"time", "date"} and (types.is_timestamp(values.type) or types.is_date(values.type)):
        return values
    if types.is_floating(values.type) and column.type in {"text", "integer"}:
        whole = pc.all(pc.equal(values, pc.floor(values))).as_py()
        in_range = pc.all(pc.less(pc.abs(values), pa.scalar(2.0**53))).as_py()
        if whole and in_range:
            values = values.cast(pa.int64())
    return values.cast(pa.string())


def _mapped(column: Column, sql: str, typed: pa.DataType, fact_map: FactMap, passed: Any) -> _Mapped:
    name = column.name
    is_text = typed == pa.string()
    faults: list[tuple[str, str]] = []
    if column.required:
        faults.append((_empty(sql) if is_text else f"{sql} IS NULL", f"`{name}` is empty"))
    if column.type == "text":
        return _Mapped(source=sql, value=None if passed else sql, faults=tuple(faults), passed=passed)
    given = f"t_{name} <> ''" if is_text else f"{sql} IS NOT NULL"
    if column.type == "time":
        value, tests = _time(f"t_{name}" if is_text else sql, typed, fact_map)
        tests.append(("true", "is not a time; set `time_format:` if it is written otherwise"))
    else:
        value = _value(column, f"t_{name}" if is_text else sql, fact_map.options.decimal if is_text else None)
        tests = [("true", f"is not {_ARTICLES[column.type]}")]
    missing = f"v_{name} IS NULL"
    if column.type == "time":
        missing = f"({missing} OR NOT v_{name} BETWEEN {_EARLIEST} AND {_LATEST})"
    faults += [(f"{given} AND {missing} AND {test}", f"`{name}` {reason}") for test, reason in tests]
    trimmed = None
    if is_text:
        # Offsets may stand apart and in small letters; DuckDB wants them otherwise.
        plain = column.type != "time" or fact_map.options.time_format is not None
        trimmed = _trimmed(sql) if plain else _tidied(sql)
    return _Mapped(source=sql, trimmed=trimmed, value=value, faults=tuple(faults))


def _value(column: Column, sql: str, decimal: DecimalMark | None) -> str:
    if column.type == "date":
        return f"TRY_CAST({sql} AS DATE)"
    plain = sql if column.type == "boolean" else plain_number(sql, decimal)
    return f"TRY_CAST({plain} AS {_SQL_TYPES[column.type]})"


def _trimmed(sql: str) -> str:
    # trim() takes longer than all the rest, and hardly any value needs it.
    return f"CASE WHEN {sql} LIKE ' %' OR {sql} LIKE '% ' THEN trim({sql}) ELSE {sql} END"


def _tidied(sql: str) -> str:
    """A time as DuckDB reads it: capital T and Z, and the offset close by."""
    unusual = " OR ".join(f"contains({sql}, '{part}')" for part in ("t", "z", " +", " -"))
    tidy = f"replace(replace(upper(trim({sql})), ' +', '+'), ' -', '-')"
    return f"CASE WHEN {sql} LIKE ' %' OR {sql} LIKE '% ' OR {unusual} THEN {tidy} ELSE {sql} END"


def _empty(sql: str) -> str:
    return f"({sql} IS NULL OR {sql} = '' OR ({sql} LIKE ' %' AND trim({sql}) = ''))"


def _time(sql: str, typed: pa.DataType, fact_map: FactMap) -> tuple[str, list[tuple[str, str]]]:
    """A point in time, and why there may be none.

    A local time that the clock skips in spring counts as an hour later, one that comes twice in autumn as the
    second; a date alone is midnight.
    """
    zone, written = fact_map.options.timezone, fact_map.options.time_format
    local_zone = "NULL" if zone is None else quoted(zone)
    unzoned = "has no offset; set `timezone:` in the map"
    if not pa.types.is_string(typed):
        if pa.types.is_timestamp(typed) and typed.tz is not None:
            return f"CAST({sql} AS TIMESTAMPTZ)", []
        return f"timezone({local_zone}, CAST({sql} AS TIMESTAMP))", [] if zone else [("true", unzoned)]
    if written is not None:
        reason = f"is not a time written as {written}"
        if written.startswith("epoch_"):
            return _since_epoch(sql, written), [("true", reason)]
        parsed = f"try_strptime({sql}, {quoted(written)})"
        if "%z" in written or "%Z" in written:
            return parsed, [("true", reason)]
        tests = [(f"{parsed} IS NOT NULL", unzoned)] if zone is None else []
        return f"timezone({local_zone}, {parsed})", [*tests, ("true", reason)]
    parsed = f"CASE WHEN regexp_full_match({sql}, {quoted(_LOCAL)}) THEN TRY_CAST({sql} AS TIMESTAMP) END"
    value = (
        f"CASE WHEN regexp_matches({sql}, {quoted(_OFFSET)}) THEN TRY_CAST({sql} AS TIMESTAMPTZ) "
        f"ELSE timezone({local_zone}, {parsed}) END"
    )
    return value, [(f"({parsed}) IS NOT NULL", unzoned)] if zone is None else []


def _since_epoch(sql: str, written: str) -> str:
    micros = {"epoch_seconds": 1_000_000, "epoch_milliseconds": 1_000}[written]
    whole = f"TRY_CAST(TRY_CAST({sql} AS DECIMAL(30, 6)) * {micros} AS BIGINT)"
    return f"timezone('UTC', make_timestamp({whole}))"


def _bad_rows(block: Block, reasons: Any) -> Iterator[BadRow]:
    where = np.flatnonzero(reasons.is_valid().to_numpy(zero_copy_only=False))
    for row, reason in zip(where.tolist(), reasons.take(pa.array(where)).to_pylist(), strict=True):
        yield BadRow(row_number=int(block.row_numbers[row]), reason=reason, raw=block.raw(row))
