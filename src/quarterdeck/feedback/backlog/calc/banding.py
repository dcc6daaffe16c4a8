"""Which words say what a change is worth where numbers would pretend: tier, effort band, MoSCoW, verb?

MoSCoW: Clegg and Barker, "Case Method Fast-Track: a RAD approach", 1994.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quarterdeck.feedback.backlog.calc.rice import FEWEST_ACCOUNTS, Range

Tier = Literal[1, 2, 3]
EffortBand = Literal["S", "M", "L", "unknown"]
Moscow = Literal["must", "should", "could", "not now"]
Verb = Literal["do", "raise", "lower", "stop", "watch"]
Moving = Literal["rises", "falls", "steady", "too few", "by channel"]

FIRST_TIER, SECOND_TIER = 0.20, 0.05
SMALL_WEEKS, MIDDLE_WEEKS = 1.0, 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stake:
    """What the speakers are of the company: shares of all revenue and of all that is up for renewal."""

    of_revenue: float | None
    of_renewals: float | None


def tier_of(stake: Stake) -> Tier | None:
    """The first tier: a fifth of the company's revenue, or of what is up for renewal; the second: a twentieth
    of either; else the third. None where nobody knows what customers pay."""
    if stake.of_revenue is None:
        return None
    share = max(stake.of_revenue, stake.of_renewals or 0.0)
    return 1 if share >= FIRST_TIER else 2 if share >= SECOND_TIER else 3


def effort_band(effort: Range | None) -> EffortBand:
    """Small up to a week of one person, middle up to four, large above."""
    if effort is None:
        return "unknown"
    return "S" if effort.point <= SMALL_WEEKS else "M" if effort.point <= MIDDLE_WEEKS else "L"


def moscow_of(tier: Tier | None, moving: Moving) -> Moscow:
    """Must: the first tier, and rising. Should: the first tier, or the second and rising. Could: the second,
    or anything that rises. Not now: the rest."""
    rises = moving == "rises"
    if tier == 1:
        return "must" if rises else "should"
    if tier == 2:
        return "should" if rises else "could"
    return "could" if rises else "not now"


def verb_of(*, accounts: int, moving: Moving, content: bool, linked: bool, tier: Tier | None) -> Verb:
    """What to do about a theme.

    With work under way because of it: raise it where the theme rises, lower it where it falls, stop it where
    fewer than five customers of the last quarter speak of it. Without: do it, unless so few speak of it, only
    a channel moved it, those who speak are more content than others, or little is at stake; then watch.
    """
    few = accounts < FEWEST_ACCOUNTS
    if linked:
        verbs: dict[str, Verb] = {"rises": "raise", "falls": "lower"}
        return "stop" if few else verbs.get(moving, "watch")
    if few or content or moving == "by channel" or (tier == 3 and moving != "rises"):
        return "watch"
    return "do"
