"""What are customers worth at a moment, and whose contract is up soon?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from quarterdeck.facts.snapshot import Snapshot

_WORTH = """
SELECT account, any_value(name), CAST(any_value(arr) AS DOUBLE), any_value(renewal) FROM account_periods
WHERE valid_from <= $1::TIMESTAMPTZ AND (valid_to IS NULL OR valid_to > $1::TIMESTAMPTZ) GROUP BY account
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """What is known of a customer: `arr` in the workspace's currency, 0 where none is told."""

    name: str
    arr: float
    renewal: date | None


def worth_of_accounts(snapshot: Snapshot, at: datetime) -> Mapping[str, Worth]:
    """Every customer that there is at a moment."""
    if "accounts" not in snapshot.versions:
        return {}
    return {
        account: Worth(name=name or account, arr=arr or 0.0, renewal=renewal)
        for account, name, arr, renewal in snapshot.rows(_WORTH, [at])
    }
