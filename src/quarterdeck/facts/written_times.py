"""How may a time be written in a file, and how does SQL read it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.facts.connection import quoted
from quarterdeck.facts.maps import Options

_CLOCK = r"\d:\d\d(:\d\d(\.\d+)?)? ?"
# No clock is further from Greenwich than 12 hours behind it or 14 before.
_POSSIBLE = r"(?:[+-](?:0\d|1[01])(?::?[0-5]\d)?|[+-]12(?::?00)?|\+1[23](?::?[0-5]\d)?|\+14(?::?00)?)$"
_ANY = r"[+-]\d\d(:?\d\d)?$"
_OFFSET = rf"{_CLOCK}((Z|UTC)$|{_POSSIBLE})"
_LOCAL = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?)?"
_UNZONED = "has no offset; set `timezone:` in the map"
_IMPOSSIBLE = "has an offset that no clock has; they go from -12:00 to +14:00"
_EPOCH_MICROSECONDS = {"epoch_seconds": 1_000_000, "epoch_milliseconds": 1_000}
# The first second before the year 1 and the first of the year 10,000.
_SECONDS = (-62_135_596_801, 253_402_300_800)
_DAYS = (-719_163, 2_932_897)
_UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A value in SQL and why there may be none.

    `offset` is the test whether a text has an offset of its own. Where `shown` holds, the value is what a
    clock shows, written as if it were UTC.
    """

    value: str
    tests: tuple[tuple[str, str], ...] = ()
    offset: str | None = None
    shown: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Usual:
    """Under which name stand the times that were read already, being written in the usual way."""

    name: str
    zoned: bool


def reading_of(
    sql: str, offset: str, typed: pa.DataType, options: Options, usual: Usual | None = None
) -> Reading:
    """How a column of times is read; `offset` is the name under which the test for one will be known.

    A date alone is midnight.
    """
    written = options.time_format
    if pa.types.is_timestamp(typed) and typed.tz is not None:
        return Reading(value=sql)
    if not pa.types.is_string(typed):
        return _shown(f"CAST({sql} AS TIMESTAMP)", options)
    if written is None:
        return _iso(sql, offset, options, usual)
    reason = f"is not a time written as {written}"
    if written in _EPOCH_MICROSECONDS:
        return Reading(value=_since_epoch(sql, written), tests=(("true", reason),))
    # DuckDB takes some words for a time in whatever format, and makes 1900 of them.
    parsed = f"try_strptime(CASE WHEN regexp_matches({sql}, '[0-9]') THEN {sql} END, {quoted(written)})"
    if written.endswith("%z"):
        impossible = (
            f"(regexp_matches({sql}, {quoted(_ANY)}) AND NOT regexp_matches({sql}, {quoted(_POSSIBLE)}))"
        )
        possible = f"CASE WHEN NOT {impossible} THEN {parsed} END"
        return Reading(value=possible, tests=((impossible, _IMPOSSIBLE), ("true", reason)))
    if _has_zone(written):
        return Reading(value=parsed, tests=(("true", reason),))
    return _shown(parsed, options, reason)


def _iso(sql: str, offset: str, options: Options, usual: Usual | None) -> Reading:
    parsed = f"CASE WHEN regexp_full_match({sql}, {quoted(_LOCAL)}) THEN TRY_CAST({sql} AS TIMESTAMP) END"
    local = _shown(parsed, options)
    value = f"CASE WHEN {offset} THEN TRY_CAST({sql} AS TIMESTAMPTZ) ELSE {local.value} END"
    shown = None if local.shown is None else f"NOT {offset}"
    if usual is not None:
        value = f"CASE WHEN {usual.name} IS NOT NULL THEN {usual.name} ELSE {value} END"
        if shown is not None:
            shown = f"CASE WHEN {usual.name} IS NOT NULL THEN {str(not usual.zoned).lower()} ELSE {shown} END"
    impossible = f"regexp_matches({sql}, {quoted(_CLOCK + _ANY)}) AND NOT {offset}"
    return Reading(
        value=value,
        tests=((impossible, _IMPOSSIBLE), *local.tests),
        offset=f"regexp_matches({sql}, {quoted(_OFFSET)})",
        shown=shown,
    )


def _shown(parsed: str, options: Options, reason: str | None = None) -> Reading:
    """A time without an offset, in the zone of the map."""
    other = (("true", reason),) if reason else ()
    if options.timezone is None:
        return Reading(
            value="CAST(NULL AS TIMESTAMPTZ)", tests=((f"({parsed}) IS NOT NULL", _UNZONED), *other)
        )
    # As many microseconds, without asking for a zone.
    value = f"make_timestamptz(epoch_us({parsed}))"
    return Reading(value=value, tests=other, shown=None if options.timezone == "UTC" else "true")


def _since_epoch(sql: str, written: str) -> str:
    whole = f"TRY_CAST(TRY_CAST({sql} AS DECIMAL(30, 6)) * {_EPOCH_MICROSECONDS[written]} AS BIGINT)"
    low, high = (second * 1_000_000 for second in _SECONDS)
    return f"make_timestamptz(CASE WHEN {whole} BETWEEN {low} AND {high} THEN {whole} END)"


def _has_zone(written: str) -> bool:
    return "%z" in written or "%Z" in written


def trimmed(sql: str) -> str:
    """SQL for a text without blanks around it."""
    # trim() takes longer than all the rest, and hardly any value needs it.
    return f"CASE WHEN {sql} LIKE ' %' OR {sql} LIKE '% ' THEN trim({sql}) ELSE {sql} END"


def tidied(sql: str) -> str:
    """SQL for a time as DuckDB reads it: capital T and Z, and the offset close by."""
    unusual = " OR ".join(f"contains({sql}, '{part}')" for part in ("t", "z", " +", " -"))
    tidy = f"replace(replace(upper(trim({sql})), ' +', '+'), ' -', '-')"
    return f"CASE WHEN {sql} LIKE ' %' OR {sql} LIKE '% ' OR {unusual} THEN {tidy} ELSE {sql} END"


def in_calendar(values: Any) -> Any:
    """Typed times and dates in microseconds and days; those beyond the years 1 to 9999 come close to them.

    DuckDB stops at some of them, and others are its infinity.
    """
    if pa.types.is_date64(values.type):
        values = values.cast(pa.int64()).cast(pa.timestamp("ms"))
    if pa.types.is_date(values.type):
        return _clipped(values.cast(pa.int32()), _DAYS).cast(pa.date32())
    unit, zone = values.type.unit, values.type.tz
    if unit != "ns":
        low, high = (second * _UNITS[unit] for second in _SECONDS)
        values = _clipped(values.cast(pa.int64()), (low, high)).cast(pa.timestamp(unit, zone))
    return values.cast(pa.timestamp("us", zone), safe=False)


def _clipped(numbers: Any, limits: tuple[int, int]) -> Any:
    low, high = (pa.scalar(limit, numbers.type) for limit in limits)
    return pc.min_element_wise(pc.max_element_wise(numbers, low, skip_nulls=False), high, skip_nulls=False)
