"""How do events of one person, name and instant come to stand in the order of what they say?

Files may come in any order, and be joined to others; what an event says stays. Rows of such a run differ in
nothing but where they came from, so only that is put in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quarterdeck.facts.connection import quoted
from quarterdeck.facts.content import content_columns
from quarterdeck.facts.sequences.texts import Int64s
from quarterdeck.facts.snapshot import Snapshot

ROWS_AT_ONCE = 1 << 22
TIED = "tied_rows"


def settle_ties(
    snapshot: Snapshot,
    files: Sequence[str],
    offsets: Int64s,
    time: Int64s,
    event: NDArray[np.signedinteger],
    source: Int64s,
    first_new: int = 0,
) -> None:
    """Put the sources of rows equal in person, time and name in order, where any of them is new."""
    rows, runs = _tied(offsets, time, event)
    if not len(rows):
        return
    sources = np.asarray(source[rows])
    newest = np.zeros(int(runs[-1]) + 1, np.int64)
    np.maximum.at(newest, runs, sources)
    fresh = newest[runs] >= first_new
    rows, runs, sources = rows[fresh], runs[fresh], sources[fresh]
    if len(rows):
        source[rows] = sources[_in_order(snapshot, files, sources, runs)]


def _tied(offsets: Int64s, time: Int64s, event: NDArray[np.signedinteger]) -> tuple[Int64s, Int64s]:
    """The rows that are equal to one beside them, and the number of the run that each is in."""
    found = []
    for begin in range(0, len(time), ROWS_AT_ONCE):
        end = min(begin + ROWS_AT_ONCE + 1, len(time))
        moments, names = np.asarray(time[begin:end]), np.asarray(event[begin:end])
        equal = (moments[1:] == moments[:-1]) & (names[1:] == names[:-1])
        borders = offsets[np.searchsorted(offsets, begin + 1) : np.searchsorted(offsets, end)]
        equal[borders - begin - 1] = False
        found.append(np.flatnonzero(equal) + begin)
    firsts = np.concatenate([np.zeros(0, np.int64), *found])
    rows = np.union1d(firsts, firsts + 1)
    # A row begins a run where it is not equal to the one before.
    runs = np.cumsum(~np.isin(rows, firsts + 1, assume_unique=True)) - 1
    return rows, runs


def _in_order(snapshot: Snapshot, files: Sequence[str], sources: Int64s, runs: Int64s) -> Int64s:
    """The places of some rows in the order of their runs, and there of what they say."""
    begins = _begins(snapshot, files)
    numbers = np.searchsorted(begins, sources, side="right") - 1
    tied = pa.table(
        {
            "file": pa.DictionaryArray.from_arrays(
                numbers.astype(np.int32), pa.array(files, pa.string())
            ).cast(pa.string()),
            "number": sources - begins[numbers],
            "run": runs,
            "place": np.arange(len(sources)),
        }
    )
    listed = ", ".join(map(quoted, files))
    order = ", ".join(content_columns(snapshot))
    connection: Any = snapshot.connection
    connection.register(TIED, tied)
    try:
        found = connection.sql(
            f"SELECT t.place FROM (SELECT * FROM read_parquet([{listed}], union_by_name = true, "  # noqa: S608
            f"filename = true, file_row_number = true)) AS e JOIN {TIED} AS t "
            f"ON t.file = e.filename AND t.number = e.file_row_number ORDER BY t.run, {order}"
        ).to_arrow_table()
    finally:
        connection.unregister(TIED)
    places: Int64s = found.column("place").to_numpy()
    return places


def _begins(snapshot: Snapshot, files: Sequence[str]) -> Int64s:
    """The number of each file's first row."""
    rows = dict(
        snapshot.connection.execute(
            "SELECT file_name, num_rows FROM parquet_file_metadata($1)", [list(files)]
        ).fetchall()
    )
    return np.cumsum([0, *(rows[file] for file in files)])[:-1].astype(np.int64)
