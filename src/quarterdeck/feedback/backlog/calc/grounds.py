"""What is known of a theme when a change is recommended, and what follows from it?"""

from __future__ import annotations

from dataclasses import dataclass

from quarterdeck.feedback.backlog.calc.banding import (
    EffortBand,
    Moscow,
    Moving,
    Stake,
    Tier,
    Verb,
    effort_band,
    moscow_of,
    tier_of,
    verb_of,
)
from quarterdeck.feedback.backlog.calc.rice import (
    FEWEST_ACCOUNTS,
    Check,
    Range,
    Share,
    Signal,
    confidence_checks,
    confidence_of,
    effort_of,
    impact_of,
    journey_signal,
    mood_signal,
    reach_of,
    renewal_signal,
    rice,
    value_of,
    weighted_share,
)
from quarterdeck.stats.interval import wilson_interval


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """Customers that went through a funnel in a quarter, and in the one before; `trouble` says why not."""

    name: str
    title: str
    entered: int = 0
    converted: int = 0
    entered_before: int = 0
    converted_before: int = 0
    trouble: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grounds:
    """What was counted of a theme, over the last quarter and, for the trend, the last four weeks.

    `evenness` is of how many customers of one size the revenue is worth; `wrote` customers wrote anything at
    all. `right` of `looked_at` hits of the tagger were so; `like` are the days that like items took.
    """

    theme: str
    product_area: str
    owner: str
    mentions: int
    mentions_lately: int
    people: int
    accounts: int
    wrote: int
    by_channel: tuple[tuple[str, int], ...]
    arr: float
    arr_at_risk: float
    evenness: float
    all_arr: float
    all_at_risk: float
    mood: Range | None
    mood_of_others: Range | None
    moving: Moving
    ratio: Range | None
    channel: str
    right: int
    looked_at: int
    journeys: tuple[Passed, ...]
    like: tuple[float, ...]
    like_items: tuple[str, ...]
    items: tuple[str, ...]
    quotes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """A theme with what follows: each factor with its bounds, the score where there is one, and its bands.

    `content` says that those who speak of it are happier than others; `effort_by` who said what it takes.
    """

    grounds: Grounds
    reach: Range | None
    signals: tuple[Signal, ...]
    impact: Range | None
    checks: tuple[Check, ...]
    confidence: float | None
    effort: Range | None
    effort_by: str
    value: Range | None
    score: Range | None
    tier: Tier | None
    band: EffortBand
    moscow: Moscow
    content: bool
    verb: Verb

    @property
    def is_thin(self) -> bool:
        """Whether words stand in for a score."""
        return self.value is None


def weigh(grounds: Grounds, *, said: Range | None = None, said_by: str = "") -> Weighed:
    """What follows from what was counted; the effort is what somebody said, else what like items took."""
    precision = _precision(grounds)
    widest = max((each for each in grounds.journeys if not each.trouble), key=_entered, default=None)
    reach = reach_of(
        grounds.accounts,
        wrote=grounds.wrote,
        passing=None if widest is None else widest.entered,
        precision=precision,
    )
    signals = signals_of(grounds)
    ratio = grounds.ratio
    checks = confidence_checks(
        accounts=grounds.accounts,
        channels=[mentions for _, mentions in grounds.by_channel],
        trend=None if ratio is None else (ratio.low, ratio.high),
        precision=precision,
        signals=signals,
    )
    # A theme that so few speak of is told in words; a number would pretend to know.
    enough = grounds.accounts >= FEWEST_ACCOUNTS
    impact = impact_of(signals) if enough else None
    confidence = confidence_of(checks) if enough else None
    effort = said or effort_of(grounds.like)
    tier = tier_of(stake_of(grounds))
    mood, others = grounds.mood, grounds.mood_of_others
    content = mood is not None and others is not None and mood.low > others.high
    return Weighed(
        grounds=grounds,
        reach=reach,
        signals=signals,
        impact=impact,
        checks=checks,
        confidence=confidence,
        effort=effort,
        effort_by=said_by if said else "",
        value=value_of(reach, impact, confidence),
        score=rice(reach, impact, confidence, effort),
        tier=tier,
        band=effort_band(effort),
        moscow=moscow_of(tier, grounds.moving),
        content=content,
        verb=verb_of(
            accounts=grounds.accounts,
            moving=grounds.moving,
            content=content,
            linked=bool(grounds.items),
            tier=tier,
        ),
    )


def signals_of(grounds: Grounds) -> tuple[Signal, ...]:
    """Every reason why it matters that is known."""
    usual = grounds.all_at_risk / grounds.all_arr if grounds.all_arr else None
    found = [
        renewal_signal(weighted_share(grounds.arr_at_risk, grounds.arr, grounds.evenness), usual),
        mood_signal(grounds.mood, grounds.mood_of_others),
        *(
            journey_signal((each.converted, each.entered), (each.converted_before, each.entered_before))
            for each in grounds.journeys
            if not each.trouble
        ),
    ]
    known = [signal for signal in found if signal is not None]
    journeys = [signal for signal in known if signal.name == "journey"]
    # Of several journeys the one that lost most speaks.
    worst = max(journeys, key=lambda signal: signal.points, default=None)
    return tuple(signal for signal in known if signal.name != "journey" or signal is worst)


def stake_of(grounds: Grounds) -> Stake:
    """The share of the company's revenue, and of its renewals, that the speakers are."""
    return Stake(
        of_revenue=grounds.arr / grounds.all_arr if grounds.all_arr else None,
        of_renewals=grounds.arr_at_risk / grounds.all_at_risk if grounds.all_at_risk else None,
    )


def ranked(weighed: list[Weighed]) -> list[Weighed]:
    """By score; of those that cannot be told apart from the best of them, by what may be lost.

    Then those without a score, by what may be lost and what is at stake; those that are only watched last.
    """
    waiting = sorted(weighed, key=_rank)
    scored = [each for each in waiting if each.score is not None and each.verb != "watch"]
    order: list[Weighed] = []
    while scored:
        alike = [scored[0], *not_apart(scored[0], scored)]
        order += sorted(alike, key=_at_stake)
        scored = [each for each in scored if each not in alike]
    return [*order, *(each for each in waiting if each not in order)]


def not_apart(one: Weighed, others: list[Weighed]) -> list[Weighed]:
    """Those whose score may be the same."""
    if one.score is None:
        return []
    return [
        each
        for each in others
        if each is not one and each.score is not None and each.score.overlaps(one.score)
    ]


def _rank(each: Weighed) -> tuple[bool, bool, float, float, float, str]:
    score = each.score.point if each.score is not None else 0.0
    return (each.verb == "watch", each.score is None, -score, *_at_stake(each))


def _at_stake(each: Weighed) -> tuple[float, float, str]:
    grounds = each.grounds
    return -grounds.arr_at_risk, -grounds.arr, grounds.theme


def _precision(grounds: Grounds) -> Share | None:
    if not grounds.looked_at:
        return None
    low, high = wilson_interval(grounds.right, grounds.looked_at)
    return Share(value=grounds.right / grounds.looked_at, low=low, high=high)


def _entered(each: Passed) -> int:
    return each.entered
