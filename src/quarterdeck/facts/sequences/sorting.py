"""How do rows come into the order of person, time and event without standing in memory all at once?"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quarterdeck.facts.sequences import loops
from quarterdeck.facts.sequences.scanning import Batch

ROWS_IN_BUCKET = 1 << 22
RECORD = np.dtype([("unit", np.int32), ("event", np.int32), ("time", np.int64), ("source", np.int64)])

Records = NDArray[np.void]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Units cut into ranges of about so many rows: range i is [bounds[i], bounds[i + 1])."""

    bounds: NDArray[np.int64]

    def of(self, units: NDArray[np.int32]) -> NDArray[np.int64]:
        """The range of each unit."""
        return np.searchsorted(self.bounds, units, side="right") - 1


def cut_units(counts: NDArray[np.int64], rows: int = ROWS_IN_BUCKET) -> Cut:
    """Ranges of units that have about so many rows each; one unit is never cut."""
    offsets = np.concatenate(([0], np.cumsum(counts)))
    wanted = np.arange(0, max(int(offsets[-1]), 1), rows)
    bounds = np.unique(np.searchsorted(offsets[:-1], wanted, side="left"))
    inside = bounds[(bounds > 0) & (bounds < len(counts))]
    return Cut(bounds=np.array([0, *inside, len(counts)], np.int64))


def write_buckets(batches: Iterable[Batch], cut: Cut, folder: Path, first_source: int) -> None:
    """Put every row into the file of its range of units; rows are numbered in the order they come."""
    folder.mkdir(parents=True, exist_ok=True)
    source = first_source
    for batch in batches:
        records = np.empty(len(batch.unit), RECORD)
        records["unit"], records["event"], records["time"] = batch.unit, batch.event, batch.time
        records["source"] = np.arange(source, source + len(records))
        source += len(records)
        ranges = cut.of(batch.unit)
        order = np.argsort(ranges, kind="stable")
        present, begins = np.unique(ranges[order], return_index=True)
        for number, part in zip(present, np.split(records[order], begins[1:]), strict=True):
            with (folder / f"{number}.rows").open("ab") as file:
                file.write(part.tobytes())


def read_sorted(cut: Cut, folder: Path, rank: NDArray[np.int32]) -> Iterator[Records]:
    """The rows of each range of units, sorted; `rank` orders events of one instant by name."""
    for number in range(len(cut.bounds) - 1):
        file = folder / f"{number}.rows"
        records = np.fromfile(file, RECORD) if file.exists() else np.empty(0, RECORD)
        order = np.empty(len(records), np.int64)
        loops.sort(
            records["unit"] - cut.bounds[number].astype(np.int32),
            np.ascontiguousarray(records["time"]),
            rank[records["event"]],
            np.zeros(cut.bounds[number + 1] - cut.bounds[number] + 1, np.int64),
            order,
            np.empty(len(records), np.int64),
        )
        yield records[order]
    shutil.rmtree(folder, ignore_errors=True)
