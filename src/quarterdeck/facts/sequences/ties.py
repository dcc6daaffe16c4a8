"""How do events of one person, name and instant come to stand in the order of what they say?

Files may come in any order, and be joined to others; what an event says stays. Rows of such a run differ in
nothing but where they came from, so only that is put in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
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
    waiting: list[tuple[Int64s, Int64s]] = []
    for begin, end in _pieces(offsets):
        waiting.append(_fresh(*_tied(offsets, time, event, begin, end), source, first_new))
        if sum(len(rows) for rows, _ in waiting) >= ROWS_AT_ONCE:
            _settle(snapshot, files, source, waiting)
            waiting = []
    _settle(snapshot, files, source, waiting)


def _pieces(offsets: Int64s) -> Iterator[tuple[int, int]]:
    """From which row until before which to look at once; a person is never cut."""
    wanted = np.arange(0, max(int(offsets[-1]), 1), ROWS_AT_ONCE)
    bounds = offsets[np.unique(np.searchsorted(offsets, wanted))].tolist()
    return pairwise([*bounds, int(offsets[-1])])


def _tied(
    offsets: Int64s, time: Int64s, event: NDArray[np.signedinteger], begin: int, end: int
) -> tuple[Int64s, Int64s]:
    """The rows that are equal to one beside them, and the first row of the run that each is in."""
    moments, names = np.asarray(time[begin:end]), np.asarray(event[begin:end])
    equal = (moments[1:] == moments[:-1]) & (names[1:] == names[:-1])
    borders = offsets[np.searchsorted(offsets, begin + 1) : np.searchsorted(offsets, end)]
    equal[borders - begin - 1] = False
    firsts = np.flatnonzero(equal) + begin
    rows = np.union1d(firsts, firsts + 1)
    # A row begins a run where it is not equal to the one before.
    begins = ~np.isin(rows, firsts + 1, assume_unique=True)
    return rows, rows[begins][np.cumsum(begins) - 1]


def _fresh(rows: Int64s, runs: Int64s, source: Int64s, first_new: int) -> tuple[Int64s, Int64s]:
    """The rows of those runs in which any is new; others are in order already."""
    known, places = np.unique(runs, return_inverse=True)
    newest = np.zeros(len(known), np.int64)
    np.maximum.at(newest, places, source[rows])
    fresh = (newest >= first_new)[places]
    return rows[fresh], runs[fresh]


def _settle(
    snapshot: Snapshot, files: Sequence[str], source: Int64s, waiting: Sequence[tuple[Int64s, Int64s]]
) -> None:
    rows = np.concatenate([np.zeros(0, np.int64), *(rows for rows, _ in waiting)])
    if not len(rows):
        return
    runs = np.concatenate([runs for _, runs in waiting])
    sources = np.asarray(source[rows])
    source[rows] = sources[_in_order(snapshot, files, sources, runs)]


def _in_order(snapshot: Snapshot, files: Sequence[str], sources: Int64s, runs: Int64s) -> Int64s:
    """The places of some rows in the order of their runs, and there of what they say."""
    begins = _begins(snapshot, files)
    numbers = np.searchsorted(begins, sources, side="right") - 1
    places = np.arange(len(sources))
    tied = pa.table({"file": numbers, "number": sources - begins[numbers], "run": runs, "place": places})
    listed = ", ".join(map(quoted, files))
    named = ", ".join(f"({number}, {quoted(file)})" for number, file in enumerate(files))
    order = ", ".join(content_columns(snapshot))
    connection: Any = snapshot.connection
    connection.register(TIED, tied)
    try:
        found = connection.sql(
            f"SELECT t.place FROM (SELECT * FROM read_parquet([{listed}], union_by_name = true, "  # noqa: S608
            f"filename = true, file_row_number = true)) AS e "
            f"JOIN (VALUES {named}) AS f (file, name) ON f.name = e.filename "
            f"JOIN {TIED} AS t ON t.file = f.file AND t.number = e.file_row_number ORDER BY t.run, {order}"
        ).to_arrow_table()
    finally:
        connection.unregister(TIED)
    ordered: Int64s = found.column("place").to_numpy()
    return ordered


def _begins(snapshot: Snapshot, files: Sequence[str]) -> Int64s:
    """The number of each file's first row."""
    rows = dict(
        snapshot.connection.execute(
            "SELECT file_name, num_rows FROM parquet_file_metadata($1)", [list(files)]
        ).fetchall()
    )
    return np.cumsum([0, *(rows[file] for file in files)])[:-1].astype(np.int64)
