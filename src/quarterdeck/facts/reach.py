"""Until when can the events tell of anything, where nothing came for longer than it ever did?"""

from dataclasses import dataclass
from typing import Self

from quarterdeck.facts.snapshot import Snapshot

QUARTER_HOUR = 15 * 60 * 1_000_000
USUAL_DAYS = 28
SILENCE = """
WITH quarters AS (
    SELECT DISTINCT EPOCH_US(time) // ? AS quarter FROM events
    WHERE time > (SELECT MAX(time) FROM events) - INTERVAL 28 DAY
),
gaps AS (SELECT quarter - LAG(quarter) OVER (ORDER BY quarter) AS gap FROM quarters)
SELECT (SELECT EPOCH_US(MAX(time)) FROM events), MAX(gap) FROM gaps
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """When the newest event was, and the longest silence in the four weeks up to it; microseconds.

    Nights and weekends are silent, too. A silence longer than any of these says that facts lag behind: a file
    of last month, or a load that did not come. In quarters of an hour, rounded up.
    """

    newest: int
    silence: int

    @classmethod
    def of(cls, newest: int, silence: int) -> Self:
        """As it was kept."""
        return cls(newest=newest, silence=silence)

    @property
    def bounds(self) -> tuple[int, int]:
        """To be kept."""
        return self.newest, self.silence

    def known_at(self, moment: int) -> int:
        """The last moment that can be told of at a moment: that itself, or the newest event's."""
        return self.newest if moment - self.newest > self.silence else moment


def reach_of(snapshot: Snapshot) -> Reach | None:
    """How far the events of a snapshot reach; None where there are none."""
    [(newest, gap)] = snapshot.rows(SILENCE, [QUARTER_HOUR])
    if newest is None:
        return None
    usual = USUAL_DAYS * 24 * 4 if gap is None else gap
    return Reach(newest=int(newest), silence=(int(usual) + 1) * QUARTER_HOUR)
