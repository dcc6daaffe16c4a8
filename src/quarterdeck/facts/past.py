"""Which version had each table at some moment in the past?"""

from collections.abc import Mapping
from datetime import UTC, datetime

from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore
from quarterdeck.facts.tombstones import Tombstones


def versions_at(store: FactStore, moment: datetime) -> dict[str, int]:
    """The last version of each table that was written until a moment; tables that came later are left out."""
    found: dict[str, int] = {}
    for table in TABLES:
        handle = store.delta(table).open()
        for entry in [] if handle is None else handle.history():
            written = datetime.fromtimestamp(entry["timestamp"] / 1000, UTC)
            if written <= moment:
                found[table] = max(found.get(table, 0), int(entry["version"]))
    return found


def first_readable(store: FactStore, versions: Mapping[str, int]) -> dict[str, int]:
    """The same versions, or the first that can be read since somebody was erased from a table."""
    found = dict(versions)
    for erasure in Tombstones(store.path).erasures:
        for table, first in erasure["first_readable"].items():
            if table in found:
                found[table] = max(found[table], int(first))
    return found
