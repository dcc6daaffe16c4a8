"""By what are events of one person, name and instant told apart, whatever files they came in?"""

from __future__ import annotations

from quarterdeck.facts.connection import identifier
from quarterdeck.facts.snapshot import Snapshot

KEY = "event_id"
PLAIN = (KEY, "person", "account", "release", "source")
REST = "properties_rest"


def content_columns(snapshot: Snapshot) -> list[str]:
    """The columns of `events` that say all of a row, most telling first; its key alone where each has one."""
    if _all_have_keys(snapshot):
        return [KEY]
    found = [identifier(name) for name in PLAIN]
    found += [f"properties.{identifier(key)}" for key in sorted(snapshot.property_types())]
    return [*found, REST] if REST in _columns(snapshot) else found


def _columns(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(name for name, *_ in snapshot.connection.execute("DESCRIBE events").fetchall())


def _all_have_keys(snapshot: Snapshot) -> bool:
    """Has every row a key? Told from the footers of the files."""
    files = snapshot.files["events"]
    if not files:
        return False
    [(groups, filled)] = snapshot.connection.execute(
        "SELECT count(*) FILTER (path_in_schema = 'person'), "
        "count(*) FILTER (path_in_schema = $2 AND stats_null_count = 0) FROM parquet_metadata($1)",
        [list(files), KEY],
    ).fetchall()
    return bool(groups == filled)
