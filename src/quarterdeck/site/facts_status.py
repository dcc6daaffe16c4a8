"""How do the facts stand, told without reading them on every request?

What was read is kept as one file and read again where a table has a newer version, by one at a time and not
more often than every few seconds: an import makes versions faster than anybody looks.
"""

import fcntl
import time
from collections.abc import Mapping
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
    """How the facts stood when they were looked at last, which is now if nothing is newer."""
    file = here.path / FILE
    kept, versions = _kept(file), newest_versions(here.facts_path)
    if kept is not None and (dict(kept.versions) == versions or _is_young(file)):
        return kept
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (fcntl.LOCK_NB if kept is not None else 0))
        except BlockingIOError:
            if kept is not None:
                return kept
            raise
        status = FactsStatus(versions=versions, tables=read_status(FactStore(here.facts_path)))
        write_atomically(file, STATUS.dump_json(status).decode())
    return status


def waiting_count() -> int:
    """How many rows wait in quarantine, for the navigation."""
    return facts_status(workspace()).waiting


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
