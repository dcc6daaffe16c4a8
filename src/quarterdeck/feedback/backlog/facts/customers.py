"""What is each customer called and worth at a moment?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from quarterdeck.facts.snapshot import Snapshot

_CUSTOMERS = """
SELECT account, any_value(name), CAST(any_value(arr) AS DOUBLE) FROM account_periods
WHERE valid_from <= $1::TIMESTAMPTZ AND (valid_to IS NULL OR valid_to > $1::TIMESTAMPTZ) GROUP BY account
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A customer; `arr` in the workspace's currency, 0 where none is told."""

    name: str
    arr: float


def read_customers(snapshot: Snapshot, at: datetime) -> Mapping[str, Customer]:
    """Every customer that there is at a moment, by account."""
    if "accounts" not in snapshot.versions:
        return {}
    return {
        account: Customer(name=name or account, arr=arr or 0.0)
        for account, name, arr in snapshot.rows(_CUSTOMERS, [at])
    }
