"""What was said of each theme over a quarter, in figures by which a change of the backlog is weighed?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from quarterdeck.feedback.themes.calc.measuring import Mask, Score, answers, net_promoters, tally
from quarterdeck.feedback.themes.definitions import Tag
from quarterdeck.feedback.themes.service.board import (
    RENEWS_WITHIN,
    WEEKS,
    Reading,
    Theme,
    marks_of,
    theme_of,
)
from quarterdeck.feedback.themes.service.quality import NOTHING_CHECKED
from quarterdeck.feedback.themes.service.seeing import voices

QUARTER_WEEKS = 13


@dataclass(frozen=True, kw_only=True, slots=True)
class Mood:
    """A net promoter score with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeOfQuarter:
    """A theme as the board has it, and what was said of it in the last quarter.

    Of a theme with parts only what is said of no part counts, so that it shares no mention with them.
    `evenness` is how many customers of one size would pay as much (Kish, 1965). `right` of the `looked_at`
    hits of the tagger were so. `quotes` are the keys of those that may be shown outside, best first.
    """

    theme: Theme
    mentions: int
    people: int
    accounts: int
    by_channel: tuple[tuple[str, int], ...]
    arr: float
    arr_at_risk: float
    evenness: float
    mood: Mood | None
    mood_of_others: Mood | None
    right: int
    looked_at: int
    quotes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Everybody:
    """How many customers wrote anything in the quarter, and what all customers are worth together."""

    wrote: int
    arr: float
    arr_at_risk: float


def everybody(reading: Reading) -> Everybody:
    """Who wrote anything at all, and the revenue of every customer, with what is up for renewal."""
    said, until = reading.said, reading.until.date()
    wrote = np.unique(said.account[_quarter(reading) & (said.account >= 0)])
    soon = until + RENEWS_WITHIN
    up = (each.arr for each in reading.worth.values() if each.renewal and until <= each.renewal <= soon)
    return Everybody(
        wrote=len(wrote),
        arr=float(sum(each.arr for each in reading.worth.values())),
        arr_at_risk=float(sum(up)),
    )


def of_quarter(reading: Reading, tag: Tag, *, most_quotes: int) -> ThemeOfQuarter:
    """What was said of one theme."""
    said = reading.said
    spoken = _own_marks(reading, tag) & _quarter(reading)
    found = tally(said, spoken)
    others = _quarter(reading) & said.is_survey & ~np.isin(said.message, said.message[spoken])
    accounts = np.unique(said.account[spoken & (said.account >= 0)])
    arr = np.nan_to_num(said.arr[accounts])
    checked = reading.precision.get(tag.name, NOTHING_CHECKED)
    return ThemeOfQuarter(
        theme=theme_of(reading, tag),
        mentions=found.mentions,
        people=found.people,
        accounts=found.accounts,
        by_channel=tuple(
            (name, many)
            for code, name in enumerate(reading.channels)
            if (many := int((spoken & (said.channel == code)).sum()))
        ),
        arr=found.arr,
        arr_at_risk=found.arr_at_risk,
        evenness=float(arr.sum() ** 2 / (arr**2).sum()) if arr.any() else 0.0,
        mood=_mood(found.score),
        mood_of_others=_mood(net_promoters(answers(said, others))),
        right=checked.right,
        looked_at=checked.looked_at,
        quotes=_quotes(reading, spoken, most_quotes),
    )


def worth_together(reading: Reading, names: Collection[str]) -> tuple[int, float, float]:
    """How many customers spoke of any of these themes in the quarter, their revenue, and what of it may be
    lost: each customer once."""
    spoken = np.zeros(len(reading.said.period), bool)
    for tag in reading.taxonomy.tags:
        if tag.name in names:
            spoken |= _own_marks(reading, tag)
    found = tally(reading.said, spoken & _quarter(reading))
    return found.accounts, found.arr, found.arr_at_risk


def _quarter(reading: Reading) -> Mask:
    return reading.said.within(WEEKS - QUARTER_WEEKS, WEEKS - 1)


def _own_marks(reading: Reading, tag: Tag) -> Mask:
    spoken = marks_of(reading, tag.name)
    for part in reading.taxonomy.tags:
        if part.parent == tag.name and part.name != tag.name:
            spoken = spoken & ~marks_of(reading, part.name)
    return spoken


def _mood(score: Score | None) -> Mood | None:
    return None if score is None else Mood(value=score.value, low=score.low, high=score.high)


def _quotes(reading: Reading, spoken: Mask, most: int) -> tuple[str, ...]:
    found = voices(reading, spoken, sees_personal=False)
    return tuple(voice.key for voice in found if voice.may_be_shown)[:most]
