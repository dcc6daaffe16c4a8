"""Which sequences are built, from which versions of the facts, and in which files?"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

FORMAT = 3
NAME = "manifest.json"
TUPLES = ("files", "reach")


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What is built. Written last and replaced at once, so that a killed build leaves the one before.

    `files` are those of the events in the order of their rows' numbers; `columns` says which file holds
    which column, and `born` which holds when each person was made, both as of these versions. `reach` has the
    newest event and the longest usual silence.
    """

    folder: str
    rows: int
    units: int
    files: tuple[str, ...]
    versions: dict[str, int]
    columns: dict[str, str] = field(default_factory=dict)
    born: str = ""
    reach: tuple[int, int] | None = None
    format: int = FORMAT

    def with_column(self, name: str, file: str) -> Manifest:
        """The same sequences with one column more."""
        return replace(self, columns={**self.columns, name: file})


def read_manifest(path: Path) -> Manifest | None:
    """What is built in a folder; None where nothing is, or where only another program could read it."""
    try:
        content: dict[str, Any] = orjson.loads((path / NAME).read_bytes())
        manifest = Manifest(
            **(content | {name: tuple(content[name]) for name in TUPLES if content.get(name) is not None})
        )
    except (FileNotFoundError, orjson.JSONDecodeError, TypeError, KeyError):
        return None
    whole = manifest.format == FORMAT and (path / manifest.folder).is_dir()
    return manifest if whole else None


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Let a manifest hold from now on."""
    beside = path / f"{NAME}.{os.getpid()}.new"
    with beside.open("wb") as file:
        file.write(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path / NAME)
