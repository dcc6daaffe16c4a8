"""Is more said of a theme than before, or only more said where it is often spoken of?

Channels come and go: a survey that went out doubles every theme. So a theme is compared with what else was
said in each channel, and channels are put together as strata of one table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from quarterdeck.feedback.themes.calc.measuring import Mask, Said
from quarterdeck.stats.interval import normal_quantile
from quarterdeck.stats.mentions import crowding, variance_of_errors
from quarterdeck.stats.strata import common_ratio

Counts = NDArray[np.float64]
Verdict = Literal["rises", "falls", "steady", "too few", "by channel"]

FEWEST_MENTIONS = 10
HALF = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Precision:
    """How many of the tagger's hits were right, of so many that were looked at."""

    right: int
    looked_at: int

    @property
    def share(self) -> float:
        """The share that is right by Laplace's rule: of nothing looked at, half; never all or none."""
        return (self.right + 1) / (self.looked_at + 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """How much more of what was said is about a theme now than before.

    `ratio` has the channels as they are now, with its 95 % interval; `raw` is that of the plain counts in as
    much time.
    `channel` is the code of the one that explains a jump, where one does.
    """

    now: int
    before: int
    raw: float | None
    ratio: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    channel: int | None = None


def trend_of(
    said: Said,
    theme: Mask,
    now: Mask,
    before: Mask,
    precision: Precision | None = None,
    checked: Mask | None = None,
    *,
    longer: float = 1.0,
) -> Trend:
    """Compare two stretches of time, that before so many times as long as that of now.

    The ratio is that of Mantel and Haenszel (1959) over channels, its variance that of Greenland and Robins
    (1985), widened by how customers repeat themselves and by what the tagger gets wrong: how many of its hits
    are right differs by chance between the two. People got right what they `checked`.
    """
    channels = int(said.channel.max(initial=-1)) + 2
    hits_now, all_now = _by_channel(said, theme & now, channels), _by_channel(said, now, channels)
    hits_then, all_then = _by_channel(said, theme & before, channels), _by_channel(said, before, channels)
    more, less = int(hits_now.sum()), int(hits_then.sum())
    raw = longer * more / less if less else None
    if more + less < FEWEST_MENTIONS or not more or not less:
        return Trend(now=more, before=less, raw=raw, ratio=None, low=None, high=None, verdict="too few")
    ratio, variance = common_ratio(hits_now, all_now, hits_then, all_then)
    if ratio is None:
        return Trend(now=more, before=less, raw=raw, ratio=None, low=None, high=None, verdict="too few")
    crowded = crowding(said.account[theme & (now | before)])
    variance *= crowded
    if precision is not None:
        by_people = np.zeros(len(theme), bool) if checked is None else checked
        for hits in (theme & now, theme & before):
            sure, doubtful = int((hits & by_people).sum()), int((hits & ~by_people).sum())
            variance += variance_of_errors(sure, doubtful, precision.share)
    half = normal_quantile(0.975) * np.sqrt(variance)
    low, high = float(ratio * np.exp(-half)), float(ratio * np.exp(half))
    verdict: Verdict = "rises" if low > 1 else "falls" if high < 1 else "steady"
    channel = None
    if verdict == "steady" and _jumps(more, less, longer, crowded):
        channel = _louder(hits_now, all_now, hits_then / longer, all_then / longer)
        verdict = "steady" if channel is None else "by channel"
    return Trend(
        now=more,
        before=less,
        raw=raw,
        ratio=float(ratio),
        low=low,
        high=high,
        verdict=verdict,
        channel=channel,
    )


def _by_channel(said: Said, which: Mask, channels: int) -> Counts:
    return np.bincount(said.channel[which] + 1, minlength=channels).astype(float)


def _jumps(more: int, less: int, longer: float, crowded: float) -> bool:
    """Are the plain counts of one length of time further apart than chance puts them?"""
    half = normal_quantile(0.975) * np.sqrt(crowded * (1 / more + 1 / less))
    return bool(abs(np.log(longer * more / less)) > half)


def _louder(hits_now: Counts, all_now: Counts, hits_then: Counts, all_then: Counts) -> int | None:
    """The channel whose own growth or decline alone makes more than half of the jump."""
    share = (hits_now + hits_then) / np.maximum(all_now + all_then, 1)
    moved = share * (all_now - all_then)
    jump = hits_now.sum() - hits_then.sum()
    largest = int(np.argmax(moved * np.sign(jump)))
    explains = moved[largest] / jump if jump else 0.0
    return largest - 1 if explains > HALF and largest > 0 else None
