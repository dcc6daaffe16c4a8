"""Of whom is a raw row of a file, and which of its texts are free ones?

A raw row is read as its import read it: the table `imports` keeps the header of the file, and which column
went where.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from quarterdeck.facts.maps import PRESETS, Constant, FactMap
from quarterdeck.facts.mentions import FREE_TEXT, Mentions, is_distinctive
from quarterdeck.facts.properties import PropertyKind
from quarterdeck.facts.reading.csv_record import parse_record
from quarterdeck.facts.reading.json_row import as_text, parse_slowly, values_at
from quarterdeck.facts.schema import TABLES, Table

_PERSONAL_COLUMNS = frozenset(name for table in TABLES.values() for name in table.personal_columns)


def with_origins(description: Mapping[str, object], fact_map: FactMap) -> str:
    """What an import notes, as JSON: how to read a raw row again, and which column went where."""
    origins = {
        name: list(origin) for name, origin in fact_map.origins.items() if not isinstance(origin, Constant)
    }
    return orjson.dumps({**description, "origins": origins}).decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One text in a raw row: where it stands, under which name, and what it says."""

    start: int
    end: int
    name: str
    text: str


class RawReader:
    """Reads raw rows of one import, or of one that nothing is known of."""

    def __init__(
        self, table: Table, header: str | None, kinds: Mapping[str, PropertyKind] | None = None
    ) -> None:
        description: dict[str, Any] = orjson.loads(header) if header else {}
        self._format = description.get("format")
        self._delimiter = description.get("delimiter", ",")
        self._columns: list[str] = description.get("columns", [])
        origins = description.get("origins")
        # Imports of earlier versions did not note which column went where.
        self._guessed = origins is None
        self._origins: dict[str, list[str]] = usual_origins(table) if origins is None else origins
        self._personal = [self._origins[name] for name in table.personal_columns if name in self._origins]
        self._names = {name for names in self._personal for name in names}
        counted = {key for key, kind in (kinds or {}).items() if kind != "text"}
        self._keys = {
            name
            for target, names in self._origins.items()
            if target not in table.personal_columns and target not in FREE_TEXT
            for name in names
        }
        self._kept = self._keys | counted | {f"properties.{key}" for key in counted}

    def owners(self, raw: str, encoding: str | None) -> frozenset[str] | None:
        """The ids in the personal columns of a row; None if it cannot be read."""
        if self._format == "json":
            content = _json_object(raw)
            if content is None:
                return None
            return self._owners(lambda path: map(as_text, values_at(content, path)), content, encoding)
        fields = self._fields(raw)
        if fields is None:
            return None
        texts = {field.name: field.text for field in fields}
        return self._owners(lambda name: [texts.get(name)], texts, encoding)

    def _owners(
        self,
        texts_at: Callable[[str], Iterable[str | None]],
        content: Mapping[str, object],
        encoding: str | None,
    ) -> frozenset[str]:
        found: set[str] = set()
        for names in self._personal:
            for name in names:
                texts = (_decoded(text or "", encoding).strip() for text in texts_at(name))
                present = [text for text in texts if text]
                found.update(present)
                # Where one of several columns may hold the id, the first that does counts.
                if present and not self._guessed:
                    break
        if self._guessed and not found and not self._names & content.keys():
            every = (_decoded(as_text(value) or "", encoding).strip() for value in content.values())
            found.update(filter(is_distinctive, every))
        return frozenset(found)

    def masked(self, raw: str, mentions: Mentions) -> str:
        """A row of somebody else with the ids masked where people write as they like."""
        if self._format == "json":
            content = _json_object(raw)
            if content is None:
                return mentions.masked(raw)
            keys = {name.rpartition(".")[2] for name in self._keys}
            return mentions.masked_json(raw, set(self._spared(content, mentions)), keys)
        fields = self._fields(raw)
        if fields is None:
            return mentions.masked(raw)
        pieces, end = [], 0
        for field in fields:
            names = field.name not in self._keys and field.text.strip() in mentions.ids
            if (names and mentions.may_name(field.name)) or not self._is_spared(
                field.name, field.text, mentions.ids
            ):
                masked = mentions.masked_under(field.name, field.text)
                if masked != field.text:
                    pieces += [raw[end : field.start], self._written(masked, raw[field.start])]
                    end = field.end
        return "".join((*pieces, raw[end:]))

    def _spared(self, content: dict[str, object], mentions: Mentions) -> Iterator[str]:
        for path in self._kept | self._names:
            for value in values_at(content, path):
                text = as_text(value)
                if text is not None and self._is_spared(path, text, mentions.ids):
                    yield text

    def _is_spared(self, name: str, text: str, ids: Collection[str]) -> bool:
        """Is it a key, a count or the id of whom the row is?"""
        return name in self._kept or (name in self._names and text.strip() not in ids)

    def _fields(self, raw: str) -> list[Field] | None:
        texts = parse_record(raw.removesuffix("\r"), self._delimiter)
        if self._format != "csv" or texts is None or len(texts) != len(self._columns):
            return None
        fields, start = [], 0
        for name, text in zip(self._columns, texts, strict=True):
            quotes = text.count('"') + 2 if raw[start : start + 1] == '"' else 0
            end = start + len(text) + quotes
            fields.append(Field(start=start, end=end, name=name, text=text))
            start = end + 1
        return fields

    def _written(self, text: str, first: str) -> str:
        if first != '"' and self._delimiter not in text:
            return text
        return '"' + text.replace('"', '""') + '"'


def declared_names(headers: Iterable[str]) -> frozenset[str]:
    """The columns of files of which a map said that they name a person."""
    found: set[str] = set()
    for header in headers:
        for target, names in (orjson.loads(header).get("origins") or {}).items():
            if target in _PERSONAL_COLUMNS:
                found.update(names)
    return frozenset(found)


def usual_origins(table: Table) -> dict[str, list[str]]:
    """Columns named as in the schema, or as the known exports name them."""
    origins = {name: [name] for name in table.column_names}
    for preset in PRESETS.values() if table.name == "events" else ():
        for name in origins.keys() & preset.keys():
            named = preset[name]
            origins[name] += [named] if isinstance(named, str) else named
    return origins


def _json_object(raw: str) -> dict[str, object] | None:
    try:
        content = parse_slowly(raw)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _decoded(text: str, encoding: str | None) -> str:
    """Bytes kept as latin-1 are mostly UTF-8, but for the one place that is not."""
    if encoding is None:
        return text
    try:
        return text.encode(encoding).decode("utf-8")
    except UnicodeError:
        return text


class RawReaders:
    """A reader for each import, made when the first of its rows is met."""

    def __init__(
        self, headers: Mapping[str, str], kinds_of: Callable[[str], Mapping[str, PropertyKind]]
    ) -> None:
        self._headers = headers
        self._kinds_of = kinds_of
        self.declared_names = declared_names(headers.values())
        self._readers: dict[tuple[str | None, str], RawReader] = {}

    def of(self, import_id: str | None, table: str) -> RawReader:
        """The reader of one import into a table."""
        reader = self._readers.get((import_id, table))
        if reader is None:
            header = None if import_id is None else self._headers.get(import_id)
            reader = RawReader(TABLES[table], header, self._kinds_of(table))
            self._readers[import_id, table] = reader
        return reader
