"""How do the facts stand, told without reading them on every request?

What was read is kept as one file and read again where a table has a newer version, by one at a time. The
navigation, which is on every page, looks every few seconds: an import makes versions faster than that.
"""

import fcntl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.newest import newest_versions
from quarterdeck.facts.status import TableStatus, read_status
from quarterdeck.facts.store import FactStore
from quarterdeck.records.here import workspace

FILE = Path(".quarterdeck") / "readings" / "facts.json"
SECONDS_BETWEEN = 15.0


@dataclass(frozen=True, kw_only=True, slots=True)
class FactsStatus:
    """Every table as it was at these versions."""

    versions: Mapping[str, int]
    tables: tuple[TableStatus, ...]

    @property
    def waiting(self) -> int:
        """Rows in quarantine."""
        return sum(sum(table.quarantined.values()) for table in self.tables)

    def table(self, name: str) -> TableStatus | None:
        """One table, if it exists."""
        return next((table for table in self.tables if table.table == name), None)


STATUS = TypeAdapter(FactsStatus)


def facts_status(here: Workspace) -> FactsStatus:
    """How the facts stand now."""
    kept, versions = _kept(here.path / FILE), newest_versions(here.facts_path)
    if kept is not None and dict(kept.versions) == versions:
        return kept
    with _alone(here):
        return _read(here)


def waiting_count() -> int:
    """How many rows wait in quarantine, as the navigation of every page counts them: some seconds late."""
    here = workspace()
    file = here.path / FILE
    kept = _kept(file)
    if kept is None:
        return facts_status(here).waiting
    if _is_young(file) or dict(kept.versions) == newest_versions(here.facts_path):
        return kept.waiting
    try:
        with _alone(here, wait=False):
            return _read(here).waiting
    except BlockingIOError:
        return kept.waiting


def _read(here: Workspace) -> FactsStatus:
    versions = newest_versions(here.facts_path)
    kept = _kept(here.path / FILE)
    if kept is not None and dict(kept.versions) == versions:
        return kept  # somebody else was quicker
    status = FactsStatus(versions=versions, tables=read_status(FactStore(here.facts_path)))
    write_atomically(here.path / FILE, STATUS.dump_json(status).decode())
    return status


@contextmanager
def _alone(here: Workspace, *, wait: bool = True) -> Iterator[None]:
    file = here.path / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def _is_young(file: Path) -> bool:
    return time.time() - file.stat().st_mtime < SECONDS_BETWEEN


def _kept(file: Path) -> FactsStatus | None:
    try:
        return _parsed(file, file.stat().st_mtime_ns)
    except (FileNotFoundError, ValidationError):
        return None


@lru_cache(maxsize=4)
def _parsed(file: Path, _written_at: int) -> FactsStatus:
    return STATUS.validate_json(file.read_bytes())
