"""Did something change after a thing shipped, or can that not be told?

Before and after alone prove no cause: what else changed meanwhile is in the difference. Where there are
enough, those who asked are set against those who did not, who saw the same weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from quarterdeck.stats.interval import normal_quantile, student_quantile, wilson_interval
from quarterdeck.stats.mentions import variance_of_errors
from quarterdeck.stats.strata import common_ratio

Counts = NDArray[np.float64]
Verdict = Literal["fell", "rose", "not told apart"]
FEWEST_MENTIONS = 10
FEWEST_SCORES = 5
FEWEST_ACCOUNTS = 10
HALF = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """An estimate with its 95 % interval: a ratio, or a difference in the unit of what was measured."""

    value: float
    low: float
    high: float
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """Why nothing can be told."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mentions:
    """How often something was said of so much that was said, by channel, (c,) each, before and after.

    `crowded` is how much repeated words of one customer widen the variance (Kish, 1965), at least 1. Of the
    hits so many were the tagger's alone, `doubtful` before and after, of which a share is `right`.
    """

    hits_before: Counts
    all_before: Counts
    hits_after: Counts
    all_after: Counts
    crowded: float
    doubtful: tuple[int, int] = (0, 0)
    right: float = 1.0


def mentions_ratio(mentions: Mentions) -> Change | Unknown:
    """How many times as often something is said after as before, channel by channel.

    The common ratio of Mantel and Haenszel (1959) with the variance of Greenland and Robins (1985), widened
    by how customers repeat themselves and by what the tagger gets wrong. Where one side has none, half a
    mention is added to both (Haldane 1956, Anscombe 1956), so that silence is an answer too.
    """
    after, before = mentions.hits_after.sum(), mentions.hits_before.sum()
    if after + before < FEWEST_MENTIONS:
        return Unknown(reason=f"only {int(after + before)} mentions before and after")
    if not ((mentions.all_before > 0) & (mentions.all_after > 0)).any():
        return Unknown(reason="no channel was heard both before and after")
    hits_after, all_after = mentions.hits_after, mentions.all_after
    hits_before, all_before = mentions.hits_before, mentions.all_before
    if not after or not before:
        spoken = np.flatnonzero((all_before > 0) & (all_after > 0))
        extra = np.zeros(len(hits_after))
        extra[spoken] = HALF / len(spoken)
        hits_after, hits_before = hits_after + extra, hits_before + extra
        all_after, all_before = all_after + 2 * extra, all_before + 2 * extra
    ratio, variance = common_ratio(hits_after, all_after, hits_before, all_before)
    if ratio is None:
        return Unknown(reason="it was said in other channels after than before")
    variance *= mentions.crowded
    for hits, doubtful in zip((before, after), mentions.doubtful, strict=True):
        variance += variance_of_errors(hits - doubtful, doubtful, mentions.right)
    half = normal_quantile(0.975) * sqrt(variance)
    return _change(ratio, exp(log(ratio) - half), exp(log(ratio) + half), neutral=1.0)


def difference_of_means(before: Counts, after: Counts) -> Change | Unknown:
    """After less before, with the interval of Welch (1947)."""
    if min(len(before), len(after)) < FEWEST_SCORES:
        return Unknown(reason=f"{len(before)} scores before and {len(after)} after; it takes {FEWEST_SCORES}")
    return _welch([(after, 1.0), (before, -1.0)])


def difference_in_differences(
    asked_before: Counts, asked_after: Counts, others_before: Counts, others_after: Counts
) -> Change | Unknown:
    """How much more those who asked changed than the others did (Snow, 1855; Ashenfelter and Card, 1985).

    Four means with Welch's variance and degrees of freedom (Satterthwaite, 1946).
    """
    groups = (asked_before, asked_after, others_before, others_after)
    if min(map(len, groups)) < FEWEST_SCORES:
        few = " and ".join(str(len(group)) for group in groups[:2])
        rest = " and ".join(str(len(group)) for group in groups[2:])
        return Unknown(reason=f"those who asked gave {few} scores, the others {rest}")
    return _welch([(asked_after, 1.0), (asked_before, -1.0), (others_after, -1.0), (others_before, 1.0)])


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How many customers did something, of so many that were there."""

    took: int
    of: int


def change_of_share(before: Share, after: Share) -> Change | Unknown:
    """One share less an earlier one; its interval is rather wide, as mostly the same are in both."""
    if min(before.of, after.of) < FEWEST_ACCOUNTS:
        return Unknown(
            reason=f"{before.of} of them were there before, {after.of} after; it takes {FEWEST_ACCOUNTS} each"
        )
    return _less(after, before)


def difference_of_shares(asked: Share, others: Share) -> Change | Unknown:
    """The share of those who asked less that of the others."""
    if min(asked.of, others.of) < FEWEST_ACCOUNTS:
        return Unknown(
            reason=f"{asked.of} customers that asked, {others.of} others; it takes {FEWEST_ACCOUNTS} each"
        )
    return _less(asked, others)


def _less(share: Share, other: Share) -> Change:
    """One share less another, with the score interval of Newcombe (1998, method 10)."""
    first, second = share.took / share.of, other.took / other.of
    low, high = wilson_interval(share.took, share.of)
    other_low, other_high = wilson_interval(other.took, other.of)
    value = first - second
    return _change(
        value,
        value - sqrt((first - low) ** 2 + (other_high - second) ** 2),
        value + sqrt((high - first) ** 2 + (second - other_low) ** 2),
        neutral=0.0,
    )


def _welch(groups: list[tuple[Counts, float]]) -> Change:
    value = float(sum(sign * group.mean() for group, sign in groups))
    parts = [float(group.var(ddof=1)) / len(group) for group, _ in groups]
    variance = sum(parts)
    if not variance:
        # All answers alike: the difference is known as far as answers go.
        return _change(value, value, value, neutral=0.0)
    freedom = variance**2 / sum(
        part**2 / (len(group) - 1) for part, (group, _) in zip(parts, groups, strict=True)
    )
    half = student_quantile(0.975, freedom) * sqrt(variance)
    return _change(value, value - half, value + half, neutral=0.0)


def _change(value: float, low: float, high: float, *, neutral: float) -> Change:
    verdict: Verdict = "fell" if high < neutral else "rose" if low > neutral else "not told apart"
    return Change(value=value, low=low, high=high, verdict=verdict)
