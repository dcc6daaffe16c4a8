"""Does anything of a person still stand in the files of the store?

This reads every file anew with none of the code that removes, so that a fault there cannot hide itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quarterdeck.facts.mentions import FREE_TEXT, is_distinctive
from quarterdeck.facts.proving_raw import RawProof
from quarterdeck.facts.proving_words import named_texts, stands_in, texts_in, variants_of
from quarterdeck.facts.schema import TABLES, Table

_LOG = "_delta_log"
_RUN = re.compile(r"[0-9A-Za-z]+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ][0-9:.]+)?(Z|\+00:00)?")
# What the engine writes of itself: names of files made of random letters, and counts in words.
_OF_THE_ENGINE = frozenset({"path", "operationMetrics", "operationParameters", "engineInfo"})
_JSON_COLUMNS = frozenset({"properties_rest", "header"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Searched:
    """What a search found: places that must not hold an id, their tables, and places that may.

    A place is `table.column`, or a file. `others` are rows of somebody else in which an id is a key, or where
    it is too short to be told from other words.
    """

    files: int
    left: Mapping[str, int]
    tables: frozenset[str]
    others: Mapping[str, int]


def search_files(folder: Path, ids: Collection[str]) -> Searched:
    """Read every file under a folder: tables, logs and all else."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    search = _Search(folder, frozenset(filter(None, ids)))
    for file in files:
        search.read(file)
    return Searched(
        files=len(files),
        left=dict(search.left),
        tables=frozenset(search.tables),
        others=dict(search.others),
    )


class _Search:
    """Goes through files and counts what it finds."""

    def __init__(self, folder: Path, ids: frozenset[str]) -> None:
        self.left: Counter[str] = Counter()
        self.others: Counter[str] = Counter()
        self.tables: set[str] = set()
        self._folder = folder
        self._ids = ids
        self._raw = RawProof(folder, ids)
        # Part of an id that every spelling of it has; empty if there is none.
        self._cores = {max(_RUN.findall(name), key=len, default="") for name in ids}

    def read(self, file: Path) -> None:
        """Look through one file."""
        where = file.relative_to(self._folder)
        table = TABLES.get(where.parts[0]) if len(where.parts) > 1 else None
        if file.suffix != ".parquet":
            self._read_log(file, str(where), table)
        elif _LOG in where.parts or table is None:
            for batch in pq.ParquetFile(file).iter_batches(batch_size=1_000):
                self._judge_log(batch.to_pylist(), str(where), table)
        else:
            self._read_table(file, table)

    def _read_table(self, file: Path, table: Table) -> None:
        parquet = pq.ParquetFile(file)
        for name in parquet.schema_arrow.names:
            self._judge_names(parquet.schema_arrow.field(name), table)
        for batch in parquet.iter_batches():
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                if name == "raw":
                    self._read_raw(batch, table)
                    continue
                for path, values in _leaves(name, column):
                    if pa.types.is_floating(values.type):
                        self._judge_numbers(table, path, values)
                        continue
                    for text in self._candidates(values, name).to_pylist():
                        self._judge(table, name, path, text)

    def _judge_names(self, field: Any, table: Table) -> None:
        """A property may have an id for its name."""
        for index in range(field.type.num_fields if isinstance(field.type, pa.StructType) else 0):
            key = field.type.field(index).name
            if any(stands_in(name, key) for name in self._ids):
                distinctive = any(stands_in(name, key) for name in self._ids if is_distinctive(name))
                self._count(distinctive, f"{table.name}.{field.name} (a name in it)", table)

    def _read_raw(self, batch: pa.RecordBatch, table: Table) -> None:
        rows = batch.select(["import_id", "table_name", "encoding", "raw"])
        for row in rows.filter(self._may_hold(rows.column("raw"), escaped=True)).to_pylist():
            verdict = self._raw.verdict(row)
            if verdict is not None:
                self._count(verdict == "left", f"{table.name}.raw", table)

    def _judge_numbers(self, table: Table, path: str, values: Any) -> None:
        key = path.removeprefix("properties.")
        for number in pc.unique(values.drop_null()).to_pylist() if self._raw.may_name(key) else ():
            if self._raw.names_them(named_texts({key: number})):
                self._count(True, f"{table.name}.{path}", table)

    def _candidates(self, values: Any, column: str) -> Any:
        return values.filter(self._may_hold(values, escaped=column in FREE_TEXT or column == "properties"))

    def _may_hold(self, values: Any, *, escaped: bool) -> Any:
        """A mask of the texts that are worth a closer look; escapes may spell any letter."""
        if "" in self._cores:
            return pc.is_valid(values)
        tests = [pc.match_substring(values, core) for core in sorted(self._cores)]
        if escaped:
            tests.append(pc.match_substring(values, "\\u"))
            tests.append(pc.match_substring_regex(values, "[0-9][eE]"))
        found = tests[0]
        for test in tests[1:]:
            found = pc.or_(found, test)
        return pc.fill_null(found, False)

    def _judge(self, table: Table, column: str, path: str, text: str) -> None:
        place = f"{table.name}.{path}"
        if column in table.personal_columns:
            if text.strip() in self._ids:
                self._count(True, place, table)
            return
        content = orjson.loads(text) if column in _JSON_COLUMNS else None
        named = named_texts(content) if content else [(path.removeprefix("properties."), text)]
        if column in ("properties", "properties_rest") and self._raw.names_them(named):
            self._count(True, place, table)
            return
        free = column in FREE_TEXT or column == "properties"
        texts = list(texts_in(content)) if column in _JSON_COLUMNS else [text]
        readings = [reading for part in texts for reading in (variants_of(part) if free else [part])]
        met = [name for name in self._ids if any(stands_in(name, reading) for reading in readings)]
        if met:
            self._count(free and any(map(is_distinctive, met)), place, table)

    def _read_log(self, file: Path, where: str, table: Table | None) -> None:
        content = file.read_bytes()
        try:
            entries: list[Any] = [orjson.loads(content)]
        except orjson.JSONDecodeError:
            try:
                entries = [orjson.loads(line) for line in content.splitlines() if line]
            except orjson.JSONDecodeError:
                entries = [content.decode("utf-8", "replace"), content.decode("latin-1")]
        self._judge_log(entries, where, table)

    def _judge_log(self, entries: list[Any], where: str, table: Table | None) -> None:
        """Logs have no words of people: a distinctive id in one is a trace."""
        for text in _log_texts(entries):
            if _MOMENT.fullmatch(text):
                continue
            if any(stands_in(name, text) for name in self._ids if is_distinctive(name)):
                self._count(True, where, table)

    def _count(self, left: bool, place: str, table: Table | None) -> None:
        if not left:
            self.others[place] += 1
            return
        self.left[place] += 1
        if table is not None:
            self.tables.add(table.name)


def _leaves(name: str, values: Any) -> Iterator[tuple[str, Any]]:
    """The text columns in a column, however deep, and the numbers among properties."""
    types = pa.types
    nested = name.startswith("properties.")
    if (
        types.is_string(values.type)
        or types.is_large_string(values.type)
        or (nested and types.is_floating(values.type))
    ):
        yield name, values
    elif isinstance(values.type, pa.StructType):
        for index in range(values.type.num_fields):
            yield from _leaves(f"{name}.{values.type.field(index).name}", values.field(index))


def _log_texts(value: Any) -> Iterator[str]:
    """Every text in an entry of a log, those in texts that are JSON themselves too."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _OF_THE_ENGINE:
                yield from _log_texts(key)
                yield from _log_texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _log_texts(inner)
    elif isinstance(value, str) and value.startswith(("{", "[")):
        try:
            yield from _log_texts(orjson.loads(value))
        except orjson.JSONDecodeError:
            yield value
    elif isinstance(value, str):
        yield value
