"""Which quarantined rows still wait, and how is one marked as mended or dismissed?

A row of a file waits at most once for a table, whichever maps refused it. Marks are rows of their own, so
that nothing that was set aside is ever rewritten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
import pyarrow as pa

from quarterdeck.errors import FactError, did_you_mean
from quarterdeck.facts.reading.block import BadRow
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.views import DISMISSED, REFUSED_AGAIN

# In front of the value, at the end of a reason.
_VALUE = ": '"

Row = Mapping[str, Any]


def open_rows(
    store: FactStore, table: str, at_once: int, files: Collection[str] = ()
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The waiting rows of a table by import, in the order of the file, a bounded number at once."""
    with store.snapshot_of("quarantine", table) as snapshot:
        imports = snapshot.rows(
            "SELECT DISTINCT import_id, file FROM open_quarantine WHERE table_name = $1 ORDER BY ALL",
            [table],
        )
        _refuse_unknown(table, files, [file for _, file in imports])
        for import_id in dict.fromkeys(name for name, file in imports if not files or file in files):
            after = -1
            while True:
                rows = snapshot.table(
                    "SELECT * FROM open_quarantine WHERE table_name = $1 AND import_id = $2 "
                    "AND row_number > $3 ORDER BY row_number LIMIT $4",
                    [table, import_id, after, at_once],
                ).to_pylist()
                if not rows:
                    break
                yield import_id, rows
                after = rows[-1]["row_number"]


def _refuse_unknown(table: str, files: Collection[str], waiting: Sequence[str]) -> None:
    for name in files:
        if name not in waiting:
            known = ", ".join(dict.fromkeys(waiting)) or "none"
            raise FactError(
                f"No row of a file {name!r} waits for {table}.",
                did_you_mean(name, waiting) or f"Files with rows that wait: {known}.",
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Which import refused a row that waits, and why."""

    import_id: str
    reason: str


def waiting_of(store: FactStore, table: str, file_digest: str) -> dict[int, Refusal]:
    """The numbers of the rows of a file that wait."""
    with store.snapshot_of("quarantine", table) as snapshot:
        found = snapshot.rows(
            "SELECT row_number, import_id, reason FROM open_quarantine "
            "WHERE table_name = $1 AND file_digest = $2",
            [table, file_digest],
        )
    return {number: Refusal(import_id=name, reason=reason) for number, name, reason in found}


def dismissed_of(store: FactStore, table: str, file_digest: str) -> frozenset[int]:
    """The numbers of the rows of a file that were dismissed."""
    with store.snapshot_of("quarantine") as snapshot:
        found = snapshot.rows(
            "SELECT DISTINCT row_number FROM quarantine "
            "WHERE mended = $1 AND table_name = $2 AND file_digest = $3",
            [DISMISSED, table, file_digest],
        )
    return frozenset(number for (number,) in found)


Fate = Literal["present", "waiting", "dismissed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierImports:
    """What became of the rows of a file in other imports of it into the same table.

    Once one of them is `finished`, each row of the file is in the table unless it waits or was dismissed.
    """

    waiting: Mapping[int, Refusal] = field(default_factory=dict)
    dismissed: frozenset[int] = frozenset()
    own: frozenset[int] = frozenset()
    finished: bool = False

    @classmethod
    def of(
        cls,
        store: FactStore,
        table: str,
        file_digest: str,
        import_id: str,
        description: Mapping[str, object],
    ) -> EarlierImports:
        """Those of a file, but for the import `import_id`; `description` is how it reads the file."""
        with store.snapshot_of("imports") as snapshot:
            others = snapshot.rows(
                "SELECT max(header) FROM imports WHERE table_name = $1 AND file_digest = $2 "
                "AND import_id <> $3 GROUP BY import_id HAVING count(finished_at) > 0",
                [table, file_digest, import_id],
            )
        refused = waiting_of(store, table, file_digest)
        return cls(
            waiting={row: by for row, by in refused.items() if by.import_id != import_id},
            dismissed=dismissed_of(store, table, file_digest),
            own=frozenset(row for row, by in refused.items() if by.import_id == import_id),
            finished=any(_reads_alike(header, description) for (header,) in others),
        )

    def fate(self, row_number: int) -> Fate | None:
        """What became of a row that the present import refuses; None if nothing is known of it."""
        if row_number in self.dismissed:
            return "dismissed"
        if row_number in self.waiting:
            return "waiting"
        return "present" if self.finished and row_number not in self.own else None


def _reads_alike(header: str | None, description: Mapping[str, object]) -> bool:
    """Does a row number mean the same row in both readings of the file?"""
    earlier = {} if header is None else orjson.loads(header)
    return all(
        earlier.get(name) == description.get(name) for name in ("format", "delimiter", "columns", "made_by")
    )


def marks(rows: Sequence[Row], name: str) -> pa.Table:
    """Rows that mark others: as brought in by the transaction of that name, or as dismissed."""
    reason = DISMISSED if name == DISMISSED else "mended"
    marked = [{**row, "reason": reason, "raw": "", "encoding": None, "mended": name} for row in rows]
    return pa.Table.from_pylist(marked, schema=TABLES["quarantine"].arrow_schema)


def refused_again(rows: Sequence[Row], reasons: Sequence[str]) -> pa.Table | None:
    """Waiting rows as a later map found them, where it found another reason; None if it did nowhere.

    They keep their raw text, for whoever is erased is found by it.
    """
    name = f"{REFUSED_AGAIN}{datetime.now(UTC).isoformat(timespec='microseconds')}"
    found = [
        {**row, "reason": reason, "mended": name}
        for row, reason in zip(rows, reasons, strict=True)
        if row["reason"] != reason
    ]
    return pa.Table.from_pylist(found, schema=TABLES["quarantine"].arrow_schema) if found else None


def quarantine_rows(table: str, file: str, file_digest: str, import_id: str, bad: list[BadRow]) -> pa.Table:
    """Bad rows in the shape of the table `quarantine`."""
    count = len(bad)
    return pa.table(
        {
            "table_name": pa.array([table] * count),
            "file": pa.array([file] * count),
            "file_digest": pa.array([file_digest] * count),
            "row_number": pa.array([row.row_number for row in bad], pa.int64()),
            "reason": pa.array([row.reason for row in bad]),
            "raw": pa.array([row.raw for row in bad], pa.string()),
            "encoding": pa.array([row.encoding for row in bad], pa.string()),
            "import_id": pa.array([import_id] * count),
            "mended": pa.nulls(count, pa.string()),
        }
    )


def general(reason: str) -> str:
    """A reason without the value that it ends with, for counting.

    >>> general("property `price` is not a number: 'abc'")
    'property `price` is not a number'
    """
    return reason.partition(_VALUE)[0]


def example(reason: str) -> str:
    """A reason as one for several rows.

    >>> example("property `price` is not a number: 'abc'")
    "property `price` is not a number, such as 'abc'"
    """
    return reason.replace(_VALUE, ", such as '", 1)


class Reasons:
    """Counts rows by reason; reasons that differ only by the value count as one."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, str] = {}

    def add(self, reason: str, count: int = 1) -> None:
        """Count a reason."""
        key = general(reason)
        self._counts[key] = self._counts.get(key, 0) + count
        self._examples.setdefault(key, example(reason))

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self._counts.values())

    def counted(self) -> dict[str, int]:
        """Each reason, with a value for example, the most frequent first."""
        order = sorted(self._counts, key=lambda key: (-self._counts[key], key))
        return {self._examples[key]: self._counts[key] for key in order}
