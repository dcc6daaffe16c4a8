"""Who was erased, so that no later import brings them back?

Kept as salted hashes: the file does not tell who they were to anyone who does not know the id already.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.facts.mentions import is_distinctive, readings, words
from quarterdeck.facts.schema import Table


class Tombstones:
    """The erased ids of one store, read when it is made."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "erasures.json"
        self._content: dict[str, Any] = {"salt": secrets.token_hex(16), "erased": [], "erasures": []}
        self._erased: frozenset[str] = frozenset()
        self._read()

    @property
    def erasures(self) -> list[dict[str, Any]]:
        """When something was erased, and which versions of which tables can be read since."""
        return list(self._content["erasures"])

    @property
    def erased(self) -> frozenset[str]:
        """The hashes of all erased ids."""
        return self._erased

    def add(self, ids: list[str], erasure: dict[str, Any] | None) -> None:
        """Remember ids, and since when which versions are gone, beside what another process remembered."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._read()
            self._erased |= {self._hash(name) for name in ids}
            self._content["erased"] = sorted(self._erased)
            # By its length an id is found in a text that cannot be taken apart.
            lengths = {len(name) for name in ids if is_distinctive(name)}
            self._content["lengths"] = sorted(lengths.union(self._content.get("lengths", ())))
            if erasure is not None:
                self._content["erasures"].append(erasure)
            self._write()

    def _read(self) -> None:
        if self._path.exists():
            self._content = orjson.loads(self._path.read_bytes())
            self._erased = frozenset(self._content["erased"])

    def _write(self) -> None:
        """Replace the file at once, so that a reader sees the old or the new one."""
        beside = self._path.with_suffix(f".{os.getpid()}.new")
        beside.write_bytes(orjson.dumps(self._content, option=orjson.OPT_INDENT_2))
        beside.replace(self._path)

    def without_erased(self, rows: pa.Table, table: Table) -> pa.Table:
        """The rows that belong to nobody erased."""
        if not self._erased:
            return rows
        for name in table.personal_columns:
            if name in rows.column_names:
                column: Any = rows.column(name)
                erased = [value for value in pc.unique(column).to_pylist() if self._is_erased(value)]
                if erased:
                    gone = pc.is_in(column, pa.array(erased))
                    # A missing value is nobody.
                    rows = rows.filter(pc.invert(pc.fill_null(gone, False)))
        return rows

    def erased_among(self, names: Iterable[str]) -> frozenset[str]:
        """Those of the ids that were erased."""
        return frozenset(filter(self._is_erased, names)) if self._erased else frozenset()

    def erased_in(self, text: str) -> frozenset[str]:
        """The distinctive ids of erased people that stand in a text which nobody can take apart."""
        return self.erased_among(self._words(text)) if self._erased else frozenset()

    def _words(self, text: str) -> Iterator[str]:
        lengths = self._content.get("lengths", ())
        for reading in readings(text):
            yield from words(reading, lengths)

    def has(self, name: str) -> bool:
        """Was this id erased, or its erasure begun?"""
        return self._is_erased(name)

    def _is_erased(self, name: str | None) -> bool:
        return name is not None and self._hash(name) in self._erased

    def _hash(self, name: str) -> str:
        return hashlib.sha256(f"{self._content['salt']}\0{name}".encode()).hexdigest()
