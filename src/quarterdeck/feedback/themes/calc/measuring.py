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

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

PROMOTERS_FROM, DETRACTORS_TO = 9, 6
FEWEST_SCORES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Quotes as columns, (n,) each; those folded into others are left out.

    `period` counts from the first one, 0; `account`, `person` and `channel` are codes, -1 where nobody knows.
    `score` is NaN where none was given; `is_survey` says that it goes from 0 to 10, `is_rating` that it says
    how content somebody was with an answer (CSAT), whatever its scale. `tags` is (n, t).
    `arr` and `at_risk` are of the accounts, (a,), as they stand at the end.
    """

    period: Codes
    account: Codes
    person: Codes
    channel: Codes
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
        score=net_promoters(said.score[which & said.is_survey & ~np.isnan(said.score)]),
        rating=None if said.is_rating is None else mean_rating(said.score[which & said.is_rating]),
    )


def net_promoters(scores: Floats) -> Score | None:
    """Promoters less detractors, in points (Reichheld, 2003); None where too few answered to say.

    The interval is that of a mean of answers that count 1, 0 or -1.
    """
    if len(scores) < FEWEST_SCORES:
        return None
    marks = (scores >= PROMOTERS_FROM).astype(float) - (scores <= DETRACTORS_TO)
    half = normal_quantile(0.975) * float(marks.std(ddof=1)) / sqrt(len(marks))
    value = float(marks.mean())
    return Score(
        value=100 * value,
        low=100 * max(-1.0, value - half),
        high=100 * min(1.0, value + half),
        answers=len(marks),
    )


def mean_rating(scores: Floats) -> Score | None:
    """The mean of ratings on their own scale, with Student's interval; None where too few answered to say."""
    known = scores[~np.isnan(scores)]
    if len(known) < FEWEST_SCORES:
        return None
    value, deviation = float(known.mean()), float(known.std(ddof=1))
    half = student_quantile(0.975, len(known) - 1) * deviation / sqrt(len(known))
    return Score(value=value, low=value - half, high=value + half, answers=len(known))


def mentions_by_period(said: Said, which: Mask, periods: int) -> NDArray[np.int64]:
    """How many of some quotes were said in each period, (periods,)."""
    inside = which & (said.period >= 0) & (said.period < periods)
    return np.bincount(said.period[inside], minlength=periods).astype(np.int64)


def crowding(said: Said, which: Mask) -> float:
    """How much several mentions of one customer widen a variance; 1 where each speaks once (Kish, 1965)."""
    spoke = said.account[which]
    known = np.bincount(spoke[spoke >= 0])
    sizes = np.concatenate([known[known > 0], np.ones(int((spoke < 0).sum()))])
    return float((sizes**2).sum() / sizes.sum()) if len(sizes) else 1.0
