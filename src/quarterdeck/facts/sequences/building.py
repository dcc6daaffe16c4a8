"""How are sequences built from nothing, and how do new events come into them?"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quarterdeck.facts.sequences import loops
from quarterdeck.facts.sequences.manifest import Manifest
from quarterdeck.facts.sequences.scanning import Identity, distinct, names_of, rows_in, scan
from quarterdeck.facts.sequences.sorting import (
    Cut,
    Records,
    cut_units,
    read_sorted,
    write_buckets,
)
from quarterdeck.facts.sequences.texts import (
    Int64s,
    NarrowCodes,
    as_names,
    listed,
    places,
    read_names,
    write_names,
)
from quarterdeck.facts.sequences.ties import settle_ties
from quarterdeck.facts.snapshot import Snapshot

OFFSETS, TIME, EVENT, SOURCE = "offsets.npy", "time.npy", "event.npy", "source.npy"
UNITS, EVENTS = "units.arrow", "events.arrow"
IDENTITY_TABLES = ("aliases",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """Rows that were there, as their columns stand on disk."""

    time: Int64s
    event: NarrowCodes
    source: Int64s

    def between(self, begin: int, end: int) -> Rows:
        """Some of them."""
        return Rows(time=self.time[begin:end], event=self.event[begin:end], source=self.source[begin:end])


class Writer:
    """The plain columns of a new build, written piece after piece into a folder of their own."""

    def __init__(self, path: Path, rows: int, events: int) -> None:
        self.folder = path / f"build-{secrets.token_hex(6)}"
        self.folder.mkdir(parents=True)
        self._time = open_column(self.folder / TIME, np.int64, rows)
        self._event = open_column(self.folder / EVENT, narrowest(events), rows)
        self._source = open_column(self.folder / SOURCE, np.int64, rows)
        self._written = 0

    def write(self, records: Records) -> None:
        """The next rows, sorted."""
        end = self._written + len(records)
        self._time[self._written : end] = records["time"]
        self._event[self._written : end] = records["event"]
        self._source[self._written : end] = records["source"]
        self._written = end

    def write_between(self, old: Rows, new: Records, places: Int64s) -> None:
        """The next rows: those that were there, and the new ones before the places they belong to."""
        end = self._written + len(old.time) + len(new)
        for whole, there, name in (
            (self._time, old.time, "time"),
            (self._event, old.event.astype(self._event.dtype, copy=False), "event"),
            (self._source, old.source, "source"),
        ):
            whole[self._written : end] = np.insert(there, places, new[name]) if len(new) else there
        self._written = end

    def finish(
        self,
        snapshot: Snapshot,
        files: Sequence[str],
        counts: NDArray[np.int64],
        units: Sequence[str],
        events: Sequence[str],
        first_new: int = 0,
    ) -> None:
        """Write where each unit begins, who and what the codes stand for; settle what is equal till then.

        `files` are those that rows are numbered by; from `first_new` on they are new.
        """
        offsets = _ends(counts)
        np.save(self.folder / OFFSETS, offsets)
        settle_ties(snapshot, files, offsets, self._time, self._event, self._source, first_new)
        for column in (self._time, self._event, self._source):
            if isinstance(column, np.memmap):
                column.flush()
        write_names(self.folder / UNITS, units)
        write_names(self.folder / EVENTS, events)


def narrowest(values: int) -> type[np.signedinteger]:
    """The narrowest type for so many codes, and -1: what is read of every row should be small."""
    if values <= np.iinfo(np.int8).max:
        return np.int8
    return np.int16 if values <= np.iinfo(np.int16).max else np.int32


def open_column(file: Path, kind: type[np.generic], rows: int) -> NDArray[Any]:
    """A column on disk to be written; one without rows cannot be mapped and is written at once."""
    if rows:
        return np.lib.format.open_memmap(file, mode="w+", dtype=kind, shape=(rows,))
    empty = np.empty(0, kind)
    np.save(file, empty)
    return empty


def build(path: Path, snapshot: Snapshot) -> Manifest:
    """Sort every event anew."""
    files = snapshot.files["events"]
    people = Identity(snapshot).people(distinct(snapshot, files, "person"))
    units, events = list(people), list(distinct(snapshot, files, "event"))
    rows = rows_in(snapshot, files)
    # Who was two people in turn makes this too large; it only says where to cut.
    cut = cut_units(np.array([*people.values()], np.int64))
    counts = np.zeros(len(units), np.int64)
    writer = Writer(path, rows, len(events))
    for records in _sorted(snapshot, files, units, events, cut, writer.folder, 0):
        counts += np.bincount(records["unit"], minlength=len(units))
        writer.write(records)
    writer.finish(snapshot, files, counts, units, events)
    return _manifest(writer, snapshot, files, rows, len(units))


def extend(path: Path, snapshot: Snapshot, old: Manifest) -> Manifest:
    """Sort only the events that are new, and merge them with those that were there, late ones too."""
    known = frozenset(old.files)
    by_name = dict(zip(names_of(snapshot.files["events"]), snapshot.files["events"], strict=True))
    fresh = [file for name, file in by_name.items() if name not in known]
    here = path / old.folder
    known_units, events = listed(read_names(here / UNITS)), listed(read_names(here / EVENTS))
    units = sorted(
        [*known_units, *_unknown(known_units, Identity(snapshot).people(distinct(snapshot, fresh, "person")))]
    )
    events += _unknown(events, distinct(snapshot, fresh, "event"))
    rows = old.rows + rows_in(snapshot, fresh)
    # Those who came later stand among the others, who keep their order.
    moved = places(as_names(known_units), as_names(units))
    counts = np.zeros(len(units), np.int64)
    counts[moved] = np.diff(np.load(here / OFFSETS))
    offsets, cut = _ends(counts), cut_units(counts)
    there = Rows(**{name: open_mapped(here / file) for name, file in _COLUMNS.items()})
    rank = _rank(events)
    writer = Writer(path, rows, len(events))
    new_runs = _sorted(snapshot, fresh, units, events, cut, writer.folder, old.rows)
    for (first, last), new_run in zip(pairwise(cut.bounds.tolist()), new_runs, strict=True):
        begin, end = int(offsets[first]), int(offsets[last])
        counts += np.bincount(new_run["unit"], minlength=len(units))
        belongs = _places_among(there, offsets, new_run, rank)
        writer.write_between(there.between(begin, end), new_run, belongs - begin)
    files = [by_name[name] for name in old.files] + fresh
    writer.finish(snapshot, files, counts, units, events, old.rows)
    return _manifest(writer, snapshot, files, rows, len(units))


def can_extend(old: Manifest, snapshot: Snapshot) -> bool:
    """Did nothing happen since but that events were added? Files that were joined are other files."""
    same = all(old.versions.get(name) == snapshot.versions.get(name) for name in IDENTITY_TABLES)
    return same and set(old.files) <= set(names_of(snapshot.files["events"]))


def remove_others(path: Path, manifest: Manifest) -> None:
    """Remove what no manifest names any more: older builds, and what a killed one left behind."""
    for folder in path.glob("build-*"):
        if folder.name != manifest.folder:
            shutil.rmtree(folder, ignore_errors=True)


def _manifest(writer: Writer, snapshot: Snapshot, files: Sequence[str], rows: int, units: int) -> Manifest:
    return Manifest(
        folder=writer.folder.name,
        rows=rows,
        units=units,
        files=names_of(files),
        versions=dict(snapshot.versions),
    )


def _unknown(known: Sequence[str], names: Iterable[str]) -> list[str]:
    there = frozenset(known)
    return [name for name in names if name not in there]


def _rank(events: Sequence[str]) -> NDArray[np.int32]:
    """The place of each code in the order of names, by which events of one instant are sorted."""
    rank = np.empty(len(events), np.int32)
    rank[sorted(range(len(events)), key=events.__getitem__)] = np.arange(len(events))
    return rank


def _sorted(
    snapshot: Snapshot,
    files: Sequence[str],
    units: Sequence[str],
    events: Sequence[str],
    cut: Cut,
    folder: Path,
    first_source: int,
) -> Iterator[Records]:
    buckets = folder / "buckets"
    write_buckets(scan(snapshot, files, units, events) if files else (), cut, buckets, first_source)
    yield from read_sorted(cut, buckets, _rank(events))


def _places_among(there: Rows, offsets: Int64s, new: Records, rank: NDArray[np.int32]) -> Int64s:
    """Before which of the rows that were there each new one belongs; of equal ones the new come later."""
    found = np.empty(len(new), np.int64)
    loops.insertion_places(
        offsets,
        there.time,
        there.event,
        rank,
        np.ascontiguousarray(new["unit"]),
        np.ascontiguousarray(new["time"]),
        np.ascontiguousarray(new["event"]),
        found,
    )
    return found


def _ends(counts: Int64s) -> Int64s:
    """Where each unit with so many rows begins, and at last where all end."""
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def open_mapped(file: Path) -> Any:
    """A column on disk, mapped into memory; one without rows is simply empty."""
    return np.load(file, mmap_mode="r" if file.stat().st_size > _HEADER_BYTES else None)


_COLUMNS = {"time": TIME, "event": EVENT, "source": SOURCE}
_HEADER_BYTES = 128
