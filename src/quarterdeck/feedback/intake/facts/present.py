"""Which messages are still there?"""

from collections.abc import Collection

from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.feedback.intake.facts.projecting import MOST_KEY, short_key

_PRESENT = (
    "SELECT feedback_id FROM feedback SEMI JOIN (SELECT unnest($1::VARCHAR[]) AS key) ON key = feedback_id"
)
_LONG = "SELECT feedback_id FROM feedback WHERE length(feedback_id) > $1"


def present_messages(snapshot: Snapshot, keys: Collection[str]) -> frozenset[str]:
    """Those of some messages that nobody removed, by their keys as quotes bear them."""
    found = {key for (key,) in snapshot.rows(_PRESENT, [sorted(set(keys))])}
    if any(len(key) == MOST_KEY for key in keys):
        found |= {short_key(key) for (key,) in snapshot.rows(_LONG, [MOST_KEY])}
    return frozenset(found)
