"""How is one Delta table opened, locked and committed to, so that each block of rows lands exactly once?"""

from __future__ import annotations

import fcntl
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pyarrow as pa
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from quarterdeck.errors import Conflict, FactError
from quarterdeck.facts.properties import PropertyKind, conform, property_kinds
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.tombstones import Tombstones

COMPACT_ABOVE_FILES = 100
WHOLE_FILE_BYTES = 64 * 1024 * 1024
# Under this name each commit says in the log what it did.
_COUNTS = "quarterdeck.counts"
_ATTEMPTS = 20
# Small row groups let DuckDB read one file with several threads and skip by time.
_ROW_GROUP_ROWS = 122_880

Select = Callable[[DeltaTable, pa.Table], pa.Table]


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """What one commit did; `repeated` says that the transaction had been there before.

    `erased` counts rows left out because they belong to somebody who was erased.
    """

    version: int
    added: int
    erased: int = 0
    overflow: int = 0
    repeated: bool = False


class Delta:
    """One Delta table in a folder, with its lock file beside it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.path = folder / name
        self._lock_path = folder / f"{name}.lock"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the table against other writers on this host; the kernel lets go when a process is killed."""
        self._lock_path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock_path.open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @contextmanager
    def mending(self) -> Iterator[None]:
        """Hold the work on quarantined rows against others on this host."""
        self._lock_path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock_path.with_suffix(".mending").open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @contextmanager
    def importing(self, import_id: str) -> Iterator[bool]:
        """Be at an import; false where another process of this host is at the same one already."""
        path = self._lock_path.with_suffix(f".{import_id}.importing")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            try:
                yield True
            finally:
                path.unlink(missing_ok=True)

    def open(self, version: int | None = None) -> DeltaTable | None:
        """The table, at a version if given; None where it does not exist yet."""
        try:
            return DeltaTable(self.path, version=version)
        except TableNotFoundError:
            return None
        except Exception as error:
            # deltalake raises several kinds for a version that was never written or is gone.
            if version is None or type(error).__module__ not in {"_internal", "deltalake.exceptions"}:
                raise
            latest = DeltaTable(self.path).version()
            raise FactError(
                f"Table {self.name} has no version {version}; the latest is {latest}.",
                f"Use a version from 0 to {latest}, or leave it out.",
            ) from error

    def files(self, handle: DeltaTable) -> list[str]:
        """The Parquet files of an opened version."""
        # file_uris() percent-encodes the folder, which DuckDB does not undo.
        paths = pa.table(handle.get_add_actions()).column("path").to_pylist()
        return sorted(str(self.path / unquote(str(path))) for path in paths)

    def commit(
        self, rows: pa.Table, *, transaction: str, number: int, select: Select | None = None
    ) -> Committed:
        """Append rows once as application transaction (transaction, number).

        `select` sees the opened table under the lock and returns the rows that are new.
        """
        with self.lock():
            for attempt in range(_ATTEMPTS):
                try:
                    return self._commit(rows, transaction, number, select)
                except CommitFailedError:
                    # Another host was faster: look again, with a pause that grows and differs.
                    time.sleep(min(2.0, 0.02 * 2**attempt) * random.random())  # noqa: S311
        raise Conflict(
            f"Table {self.name} was written by others {_ATTEMPTS} times in a row.",
            "Run the same command again; what is already in is skipped.",
        )

    def _commit(self, rows: pa.Table, transaction: str, number: int, select: Select | None) -> Committed:
        handle = self._open_or_create()
        last = handle.transaction_version(transaction)
        if last is not None and last >= number:
            return Committed(version=handle.version(), added=0, repeated=True)
        # Under the lock, so that no row slips in behind an erasure that goes on at the same time.
        kept = Tombstones(self.path.parent).without_erased(rows, TABLES[self.name])
        erased = rows.num_rows - kept.num_rows
        rows = kept if select is None else select(handle, kept)
        stored = arrow_schema(handle)
        conformed = conform(rows, TABLES[self.name].arrow_schema, property_kinds(stored))
        if conformed.new or not set(conformed.rows.column_names) <= set(stored.names):
            self._evolve(handle, conformed.rows)
        # The version was checked on this very handle: a fresh one would accept the transaction twice.
        counts = (conformed.rows.num_rows, erased, conformed.overflow)
        write_deltalake(
            handle,
            conformed.rows,
            mode="append",
            writer_properties=self._writer(),
            commit_properties=CommitProperties(
                app_transactions=[Transaction(transaction, number)],
                custom_metadata={_COUNTS: orjson.dumps([transaction, number, *counts]).decode()},
                max_commit_retries=0,
            ),
        )
        return Committed(
            version=handle.version(),
            added=conformed.rows.num_rows,
            erased=erased,
            overflow=conformed.overflow,
        )

    def earlier_commits(self, transaction: str) -> dict[int, Committed]:
        """What the commits of an application transaction did, by number, as they wrote into the log."""
        handle = self.open()
        found: dict[int, Committed] = {}
        for entry in [] if handle is None else handle.history():
            name, number, added, erased, overflow = orjson.loads(entry.get(_COUNTS, '["",0,0,0,0]'))
            if name == transaction:
                found[number] = Committed(
                    version=entry["version"], added=added, erased=erased, overflow=overflow, repeated=True
                )
        return found

    def _writer(self) -> WriterProperties:
        # Statistics of pages are read by nobody here and cost a quarter of the time to write.
        usual = ColumnProperties(statistics_enabled="CHUNK")
        table, columns = TABLES[self.name], {}
        for name in filter(None, (table.key, table.time)):
            # A dictionary of values that occur about once each costs a fifth of it.
            columns[name] = ColumnProperties(dictionary_enabled=False, statistics_enabled="CHUNK")
        if self.name == "quarantine":
            # The statistics would hold the smallest and largest row several times in memory, and rows may be
            # a hundred megabytes long.
            columns["raw"] = ColumnProperties(dictionary_enabled=False, statistics_enabled="NONE")
        return WriterProperties(
            compression="SNAPPY",
            max_row_group_size=_ROW_GROUP_ROWS,
            default_column_properties=usual,
            column_properties=columns or None,
        )

    def _evolve(self, handle: DeltaTable, rows: pa.Table) -> None:
        write_deltalake(
            handle,
            rows.slice(0, 0),
            mode="append",
            schema_mode="merge",
            commit_properties=CommitProperties(max_commit_retries=0),
        )

    def _open_or_create(self) -> DeltaTable:
        existing = self.open()
        if existing is not None:
            return existing
        table = TABLES[self.name]
        return DeltaTable.create(
            self.path,
            table.arrow_schema,
            mode="ignore",
            name=self.name,
            description=table.description,
            configuration={
                # Statistics of other columns would copy the ids of people into the log.
                "delta.dataSkippingStatsColumns": table.statistics_column,
                # Every version stays readable: a published number names the version it was read at.
                "delta.enableExpiredLogCleanup": "false",
                "delta.logRetentionDuration": "interval 36500 days",
            },
        )

    def replace(self, handle: DeltaTable, rows: pa.RecordBatchReader, *, new_schema: bool = False) -> int:
        """Put other rows in place of all those of an opened table; remove the files of every older version.

        The caller holds the lock. No predicate is given, for it would stand in the log; the application
        transactions stay. Returns the first version that can be read from now on.
        """
        write_deltalake(
            handle,
            rows,
            mode="overwrite",
            schema_mode="overwrite" if new_schema else None,
            writer_properties=self._writer(),
            target_file_size=WHOLE_FILE_BYTES,
            commit_properties=CommitProperties(max_commit_retries=0),
        )
        return self.forget_older(handle, log=new_schema)

    def forget_older(self, handle: DeltaTable, *, log: bool) -> int:
        """Remove every file that the latest version does not need, and its log if asked; the caller locks.

        Returns the first version that can be read from now on.
        """
        first_readable = handle.version()
        # full: also what a killed writer left behind without ever committing it.
        handle.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)
        if not log:
            return first_readable
        # The log names the columns of older versions. The checkpoint has all that the latest one needs.
        handle.create_checkpoint()
        latest = handle.version()
        for file in sorted((self.path / "_delta_log").iterdir()):
            number = file.name.partition(".")[0]
            if number.isdecimal() and int(number) < latest:
                file.unlink()
        return latest

    def compact(self) -> None:
        """Join small files when there are many; left for next time if somebody else writes meanwhile.

        What is joined is small no more, so that a large table is not written anew with each import.
        """
        with self.lock():
            handle = self.open()
            if handle is None or small_files(handle) <= COMPACT_ABOVE_FILES:
                return
            try:
                handle.optimize.compact(
                    target_size=WHOLE_FILE_BYTES, writer_properties=self._writer(), max_concurrent_tasks=1
                )
            except CommitFailedError:
                return


def small_files(handle: DeltaTable) -> int:
    """How many files of an opened table are less than half of a whole one: any two of them fit into one."""
    sizes = pa.table(handle.get_add_actions()).column("size_bytes").to_numpy()
    return int((2 * sizes < WHOLE_FILE_BYTES).sum())


def kinds_of(handle: DeltaTable) -> dict[str, PropertyKind]:
    """The property keys of an opened table, with their kinds."""
    return property_kinds(arrow_schema(handle))


def arrow_schema(handle: DeltaTable) -> pa.Schema:
    """The schema of an opened table."""
    exported: Any = handle.schema().to_arrow()
    return pa.schema(exported)
