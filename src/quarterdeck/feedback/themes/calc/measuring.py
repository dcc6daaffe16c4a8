"""How much is said of a theme, by whom, and what are they worth?

A customer counts once however often it writes, and its revenue counts once however many themes it speaks of:
what several themes have together is counted over their customers, never added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from quarterdeck.stats.interval import normal_quantile, student_quantile
from quarterdeck.stats.promoters import promoter_points

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

FEWEST_SCORES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Quotes as columns, (n,) each; those folded into others are left out.

    `period` counts from the first one, 0; `account`, `person` and `channel` are codes, -1 where nobody knows.
    `message` is the code of what a quote is a part of: a score is that of a message, whatever else it says.
    `score` is NaN where none was given; `is_survey` says that it goes from 0 to 10, `is_rating` that it says
    how content somebody was with an answer (CSAT), whatever its scale. `tags` is (n, t).
    `arr` and `at_risk` are of the accounts, (a,), as they stand at the end.
    """

    period: Codes
    account: Codes
    person: Codes
    channel: Codes
    message: Codes
    score: Floats
    is_survey: Mask
    tags: Mask
    arr: Floats
    at_risk: Mask
    is_rating: Mask | None = None

    def within(self, first: int, last: int) -> Mask:
        """Which were said in periods `first` to `last`, both in."""
        return (self.period >= first) & (self.period <= last)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """Of some quotes: how many, by how many people and accounts, with what revenue, and how content."""

    mentions: int
    people: int
    accounts: int
    arr: float
    arr_at_risk: float
    score: Score | None
    rating: Score | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """A net promoter score, from -100 to 100, or a mean rating: its 95 % interval, of so many answers."""

    value: float
    low: float
    high: float
    answers: int


def tally(said: Said, which: Mask) -> Tally:
    """Count some quotes: their people and customers once each."""
    accounts = np.unique(said.account[which])
    accounts = accounts[accounts >= 0]
    people = np.unique(said.person[which])
    arr = np.nan_to_num(said.arr[accounts])
    return Tally(
        mentions=int(which.sum()),
        people=int((people >= 0).sum()),
        accounts=len(accounts),
        arr=float(arr.sum()),
        arr_at_risk=float(arr[said.at_risk[accounts]].sum()),
        score=net_promoters(answers(said, which & said.is_survey)),
        rating=None if said.is_rating is None else mean_rating(answers(said, which & said.is_rating)),
    )


def answers(said: Said, which: Mask) -> Floats:
    """The scores given with some quotes, that of each message once."""
    scored = np.flatnonzero(which & ~np.isnan(said.score))
    _, first = np.unique(said.message[scored], return_index=True)
    return said.score[scored[first]]


def net_promoters(scores: Floats) -> Score | None:
    """Promoters less detractors, in points; None where too few answered to say.

    The interval is that of a mean of answers.
    """
    if len(scores) < FEWEST_SCORES:
        return None
    points = promoter_points(scores)
    half = normal_quantile(0.975) * float(points.std(ddof=1)) / sqrt(len(points))
    value = float(points.mean())
    return Score(
        value=value, low=max(-100.0, value - half), high=min(100.0, value + half), answers=len(points)
    )


def mean_rating(scores: Floats) -> Score | None:
    """The mean of ratings on their own scale, with Student's interval; None where too few answered to say."""
    if len(scores) < FEWEST_SCORES:
        return None
    value, deviation = float(scores.mean()), float(scores.std(ddof=1))
    half = student_quantile(0.975, len(scores) - 1) * deviation / sqrt(len(scores))
    return Score(value=value, low=value - half, high=value + half, answers=len(scores))


def mentions_by_period(said: Said, which: Mask, periods: int) -> NDArray[np.int64]:
    """How many of some quotes were said in each period, (periods,)."""
    inside = which & (said.period >= 0) & (said.period < periods)
    return np.bincount(said.period[inside], minlength=periods).astype(np.int64)
