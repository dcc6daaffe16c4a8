"""How is a person removed from every table, version, log and projection, and how is that proved?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from quarterdeck.errors import FactError
from quarterdeck.facts.connection import identifier, quoted
from quarterdeck.facts.delta import Delta, arrow_schema
from quarterdeck.facts.schema import TABLES, Table
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.tombstones import Tombstones

REPLACEMENT = "erased"
# Shorter ids, or ids that are plain words, also stand in texts that mean somebody or something else.
_DISTINCTIVE_LENGTH = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """Where a person stands: all their ids, their rows per table, and columns that mention them elsewhere."""

    ids: tuple[str, ...]
    rows: Mapping[str, int]
    mentions: Mapping[str, Mapping[str, int]]

    def words(self) -> str:
        """One phrase for the question before erasing."""
        found = [f"{count:,} in {table}" for table, count in self.rows.items() if count]
        found += [
            f"{sum(columns.values()):,} mentions in {table}"
            for table, columns in self.mentions.items()
            if columns
        ]
        aliases = f", also known as {', '.join(self.ids[1:])}" if len(self.ids) > 1 else ""
        return f"{', '.join(found) or 'no rows'}{aliases}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What was removed: rows of the person per table before and after, and where an id still stands."""

    ids: tuple[str, ...]
    rows: Mapping[str, tuple[int, int]]
    files_searched: int
    remaining: tuple[str, ...]
    recomputable_from: Mapping[str, int]

    def words(self) -> str:
        """One sentence."""
        if self.remaining:
            return f"Still found in: {', '.join(self.remaining)}. Run the same command again."
        return (
            f"Searched {self.files_searched:,} files, logs and projections included: nothing is left. "
            "Versions before today cannot be recomputed any more."
        )


def traces_of(store: FactStore, person: str) -> Traces:
    """Everything in the store that leads to a person."""
    ids, _ = _ids_of(store, person)
    rows: dict[str, int] = {}
    mentions: dict[str, Mapping[str, int]] = {}
    for name in store.versions():
        search = _Search(store, TABLES[name], person)
        rows[name], mentions[name] = search.count()
        search.close()
    return Traces(ids=ids, rows=rows, mentions=mentions)


def refuse_unknown(store: FactStore, person: str, traces: Traces) -> None:
    """An id that stands nowhere is a slip of the pen, unless its erasure was begun before."""
    if any(traces.rows.values()) or any(map(bool, traces.mentions.values())):
        return
    if not Tombstones(store.path).has(person):
        raise FactError(
            f"No person {person!r} in any table; nothing was erased.",
            "Give the id as it stands in the facts.",
        )


def erase_person(store: FactStore, person: str, *, projections: Sequence[Path] = ()) -> Proof:
    """Remove a person and the ids that are theirs; safe to repeat after an interruption.

    FactError where nobody has that id: nothing is written then, and every version stays readable.
    """
    refuse_unknown(store, person, traces_of(store, person))
    ids, _ = _ids_of(store, person)
    tombstones = Tombstones(store.path)
    # First of all: whatever is imported from now on leaves them out.
    tombstones.add(list(ids), None)
    counts: dict[str, int] = {}
    first_readable: dict[str, int] = {}
    # Aliases last: an erasure that is interrupted and repeated must still know which ids are theirs.
    names = sorted(store.versions(), key=lambda name: name == "aliases")
    searches = {name: _Search(store, TABLES[name], person) for name in names}
    for name, search in searches.items():
        delta = store.delta(name)
        with delta.lock():
            search.renew()
            rows, mentions = search.count()
            counts[name] = rows
            if rows or any(mentions.values()):
                first_readable[name] = search.rewrite(delta)
    for folder in projections:
        shutil.rmtree(folder, ignore_errors=True)
    tombstones.add(
        [], {"at": datetime.now(UTC).isoformat(timespec="seconds"), "first_readable": first_readable}
    )
    after = {}
    for name, search in searches.items():
        search.renew()
        after[name] = search.count()[0]
        search.close()
    searched, remaining = _search_files(store.path, ids)
    return Proof(
        ids=ids,
        rows={name: (counts[name], after[name]) for name in counts},
        files_searched=searched,
        remaining=tuple(remaining),
        recomputable_from=first_readable,
    )


def _ids_of(store: FactStore, person: str) -> tuple[tuple[str, ...], tuple[tuple[str, Any, Any], ...]]:
    """The ids that are only this person's, and spans of time in which a shared alias was theirs."""
    with store.snapshot() as snapshot:
        if "aliases" not in snapshot.versions:
            return (person,), ()
        if not snapshot.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'resolved_aliases'"):
            return (person,), ()
        chiefs = snapshot.rows("SELECT DISTINCT person FROM resolved_aliases WHERE alias = $1", [person])
        chief = chiefs[0][0] if len(chiefs) == 1 else person
        own = snapshot.rows(
            "SELECT alias FROM resolved_aliases GROUP BY alias HAVING bool_and(person = $1) ORDER BY alias",
            [chief],
        )
        spans = snapshot.rows(
            "SELECT alias, begins, ends FROM (SELECT alias, person, CASE WHEN row_number() OVER w > 1 "
            "THEN valid_from END AS begins, lead(valid_from) OVER w AS ends, "
            "count(*) OVER (PARTITION BY alias) AS held "
            "FROM resolved_aliases WINDOW w AS (PARTITION BY alias ORDER BY valid_from NULLS FIRST)) "
            "WHERE person = $1 AND held > 1",
            [chief],
        )
    ids = dict.fromkeys([person, chief, *(alias for (alias,) in own)])
    shared = tuple(span for span in spans if span[0] not in ids)
    return tuple(ids), shared


class _Search:
    """Looks for a person in one table, and rewrites it without them."""

    def __init__(self, store: FactStore, table: Table, person: str) -> None:
        self._table = table
        self._delta = store.delta(table.name)
        self._ids, self._shared = _ids_of(store, person)
        self._duckdb = duckdb.connect(":memory:", config={"memory_limit": "1GB", "threads": "2"})
        self._duckdb.execute("SET TimeZone = 'UTC'")
        self.renew()

    def close(self) -> None:
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

    def count(self) -> tuple[int, dict[str, int]]:
        """Rows that are theirs, and per text column how many other rows mention them."""
        if not self._source:
            return 0, {}
        texts = dict(self._texts())
        picked = [f"count_if({self._theirs()})"]
        picked += [
            f"count_if({_mentions(sql, self._ids)} AND NOT ({self._theirs()}))" for sql in texts.values()
        ]
        found = self._duckdb.execute(f"SELECT {', '.join(picked)} FROM {self._source}").fetchall()[0]  # noqa: S608
        return found[0], {name: count for name, count in zip(texts, found[1:], strict=True) if count}

    def rewrite(self, delta: Delta) -> int:
        """Write all other rows anew, mentions replaced; the caller holds the lock."""
        columns = ", ".join(f"{self._cleaned(field)} AS {identifier(field.name)}" for field in self._schema)
        relation = self._duckdb.sql(
            f"SELECT {columns} FROM {self._source} WHERE NOT ({self._theirs()})"  # noqa: S608
        )
        reader = relation.to_arrow_reader(100_000)
        batches = (batch.cast(self._schema) for batch in reader)
        return delta.replace(self._handle, pa.RecordBatchReader.from_batches(self._schema, batches))

    def _theirs(self) -> str:
        listed = ", ".join(map(quoted, self._ids))
        tests = [
            f"coalesce({identifier(name)} IN ({listed}), false)" for name in self._table.personal_columns
        ]
        if self._table.name == "events":
            tests += [self._in_span(*span) for span in self._shared]
        if self._table.name == "quarantine":
            tests.append(_mentions("raw", self._ids, distinctive=True))
        return " OR ".join(tests) or "false"

    @staticmethod
    def _in_span(alias: str, begins: datetime | None, ends: datetime | None) -> str:
        tests = [f"person = {quoted(alias)}"]
        if begins is not None:
            tests.append(f"time >= TIMESTAMPTZ {quoted(begins.isoformat())}")
        if ends is not None:
            tests.append(f"time < TIMESTAMPTZ {quoted(ends.isoformat())}")
        return f"({' AND '.join(tests)})"

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Text columns and properties that are no ids of people, with their SQL."""
        for field in self._schema:
            if field.name in self._table.personal_columns:
                continue
            if pa.types.is_string(field.type):
                yield field.name, identifier(field.name)
            elif isinstance(field.type, pa.StructType):
                for index in range(field.type.num_fields):
                    inner = field.type.field(index)
                    if pa.types.is_string(inner.type):
                        yield (
                            f"{field.name}.{inner.name}",
                            f"{identifier(field.name)}.{identifier(inner.name)}",
                        )

    def _cleaned(self, field: Any) -> str:
        if field.name in self._table.personal_columns:
            return identifier(field.name)
        if pa.types.is_string(field.type):
            return _without(identifier(field.name), self._ids)
        if isinstance(field.type, pa.StructType):
            inner = [field.type.field(index) for index in range(field.type.num_fields)]
            parts = []
            for child in inner:
                sql = f"{identifier(field.name)}.{identifier(child.name)}"
                value = _without(sql, self._ids) if pa.types.is_string(child.type) else sql
                parts.append(f"{identifier(child.name)} := {value}")
            return f"struct_pack({', '.join(parts)})"
        return identifier(field.name)


def _mentions(sql: str, ids: Sequence[str], *, distinctive: bool = False) -> str:
    """Is a text an id, or does it hold a distinctive one (any, if `distinctive` is taken for granted)?"""
    listed = ", ".join(map(quoted, ids))
    within = [name for name in ids if distinctive or is_distinctive(name)]
    tests = [f"{sql} IN ({listed})"]
    tests += [f"regexp_matches({sql}, {quoted(_pattern(name))})" for name in within]
    return f"coalesce({' OR '.join(tests)}, false)"


def _without(sql: str, ids: Sequence[str]) -> str:
    listed = ", ".join(map(quoted, ids))
    value = f"CASE WHEN {sql} IN ({listed}) THEN {quoted(REPLACEMENT)} ELSE {sql} END"
    for name in filter(is_distinctive, ids):
        replacement = quoted(rf"\1{REPLACEMENT}\2")
        # Twice, for one match may take the character that begins the next.
        for _ in range(2):
            value = f"regexp_replace({value}, {quoted(_pattern(name))}, {replacement}, 'g')"
    return value


def is_distinctive(name: str) -> bool:
    """Can this id be looked for inside texts without hitting other things?"""
    return len(name) >= _DISTINCTIVE_LENGTH and not name.isalpha()


def _pattern(name: str) -> str:
    """The id as a word of its own, also as it stands in a row kept as latin-1."""
    spellings = {re.escape(name), re.escape(name.encode().decode("latin-1"))}
    return f"(^|[^0-9A-Za-z_])(?:{'|'.join(sorted(spellings))})($|[^0-9A-Za-z_])"


def _search_files(folder: Path, ids: Sequence[str]) -> tuple[int, list[str]]:
    """Search every file under a folder, Parquet decompressed; how many, and which still hold an id."""
    connection = duckdb.connect(":memory:", config={"memory_limit": "1GB", "threads": "2"})
    connection.execute("SET TimeZone = 'UTC'")
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    found = [str(file.relative_to(folder)) for file in files if _holds(connection, file, ids)]
    connection.close()
    return len(files), found


def _holds(connection: Any, file: Path, ids: Sequence[str]) -> bool:
    if file.suffix != ".parquet":
        content = file.read_bytes()
        return any(_bytes_hold(content, name) for name in ids)
    source = f"read_parquet({quoted(str(file))})"
    columns = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
    texts = [identifier(column[0]) for column in columns]
    listed = ", ".join(map(quoted, ids))
    tests = [f"CAST({text} AS VARCHAR) IN ({listed})" for text in texts]
    tests += [
        f"regexp_matches(CAST({text} AS VARCHAR), {quoted(_pattern(name))})"
        for name in ids
        if is_distinctive(name)
        for text in texts
    ]
    row = connection.execute(
        f"SELECT 1 FROM {source} WHERE coalesce({' OR '.join(tests)}, false) LIMIT 1"  # noqa: S608
    ).fetchall()
    return bool(row)


def _bytes_hold(content: bytes, name: str) -> bool:
    """A log is JSON: an id in it would stand in quotes."""
    if f'"{name}"'.encode() in content:
        return True
    return is_distinctive(name) and re.search(_pattern(name).encode(), content) is not None
