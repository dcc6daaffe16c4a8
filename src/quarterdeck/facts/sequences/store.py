"""Where are the sequences of a workspace, and are they those of a snapshot?"""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import numpy as np

from quarterdeck.facts.reach import Reach, reach_of
from quarterdeck.facts.sequences.building import (
    EVENT,
    EVENTS,
    OFFSETS,
    SOURCE,
    TIME,
    UNITS,
    build,
    can_extend,
    extend,
    open_mapped,
    remove_others,
)
from quarterdeck.facts.sequences.columns import Base, births, code_column
from quarterdeck.facts.sequences.manifest import Manifest, read_manifest, write_manifest
from quarterdeck.facts.sequences.scanning import names_of
from quarterdeck.facts.sequences.texts import Codes, Int64s, Names, listed, read_names, write_names
from quarterdeck.facts.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class CodedColumn:
    """Codes by row, mapped from disk, and what they stand for; -1 for none."""

    codes: Codes
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sequences:
    """Every event sorted by person and time, as columns mapped from disk.

    `offsets[u]` to `offsets[u + 1]` are the rows of `units[u]`; `versions` are those of the facts behind it.
    """

    units: Names
    offsets: Int64s
    time: Int64s
    event: CodedColumn
    columns: dict[str, CodedColumn]
    born: Int64s
    reach: Reach | None
    versions: dict[str, int]


class SequenceStore:
    """The sequences in one folder: built when asked for, deleted at will."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, snapshot: Snapshot, columns: Iterable[str] = ()) -> Sequences:
        """The sequences of a snapshot with some columns; what is not there yet is built first."""
        with self._lock():
            manifest = self._current(snapshot)
            for name in columns:
                manifest = self._with_column(snapshot, manifest, name)
            return self._mapped(self._with_bounds(snapshot, manifest), tuple(columns))

    def _current(self, snapshot: Snapshot) -> Manifest:
        old = read_manifest(self.path)
        if old is not None and old.versions == snapshot.versions:
            return old
        if old is not None and can_extend(old, snapshot):
            files = names_of(snapshot.files["events"])
            if set(files) == set(old.files):
                return old if old.versions == snapshot.versions else self._keep_rows(old, snapshot)
            manifest = extend(self.path, snapshot, old)
        else:
            manifest = build(self.path, snapshot)
        write_manifest(self.path, manifest)
        remove_others(self.path, manifest)
        return manifest

    def _keep_rows(self, old: Manifest, snapshot: Snapshot) -> Manifest:
        """The same rows, at other versions of other tables: only what was joined from them is made anew."""
        kept = {name: file for name, file in old.columns.items() if "." not in name and name != "account"}
        manifest = Manifest(
            folder=old.folder,
            rows=old.rows,
            units=old.units,
            files=old.files,
            versions=dict(snapshot.versions),
            columns=kept,
        )
        write_manifest(self.path, manifest)
        return manifest

    def _with_column(self, snapshot: Snapshot, manifest: Manifest, name: str) -> Manifest:
        if name in manifest.columns:
            return manifest
        folder = self.path / manifest.folder
        number = 1 + max((int(file.rpartition("-")[2]) for file in manifest.columns.values()), default=0)
        file = f"column-{number}"
        values = code_column(snapshot, self._base(snapshot, manifest), name, folder / f"{file}.npy")
        write_names(folder / f"{file}.arrow", values)
        manifest = manifest.with_column(name, file)
        write_manifest(self.path, manifest)
        return manifest

    def _with_bounds(self, snapshot: Snapshot, manifest: Manifest) -> Manifest:
        """The same, with when each person was made and how far the events reach."""
        folder = self.path / manifest.folder
        if manifest.born and (manifest.reach is not None or not manifest.rows):
            return manifest
        offsets, time = np.load(folder / OFFSETS), open_mapped(folder / TIME)
        first = time[np.minimum(offsets[:-1], max(len(time) - 1, 0))] if len(time) else offsets[:-1]
        for file in folder.glob("born-*.npy"):
            file.unlink()  # who has it open keeps it
        reach = reach_of(snapshot)
        name = f"born-{uuid4().hex}.npy"
        np.save(folder / name, births(snapshot, read_names(folder / UNITS), np.asarray(first)))
        manifest = replace(manifest, born=name, reach=reach.bounds if reach else None)
        write_manifest(self.path, manifest)
        return manifest

    def _base(self, snapshot: Snapshot, manifest: Manifest) -> Base:
        folder = self.path / manifest.folder
        by_name = dict(zip(names_of(snapshot.files["events"]), snapshot.files["events"], strict=True))
        return Base(
            units=read_names(folder / UNITS),
            offsets=np.load(folder / OFFSETS),
            time=open_mapped(folder / TIME),
            source=open_mapped(folder / SOURCE),
            files=tuple(by_name[name] for name in manifest.files),
        )

    def _mapped(self, manifest: Manifest, columns: tuple[str, ...]) -> Sequences:
        folder = self.path / manifest.folder
        return Sequences(
            units=read_names(folder / UNITS),
            offsets=np.load(folder / OFFSETS),
            time=open_mapped(folder / TIME),
            event=_column(folder / EVENT, folder / EVENTS),
            columns={
                name: _column(folder / f"{file}.npy", folder / f"{file}.arrow")
                for name, file in manifest.columns.items()
                if name in columns
            },
            born=open_mapped(folder / manifest.born),
            reach=None if manifest.reach is None else Reach.of(*manifest.reach),
            versions=dict(manifest.versions),
        )

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold the folder against other builders on this host; the kernel lets go of a killed process."""
        self.path.mkdir(parents=True, exist_ok=True)
        ignored = self.path / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", "utf-8")
        with (self.path / "lock").open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _column(codes: Path, values: Path) -> CodedColumn:
    return CodedColumn(codes=open_mapped(codes), values=tuple(listed(read_names(values))))
