"""How is a person removed from every table, version, log and projection, and how is that proved?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from quarterdeck.errors import FactError
from quarterdeck.facts.proving import Searched, search_files
from quarterdeck.facts.raw_rows import RawReaders
from quarterdeck.facts.rewriting import Found, Person, SharedId, TableSearch
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.tombstones import Tombstones


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
    """What was removed: rows of the person per table before and after, and what was masked in other rows.

    `others` counts, by `table.column`, what was left on purpose: keys of others that hold an id, and words
    that a short or plain id cannot be told from. `remaining` is what should not be there any more.
    """

    ids: tuple[str, ...]
    rows: Mapping[str, tuple[int, int]]
    masked: Mapping[str, Mapping[str, int]]
    others: Mapping[str, int]
    files_searched: int
    remaining: tuple[str, ...]
    recomputable_from: Mapping[str, int]

    def words(self) -> str:
        """What was done, one sentence a line."""
        return "\n".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        masked = {f"{table}.{name}": n for table, names in self.masked.items() for name, n in names.items()}
        if masked:
            yield f"Masked in rows of others: {_counted(masked)}."
        if self.others:
            yield (
                "Left as they are, being keys of others or words that an id this short cannot be told from: "
                f"{_counted(self.others)}."
            )
        if self.remaining:
            yield (
                f"Still found in: {', '.join(self.remaining)}. Something wrote there meanwhile: run the same "
                "command again. If it says this twice, please report it."
            )
            return
        nothing = "nothing else is left" if self.others else "nothing is left"
        yield f"Searched {self.files_searched:,} files, logs and projections included: {nothing}."
        if self.recomputable_from:
            yield "Versions before today cannot be recomputed any more."


def _counted(places: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} in {place}" for place, count in places.items())


def traces_of(store: FactStore, person: str) -> Traces:
    """Everything in the store that leads to a person."""
    known = _identified(store, person)
    with _searches(store, known) as searches:
        found = {name: search.count() for name, search in searches.items()}
    return Traces(
        ids=known.ids,
        rows={name: count.rows for name, count in found.items()},
        mentions={name: _some(count) for name, count in found.items()},
    )


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
    known = _identified(store, person)
    tombstones = Tombstones(store.path)
    # First of all: whatever is imported from now on leaves them out.
    tombstones.add(list(known.ids), None)
    found: dict[str, Found] = {}
    first_readable: dict[str, int] = {}
    with _searches(store, known) as searches:
        for name, search in searches.items():
            with store.delta(name).lock():
                search.renew()
                found[name] = search.count()
                if found[name]:
                    first_readable[name] = search.rewrite()
        for folder in projections:
            shutil.rmtree(folder, ignore_errors=True)
        searched = search_files(store.path, known.ids)
        if searched.tables:
            first_readable |= _forget_older(store, searched.tables)
            searched = search_files(store.path, known.ids)
        if first_readable:
            tombstones.add([], {"at": _now(), "first_readable": first_readable})
        after = {}
        for name, search in searches.items():
            search.renew()
            after[name] = search.count().rows
    return _proof(known, found, after, searched, first_readable)


def _proof(
    known: Person,
    found: Mapping[str, Found],
    after: Mapping[str, int],
    searched: Searched,
    first_readable: Mapping[str, int],
) -> Proof:
    return Proof(
        ids=known.ids,
        rows={name: (count.rows, after[name]) for name, count in found.items()},
        masked={name: _some(count) for name, count in found.items() if _some(count)},
        others=searched.others,
        files_searched=searched.files,
        remaining=tuple(searched.left),
        recomputable_from=first_readable,
    )


def _some(found: Found) -> dict[str, int]:
    return {name: count for name, count in found.mentions.items() if count}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _forget_older(store: FactStore, tables: frozenset[str]) -> dict[str, int]:
    """Remove files that an interrupted erasure, or a killed import, left behind the latest version."""
    first_readable = {}
    for name in sorted(tables):
        delta = store.delta(name)
        with delta.lock():
            handle = delta.open()
            if handle is not None:
                first_readable[name] = delta.forget_older(handle, log=True)
    return first_readable


@contextmanager
def _searches(store: FactStore, person: Person) -> Iterator[dict[str, TableSearch]]:
    """A search for each table that is there.

    Aliases come last, for an erasure that is interrupted and repeated must still know which ids are theirs;
    imports come after the quarantine, whose rows are read by what they say.
    """
    with store.snapshot_of("imports") as snapshot:
        headers = dict(snapshot.rows("SELECT import_id, header FROM imports WHERE header IS NOT NULL"))
    readers = RawReaders(headers, store.property_kinds)
    last = ("quarantine", "imports", "aliases")
    names = sorted(store.versions(), key=lambda name: last.index(name) if name in last else -1)
    searches = {name: TableSearch(store.delta(name), person, readers) for name in names}
    try:
        yield searches
    finally:
        for search in searches.values():
            search.close()


def _identified(store: FactStore, person: str) -> Person:
    """The ids that are only this person's, and spans of time in which a shared alias was theirs."""
    with store.snapshot() as snapshot:
        if "aliases" not in snapshot.versions:
            return Person(ids=(person,))
        if not snapshot.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'resolved_aliases'"):
            return Person(ids=(person,))
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
    shared = (
        SharedId(alias=alias, begins=begins, ends=ends) for alias, begins, ends in spans if alias not in ids
    )
    return Person(ids=tuple(ids), shared=tuple(shared))
