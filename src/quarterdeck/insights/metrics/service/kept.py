"""Which reading of all metrics do pages show, and when is it read anew?

Pages never read events. A job reads every metric and keeps what it read as one file, replaced whole; pages
show the newest one, with its pins.
"""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.stamps import Stamp, stamps
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.newest import last_commit, newest_versions
from quarterdeck.facts.snapshot import ABSENT
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.calc.dossier import Dossier
from quarterdeck.insights.metrics.facts.changes import Change, read_changes
from quarterdeck.insights.metrics.service.dossiers import read_dossiers
from quarterdeck.insights.metrics.service.week import choose_day, last_week_end, read_week

READ = "metrics.read"  # the job that keeps a reading
FOLDER = Path(".quarterdeck") / "readings"
CHANGES_SHOWN_DAYS = 42
# While an import goes on, each of its commits makes newer facts: they are read once it is quiet.
QUIET = timedelta(seconds=20)
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """All metrics as they were read at one version of every table and definition.

    `today` is the local day of the reading; `as_of` differs from it where the facts ended long ago.
    """

    format: Literal[1] = 1
    read_at: datetime
    today: date
    as_of: date
    tables: Mapping[str, int]
    definitions: str
    dossiers: tuple[Dossier, ...]
    changes: tuple[Change, ...]

    @property
    def digest(self) -> str:
        """Names everything that decides what this reading says."""
        return reading_digest(self.tables, self.definitions, self.as_of)

    def dossier(self, name: str) -> Dossier | None:
        """What was read of a metric."""
        return next((each for each in self.dossiers if each.measure.name == name), None)


KEPT = TypeAdapter(Kept)


def keep_reading(workspace: Workspace, *, today: date) -> Kept:
    """Read every metric at the newest facts, and keep it instead of what was kept before."""
    definitions = definitions_digest(workspace)
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        as_of = choose_day(workspace, snapshot, today)
        week = read_week(workspace, snapshot, as_of)
        kept = Kept(
            read_at=datetime.now(UTC),
            today=today,
            as_of=as_of,
            tables=dict(sorted(snapshot.versions.items())),
            definitions=definitions,
            dossiers=read_dossiers(week.readings, currency=workspace.currency, tables=snapshot.versions),
            changes=read_changes(
                snapshot,
                since=last_week_end(workspace, as_of) - timedelta(CHANGES_SHOWN_DAYS),
                until=as_of,
                zone=workspace.zone,
            ),
        )
    write_atomically(_file(workspace), KEPT.dump_json(kept).decode())
    _forget_views_of_others(workspace, kept.digest)
    return kept


def kept_reading(workspace: Workspace) -> Kept | None:
    """The newest reading; None where there is none yet, or one that this program cannot read."""
    file = _file(workspace)
    try:
        return _parsed(file, file.stat().st_mtime_ns)
    except (FileNotFoundError, ValidationError):
        return None


@lru_cache(maxsize=4)
def _parsed(file: Path, _written_at: int) -> Kept:
    return KEPT.validate_json(file.read_bytes())


def is_behind(workspace: Workspace, kept: Kept) -> bool:
    """Are there facts or definitions that this reading has not seen?"""
    return newest_versions(workspace.facts_path) != dict(kept.tables) or (
        definitions_digest(workspace) != kept.definitions
    )


def is_due(workspace: Workspace, *, now: datetime) -> bool:
    """Is it time to read anew: is something newer, and has the import that brings it come to rest?"""
    kept = kept_reading(workspace)
    if kept is None or kept.today != now.astimezone(workspace.zone).date():
        return True
    if not is_behind(workspace, kept):
        return False
    quiet = now - datetime.fromtimestamp(last_commit(workspace.facts_path), UTC) >= QUIET
    return quiet or now - kept.read_at >= LONGEST_WAIT


def definitions_digest(workspace: Workspace) -> str:
    """Names the content of every metric and of the settings that decide what a number is."""
    folder = workspace.path / "metrics"
    settings = (workspace.timezone, workspace.week_start, workspace.currency)
    return _content_digest(folder, stamps(folder, ".yaml"), settings)


@lru_cache(maxsize=8)
def _content_digest(folder: Path, written: tuple[Stamp, ...], settings: tuple[str, ...]) -> str:
    content = hashlib.sha256("\0".join(settings).encode())
    for stamp in written:
        content.update(b"\0" + stamp.name.encode() + b"\0" + (folder / stamp.name).read_bytes())
    return content.hexdigest()[:16]


def reading_digest(tables: Mapping[str, int], definitions: str, as_of: date) -> str:
    """Names a reading by its pins."""
    return hashlib.sha256(f"{sorted(tables.items())} {definitions} {as_of}".encode()).hexdigest()[:24]


def pinned(workspace: Workspace, tables: Mapping[str, int]) -> dict[str, int]:
    """Pins that hold for every table: those that were not there then stay away."""
    return {**dict.fromkeys(newest_versions(workspace.facts_path), ABSENT), **tables}


def views_folder(workspace: Workspace, digest: str) -> Path:
    """Where the views of one reading are kept."""
    return workspace.path / FOLDER / digest


def _file(workspace: Workspace) -> Path:
    return workspace.path / FOLDER / "latest.json"


def _forget_views_of_others(workspace: Workspace, digest: str) -> None:
    for folder in (workspace.path / FOLDER).iterdir():
        if folder.is_dir() and folder.name != digest:
            shutil.rmtree(folder, ignore_errors=True)
