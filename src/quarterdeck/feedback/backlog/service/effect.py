"""Did it help: is less said about it, are those who asked more content, do they use it?

Equally long stretches before and after shipping are compared, once the second is over. What cannot be told
is said, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from django.db import transaction
from numpy.typing import NDArray

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.backlog.calc.before_after import (
    Change,
    Mentions,
    Share,
    Unknown,
    change_of_share,
    difference_in_differences,
    difference_of_means,
    difference_of_shares,
    mentions_ratio,
)
from quarterdeck.feedback.backlog.facts.adoption import customers_that_did, is_known_event
from quarterdeck.feedback.backlog.models.replying import Aim
from quarterdeck.feedback.backlog.service.asking import Asks, Ground, asks_of
from quarterdeck.feedback.backlog.service.items import WorkItem
from quarterdeck.feedback.backlog.service.loop import read_loop
from quarterdeck.feedback.themes.service.board import Reading, marks_of, read_said
from quarterdeck.feedback.themes.service.keeping import kept_tags
from quarterdeck.feedback.themes.service.quality import least_known
from quarterdeck.records.change_log import log_change
from quarterdeck.records.models import MOST_KEY, Person
from quarterdeck.records.subjects import Subject
from quarterdeck.stats.mentions import crowding
from quarterdeck.stats.promoters import promoter_points

compute: Any = pc  # its stubs know no columns in chunks
Mask = NDArray[np.bool_]
CSAT = "csat"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The stretches before and after shipping; `until` is the moment at which the second is over."""

    since: datetime
    shipped_at: datetime
    until: datetime
    days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MentionsEffect:
    """How often a theme is spoken of: plain counts, what they are of, and the ratio channel by channel.

    `is_checked` says whether somebody sorted quotes that show how often the tagger is right about it.
    """

    themes: tuple[str, ...]
    before: int
    after: int
    all_before: int
    all_after: int
    change: Change | Unknown
    is_checked: bool
    weeks: tuple[tuple[datetime, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreEffect:
    """How content those who asked are, in points, by themselves and beside the others."""

    survey: str
    before: float | None
    after: float | None
    answers: tuple[int, int]
    change: Change | Unknown
    beside_others: Change | Unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class AdoptionEffect:
    """How many of the customers that asked did something, before and after it shipped, beside the others."""

    event: str
    before: Share
    after: Share
    others: Share
    change: Change | Unknown
    beside_others: Change | Unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What is known of the effect of one item; `too_early` while the stretch after it is not over."""

    item: WorkItem
    window: Window
    too_early: bool
    mentions: MentionsEffect | Unknown
    scores: tuple[ScoreEffect, ...]
    adoption: AdoptionEffect | None


def effect_of(workspace: Workspace, ground: Ground, key: str) -> Effect | None:
    """The effect of an item; None where it has not shipped."""
    item = ground.items.find(key)
    if item.shipped_at is None:
        return None
    days = read_loop(workspace).effect_days
    span = timedelta(days=days)
    window = Window(
        since=item.shipped_at - span, shipped_at=item.shipped_at, until=item.shipped_at + span, days=days
    )
    too_early = window.until > ground.until
    asks, kept = asks_of(ground, key), kept_tags(workspace)
    reading = ground.reading or (read_said(workspace, kept) if kept else None)
    said = None if reading is None else _Said(reading, window)
    aim = Aim.objects.filter(item=key).first()
    return Effect(
        item=item,
        window=window,
        too_early=too_early,
        mentions=_mentions(ground, asks, said, key),
        scores=() if said is None or too_early else tuple(_scores(said, asks)),
        adoption=None if aim is None or too_early else _adoption(workspace, window, asks, aim.event),
    )


def aim_of(item: str) -> str:
    """The event that shows that an item is taken up; empty where nobody named one."""
    return Aim.objects.filter(item=item).values_list("event", flat=True).first() or ""


@transaction.atomic
def aim_at(*, workspace: Workspace, item: WorkItem, event: str, by: Person) -> None:
    """Name the event that shows that an item is taken up; an empty one takes the name back."""
    wanted = " ".join(event.replace("\0", "").split())
    if len(wanted) > MOST_KEY:
        raise QuarterdeckError(f"The event has {len(wanted)} characters; {MOST_KEY} fit.", "Shorten it.")
    if wanted:
        with FactStore(workspace.facts_path).snapshot_of("events") as snapshot:
            if not is_known_event(snapshot, wanted):
                raise QuarterdeckError(
                    f"Nobody ever did '{wanted[:80]}'.", "Name an event as the facts have it: /facts/events/"
                )
    before = aim_of(item.key)
    if wanted == before:
        return
    if wanted:
        Aim.objects.update_or_create(item=item.key, defaults={"event": wanted})
    else:
        Aim.objects.filter(item=item.key).delete()
    log_change(
        by=by,
        verb="named what shows adoption",
        subject=Subject(type="work item", key=item.key, title=item.title),
        before={"event": before},
        after={"event": wanted},
    )


class _Said:
    """What was said, with the two stretches of time marked."""

    def __init__(self, reading: Reading, window: Window) -> None:
        self.reading = reading
        rows = reading.book.table.select(["time", "message"]).take(reading.places)
        self.times = rows["time"].to_numpy().astype("datetime64[us]")
        self.messages = rows["message"]
        self.window = window
        since, shipped, until = (_naive(each) for each in (window.since, window.shipped_at, window.until))
        self.before: Mask = (self.times >= since) & (self.times < shipped)
        self.after: Mask = (self.times >= shipped) & (self.times < until)

    @property
    def begins_late(self) -> bool:
        """Was nothing heard before the first stretch began?"""
        return not len(self.times) or self.times.min() > _naive(self.window.since)

    def by_channel(self, which: Mask) -> NDArray[np.float64]:
        """How many of some quotes there are in each channel, those of none first."""
        codes = self.reading.said.channel[which] + 1
        return np.bincount(codes, minlength=len(self.reading.channels) + 1).astype(float)


def _mentions(ground: Ground, asks: Asks, said: _Said | None, key: str) -> MentionsEffect | Unknown:
    if said is None:
        return Unknown(reason="there is no taxonomy, so nobody counts what is said about it")
    themes = _themes(ground, asks, said.reading, key)
    if not themes:
        return Unknown(reason="no theme asks for it, and its quotes share none; link a theme")
    spoken = np.any([marks_of(said.reading, theme) for theme in themes], axis=0)
    before, after = spoken & said.before, spoken & said.after
    change: Change | Unknown
    if said.window.until > ground.until:
        change = Unknown(
            reason=f"too early: {said.window.days} days are over on {said.window.until:%-d %B %Y}"
        )
    elif said.begins_late:
        change = Unknown(reason="what was said before it shipped is not all here")
    else:
        change = mentions_ratio(_as_mentions(said, before, after, themes))
    return MentionsEffect(
        themes=themes,
        before=int(before.sum()),
        after=int(after.sum()),
        all_before=int(said.before.sum()),
        all_after=int(said.after.sum()),
        change=change,
        is_checked=least_known(said.reading.precision, themes).looked_at > 0,
        weeks=_weeks(said, spoken, ground.until),
    )


def _as_mentions(said: _Said, before: Mask, after: Mask, themes: Sequence[str]) -> Mentions:
    by_tagger = ~said.reading.by_people
    return Mentions(
        hits_before=said.by_channel(before),
        all_before=said.by_channel(said.before),
        hits_after=said.by_channel(after),
        all_after=said.by_channel(said.after),
        crowded=crowding(said.reading.said.account[before | after]),
        doubtful=(int((before & by_tagger).sum()), int((after & by_tagger).sum())),
        right=least_known(said.reading.precision, themes).share,
    )


def _themes(ground: Ground, asks: Asks, reading: Reading, key: str) -> tuple[str, ...]:
    """The themes that ask for it; where none does, the one that half or more of its quotes speak of."""
    family = ground.links.family(key, ground.items)
    linked = dict.fromkeys(name for each in family for name in ground.links.themes.get(each, ()))
    named = tuple(name for name in linked if name in reading.taxonomy.names)
    if named or not asks.quotes:
        return named
    wanted = {quote.quote for quote in asks.quotes}
    keys: list[Any] = reading.book.table["quote"].take(reading.places).to_pylist()
    rows = [row for row, quote in enumerate(keys) if quote in wanted]
    names = reading.taxonomy.names
    counted = Counter(names[tag] for row in rows for tag in np.flatnonzero(reading.said.tags[row]).tolist())
    [(name, most)] = counted.most_common(1) or [("", 0)]
    return (name,) if 2 * most >= len(wanted) else ()


def _weeks(said: _Said, spoken: Mask, now: datetime) -> tuple[tuple[datetime, int], ...]:
    """Mentions in whole weeks, from twice the stretch before shipping on."""
    week = timedelta(days=7)
    back = 2 * (said.window.days // 7)
    found = []
    for number in range(-back, 2 * back):
        first = said.window.shipped_at + number * week
        if first + week > now:
            break
        inside = (said.times >= _naive(first)) & (said.times < _naive(first + week))
        found.append((first, int((spoken & inside).sum())))
    return tuple(found)


def _scores(said: _Said, asks: Asks) -> Sequence[ScoreEffect]:
    """For each survey that asked: of those who asked, and beside the others; each message counts once."""
    reading = said.reading
    names = [reading.accounts.index(each) for each in asks.accounts if each in set(reading.accounts)]
    asked = np.isin(reading.said.account, names)
    _, first = np.unique(said.messages.to_numpy(), return_index=True)
    once = np.zeros(len(asked), bool)
    once[first] = True
    scored = once & ~np.isnan(reading.said.score)
    found = []
    for survey, of_survey in _surveys(reading):
        marks = _points(reading.said.score, survey)
        groups = [
            marks[scored & of_survey & who & when]
            for who in (asked, ~asked & (reading.said.account >= 0))
            for when in (said.before, said.after)
        ]
        if not any(map(len, groups)):
            continue
        found.append(
            ScoreEffect(
                survey=survey,
                before=float(groups[0].mean()) if len(groups[0]) else None,
                after=float(groups[1].mean()) if len(groups[1]) else None,
                answers=(len(groups[0]), len(groups[1])),
                change=difference_of_means(groups[0], groups[1]),
                beside_others=difference_in_differences(groups[0], groups[1], groups[2], groups[3]),
            )
        )
    return found


def _surveys(reading: Reading) -> Sequence[tuple[str, Mask]]:
    found = [("NPS", np.asarray(reading.said.is_survey, bool))]
    if CSAT in reading.channels:
        found.append(("CSAT", np.asarray(reading.said.channel == reading.channels.index(CSAT), bool)))
    return found


def _points(scores: NDArray[np.float64], survey: str) -> NDArray[np.float64]:
    """Scores as they are; of NPS as points of promoters less detractors."""
    return promoter_points(scores) if survey == "NPS" else scores


def _adoption(workspace: Workspace, window: Window, asks: Asks, event: str) -> AdoptionEffect:
    handle = FactStore(workspace.facts_path).delta("events").open()
    version = -1 if handle is None else handle.version()
    before, after = (
        _did(workspace.facts_path, version, event, since, until)
        for since, until in ((window.since, window.shipped_at), (window.shipped_at, window.until))
    )
    asked = set(asks.accounts)
    then, now, others = (
        _share(before, asked),
        _share(after, asked),
        _share(after, set(after) - asked),
    )
    return AdoptionEffect(
        event=event,
        before=then,
        after=now,
        others=others,
        change=change_of_share(then, now),
        beside_others=difference_of_shares(now, others),
    )


def _share(did: Mapping[str, bool], customers: Collection[str]) -> Share:
    return Share(
        took=sum(did.get(each, False) for each in customers), of=sum(each in did for each in customers)
    )


@lru_cache(maxsize=16)
def _did(facts: Path, _version: int, event: str, since: datetime, until: datetime) -> Mapping[str, bool]:
    with FactStore(facts).snapshot() as snapshot:
        return customers_that_did(snapshot, event, since, until)


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(int(moment.timestamp() * 1_000_000), "us")
