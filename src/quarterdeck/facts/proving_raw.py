"""Is a raw row in quarantine still a person's, and where does it still mention them?

Beside the proof, with readers of its own for CSV and JSON: those of the removal would share its faults.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import orjson
import pyarrow.parquet as pq

from quarterdeck.facts.mentions import FREE_TEXT, MASK, is_distinctive, is_personal
from quarterdeck.facts.properties import property_kinds
from quarterdeck.facts.proving_words import named_texts, stands_in, texts_in, variants_of
from quarterdeck.facts.raw_rows import usual_origins
from quarterdeck.facts.schema import TABLES, Table

Verdict = Literal["left", "others"]

_LONG = 19


@dataclass(frozen=True, kw_only=True, slots=True)
class _Layout:
    """How the rows of an import are to be read."""

    table: Table
    format: str | None
    delimiter: str
    columns: tuple[str, ...]
    origins: Mapping[str, list[str]]
    guessed: bool
    numbers: frozenset[str]

    @property
    def personal(self) -> list[list[str]]:
        return [self.origins[name] for name in self.table.personal_columns if name in self.origins]

    @property
    def names(self) -> set[str]:
        return {name for names in self.personal for name in names}

    @property
    def keys(self) -> set[str]:
        """Columns of the file that are neither free text nor the id of a person."""
        return {
            name
            for target, names in self.origins.items()
            if target not in self.table.personal_columns and target not in FREE_TEXT
            for name in names
        }

    @property
    def counted(self) -> set[str]:
        """Columns of the file that hold numbers, times and the like."""
        typed = {c.name for c in self.table.columns if c.type != "text"}
        return {name for target in typed for name in self.origins.get(target, ())} | self.numbers


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """The texts of a row with the columns or paths they stand at, and every value as text."""

    texts: list[tuple[str, str]]
    values: dict[str, list[str]]
    named: list[tuple[str, str]]

    def spared(self, layout: _Layout) -> set[str]:
        """What stands in a key, a count or as somebody's id may stand elsewhere in the row too."""
        names = layout.keys | layout.counted | layout.names
        return {text for name in names for text in self.values.get(name, ())}


class RawProof:
    """Reads raw rows by what the files themselves say of their imports."""

    def __init__(self, folder: Path, ids: frozenset[str]) -> None:
        self._ids = ids
        self._headers: dict[str, str] = {}
        for file in (folder / "imports").glob("*.parquet"):
            for row in pq.read_table(file, columns=["import_id", "header"]).to_pylist():
                if row["header"] is not None:
                    self._headers[row["import_id"]] = row["header"]
        self._declared = {
            name
            for header in self._headers.values()
            for target, names in (orjson.loads(header).get("origins") or {}).items()
            if any(target in table.personal_columns for table in TABLES.values())
            for name in names
        }
        self._folder = folder
        self._layout = lru_cache(maxsize=None)(self._layout_of)

    def names_them(self, named: Iterable[tuple[str, str]]) -> bool:
        """Does a text under a name that says who somebody is hold one of the ids, short or not?"""
        found = (key for key, text in named if text.strip() in self._ids and text != MASK)
        return any(map(self.may_name, found))

    def may_name(self, key: str) -> bool:
        """Does a property of that name say who somebody is?"""
        return is_personal(key, self._declared)

    def verdict(self, row: Mapping[str, Any]) -> Verdict | None:
        """Is it theirs or does it mention them where it must not (left), or where it may (others)?"""
        layout = self._layout(row["import_id"], row["table_name"])
        read = _read_json(row["raw"]) if layout.format == "json" else _read_csv(row["raw"], layout)
        if read is None:
            return self._mention(row["raw"], free=True)
        if not self._ids.isdisjoint(_owners(read, layout, row["encoding"])):
            return "left"
        keys = layout.keys | {name.rpartition(".")[2] for name in layout.keys}
        if self.names_them(pair for pair in read.named if pair[0] not in keys):
            return "left"
        found = set(self._mentions(read, layout))
        return "left" if "left" in found else "others" if "others" in found else None

    def _mentions(self, row: _Row, layout: _Layout) -> Iterator[Verdict | None]:
        for name, text in row.texts:
            if name in layout.names:
                # Their id beside that of whose row it is; an id of somebody else may hold theirs.
                yield self._mention(text, free=True) if text.strip() in self._ids else None
            elif name not in layout.counted:
                spared = name in layout.keys or (layout.format == "json" and text in row.spared(layout))
                yield self._mention(text, free=not spared)

    def _mention(self, text: str, *, free: bool) -> Verdict | None:
        texts = list(variants_of(text)) if free else [text]
        met = [name for name in self._ids if any(stands_in(name, text) for text in texts)]
        if not met:
            return None
        return "left" if free and any(map(is_distinctive, met)) else "others"

    def _layout_of(self, import_id: str | None, table: str) -> _Layout:
        header = self._headers.get(import_id or "")
        description: dict[str, Any] = {} if header is None else orjson.loads(header)
        origins = description.get("origins")
        files = (self._folder / table).glob("*.parquet")
        numbers = {
            name
            for file in files
            for name, kind in property_kinds(pq.read_schema(file)).items()
            if kind != "text"
        }
        return _Layout(
            table=TABLES[table],
            format=description.get("format"),
            delimiter=description.get("delimiter", ","),
            columns=tuple(description.get("columns", ())),
            origins=usual_origins(TABLES[table]) if origins is None else origins,
            guessed=origins is None,
            numbers=frozenset(numbers | {f"properties.{name}" for name in numbers}),
        )


def _owners(row: _Row, layout: _Layout, encoding: str | None) -> set[str]:
    found: set[str] = set()
    for names in layout.personal:
        by_name = ([_plain(text, encoding) for text in row.values.get(name, ())] for name in names)
        present = [texts for texts in map(set, by_name) if texts - {""}]
        found.update(*(present if layout.guessed else present[:1]))
    if layout.guessed and not found and not layout.names & row.values.keys():
        every = (_plain(text, encoding) for texts in row.values.values() for text in texts)
        found.update(filter(is_distinctive, every))
    return found - {""}


def _plain(text: str, encoding: str | None) -> str:
    if encoding == "latin-1":
        try:
            text = text.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return text.strip()
    return text.strip()


def _read_csv(raw: str, layout: _Layout) -> _Row | None:
    """The fields, if the row is by RFC 4180 and has as many as the header."""
    if layout.format != "csv":
        return None
    delimiter = re.escape(layout.delimiter)
    field = re.compile(rf'(?:"((?:[^"]|"")*+)"|([^"\r\n{delimiter}]*+))({delimiter}|\Z)')
    raw, texts, place = raw.removesuffix("\r"), [], 0
    while (found := field.match(raw, place)) is not None:
        texts.append(found[2] if found[1] is None else found[1].replace('""', '"'))
        place = found.end()
        if not found[3]:
            break
    if found is None or len(texts) != len(layout.columns):
        return None
    pairs = list(zip(layout.columns, texts, strict=True))
    return _Row(texts=pairs, values={name: [text] for name, text in pairs}, named=pairs)


def _read_json(raw: str) -> _Row | None:
    """The row, if no key stands twice in one of its objects; whose it is nobody could tell otherwise."""
    try:
        content = json.loads(
            raw,
            parse_int=lambda digits: int(digits) if len(digits) < _LONG else digits,
            object_pairs_hook=_distinct,
        )
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    row = _Row(texts=[], values={}, named=list(named_texts(content)))
    _walk(row, "", content)
    return row


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _walk(row: _Row, prefix: str, content: Mapping[str, object]) -> None:
    for key, value in content.items():
        row.texts.append(("", key))
        if isinstance(value, dict):
            _walk(row, f"{prefix}{key}.", value)
        else:
            row.texts.extend((prefix + key, text) for text in texts_in(value))
            row.values.setdefault(prefix + key, []).append(_text(value))


def _text(value: object) -> str:
    """A value as the import would keep it in a column of text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value)
