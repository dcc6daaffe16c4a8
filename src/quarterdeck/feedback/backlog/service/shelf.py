"""Which work items do customers ask for, how much, and how does one of them look?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from quarterdeck.charts.line import BRIEF_NARROW, PAGE_WIDE, LineChart, draw_line_chart
from quarterdeck.charts.series import Line, Mark, Point
from quarterdeck.charts.svg import Drawing
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.backlog.calc.before_after import Change, Unknown
from quarterdeck.feedback.backlog.models.replying import Reply, ReplyState
from quarterdeck.feedback.backlog.service.asking import Asks, Ground, asks_of, counts_of_all, read_ground
from quarterdeck.feedback.backlog.service.closing import ReplyList, reply_list
from quarterdeck.feedback.backlog.service.effect import (
    AdoptionEffect,
    Effect,
    MentionsEffect,
    aim_of,
    effect_of,
)
from quarterdeck.feedback.backlog.service.items import Step, WorkItem, history_of
from quarterdeck.stats.figures import MINUS, axis_labels, counted, long_date, notation, short_date, whole

Show = Literal["open", "done", "all"]
STAGES: Mapping[Show, tuple[str, ...]] = {
    "open": ("to do", "doing"),
    "done": ("done",),
    "all": ("to do", "doing", "done", "dropped"),
}
UNCHECKED = ": nobody has checked the tagger on it; sort a few of its quotes in the inbox"
HALF_PAGE = replace(PAGE_WIDE, width=560.0, height=240.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """An item in a list: who asks for it, as words and as numbers, and how many were told."""

    item: WorkItem
    people: int
    customers: int
    arr: str
    counted_with: str
    told: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """Items most asked for first, and what is known about all of them together."""

    rows: Sequence[Row]
    counts: Mapping[Show, int]
    claim: str
    unknown_statuses: tuple[str, ...]
    has_items: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One thing that was compared: before, after, how they differ, and whether that can be told."""

    name: str
    before: str
    after: str
    change: str
    verdict: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemSeen:
    """An item as its page shows it."""

    item: WorkItem
    claim: str
    asks: Asks
    arr: str
    themes: tuple[str, ...]
    merged: tuple[WorkItem, ...]
    counted_with: str
    replies: ReplyList | None
    effect: Effect | None
    measures: tuple[Measure, ...]
    drawing: Drawing | None
    history: Sequence[Step]
    aim: str


def see_shelf(workspace: Workspace, *, show: Show = "open", words: str = "") -> Shelf:
    """The items that are asked for, then the others, the newest first."""
    ground = read_ground(workspace)
    asked = counts_of_all(ground)
    amounts = notation("currency", [asks.arr for asks in asked.values()], currency=workspace.currency)
    told = _told(asked)
    sought = words.casefold().split()
    found = [item for item in ground.items.by_key.values() if _fits(item, sought)]
    found.sort(key=lambda item: item.changed, reverse=True)
    found.sort(key=lambda item: _rank(asked.get(item.key)))
    rows = [
        Row(
            item=item,
            people=asks.people if asks else 0,
            customers=len(asks.accounts) if asks else 0,
            arr=amounts.full(asks.arr) if asks else "",
            counted_with=ground.links.same_as.get(item.key, ""),
            told=told.get(item.key, "") if item.shipped_at else "",
        )
        for item in found
        if item.stage in STAGES[show]
        for asks in [asked.get(item.key)]
    ]
    return Shelf(
        rows=rows,
        counts={name: sum(item.stage in stages for item in found) for name, stages in STAGES.items()},
        claim=_claim_of_all(asked, ground, workspace.currency),
        unknown_statuses=ground.items.unknown_statuses,
        has_items=bool(ground.items.by_key),
    )


def see_item(workspace: Workspace, key: str) -> ItemSeen:
    """One item with everything that hangs on it."""
    ground = read_ground(workspace)
    item = ground.items.find(key)
    asks = asks_of(ground, key)
    replies, effect = reply_list(workspace, key, ground), effect_of(workspace, ground, key)
    family = ground.links.family(key, ground.items)
    arr = notation("currency", [asks.arr], currency=workspace.currency).full(asks.arr)
    same = [folded for folded in ground.links.same_as if ground.links.survivor(folded) == key]
    return ItemSeen(
        item=item,
        claim=claim_of(item, asks, arr, replies, effect, workspace),
        asks=asks,
        arr=arr,
        themes=tuple(dict.fromkeys(name for each in family for name in ground.links.themes.get(each, ()))),
        merged=tuple(ground.items.by_key[folded] for folded in same if folded in ground.items.by_key),
        counted_with=ground.links.same_as.get(key, ""),
        replies=replies,
        effect=effect,
        measures=tuple(measures_of(effect)) if effect else (),
        drawing=draw_effect(effect, workspace),
        history=history_of(workspace, key),
        aim=aim_of(key),
    )


def claim_of(
    item: WorkItem,
    asks: Asks,
    arr: str,
    replies: ReplyList | None,
    effect: Effect | None,
    workspace: Workspace,
) -> str:
    """Where the loop stands, in a sentence or two."""
    nobody = "Nobody we know" if asks.quotes else "Nobody"
    who = f"{counted(len(asks.accounts), 'customer')} with {arr} a year" if asks.accounts else nobody
    said = f"{who[:1].upper()}{who[1:]} asked for it"
    if item.shipped_at is None:
        stands = {"doing": "it is worked on", "dropped": "it was dropped"}.get(item.stage, "it waits")
        return f"{said}; {stands}."
    shipped = f"it shipped on {long_date(item.shipped_at.astimezone(workspace.zone).date())}"
    told = ""
    if replies is not None and replies.lines:
        told = f"; {whole(replies.count('sent'))} of {whole(len(replies.lines))} are told"
    return f"{said}; {shipped}{told}.{effect_sentence(effect)}"


def measures_of(effect: Effect) -> Sequence[Measure]:
    """Everything that was compared, each with its interval or with why it cannot be told."""
    found = [_of_mentions(effect)]
    for score in effect.scores:
        found.append(
            Measure(
                name=f"{score.survey} of those who asked",
                before=_score(score.before, score.answers[0]),
                after=_score(score.after, score.answers[1]),
                change=_difference(score.change, "points"),
                verdict=_verdict(score.change),
            )
        )
        if isinstance(score.change, Change):
            found.append(
                Measure(
                    name=f"{score.survey}, beside those who did not ask",
                    before="",
                    after="",
                    change=_difference(score.beside_others, "points"),
                    verdict=_verdict(score.beside_others),
                )
            )
    if effect.adoption is not None:
        found += _of_adoption(effect.adoption)
    return found


def _of_mentions(effect: Effect) -> Measure:
    mentions = effect.mentions
    if isinstance(mentions, Unknown):
        return Measure(name="Mentions", before="", after="", change="", verdict=_verdict(mentions))
    change = mentions.change
    told = not isinstance(change, Change) or change.verdict != "not told apart"
    said = ""
    if isinstance(change, Change):
        said = f"{change.value:.2f} times ({change.low:.2f} to {change.high:.2f})"
    return Measure(
        name=f"Mentions of {' or '.join(mentions.themes)}",
        before=f"{mentions.before:,} of {mentions.all_before:,} quotes",
        after=f"{mentions.after:,} of {mentions.all_after:,} quotes",
        change=said,
        verdict=_verdict(change) + ("" if told or mentions.is_checked else UNCHECKED),
    )


def _of_adoption(use: AdoptionEffect) -> Sequence[Measure]:
    before, after, others = (
        f"{share.took:,} of {share.of:,} customers" if share.of else "nobody was there"
        for share in (use.before, use.after, use.others)
    )
    return [
        Measure(
            name=f"Those who asked and did “{use.event}”",
            before=before,
            after=after,
            change=_difference(use.change, "percentage points", factor=100),
            verdict=_verdict(use.change),
        ),
        Measure(
            name=f"“{use.event}”, beside those who did not ask",
            before="",
            after=f"others: {others}",
            change=_difference(use.beside_others, "percentage points", factor=100),
            verdict=_verdict(use.beside_others),
        ),
    ]


def _score(mean: float | None, answers: int) -> str:
    return "no answers" if mean is None else f"{_signed(mean)} ({counted(answers, 'answer')})"


def _difference(change: Change | Unknown, unit: str, factor: float = 1) -> str:
    if isinstance(change, Unknown):
        return ""
    value, low, high = (_signed(factor * each) for each in (change.value, change.low, change.high))
    return f"{value} {unit} ({low} to {high})"


def _signed(value: float) -> str:
    near = round(value)
    return "0" if near == 0 else f"{near:+,d}".replace("-", MINUS)


def _verdict(change: Change | Unknown) -> str:
    if isinstance(change, Unknown):
        return f"cannot tell: {change.reason}"
    return change.verdict if change.verdict != "not told apart" else "no change can be told"


def effect_sentence(effect: Effect | None) -> str:
    if effect is None:
        return ""
    if effect.too_early:
        return f" What it did is known from {long_date(effect.window.until.date())} on."
    mentions = effect.mentions
    if isinstance(mentions, Unknown) or isinstance(mentions.change, Unknown):
        return ""
    change = mentions.change
    if change.verdict == "not told apart":
        return " Whether less is said about it cannot be told."
    how = "less" if change.verdict == "fell" else "more"
    return (
        f" It is said {how} often since: {change.value:.2f} times as often as before "
        f"({change.low:.2f} to {change.high:.2f})."
    )


def draw_effect(effect: Effect | None, workspace: Workspace) -> Drawing | None:
    """Mentions a week before and after it shipped."""
    if effect is None or not isinstance(effect.mentions, MentionsEffect) or not effect.mentions.weeks:
        return None
    days = [(_day(first, workspace), many) for first, many in effect.mentions.weeks]
    named = [days[place][0] for place in sorted({0, len(days) - 1})]
    shipped = _day(effect.window.shipped_at, workspace)
    chart = LineChart(
        key="effect",
        sentence=f"Mentions a week: {', '.join(str(many) for _, many in days)}; it shipped on {shipped}",
        lines=(Line(label="", points=tuple(Point(when=day, value=float(many)) for day, many in days)),),
        write=lambda values: axis_labels("count", values),
        dates=tuple((day, short_date(day)) for day in named),
        from_zero=True,
        whole=True,
        marks=(Mark(when=shipped, label="shipped", by_hand=False),),
    )
    return Drawing(draw_line_chart(chart, HALF_PAGE) + draw_line_chart(chart, BRIEF_NARROW))


def _day(moment: datetime, workspace: Workspace) -> date:
    return moment.astimezone(workspace.zone).date()


def _fits(item: WorkItem, sought: Sequence[str]) -> bool:
    text = f"{item.key} {item.title} {item.project} {item.status}".casefold()
    return all(word in text for word in sought)


def _rank(asks: Asks | None) -> tuple[int, float]:
    return (-len(asks.accounts), -asks.arr) if asks else (0, 0.0)


def _told(asked: Mapping[str, Asks]) -> Mapping[str, str]:
    """Of how many askers of each item it was said that they were told."""
    sent = set(Reply.objects.filter(state=ReplyState.SENT.value).values_list("item", "asker"))
    return {
        key: f"{sum((key, asker.digest) in sent for asker in asks.askers)} of {len(asks.askers)}"
        for key, asks in asked.items()
        if asks.askers
    }


def _claim_of_all(asked: Mapping[str, Asks], ground: Ground, currency: str) -> str:
    accounts = {account for asks in asked.values() for account in asks.accounts}
    if not accounts:
        return "No customer's words are linked to a work item yet."
    arr = sum(ground.customers[each].arr for each in accounts if each in ground.customers)
    amount = notation("currency", [arr], currency=currency).full(arr)
    items = counted(sum(bool(asks.quotes) for asks in asked.values()), "work item")
    who = counted(len(accounts), "customer")
    return f"{who[:1].upper()}{who[1:]} with {amount} a year asked for {items}."
