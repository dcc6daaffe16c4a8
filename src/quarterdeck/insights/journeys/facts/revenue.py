"""What did each account pay a year at some moment?"""

from __future__ import annotations

from datetime import datetime

from quarterdeck.facts.snapshot import Snapshot

# Before its first row an account paid nothing that anybody knows of.
HELD_THEN = """
SELECT account, CAST(arr AS DOUBLE) AS arr FROM account_periods
WHERE arr IS NOT NULL AND valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
"""


def arr_of_accounts(snapshot: Snapshot, moment: datetime) -> dict[str, float]:
    """The annual recurring revenue of every account as of a moment."""
    return {str(account): float(arr) for account, arr in snapshot.rows(HELD_THEN, [moment])}
