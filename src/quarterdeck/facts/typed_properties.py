"""Which kind does each property of a block have, and how does SQL read its texts?

A kind that the map declares is a contract: a row whose value cannot be read so is at fault. A kind that was
only inferred, or settled by earlier files, binds nobody: other values stay what they are, in the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.facts.connection import quoted
from quarterdeck.facts.properties import PropertyKind, admissible, arrow_kind, infinite
from quarterdeck.facts.reading.block import Block
from quarterdeck.facts.written_numbers import (
    DecimalMark,
    canonical_pattern,
    could_be_two,
    has_decimal_comma,
    plain_number,
)

_LONG_INTEGER = r"[+-]?[0-9]{16,}"
_BOOLEAN = "(?i:true|false)"
_YES, _NO = "'true', 'yes', 't', 'y', '1'", "'false', 'no', 'f', 'n', '0'"
_EXPECTED = {"number": "a number", "boolean": "true or false"}
_SQL_TYPES = {"number": "DOUBLE", "boolean": "BOOLEAN"}
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Property:
    """One key of a block: the kind its texts are read as, and whether the map insists on it.

    `stored` is the kind of the table's column, where that is another one.
    """

    key: str
    kind: PropertyKind
    values: Any
    declared: bool = False
    stored: PropertyKind | None = None

    @property
    def needs_reading(self) -> bool:
        """Are these texts that have to become something else?"""
        return self.kind != "text" and is_text(self.values)


class Kinds:
    """The kind of every key met so far; the first values of an undeclared key settle it."""

    def __init__(
        self,
        declared: Mapping[str, PropertyKind],
        known: Mapping[str, PropertyKind],
        decimal: DecimalMark | None,
    ) -> None:
        self._declared = dict(declared)
        self._known = dict(known)
        self._kinds = {**declared, **known}
        self._decimal = decimal

    def properties(self, block: Block) -> Iterator[Property]:
        """Each property of a block that has any value."""
        for key, values in (*block.properties, *self._nested(block)):
            if values.null_count == len(values):
                continue
            if key in self._declared:
                yield self._declared_property(key, values)
            elif not is_text(values):
                yield Property(key=key, kind="text", values=values)
            else:
                yield Property(key=key, kind=self._kind_of(key, values), values=values)

    def _nested(self, block: Block) -> Iterator[tuple[str, Any]]:
        """Lists and objects under a key of which the map says that it is a number or a boolean."""
        for key, kind in self._declared.items():
            found = {row: added[key] for row, added in block.rest.items() if key in added}
            if kind == "text" or not found:
                continue
            texts: list[str | None] = [None] * block.rows.num_rows
            for row, value in found.items():
                texts[row] = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
            yield key, pa.array(texts, pa.string())

    def _declared_property(self, key: str, values: Any) -> Property:
        kind = self._declared[key]
        stored = self._known.get(key, kind)
        if not is_text(values) and (arrow_kind(values.type) != kind or infinite(values) is not None):
            values = _as_texts(values)
        return Property(
            key=key, kind=kind, values=values, declared=True, stored=None if stored == kind else stored
        )

    def _kind_of(self, key: str, values: Any) -> PropertyKind:
        if key not in self._kinds:
            if not admissible(key, self._kinds):
                return "text"
            self._kinds[key] = _inferred(values, self._decimal)
        return self._kinds[key]


def reading_sql(name: str, wanted: Property, decimal: DecimalMark | None) -> tuple[str, str]:
    """SQL for the text a value is read from, and for the value; NULL where it is of another kind."""
    if wanted.kind == "boolean":
        plain = _plain_boolean(name) if wanted.declared else name
        test = f"regexp_full_match({plain}, {quoted(_BOOLEAN)})"
    else:
        declared = wanted.declared or decimal == ","
        plain = plain_number(name, decimal) if declared else name
        test = f"NOT (length({name}) >= 16 AND regexp_matches({name}, {quoted(f'^{_LONG_INTEGER}')}))"
        if not wanted.declared:
            test = f"regexp_full_match({name}, {quoted(canonical_pattern(decimal))}) AND {test}"
    return plain, _cast(f"CASE WHEN {test} THEN {plain} END", wanted.kind)


def _cast(sql: str, kind: PropertyKind) -> str:
    """SQL for a value of that kind; no sum survives an infinite number, so it is none."""
    value = f"TRY_CAST({sql} AS {_SQL_TYPES[kind]})"
    return f"CASE WHEN isfinite({value}) THEN {value} END" if kind == "number" else value


def _plain_boolean(name: str) -> str:
    """SQL for `true` or `false`, from the words and signs that people write for them."""
    word = f"lower(trim({name}))"
    return f"CASE WHEN {word} IN ({_YES}) THEN 'true' WHEN {word} IN ({_NO}) THEN 'false' END"


def faults_of(name: str, wanted: Property, plain: str, decimal: DecimalMark | None) -> list[tuple[str, str]]:
    """When a declared property cannot be read: each test, and the SQL of the reason with the value."""
    if not wanted.declared:
        return []
    unread = f"{_cast(plain, wanted.kind)} IS NULL AND trim({name}) <> ''"
    shown = f"left({name}, {_SHOWN_CHARACTERS})"
    key = f"property `{wanted.key}`"

    def reason(text: str) -> str:
        return f"concat({quoted(f'{key} {text}: ')}, '''', {shown}, '''')"

    tests = []
    if wanted.kind == "number" and decimal is None:
        tests += [
            (could_be_two(name), reason("is a number with a comma that may be either; set `decimal:`")),
            (has_decimal_comma(name), reason('is not a number unless the map says `decimal: ","`')),
        ]
    tests.append(("true", reason(f"is not {_EXPECTED[wanted.kind]}, as the map declares")))
    return [(f"({unread}) AND {test}", text) for test, text in tests]


def is_text(values: Any) -> bool:
    """Is this a column of texts, which may have to be read?"""
    return bool(pa.types.is_string(values.type))


def _as_texts(values: Any) -> Any:
    if not pa.types.is_nested(values.type):
        return values.cast(pa.string())
    texts = [
        None if value is None else orjson.dumps(value, default=str).decode() for value in values.to_pylist()
    ]
    return pa.array(texts, pa.string())


def _inferred(values: Any, decimal: DecimalMark | None) -> PropertyKind:
    """The kind that all of these texts have."""
    if _all_match(values, f"^(?:{canonical_pattern(decimal)})$") and not _any_match(
        values, f"^{_LONG_INTEGER}"
    ):
        return "number"
    return "boolean" if _all_match(values, f"^{_BOOLEAN}$") else "text"


def _all_match(values: Any, pattern: str) -> bool:
    # Most columns show in their first rows that they are none.
    return all(
        pc.all(pc.match_substring_regex(part, pattern)).as_py() is not False
        for part in (values.slice(0, 64), values)
    )


def _any_match(values: Any, pattern: str) -> bool:
    return pc.any(pc.match_substring_regex(values, pattern)).as_py() is True
