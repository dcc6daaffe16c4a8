"""How does a file get into a fact table, each row exactly once, the bad ones set aside?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from quarterdeck.errors import FactError
from quarterdeck.facts.ahead import ahead
from quarterdeck.facts.delta import Committed, Delta
from quarterdeck.facts.import_result import ImportResult, Tally
from quarterdeck.facts.keys import KeyIndex
from quarterdeck.facts.known_files import digest_of, refuse_if_known
from quarterdeck.facts.left_out import admitted, admitted_rows
from quarterdeck.facts.maps import FactMap, fitted, plain_map
from quarterdeck.facts.normalising import Normalised, Normaliser
from quarterdeck.facts.properties import PropertyKind
from quarterdeck.facts.quarantine import (
    EarlierImports,
    dismissed_of,
    marks,
    quarantine_rows,
    refused_again,
    waiting_of,
)
from quarterdeck.facts.raw_rows import RawReader, with_origins
from quarterdeck.facts.reading.block import BLOCK_BYTES, READER_VERSION, BadRow, Block, Source, Wanted
from quarterdeck.facts.reading.formats import open_source
from quarterdeck.facts.schema import TABLES, Table
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.times import looks_like_time
from quarterdeck.facts.tombstones import Tombstones

# Stands for the name of the file where rows come from the quarantine.
QUARANTINE = "quarantine"

Progress = Callable[[int, int], None]


def table_named(store: FactStore, name: str) -> Table:
    """The fact table of that name, if files can be imported into it."""
    store.delta(name)
    table = TABLES[name]
    if not table.importable:
        raise FactError(
            f"Nothing is imported into {name}; imports write it themselves.", "Name another table."
        )
    return table


def import_file(
    store: FactStore,
    table: Table,
    file: Path,
    fact_map: FactMap | None,
    *,
    again: bool = False,
    progress: Progress = lambda done, size: None,
    all_read: Callable[[], None] = lambda: None,
    source: Source | None = None,
) -> ImportResult:
    """Import one file. Interrupted, it goes on where it stopped; done, it adds nothing.

    `again` takes a file once more with another map although nothing tells its rows from those there.
    `all_read` is called when every row is in and the table's small files are still to be put together.
    `source` reads the file where a reader of its own must.
    """
    file_digest = digest_of(store, table, file)
    options = None if fact_map is None else fact_map.options
    source = source or open_source(
        file,
        encoding=options.encoding if options else None,
        delimiter=options.delimiter if options else None,
    )
    with closing(source):
        columns = source.columns
        fact_map = fact_map or plain_map(table, columns)
        if columns is not None:
            fact_map = fitted(fact_map, columns, source.repeated_columns, file)
        imported = _Import(store, table, file, file_digest, fact_map, source.description.get("made_by"))
        return imported.run(source, again, progress, all_read)


class _Import:
    """One file on its way into one table."""

    def __init__(
        self,
        store: FactStore,
        table: Table,
        file: Path,
        file_digest: str,
        fact_map: FactMap,
        made_by: object = None,
    ) -> None:
        self._store = store
        self._table = table
        self._file = file
        self._file_digest = file_digest
        self._map = fact_map
        self._keyed = table.key is not None and table.key in fact_map.origins
        identity = [file_digest, fact_map.digest, READER_VERSION, BLOCK_BYTES]
        if made_by is not None:
            # Another reading of the same file is another import.
            identity.append(str(made_by))
        self._raw_reader = RawReader(table, None)
        self._earlier = EarlierImports()
        self._commits: Mapping[int, Committed] = {}
        self._alone, self._first_version = True, -1
        self._notes: tuple[str, ...] = ()
        self._id = hashlib.sha256(orjson.dumps(identity)).hexdigest()[:32]

    def run(
        self, source: Source, again: bool, progress: Progress, all_read: Callable[[], None]
    ) -> ImportResult:
        """Everything in turn: is it new, begin, take the blocks, finish."""
        earlier = self.earlier()
        if earlier is not None and earlier["finished"]:
            return self.nothing_new(earlier["read"], earlier["erased"])
        self.begin(source, again)
        self._earlier = EarlierImports.of(
            self._store, self._table.name, self._file_digest, self._id, source.description
        )
        delta = self._store.delta(self._table.name)
        with delta.importing(self._id) as self._alone:
            handle = delta.open()
            self._first_version = -1 if handle is None else handle.version()
            counts = self.blocks(source, progress)
        self.mark_mended(counts.mended)
        self.finish(counts)
        all_read()
        delta.compact()
        self._store.delta("quarantine").compact()
        return self.result(counts)

    def earlier(self) -> Mapping[str, Any] | None:
        """What is known of the same import, begun or finished before.

        Without a key, one that an earlier version of the reader finished counts as the same.
        """
        with self._store.snapshot_of("imports") as snapshot:
            found = snapshot.rows(
                "SELECT finished_at IS NOT NULL, rows_read, rows_erased FROM imports "
                "WHERE import_id = $1 OR (NOT $2 AND file_digest = $3 AND map_digest = $4 "
                "AND finished_at IS NOT NULL) ORDER BY 1 DESC LIMIT 1",
                [self._id, self._keyed, self._file_digest, self._map.digest],
            )
        return dict(zip(("finished", "read", "erased"), found[0], strict=True)) if found else None

    def nothing_new(self, read: int, erased: int) -> ImportResult:
        """Where the rows of a file are that came in before, by the same map."""
        waiting = len(waiting_of(self._store, self._table.name, self._file_digest))
        dismissed = len(dismissed_of(self._store, self._table.name, self._file_digest))
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

    def begin(self, source: Source, again: bool) -> None:
        """Note that the import is under way, and how to read one of its rows again."""
        header = with_origins(source.description, self._map)
        self._raw_reader = RawReader(self._table, header)
        self._note(0, None, Tally(), header, refuses=not (again or self._keyed))

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
                "import_id": self._earlier.waiting[number].import_id,
            }
            for number in sorted(numbers)
        ]
        self._store.delta("quarantine").commit(
            marks(rows, self._id), transaction=f"{self._id}:mended", number=0
        )

    def finish(self, counts: Tally) -> None:
        """Note that every block is in."""
        self._note(1, datetime.now(UTC), counts, None)

    def _note(
        self,
        number: int,
        finished_at: datetime | None,
        counts: Tally,
        header: str | None,
        *,
        refuses: bool = False,
    ) -> None:
        def unless_known(_: object, rows: pa.Table) -> pa.Table:
            """In the commit itself, so that of two imports at once by different maps one is refused."""
            refuse_if_known(self._store, self._table, self._file, self._file_digest, self._map.digest)
            return rows

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
            "times_unclear": counts.unclear.total(),
        }
        rows = pa.Table.from_pylist([row], schema=TABLES["imports"].arrow_schema)
        self._store.delta("imports").commit(
            rows, transaction=self._id, number=number, select=unless_known if refuses else None
        )

    def blocks(self, source: Source, progress: Progress) -> Tally:
        """Take the rows in, block by block: first those set aside, then the good ones."""
        counts = Tally()
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
        counts: Tally,
    ) -> None:
        counts.read += block.read
        counts.doubtful += block.doubtful
        counts.unclear += normalised.unclear
        bad = (*block.bad, *normalised.bad)
        self._quarantine(block, bad, counts)
        if self._earlier.waiting:
            met = self._earlier.waiting.keys() & set(block.row_numbers.tolist())
            counts.mended |= met - {row.row_number for row in bad}
        rows = normalised.rows
        if rows.num_rows:
            select = None if index is None else index.new_rows
            committed = delta.commit(rows, transaction=self._id, number=block.number, select=select)
            if index is not None and not committed.repeated:
                index.landed(committed.version)
            if committed.repeated:
                committed = self._earlier_commit(block.number, committed)
            interrupted = self._alone and committed.version <= self._first_version
            counts.take(committed, rows.num_rows, elsewhere=committed.repeated and not interrupted)

    def _earlier_commit(self, number: int, committed: Committed) -> Committed:
        """What an earlier run of this import, or another at the same time, did with a block."""
        if number not in self._commits:
            self._commits = self._store.delta(self._table.name).earlier_commits(self._id)
        return self._commits.get(number, committed)

    def _quarantine(self, block: Block, bad: tuple[BadRow, ...], counts: Tally) -> None:
        tombstones = Tombstones(self._store.path)
        kept = list(admitted(bad, self._raw_reader, tombstones)) if tombstones.erased else bad
        counts.erased += len(bad) - len(kept)
        new: list[BadRow] = []
        waiting: list[BadRow] = []
        for row in kept:
            fate = self._earlier.fate(row.row_number)
            if fate == "present":
                counts.present += 1
            elif fate == "dismissed":
                counts.dismissed += 1
            else:
                counts.reasons.add(row.reason)
                (new if fate is None else waiting).append(row)
        counts.waited += len(waiting)
        for name, rows in (("", self._rows(new)), (":again", self._refused_again(waiting))):
            if rows is not None:
                self._store.delta("quarantine").commit(
                    rows,
                    transaction=f"{self._id}:{self._table.name}{name}",
                    number=block.number,
                    select=lambda _, rows: self._without_erased_since(tombstones, rows),
                )

    def _rows(self, bad: list[BadRow]) -> pa.Table | None:
        place = (self._table.name, self._file.name, self._file_digest, self._id)
        return quarantine_rows(*place, bad) if bad else None

    def _refused_again(self, bad: list[BadRow]) -> pa.Table | None:
        """Rows that waited already, with the reason why they do now."""
        rows = self._rows(bad)
        if rows is None:
            return None
        before = [self._earlier.waiting[row.row_number] for row in bad]
        waiting = [
            {**row, "import_id": refusal.import_id, "reason": refusal.reason}
            for row, refusal in zip(rows.to_pylist(), before, strict=True)
        ]
        return refused_again(waiting, [row.reason for row in bad])

    def _without_erased_since(self, before: Tombstones, rows: pa.Table) -> pa.Table:
        """Under the lock, so that no row slips in behind an erasure that goes on at the same time."""
        now = Tombstones(self._store.path)
        return rows if now.erased == before.erased else admitted_rows(rows, self._raw_reader, now)

    def result(self, counts: Tally) -> ImportResult:
        """The counts for the reader."""
        return counts.result(
            file=str(self._file),
            table=self._table.name,
            deduplicates_rows=self._keyed,
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
    origins = fact_map.origins
    columns = [
        (column, origin)
        for column in fact_map.table.columns
        if column.type != "text" and isinstance(origin := origins.get(column.name), tuple)
    ]
    times = [(column, origin) for column, origin in columns if column.type == "time"]
    declared = fact_map.options.properties
    kinds = declared.items() if isinstance(declared, dict) else ()
    typed = [name for name, kind in kinds if kind != "text"]
    return Wanted(
        columns=fact_map.source_columns,
        properties=fact_map.property_selectors,
        time_column=times[0][1][0] if times else None,
        looks_like_time=looks_like_time(fact_map.options.time_format),
        single_lines=(*(name for _, origin in columns for name in origin), *typed),
        required_time=next((origin for column, origin in times if column.required), ()),
    )
