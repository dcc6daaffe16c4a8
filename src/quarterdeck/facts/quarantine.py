"""Which quarantined rows are still open?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from quarterdeck.facts.connection import quoted
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore


def committed_mends(store: FactStore) -> list[str]:
    """The marks whose rows did come in; a killed process may leave a mark without its rows."""
    with store.snapshot_of("quarantine") as snapshot:
        marks = snapshot.rows("SELECT DISTINCT table_name, mended FROM quarantine WHERE mended IS NOT NULL")
    handles = {table: store.delta(table).open() for table, _ in marks if table in TABLES}
    committed = []
    for table, mend_id in marks:
        handle = handles.get(table)
        if handle is not None and handle.transaction_version(mend_id) is not None:
            committed.append(mend_id)
    return sorted(committed)


def open_rows_sql(mends: Sequence[str]) -> str:
    """The rows of the table `quarantine` that no committed mark covers."""
    listed = ", ".join(quoted(name) for name in mends) or "''"
    return (
        "SELECT * FROM quarantine AS q WHERE mended IS NULL AND NOT EXISTS ("  # noqa: S608
        f"SELECT 1 FROM quarantine AS mark WHERE mark.mended IN ({listed}) "
        "AND mark.table_name = q.table_name AND mark.import_id = q.import_id "
        "AND mark.row_number = q.row_number)"
    )


def open_rows(store: FactStore, table: str, at_once: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The open rows of a table by import, in the order of the file, a bounded number at once."""
    sql = open_rows_sql(committed_mends(store))
    with store.snapshot_of("quarantine") as snapshot:
        imports = snapshot.rows(
            f"SELECT DISTINCT import_id FROM ({sql}) WHERE table_name = $1 ORDER BY 1",  # noqa: S608
            [table],
        )
        for (import_id,) in imports:
            after = -1
            while True:
                rows = snapshot.table(
                    f"SELECT * FROM ({sql}) WHERE table_name = $1 AND import_id = $2 AND row_number > $3 "  # noqa: S608
                    "ORDER BY row_number LIMIT $4",
                    [table, import_id, after, at_once],
                ).to_pylist()
                if not rows:
                    break
                yield import_id, rows
                after = rows[-1]["row_number"]
