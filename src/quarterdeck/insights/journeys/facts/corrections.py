"""How much of what is known about people and accounts was changed between two readings?"""

from __future__ import annotations

from quarterdeck.facts.connection import identifier
from quarterdeck.facts.snapshot import Snapshot


def new_aliases(before: Snapshot, after: Snapshot) -> int:
    """How many ids were found to be somebody else's."""
    sql = "SELECT DISTINCT alias, person FROM aliases WHERE alias <> person"
    return len(set(after.rows(sql)) - set(before.rows(sql)))


def new_rows(before: Snapshot, after: Snapshot, table: str) -> int:
    """How many rows a table has more."""
    sql = f"SELECT count(*) FROM {identifier(table)}"
    return int(after.rows(sql)[0][0]) - int(before.rows(sql)[0][0])
