"""What did we or the world change, on which local day?"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.facts.clock import midnight

CHANGES = """
SELECT time, kind, name, scope FROM changes
WHERE time >= ? AND time < ?
ORDER BY time, kind, name, scope
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A deploy, flag, campaign, price change or incident, at local time."""

    time: datetime
    kind: str
    name: str
    scope: str


def read_changes(snapshot: Snapshot, *, since: date, until: date, zone: ZoneInfo) -> tuple[Change, ...]:
    """What changed on the local days from `since` up to, but not on, `until`."""
    found = snapshot.rows(CHANGES, (midnight(since, zone), midnight(until, zone)))
    return tuple(
        Change(time=moment.astimezone(zone), kind=kind, name=name, scope=scope or "")
        for moment, kind, name, scope in found
    )
