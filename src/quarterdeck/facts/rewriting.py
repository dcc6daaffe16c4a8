"""Which rows of one table are a person's, which others mention them, and how is it written without both?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.facts.connection import identifier, quoted
from quarterdeck.facts.delta import Delta, arrow_schema
from quarterdeck.facts.mentions import FREE_TEXT, Mentions
from quarterdeck.facts.properties import PropertyKind, arrow_kind
from quarterdeck.facts.raw_rows import RawReaders
from quarterdeck.facts.schema import TABLES

_HINTED = "_hinted"
_ROWS_AT_ONCE = 100_000
_JSON_COLUMNS = frozenset({"properties_rest", "header"})


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedId:
    """A span of time in which an id that several people had was this person's."""

    alias: str
    begins: datetime | None
    ends: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """The ids that are only this person's, and those that were for a time."""

    ids: tuple[str, ...]
    shared: tuple[SharedId, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """How many rows of a table are the person's, and per column how many others mention them."""

    rows: int
    mentions: Mapping[str, int]

    def __bool__(self) -> bool:
        return bool(self.rows or any(self.mentions.values()))


class TableSearch:
    """Looks for a person in the latest version of one table, and writes it anew without them."""

    def __init__(self, delta: Delta, person: Person, readers: RawReaders) -> None:
        self._table = TABLES[delta.name]
        self._delta = delta
        self._person = person
        self._mentions = Mentions(person.ids, readers.declared_names)
        self._readers = readers
        self._duckdb = duckdb.connect(":memory:", config={"memory_limit": "1GB", "threads": "2"})
        self._duckdb.execute("SET TimeZone = 'UTC'")
        self.renew()

    def close(self) -> None:
        """Give the memory back."""
        self._duckdb.close()

    def renew(self) -> None:
        """Look at the latest version."""
        handle = self._delta.open()
        if handle is None:
            raise AssertionError("only tables that exist are searched")
        self._handle = handle
        self._schema = arrow_schema(handle)
        files = self._delta.files(handle)
        listed = ", ".join(quoted(file) for file in files)
        self._source = f"read_parquet([{listed}], union_by_name = true)" if files else ""

    def count(self) -> Found:
        """What there is, with nothing written."""
        if not self._source:
            return Found(rows=0, mentions=dict.fromkeys(self._named_keys(), 1))
        rows = self._number(self._theirs())
        others = f"NOT ({self._theirs()})"
        named = {
            f"properties.{key}": self._number(f"properties.{identifier(key)} IS NOT NULL AND {others}")
            for key in self._named_keys()
        }
        cleaning = self._cleaning()
        for _ in cleaning.batches(self._reader(f"{others} AND ({self._hint()})")):
            pass
        # The column itself has the id for a name, even with nothing in it.
        mentions = {name: max(count, 1) for name, count in named.items()} | cleaning.masked
        return Found(rows=rows + cleaning.dropped, mentions=mentions)

    def rewrite(self) -> int:
        """Write all other rows anew, mentions masked; the caller holds the lock."""
        cleaning = self._cleaning()
        batches = cleaning.batches(self._reader(f"NOT ({self._theirs()})")) if self._source else iter(())
        reader = pa.RecordBatchReader.from_batches(cleaning.schema, batches)
        return self._delta.replace(self._handle, reader, new_schema=cleaning.schema != self._schema)

    def _number(self, condition: str) -> int:
        found = self._duckdb.execute(f"SELECT count(*) FROM {self._source} WHERE {condition}").fetchall()  # noqa: S608
        return int(found[0][0])

    def _reader(self, condition: str) -> pa.RecordBatchReader:
        columns = ", ".join(identifier(field.name) for field in self._schema)
        relation = self._duckdb.sql(
            f"SELECT {columns}, {self._hint()} AS {_HINTED} FROM {self._source} WHERE {condition}"  # noqa: S608
        )
        reader: pa.RecordBatchReader = relation.to_arrow_reader(_ROWS_AT_ONCE)
        return reader

    def _cleaning(self) -> Cleaning:
        return Cleaning(self._schema, self._mentions, self._renamed(), self._judge_raw)

    def _theirs(self) -> str:
        listed = ", ".join(map(quoted, self._person.ids))
        tests = [
            f"coalesce({identifier(name)} IN ({listed}), false)" for name in self._table.personal_columns
        ]
        if self._table.name == "events":
            tests += map(_in_span, self._person.shared)
        return " OR ".join(tests) or "false"

    def _hint(self) -> str:
        """May a row have something to mask, or be a raw row of theirs?"""
        tests = [
            f"coalesce(regexp_matches({sql}, {quoted(self._mentions.distinctive_hint)}), false)"
            for sql in self._texts()
            if self._mentions.distinctive_hint
        ]
        tests += [
            f"coalesce(regexp_matches({sql}, {quoted(self._mentions.hint)}), false)"
            for sql in self._naming("text")
        ]
        if listed := ", ".join(map(repr, self._mentions.numbers)):
            tests += [f"coalesce({sql} IN ({listed}), false)" for sql in self._naming("number")]
        if self._table.name == "quarantine":
            # A number such as 100 may be written 1e2.
            hint = f"{self._mentions.hint}|[0-9][eE]"
            tests.append(f"regexp_matches(raw, {quoted(hint)})")
        return " OR ".join(tests) or "false"

    def _texts(self) -> Iterator[str]:
        for field in self._schema:
            if field.name in FREE_TEXT:
                yield identifier(field.name)
            elif field.name == "properties":
                for child in _children(field):
                    if pa.types.is_string(child.type):
                        yield f"properties.{identifier(child.name)}"

    def _naming(self, kind: PropertyKind) -> Iterator[str]:
        """Where a value of that kind may be a short id as a whole, and say who somebody is."""
        for field in self._schema:
            if field.name == "properties_rest" and kind == "text":
                yield field.name
            elif field.name == "properties":
                for child in _children(field):
                    if arrow_kind(child.type) == kind and self._mentions.may_name(child.name):
                        yield f"properties.{identifier(child.name)}"

    def _named_keys(self) -> list[str]:
        """Properties that have an id for a name."""
        if "properties" not in self._schema.names:
            return []
        names = (child.name for child in _children(self._schema.field("properties")))
        return [name for name in names if self._mentions.masked_key(name) != name]

    def _renamed(self) -> dict[str, str]:
        """New names for these; two that would become one get numbers."""
        named = self._named_keys()
        if not named:
            return {}
        taken = {child.name.lower() for child in _children(self._schema.field("properties"))}
        renamed = {}
        for name in named:
            masked = unique = self._mentions.masked_key(name)
            times = 1
            while unique.lower() in taken:
                times += 1
                unique = f"{masked}_{times}"
            taken.add(unique.lower())
            renamed[name] = unique
        return renamed

    def _judge_raw(self, row: Mapping[str, Any]) -> str | None:
        """A quarantined row with mentions masked; None if it is theirs."""
        reader = self._readers.of(row["import_id"], row["table_name"])
        owners = reader.owners(row["raw"], row["encoding"])
        if owners is not None and not owners.isdisjoint(self._person.ids):
            return None
        return reader.masked(row["raw"], self._mentions)


class Cleaning:
    """Masks mentions in batches of rows, and drops quarantined rows that are the person's, counting both."""

    def __init__(
        self,
        schema: pa.Schema,
        mentions: Mentions,
        renamed: Mapping[str, str],
        judge_raw: Callable[[Mapping[str, Any]], str | None],
    ) -> None:
        self.masked: Counter[str] = Counter()
        self.dropped = 0
        self._mentions = mentions
        self._renamed = renamed
        self._judge_raw = judge_raw
        self._old_schema = schema
        self.schema = pa.schema(self._new_field(field) for field in schema)

    def _new_field(self, field: Any) -> Any:
        if field.name != "properties" or not self._renamed:
            return field
        children = [child.with_name(self._renamed.get(child.name, child.name)) for child in _children(field)]
        return field.with_type(pa.struct(children))

    def batches(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        """The rows that stay, as they will be."""
        for batch in reader:
            hinted = np.flatnonzero(batch.column(_HINTED).to_numpy(zero_copy_only=False))
            rows = pa.table(batch).select(self._old_schema.names).cast(self._old_schema)
            if len(hinted):
                rows = self._clean(rows, hinted)
            if self._renamed:
                rows = self._with_new_names(rows)
            yield from rows.combine_chunks().to_batches()

    def _clean(self, rows: pa.Table, hinted: Any) -> pa.Table:
        if "raw" in rows.column_names:
            rows, hinted = self._raw_rows(rows, hinted)
        for place, field in enumerate(self._old_schema):
            if field.name == "properties":
                column = self._struct(rows.column(place).combine_chunks(), hinted)
            elif field.name in FREE_TEXT and field.name != "raw":
                column = self._texts(field.name, rows.column(place).combine_chunks(), hinted)
            else:
                continue
            rows = rows.set_column(place, field, column)
        return rows

    def _texts(self, name: str, values: Any, hinted: Any) -> Any:
        before = values.take(pa.array(hinted)).to_pylist()
        after = [text if text is None else self._masked(name, text) for text in before]
        changed = [place for place, text in enumerate(after) if text != before[place]]
        self.masked[name] += len(changed)
        return _replaced(values, hinted[changed], [after[place] for place in changed])

    def _masked(self, name: str, text: str) -> str:
        if name in _JSON_COLUMNS:
            return self._mentions.masked_json(text)
        if name.startswith("properties."):
            return self._mentions.masked_under(name.removeprefix("properties."), text)
        return self._mentions.masked(text)

    def _struct(self, values: Any, hinted: Any) -> Any:
        fields = [values.type.field(index) for index in range(values.type.num_fields)]
        arrays = [
            self._texts(f"properties.{field.name}", values.field(index), hinted)
            if pa.types.is_string(field.type)
            else self._numbers(field.name, values.field(index))
            for index, field in enumerate(fields)
        ]
        return pa.StructArray.from_arrays(arrays, fields=fields, mask=values.is_null())

    def _numbers(self, name: str, values: Any) -> Any:
        if not (pa.types.is_floating(values.type) and self._mentions.may_name(name)):
            return values
        theirs = pc.is_in(values, pa.array(self._mentions.numbers, values.type))
        self.masked[f"properties.{name}"] += pc.sum(theirs).as_py() or 0
        return pc.if_else(theirs, pa.scalar(None, values.type), values)

    def _raw_rows(self, rows: pa.Table, hinted: Any) -> tuple[pa.Table, Any]:
        """The rows that are not theirs, and which of these may have more to mask."""
        asked = rows.take(pa.array(hinted)).select(["import_id", "table_name", "encoding", "raw"]).to_pylist()
        after = [self._judge_raw(row) for row in asked]
        changed = [place for place, raw in enumerate(after) if raw not in (None, asked[place]["raw"])]
        self.masked["raw"] += len(changed)
        place = rows.schema.get_field_index("raw")
        column = _replaced(
            rows.column(place).combine_chunks(), hinted[changed], [after[index] for index in changed]
        )
        rows = rows.set_column(place, rows.schema.field(place), column)
        gone = np.array([raw is None for raw in after], bool)
        self.dropped += int(gone.sum())
        stays = np.ones(rows.num_rows, bool)
        stays[hinted[gone]] = False
        # Each row moves up by the rows that went above it.
        return rows.filter(pa.array(stays)), (np.cumsum(stays) - 1)[hinted[~gone]]

    def _with_new_names(self, rows: pa.Table) -> pa.Table:
        place = rows.schema.get_field_index("properties")
        values: Any = rows.column(place).combine_chunks()
        field = self.schema.field("properties")
        arrays = [values.field(index) for index in range(values.type.num_fields)]
        struct = pa.StructArray.from_arrays(arrays, fields=_children(field), mask=values.is_null())
        return rows.set_column(place, field, struct)


def _replaced(values: Any, places: Any, texts: list[str | None]) -> Any:
    if not texts:
        return values
    where = np.zeros(len(values), bool)
    where[places] = True
    return pc.replace_with_mask(values, pa.array(where), pa.array(texts, values.type))


def _children(field: Any) -> list[Any]:
    return [field.type.field(index) for index in range(field.type.num_fields)]


def _in_span(span: SharedId) -> str:
    tests = [f"person = {quoted(span.alias)}"]
    if span.begins is not None:
        tests.append(f"time >= TIMESTAMPTZ {quoted(span.begins.isoformat())}")
    if span.ends is not None:
        tests.append(f"time < TIMESTAMPTZ {quoted(span.ends.isoformat())}")
    return f"({' AND '.join(tests)})"
