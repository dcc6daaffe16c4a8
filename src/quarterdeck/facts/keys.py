"""Which rows of a block are already in the table, told by their key?"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from quarterdeck.facts.connection import identifier
from quarterdeck.facts.delta import Delta
from quarterdeck.facts.normalising import KEY_HASH

Hashes = npt.NDArray[np.uint64]

# Eight bytes a row: beyond this many rows the table is asked block by block instead.
MAX_HASHES = 40_000_000


class KeyIndex:
    """The keys of one table as 64-bit hashes, kept up to date with what others commit.

    A hash that is not there proves a row new. One that is there is looked up in the table: two keys may share
    a hash.
    """

    def __init__(self, delta: Delta, key: str) -> None:
        self._delta = delta
        self._key = key
        self._files: frozenset[str] = frozenset()
        self._sorted: list[Hashes] = []
        # What this index let through last, at which version, and which version that became.
        self._passed: Hashes = np.zeros(0, np.uint64)
        self._seen, self._landed = -1, -1
        self._duckdb = duckdb.connect(":memory:", config={"threads": "2", "memory_limit": "1GB"})

    def landed(self, version: int) -> None:
        """The rows let through last are in the table, as its version `version`."""
        self._landed = version

    def close(self) -> None:
        """Give the memory back."""
        self._duckdb.close()

    def new_rows(self, handle: DeltaTable, rows: pa.Table) -> pa.Table:
        """The rows whose key is neither in the opened table nor further up in the block.

        Rows without a key, or with an empty one, are new.
        """
        self._refresh(handle)
        hashes = _chunk(rows.column(KEY_HASH)).to_numpy(zero_copy_only=False)
        keys = _chunk(rows.column(self._key))
        not_empty: Any = pc.not_equal(keys, pa.scalar(""))
        named = np.asarray(pc.fill_null(not_empty, False).to_numpy(zero_copy_only=False), bool)
        # In order, so that neighbours are looked for side by side.
        ordered = np.sort(hashes)
        known = np.zeros(len(hashes), bool)
        met = ordered[self._met(ordered)]
        if len(met):
            candidates = np.isin(hashes, met) & named
            known[candidates] = self._in_table(keys.filter(pa.array(candidates)))
        twice = ordered[1:][ordered[1:] == ordered[:-1]]
        if len(twice):
            known |= _repeated(np.isin(hashes, twice), keys)
        self._passed, self._seen = ordered if not known.any() else np.sort(hashes[~known]), handle.version()
        return rows.filter(pa.array(~known)) if known.any() else rows

    def _refresh(self, handle: DeltaTable) -> None:
        files = frozenset(self._delta.files(handle))
        if self._files - files:
            # Compaction or erasure replaced files: begin anew.
            self._files, self._sorted = frozenset(), []
        added = sorted(files - self._files)
        self._files = files
        if not added or sum(map(len, self._sorted)) > MAX_HASHES:
            return
        if handle.version() == self._landed == self._seen + 1:
            # Nobody else wrote meanwhile.
            self._sorted.append(self._passed)
        else:
            query = f"SELECT hash({identifier(self._key)}) AS h FROM read_parquet($files)"  # noqa: S608
            hashes = self._duckdb.sql(query, params={"files": added}).to_arrow_table().column("h").to_numpy()
            self._sorted.append(np.sort(hashes))
        while len(self._sorted) > 1 and len(self._sorted[-2]) < 2 * len(self._sorted[-1]):
            # Two runs that are in order already.
            self._sorted.append(
                np.sort(np.concatenate((self._sorted.pop(), self._sorted.pop())), kind="stable")
            )

    def _met(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Which of these hashes, in order, are there?"""
        if sum(map(len, self._sorted)) > MAX_HASHES:
            return np.ones(len(hashes), bool)
        met = np.zeros(len(hashes), bool)
        for run in self._sorted:
            if len(run):
                place = np.minimum(np.searchsorted(run, hashes), len(run) - 1)
                met |= run[place] == hashes
        return met

    def _in_table(self, keys: Any) -> npt.NDArray[np.bool_]:
        if not self._files:
            return np.zeros(len(keys), bool)
        self._duckdb.register("asked", pa.table({"key": keys}))
        column = identifier(self._key)
        found = self._duckdb.sql(
            f"SELECT key IN (SELECT {column} FROM read_parquet($files) WHERE {column} IS NOT NULL) AS found "  # noqa: S608
            "FROM asked",
            params={"files": sorted(self._files)},
        ).to_arrow_table()
        self._duckdb.unregister("asked")
        return np.asarray(found.column("found").to_numpy(zero_copy_only=False), bool)


def _repeated(alike: npt.NDArray[np.bool_], keys: Any) -> npt.NDArray[np.bool_]:
    """Of rows that share their hash with another of the block, those whose key stood further up."""
    repeated = np.zeros(len(alike), bool)
    seen: set[str] = set()
    where = np.flatnonzero(alike)
    for row, key in zip(where.tolist(), keys.take(pa.array(where)).to_pylist(), strict=True):
        if key:
            repeated[row] = key in seen
            seen.add(key)
    return repeated


def _chunk(values: Any) -> Any:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
