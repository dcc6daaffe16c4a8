"""Which loops were closed this week, for the week's brief: something shipped, or its effect is known now?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from quarterdeck.charts.svg import Drawing
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.backlog.calc.before_after import Change, Unknown
from quarterdeck.feedback.backlog.service.asking import Asks, Ground, asks_of, read_ground
from quarterdeck.feedback.backlog.service.closing import reply_list
from quarterdeck.feedback.backlog.service.effect import Effect, effect_of
from quarterdeck.feedback.backlog.service.linking import read_links
from quarterdeck.feedback.backlog.service.shelf import claim_of, draw_effect, measures_of
from quarterdeck.stats.figures import counted, notation, whole

WEEK = timedelta(days=7)
MOST_TOLD = 1  # a page of one sheet holds no more
Cells = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LoopTold:
    """A closed loop in one sentence, with the rows of its evidence."""

    key: str
    title: str
    text: str
    claim: str
    measure: str
    columns: Cells
    rows: tuple[Cells, ...]
    drawing: Drawing | None
    pins: tuple[tuple[str, str], ...]


def told_in_brief(workspace: Workspace, as_of: date) -> tuple[LoopTold, ...]:
    """Of what shipped in the week before a day, or whose effect is known since, what is worth most."""
    if not read_links().items:
        return ()
    until = min(datetime(as_of.year, as_of.month, as_of.day, tzinfo=workspace.zone), datetime.now(UTC))
    ground = read_ground(workspace, until)
    found: list[tuple[float, Effect, Asks]] = []
    for key in {
        place for item in ground.links.items for place in ground.links.counted_at(item, ground.items)
    }:
        effect = effect_of(workspace, ground, key) if key in ground.items.by_key else None
        if effect is None or not _is_news(effect, until):
            continue
        asks = asks_of(ground, key)
        if asks.askers:
            found.append((asks.arr, effect, asks))
    found.sort(key=lambda each: (-each[0], each[1].item.key))
    return tuple(_told(workspace, ground, effect, asks) for _, effect, asks in found[:MOST_TOLD])


def _is_news(effect: Effect, until: datetime) -> bool:
    shipped, known = effect.window.shipped_at, effect.window.until
    return until - WEEK <= shipped < until or until - WEEK < known <= until


def _told(workspace: Workspace, ground: Ground, effect: Effect, asks: Asks) -> LoopTold:
    item = effect.item
    replies = reply_list(workspace, item.key, ground)
    sent = replies.count("sent") if replies else 0
    arr = notation("currency", [asks.arr], currency=workspace.currency).full(asks.arr)
    return LoopTold(
        key=item.key,
        title=item.title,
        text=_sentence(effect, asks, sent),
        claim=claim_of(item, asks, arr, replies, effect, workspace),
        measure=f"{effect.window.days} days before and after it shipped",
        columns=("What", "Before", "After", "Change", "So it"),
        rows=(
            ("Customers that asked, each once", "", whole(len(asks.accounts)), "", ""),
            ("Their ARR", "", arr, "", ""),
            ("People to tell, and told", "", f"{whole(len(asks.askers))}, {whole(sent)}", "", ""),
            *(
                (each.name, each.before, each.after, each.change, each.verdict)
                for each in measures_of(effect)
            ),
        ),
        drawing=draw_effect(effect, workspace),
        pins=(("Work items", f"version {ground.items.version}"), ("Quotes", ground.book.version)),
    )


def _sentence(effect: Effect, asks: Asks, sent: int) -> str:
    item = effect.item
    if effect.too_early:
        asked = counted(len(asks.accounts), "customer")
        return f"Loop closed: “{item.title}” shipped, asked for by {asked}; {sent} of {asks.people} told."
    mentions = effect.mentions
    change = mentions.change if not isinstance(mentions, Unknown) else mentions
    if isinstance(change, Change) and change.verdict != "not told apart":
        times = f"{change.value:.1f} times as often ({change.low:.1f} to {change.high:.1f})"
        return f"Loop closed: since “{item.title}” shipped it is asked for {times}."
    return f"Loop closed: whether “{item.title}” helped cannot be told."
