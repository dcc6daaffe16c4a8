"""Where are the facts kept, and how do rows get into them exactly once?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from quarterdeck.errors import FactError, did_you_mean
from quarterdeck.facts.connection import Limits
from quarterdeck.facts.delta import Delta, kinds_of
from quarterdeck.facts.properties import PropertyKind
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot, open_snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class Appended:
    """What an append did: rows added now, blocks that had been there before, and the version after it.

    `overflow` counts property values that went to `properties_rest`.
    """

    version: int
    added: int
    repeated_blocks: int
    overflow: int


class FactStore:
    """The Delta tables in one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()

    def delta(self, table: str) -> Delta:
        """The Delta table behind a fact table."""
        if table not in TABLES:
            raise FactError(
                f"There is no fact table named {table!r}.",
                did_you_mean(table, TABLES) or f"Tables: {', '.join(TABLES)}.",
            )
        return Delta(self.path, table)

    def append(self, table: str, batches: Iterable[pa.Table], *, transaction: str) -> Appended:
        """Write normalised rows exactly once: batch i is application transaction (transaction, i).

        Calling it again with the same transaction and batches adds only what is missing.
        """
        delta = self.delta(table)
        version, added, repeated, overflow = -1, 0, 0, 0
        for number, batch in enumerate(batches):
            committed = delta.commit(batch, transaction=transaction, number=number)
            version = committed.version
            added += committed.added
            repeated += committed.repeated
            overflow += committed.overflow
        delta.compact()
        return Appended(version=version, added=added, repeated_blocks=repeated, overflow=overflow)

    def property_kinds(self, table: str) -> dict[str, PropertyKind]:
        """The property keys a table knows so far, with their kinds."""
        handle = self.delta(table).open()
        return {} if handle is None else kinds_of(handle)

    def versions(self) -> dict[str, int]:
        """The latest version of each table that exists."""
        handles = {name: self.delta(name).open() for name in TABLES}
        return {name: handle.version() for name, handle in handles.items() if handle is not None}

    def snapshot(self, *, at: Mapping[str, int] | None = None, limits: Limits | None = None) -> Snapshot:
        """A consistent reading of all tables, each pinned at its latest version or the one given in `at`."""
        pins = dict(at or {})
        for table in pins:
            self.delta(table)
        return open_snapshot([self.delta(name) for name in TABLES], pins, limits)

    def snapshot_of(self, *tables: str) -> Snapshot:
        """A reading of some tables alone, without the named views."""
        return open_snapshot([self.delta(name) for name in tables], {})
