"""Which customers were there in a stretch of time, and which of them did something?"""

from collections.abc import Mapping
from datetime import datetime

from quarterdeck.facts.snapshot import Snapshot

_DID = """
SELECT account, bool_or(event = $1) FROM identified_events
WHERE time >= $2::TIMESTAMPTZ AND time < $3::TIMESTAMPTZ AND account IS NOT NULL GROUP BY account
"""
_KNOWN = "SELECT 1 FROM events WHERE event = $1 LIMIT 1"


def customers_that_did(
    snapshot: Snapshot, event: str, since: datetime, until: datetime
) -> Mapping[str, bool]:
    """Of every customer that did anything, whether it did this."""
    return dict(snapshot.rows(_DID, [event, since, until]))


def is_known_event(snapshot: Snapshot, event: str) -> bool:
    """Did anybody ever do this?"""
    return bool(snapshot.rows(_KNOWN, [event]))
