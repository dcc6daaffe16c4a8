"""How does a file get into a fact table, each row exactly once, the bad ones set aside?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from quarterdeck.errors import FactError
from quarterdeck.facts.ahead import ahead
from quarterdeck.facts.delta import Delta
from quarterdeck.facts.keys import KeyIndex
from quarterdeck.facts.left_out import admitted, admitted_rows
from quarterdeck.facts.maps import FactMap, fitted, plain_map, preset_map, read_map
from quarterdeck.facts.normalising import Normalised, Normaliser
from quarterdeck.facts.properties import PropertyKind
from quarterdeck.facts.quarantine import Reasons, dismissed_of, marks, quarantine_rows, waiting_of
from quarterdeck.facts.raw_rows import RawReader, with_origins
from quarterdeck.facts.reading.block import BLOCK_BYTES, READER_VERSION, BadRow, Block, Source, Wanted
from quarterdeck.facts.reading.bytes_of import digest
from quarterdeck.facts.reading.formats import ENDINGS, is_data_file, open_source
from quarterdeck.facts.schema import TABLES, Table
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.times import looks_like_time
from quarterdeck.facts.tombstones import Tombstones

# Stands for the name of the file where rows come from the quarantine.
QUARANTINE = "quarantine"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportResult:
    """What an import did; read = added + present + quarantined + dismissed + erased.

    `waited` of the quarantined rows were set aside before; `mended` rows of this file waited and are in now.
    `left` are rows per file that a map did not fit, and why; `notes` are for the reader.
    """

    file: str
    table: str
    read: int
    added: int
    present: int
    quarantined: int
    erased: int
    reasons: Mapping[str, int]
    overflow: int
    deduplicates_rows: bool
    same_file: bool = False
    dismissed: int = 0
    waited: int = 0
    mended: int = 0
    left: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Counts:
    read: int = 0
    added: int = 0
    present: int = 0
    erased: int = 0
    overflow: int = 0
    waited: int = 0
    mended: set[int] = field(default_factory=set)
    reasons: Reasons = field(default_factory=Reasons)


def table_named(store: FactStore, name: str) -> Table:
    """The fact table of that name, if files can be imported into it."""
    store.delta(name)
    table = TABLES[name]
    if not table.importable:
        raise FactError(
            f"Nothing is imported into {name}; imports write it themselves.", "Name another table."
        )
    return table


def chosen_map(table: Table, map_file: Path | None, preset: str | None) -> FactMap | None:
    """The map that was asked for; None means that columns named as in the schema map themselves."""
    if map_file is not None and preset is not None:
        raise FactError("A map and a preset were given.", "Give one of them.")
    if preset is not None:
        return preset_map(table, preset)
    return None if map_file is None else read_map(table, map_file)


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """The files that names stand for, and what was passed over in folders."""

    files: tuple[Path, ...]
    skipped: tuple[Path, ...]


def expanded(names: Sequence[Path]) -> Named:
    """Files as named; a folder stands for the data files in it, in the order of their names."""
    files: list[Path] = []
    skipped: list[Path] = []
    for name in names:
        if not name.is_dir():
            files.append(name)
            continue
        inside = sorted(name.iterdir())
        fitting = [file for file in inside if file.is_file() and is_data_file(file)]
        if not fitting:
            raise FactError(
                f"The folder {name} has no file to import.", f"Endings that are known: {', '.join(ENDINGS)}."
            )
        files += fitting
        skipped += [file for file in inside if file not in fitting]
    if not files:
        raise FactError(
            "No file to import was named.", "Name one or more: `quarterdeck import TABLE FILE...`."
        )
    return Named(files=tuple(files), skipped=tuple(skipped))


def import_file(
    store: FactStore,
    table: Table,
    file: Path,
    fact_map: FactMap | None,
    *,
    again: bool = False,
    progress: Progress = lambda done, size: None,
) -> ImportResult:
    """Import one file. Interrupted, it goes on where it stopped; done, it adds nothing.

    `again` takes a file once more with another map although nothing tells its rows from those there.
    """
    file_digest = digest(file)
    options = None if fact_map is None else fact_map.options
    source = open_source(
        file,
        encoding=options.encoding if options else None,
        delimiter=options.delimiter if options else None,
    )
    with closing(source):
        columns = source.columns
        fact_map = fact_map or plain_map(table, columns)
        if columns is not None:
            fact_map = fitted(fact_map, columns, source.repeated_columns, file)
        return _Import(store, table, file, file_digest, fact_map).run(source, again, progress)


class _Import:
    """One file on its way into one table."""

    def __init__(
        self, store: FactStore, table: Table, file: Path, file_digest: str, fact_map: FactMap
    ) -> None:
        self._store = store
        self._table = table
        self._file = file
        self._file_digest = file_digest
        self._map = fact_map
        self._keyed = table.key is not None and table.key in fact_map.origins
        identity = [file_digest, fact_map.digest, READER_VERSION, BLOCK_BYTES]
        self._raw_reader = RawReader(table, None)
        self._waiting: dict[int, str] = {}
        self._notes: tuple[str, ...] = ()
        self._id = hashlib.sha256(orjson.dumps(identity)).hexdigest()[:32]

    def run(self, source: Source, again: bool, progress: Progress) -> ImportResult:
        """Everything in turn: is it new, begin, take the blocks, finish."""
        earlier = self.earlier()
        if earlier is not None and earlier["finished"]:
            return self.nothing_new(earlier["read"], earlier["erased"])
        if earlier is None and not again:
            self.refuse_if_known()
        self.begin(source)
        refused = waiting_of(self._store, self._table.name, self._file_digest)
        self._waiting = {row: by for row, by in refused.items() if by != self._id}
        counts = self.blocks(source, progress)
        self.mark_mended(counts.mended)
        self.finish(counts)
        self._store.delta(self._table.name).compact()
        self._store.delta("quarantine").compact()
        return self.result(counts)

    def earlier(self) -> Mapping[str, Any] | None:
        """What is known of the same import, begun or finished before."""
        with self._store.snapshot_of("imports") as snapshot:
            found = snapshot.rows(
                "SELECT finished_at IS NOT NULL, rows_read, rows_erased FROM imports "
                "WHERE import_id = $1 ORDER BY 1 DESC LIMIT 1",
                [self._id],
            )
        return dict(zip(("finished", "read", "erased"), found[0], strict=True)) if found else None

    def nothing_new(self, read: int, erased: int) -> ImportResult:
        """Where the rows of a file are that came in before, by the same map."""
        waiting = len(waiting_of(self._store, self._table.name, self._file_digest))
        dismissed = dismissed_of(self._store, self._table.name, self._file_digest)
        return ImportResult(
            file=str(self._file),
            table=self._table.name,
            read=read,
            added=0,
            present=max(0, read - erased - waiting - dismissed),
            quarantined=waiting,
            waited=waiting,
            dismissed=dismissed,
            erased=erased,
            reasons={},
            overflow=0,
            deduplicates_rows=self._keyed,
            same_file=True,
        )

    def refuse_if_known(self) -> None:
        """Taking a file twice by different maps would double rows that have no key."""
        if self._keyed:
            return
        with self._store.snapshot_of("imports") as snapshot:
            known = snapshot.rows(
                "SELECT file FROM imports WHERE file_digest = $1 AND table_name = $2 LIMIT 1",
                [self._file_digest, self._table.name],
            )
        if known:
            raise FactError(
                f"{self._file} was imported into {self._table.name} before, with another map"
                + (f" (as {known[0][0]})." if known[0][0] != self._file.name else "."),
                "To mend its quarantined rows: `quarterdeck import "
                f"{self._table.name} --quarantine --map MAP`. To add every row again: --again.",
            )

    def begin(self, source: Source) -> None:
        """Note that the import is under way, and how to read one of its rows again."""
        header = with_origins(source.description, self._map)
        self._raw_reader = RawReader(self._table, header)
        self._note(0, None, _Counts(), header)

    def mark_mended(self, numbers: set[int]) -> None:
        """Rows that an earlier map refused and that are in the table now wait no longer."""
        if not numbers:
            return
        rows = [
            {
                "table_name": self._table.name,
                "file": self._file.name,
                "file_digest": self._file_digest,
                "row_number": number,
                "import_id": self._waiting[number],
            }
            for number in sorted(numbers)
        ]
        self._store.delta("quarantine").commit(
            marks(rows, self._id), transaction=f"{self._id}:mended", number=0
        )

    def finish(self, counts: _Counts) -> None:
        """Note that every block is in."""
        self._note(1, datetime.now(UTC), counts, None)

    def _note(self, number: int, finished_at: datetime | None, counts: _Counts, header: str | None) -> None:
        row = {
            "import_id": self._id,
            "finished_at": finished_at,
            "table_name": self._table.name,
            "file": self._file.name,
            "file_digest": self._file_digest,
            "map_digest": self._map.digest,
            "header": header,
            "rows_read": counts.read,
            "rows_added": counts.added,
            "rows_present": counts.present,
            "rows_quarantined": counts.reasons.total,
            "rows_erased": counts.erased,
        }
        rows = pa.Table.from_pylist([row], schema=TABLES["imports"].arrow_schema)
        self._store.delta("imports").commit(rows, transaction=self._id, number=number)

    def blocks(self, source: Source, progress: Progress) -> _Counts:
        """Take the rows in, block by block: first those set aside, then the good ones."""
        counts = _Counts()
        size = self._file.stat().st_size
        delta = self._store.delta(self._table.name)
        index = KeyIndex(delta, str(self._table.key)) if self._keyed else None
        known = self._store.property_kinds(self._table.name)
        self._notes = tuple(_disagreements(self._map, known))
        normaliser = Normaliser(self._map, known)
        try:
            # Three at work at once: one block is read, the one before it normalised, the one before written.
            with (
                ahead(source.blocks(wanted(self._map))) as read,
                ahead((block, normaliser.normalise(block)) for block in read) as ready,
            ):
                for block, normalised in ready:
                    self._take(block, normalised, delta, index, counts)
                    progress(source.position(), size)
        finally:
            normaliser.close()
            if index is not None:
                index.close()
        return counts

    def _take(
        self,
        block: Block,
        normalised: Normalised,
        delta: Delta,
        index: KeyIndex | None,
        counts: _Counts,
    ) -> None:
        counts.read += block.read
        bad = (*block.bad, *normalised.bad)
        self._quarantine(block, bad, counts)
        if self._waiting:
            met = self._waiting.keys() & set(block.row_numbers.tolist())
            counts.mended |= met - {row.row_number for row in bad}
        rows = normalised.rows
        if rows.num_rows:
            select = None if index is None else index.new_rows
            committed = delta.commit(rows, transaction=self._id, number=block.number, select=select)
            counts.added += committed.added
            counts.present += rows.num_rows - committed.added - committed.erased
            counts.erased += committed.erased
            counts.overflow += committed.overflow

    def _quarantine(self, block: Block, bad: tuple[BadRow, ...], counts: _Counts) -> None:
        tombstones = Tombstones(self._store.path)
        kept = list(admitted(bad, self._raw_reader, tombstones)) if tombstones.erased else bad
        counts.erased += len(bad) - len(kept)
        for row in kept:
            counts.reasons.add(row.reason)
        new = [row for row in kept if row.row_number not in self._waiting]
        counts.waited += len(kept) - len(new)
        if new:
            self._store.delta("quarantine").commit(
                quarantine_rows(self._table.name, self._file.name, self._file_digest, self._id, new),
                transaction=f"{self._id}:{self._table.name}",
                number=block.number,
                select=lambda _, rows: self._without_erased_since(tombstones, rows),
            )

    def _without_erased_since(self, before: Tombstones, rows: pa.Table) -> pa.Table:
        """Under the lock, so that no row slips in behind an erasure that goes on at the same time."""
        now = Tombstones(self._store.path)
        return rows if now.erased == before.erased else admitted_rows(rows, self._raw_reader, now)

    def result(self, counts: _Counts) -> ImportResult:
        return ImportResult(
            file=str(self._file),
            table=self._table.name,
            read=counts.read,
            added=counts.added,
            present=counts.present,
            quarantined=counts.reasons.total,
            erased=counts.erased,
            reasons=counts.reasons.counted(),
            overflow=counts.overflow,
            deduplicates_rows=self._keyed,
            waited=counts.waited,
            mended=len(counts.mended),
            notes=self._notes,
        )


def _disagreements(fact_map: FactMap, known: Mapping[str, PropertyKind]) -> Iterator[str]:
    """Kinds that the map declares and the table cannot take on any more."""
    for key, kind in fact_map.property_kinds.items():
        stored = known.get(key, kind)
        if stored == kind:
            continue
        place = "as text in its column" if stored == "text" else "in properties_rest"
        yield (
            f"The map declares `{key}` as {kind}; {fact_map.table.name} has kept it as {stored} since an "
            f"earlier import. These values are {place}, and metrics read them as {kind}; earlier values that "
            f"are no {kind} count as missing."
        )


def wanted(fact_map: FactMap) -> Wanted:
    """What a map asks of a reader."""
    times = [
        origin[0]
        for column in fact_map.table.columns
        if column.type == "time" and isinstance(origin := fact_map.origins.get(column.name), tuple)
    ]
    return Wanted(
        columns=fact_map.source_columns,
        properties=fact_map.property_selectors,
        time_column=times[0] if times else None,
        looks_like_time=looks_like_time(fact_map.options.time_format),
    )
