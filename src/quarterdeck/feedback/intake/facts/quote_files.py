"""Where are the quotes kept, in which files, and made of which versions of the facts?

Disposable: whatever is missing, half written or of another program is made anew. The manifest is written last
and replaced at once, so a killed build leaves the one before it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pyarrow as pa

from quarterdeck.feedback.intake.calc import duplicates, languages, personal, quotes

FOLDER = ".quarterdeck/quotes"
_NAME = "manifest.json"
TABLES = ("feedback", "accounts", "people", "aliases")
"""The tables that quotes are made of."""

_FIELDS: list[pa.Field[Any]] = [
    pa.field("quote", pa.string()),
    pa.field("message", pa.string()),
    pa.field("place", pa.int32()),
    pa.field("of", pa.int32()),
    pa.field("start", pa.int32()),
    pa.field("end", pa.int32()),
    pa.field("text", pa.string()),
    pa.field("masked", pa.string()),
    pa.field("channel", pa.string()),
    pa.field("person", pa.string()),
    pa.field("account", pa.string()),
    pa.field("account_name", pa.string()),
    pa.field("plan", pa.string()),
    pa.field("arr", pa.float64()),
    pa.field("product_area", pa.string()),
    pa.field("language", pa.string()),
    pa.field("time", pa.timestamp("us", "UTC")),
    pa.field("score", pa.float64()),
    pa.field("consent", pa.bool_()),
    pa.field("same_as", pa.string()),
    pa.field("similarity", pa.float64()),
    pa.field("scope", pa.string()),
    pa.field("digest", pa.string()),
]
SCHEMA = pa.schema(_FIELDS)


def making() -> str:
    """What changes where quotes are made otherwise than before."""
    rules = (
        quotes.VERSION,
        personal.VERSION,
        languages.UNKNOWN,
        duplicates.THRESHOLD,
        list(SCHEMA.names),
    )
    return orjson.dumps(rules).decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What is built: the parts in order of time, how many quotes of how many messages, and of what.

    `fingerprints` are those of the messages in each part.
    """

    folder: str
    parts: tuple[str, ...]
    fingerprints: tuple[str, ...]
    quotes: int
    messages: int
    versions: Mapping[str, int]
    making: str


def of_interest(versions: Mapping[str, int]) -> dict[str, int]:
    """The versions of the tables that quotes are made of."""
    return {name: versions[name] for name in TABLES if name in versions}


class QuoteFiles:
    """The quotes in one folder."""

    def __init__(self, workspace_path: Path) -> None:
        self.path = workspace_path / FOLDER

    def manifest(self) -> Manifest | None:
        """What is built; None where nothing is, or where only another program could read it."""
        try:
            content: dict[str, Any] = orjson.loads((self.path / _NAME).read_bytes())
            manifest = Manifest(
                **(content | {name: tuple(content[name]) for name in ("parts", "fingerprints")})
            )
        except (FileNotFoundError, NotADirectoryError, orjson.JSONDecodeError, TypeError, KeyError):
            return None
        whole = all((self.path / manifest.folder / part).is_file() for part in manifest.parts)
        return manifest if whole and manifest.making == making() else None

    def table(self, manifest: Manifest, columns: Sequence[str] | None = None) -> pa.Table:
        """All quotes by time, with some columns."""
        files = [self.path / manifest.folder / part for part in manifest.parts]
        names = list(columns) if columns is not None else SCHEMA.names
        if not files:
            return self.empty().select(names)
        return pa.concat_tables([read_part(file).select(names) for file in files])

    def empty(self) -> pa.Table:
        """A table of no quotes."""
        return SCHEMA.empty_table()

    def rows(self, manifest: Manifest | None, after: int = 0) -> Iterator[dict[str, Any]]:
        """All quotes by time, but for the first parts, one part in memory at once."""
        for part in manifest.parts[after:] if manifest else ():
            yield from read_part(self.path / manifest.folder / part).to_pylist()  # type: ignore[union-attr]

    @contextmanager
    def building(self) -> Iterator[Path]:
        """A new folder to build in; others on this host wait."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            folder = self.path / f"build-{uuid4().hex[:12]}"
            folder.mkdir()
            try:
                yield folder
            finally:
                manifest = self.manifest()
                for other in self.path.glob("build-*"):
                    if manifest is None or other.name != manifest.folder:
                        shutil.rmtree(other, ignore_errors=True)

    def publish(self, manifest: Manifest) -> None:
        """Let a build hold from now on."""
        beside = self.path / f"{_NAME}.{os.getpid()}.new"
        with beside.open("wb") as file:
            file.write(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path / _NAME)


def read_part(file: Path) -> pa.Table:
    """The quotes in a file, mapped: what is not looked at costs no memory."""
    with pa.memory_map(str(file)) as mapped:
        return pa.ipc.open_file(mapped).read_all()


def write_part(file: Path, quotes: pa.Table) -> None:
    """Some thousand quotes as one file, in place of the one before."""
    beside = file.with_suffix(".new")
    with pa.OSFile(str(beside), "wb") as sink, pa.ipc.new_file(sink, SCHEMA) as writer:
        writer.write_table(quotes)
    beside.replace(file)
