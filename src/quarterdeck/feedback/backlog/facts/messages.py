"""Which messages are still there?"""

from collections.abc import Iterable

from quarterdeck.facts.snapshot import Snapshot

_PRESENT = "SELECT feedback_id FROM feedback WHERE list_contains($1::VARCHAR[], feedback_id)"


def present_messages(snapshot: Snapshot, keys: Iterable[str]) -> frozenset[str]:
    """Those of some messages that nobody removed."""
    return frozenset(key for (key,) in snapshot.rows(_PRESENT, [sorted(set(keys))]))
