"""Who is told that something shipped, in which words, and who was?

Everyone who asked stands there once, over all their quotes and all items that are the same. Nothing is sent
from here: people copy a draft or take the list along, and say what they sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.feedback.backlog.calc.drafts import draft_reply
from quarterdeck.feedback.backlog.models.replying import MOST_WORDS, Closing, Reply, ReplyState
from quarterdeck.feedback.backlog.service.asking import Asker, Ground, asks_of, read_ground
from quarterdeck.feedback.backlog.service.items import WorkItem, work_items
from quarterdeck.feedback.backlog.service.linking import newest_links, read_links, unlink_quote
from quarterdeck.feedback.backlog.service.loop import read_loop
from quarterdeck.feedback.intake.service.erased import gone_quotes
from quarterdeck.feedback.intake.service.masking import mask_text
from quarterdeck.records.change_log import log_change
from quarterdeck.records.here import workspace as here
from quarterdeck.records.models import Person
from quarterdeck.records.subjects import Subject

_RANK = {ReplyState.SENT.value: 0, ReplyState.SKIPPED.value: 1, ReplyState.DRAFT.value: 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyLine:
    """One who asked: what they said, what they may be told, and whether they were.

    `held_until` is set while they were told of something else too lately; `number` is None before drafting.
    """

    number: int | None
    asker: Asker
    state: str
    draft: str
    is_reworded: bool
    reason: str
    by: str
    decided_at: datetime | None
    held_until: datetime | None

    def as_seen(self, *, sees_personal: bool) -> ReplyLine:
        """As somebody may see it: what colleagues wrote may name whom it is to."""
        if sees_personal or not self.is_reworded:
            return self
        return replace(self, draft=mask_text(self.draft))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyList:
    """Everyone who asked for an item that shipped, the largest customers first.

    `stopped` says why nobody is to be told any more; `nobody` counts quotes of people nobody knows.
    """

    item: WorkItem
    lines: tuple[ReplyLine, ...]
    accounts: int
    nobody: int
    drafted_at: datetime | None
    stopped: str

    def count(self, state: str) -> int:
        """How many lines are in a state."""
        return sum(line.state == state for line in self.lines)


def reply_list(workspace: Workspace, item: str, ground: Ground | None = None) -> ReplyList | None:
    """The list of an item; None where it neither shipped nor was closed before."""
    read = ground or read_ground(workspace)
    found = read.items.find(item)
    closings = Closing.objects.filter(item=item).order_by("-shipped_at")
    closed = closings.filter(shipped_at=found.shipped_at).first() if found.shipped_at else closings.first()
    if found.shipped_at is None and closed is None:
        return None
    asks = asks_of(read, item)
    known = _replies(read, found)
    told = _told_lately(
        workspace, [asker.digest for asker in asks.askers], read.links.family(item, read.items)
    )
    shipped_at = found.shipped_at or closed.shipped_at  # type: ignore[union-attr]
    writes = _writer(workspace, found, shipped_at)
    lines = tuple(
        _line(asker, known.get(asker.digest), told.get(asker.digest), usual=writes(asker))
        for asker in asks.askers
    )
    return ReplyList(
        item=found,
        lines=lines,
        accounts=len(asks.accounts),
        nobody=asks.nobody,
        drafted_at=closed.drafted_at if closed else None,
        stopped="" if found.shipped_at else _why_stopped(found),
    )


def draft_due(workspace: Workspace) -> tuple[str, ...]:
    """The items that shipped, that somebody asked for, and whose list nobody drafted since."""
    links = read_links()
    if not links.items:
        return ()
    items, linked_at = work_items(workspace), newest_links()
    drafted = {(row.item, row.shipped_at): row.drafted_at for row in Closing.objects.all()}
    due = []
    for key in {place: None for item in links.items for place in links.counted_at(item, items)}:
        item = items.by_key.get(key)
        if item is None or item.shipped_at is None:
            continue
        last = max(linked_at[each] for each in links.family(key, items) if each in linked_at)
        if (key, item.shipped_at) not in drafted or drafted[key, item.shipped_at] < last:
            due.append(key)
    if not due:
        return ()
    ground = read_ground(workspace)
    return tuple(key for key in due if asks_of(ground, key).askers)


@transaction.atomic
def draft_replies(workspace: Workspace, item: str) -> int:
    """Draft a reply to everyone who asked and has none; how many. Again drafts nobody twice."""
    ground = read_ground(workspace)
    found = ground.items.find(item)
    if found.shipped_at is None:
        raise Conflict(f"{item} has not shipped.", "The list is drafted when its tracker says that it has.")
    asks, known, now = asks_of(ground, item), _replies(ground, found), timezone.now()
    made = 0
    for asker in asks.askers:
        if asker.digest not in known:
            _, new = Reply.objects.get_or_create(
                item=item,
                asker=asker.digest,
                defaults={"quote": asker.quote.quote, "drafted_at": now},
            )
            made += new
    _, first = Closing.objects.update_or_create(
        item=item,
        shipped_at=found.shipped_at,
        defaults={"drafted_at": now, "people": len(asks.askers), "accounts": len(asks.accounts)},
    )
    if first or made:
        log_change(by=None, verb="drafted replies", subject=_subject(found), after={"replies": made})
    return made


@transaction.atomic
def mark_sent(*, number: int, by: Person | None, words: str = "") -> Reply:
    """Say that somebody was told, and in which words where they are not those of the draft."""
    reply, item = _open(number)
    if reply.state == ReplyState.SENT:
        return reply
    if item.shipped_at is None:
        raise Conflict(_why_stopped(item), "Wait until it ships; the list is there then.")
    family = read_links().family(item.key, work_items(here()))
    held = _told_lately(here(), [reply.asker], family).get(reply.asker)
    if held is not None:
        raise Conflict(
            f"They were told of something else; nobody is told twice before {held:%-d %B %Y}.",
            "Tell them then, or skip them with a reason. The days are `cooldown_days` in backlog/loop.yaml.",
        )
    reply.words = _checked(words) or reply.words
    return _decide(reply, item, ReplyState.SENT, "", by)


@transaction.atomic
def skip(*, number: int, reason: str, by: Person | None) -> Reply:
    """Say that somebody is not to be told, and why."""
    why = " ".join(reason.replace("\0", "").split())
    if not why:
        raise QuarterdeckError("A skipped reply needs a reason.", "Say it in a few words.")
    if len(why) > 300:
        raise QuarterdeckError(f"The reason has {len(why)} characters; 300 fit.", "Shorten it.")
    reply, item = _open(number)
    return _decide(reply, item, ReplyState.SKIPPED, why, by)


@transaction.atomic
def take_back(*, number: int, by: Person | None) -> Reply:
    """Make a reply a draft again: it was not sent after all, or is to be."""
    reply, item = _open(number)
    return _decide(reply, item, ReplyState.DRAFT, "", by)


@transaction.atomic
def reword(*, number: int, words: str, by: Person | None) -> Reply:
    """Write a draft anew; without words it is the usual one again."""
    text = _checked(words)
    reply, item = _open(number)
    if reply.state != ReplyState.DRAFT:
        raise Conflict("Only a draft can be written anew.", "Take it back first.")
    reply.words = text
    reply.save(update_fields=["words"])
    # Not the words: they may name somebody, and must go when that person does.
    log_change(by=by, verb="reworded a reply", subject=_subject(item), after={"reply": reply.pk})
    return reply


def _checked(words: str) -> str:
    text = words.replace("\r\n", "\n").replace("\0", "").strip()
    if len(text) > MOST_WORDS:
        raise QuarterdeckError(f"The reply has {len(text):,} characters; {MOST_WORDS:,} fit.", "Shorten it.")
    return text


@transaction.atomic
def forget_erased(workspace: Workspace) -> int:
    """Drop what is kept of people whose words were removed; that somebody was told is still counted."""
    gone = _gone(workspace)
    Reply.objects.filter(pk__in=gone, state=ReplyState.DRAFT.value).delete()
    Reply.objects.filter(pk__in=gone).update(quote="", words="", reason="")
    for quote, item in _gone_links(workspace):
        unlink_quote(quote=quote, item=item, by=None)
    return len(gone)


def has_erased(workspace: Workspace) -> bool:
    """Is anything kept of somebody whose words were removed?"""
    return bool(_gone(workspace) or _gone_links(workspace))


def _gone_links(workspace: Workspace) -> list[tuple[str, str]]:
    """The links from words that are there no more, with the items that they asked for."""
    linked = [(quote, item) for item, quotes in read_links().quotes.items() for quote in quotes]
    gone = gone_quotes(workspace, (quote for quote, _ in linked))
    return [(quote, item) for quote, item in linked if quote in gone]


def _gone(workspace: Workspace) -> list[int]:
    """The replies to words that are there no more."""
    quotes = dict(Reply.objects.exclude(quote="").values_list("pk", "quote"))
    gone = gone_quotes(workspace, quotes.values())
    return [number for number, quote in quotes.items() if quote in gone]


def _open(number: int) -> tuple[Reply, WorkItem]:
    reply = Reply.objects.select_for_update().filter(pk=number).first()
    if reply is None:
        raise QuarterdeckError("There is no such reply.", "It may have gone with the person.")
    return reply, work_items(here()).find(reply.item)


def _decide(reply: Reply, item: WorkItem, state: ReplyState, reason: str, by: Person | None) -> Reply:
    before = {"reply": reply.pk, "state": reply.state}
    reply.state, reply.reason = state.value, reason
    reply.decided_at = timezone.now() if state != ReplyState.DRAFT else None
    reply.decided_by = by if state != ReplyState.DRAFT else None
    reply.save(update_fields=["state", "words", "reason", "decided_at", "decided_by"])
    log_change(
        by=by,
        verb=f"marked a reply {state}",
        subject=_subject(item),
        before=before,
        # Not the reason: it may name somebody, and must go when that person does.
        after={"reply": reply.pk, "state": reply.state},
    )
    return reply


def _replies(ground: Ground, item: WorkItem) -> Mapping[str, Reply]:
    """What stands of each asker over all items that count with this one: sent, else skipped, else draft."""
    family = ground.links.family(item.key, ground.items)
    found = Reply.objects.filter(item__in=family).select_related("decided_by")
    ordered = sorted(found, key=lambda reply: (_RANK[reply.state], reply.item != item.key, reply.pk))
    known: dict[str, Reply] = {}
    for reply in ordered:
        known.setdefault(reply.asker, reply)
    return known


def _told_lately(
    workspace: Workspace, askers: Iterable[str], family: Iterable[str]
) -> Mapping[str, datetime]:
    """Until when each asker is left alone because of another notice."""
    rest = timedelta(days=read_loop(workspace).cooldown_days)
    sent = Reply.objects.filter(
        asker__in=list(askers), state=ReplyState.SENT.value, decided_at__gt=timezone.now() - rest
    ).exclude(item__in=list(family))
    lately = sent.values_list("asker").annotate(last=Max("decided_at"))
    return {asker: last + rest for asker, last in lately}


def _writer(workspace: Workspace, item: WorkItem, shipped_at: datetime) -> Callable[[Asker], str]:
    """Writes the usual draft to an asker."""
    zone, sender = workspace.zone, read_loop(workspace).sender or workspace.company

    def write(asker: Asker) -> str:
        return draft_reply(
            language=asker.quote.language,
            title=item.title,
            said=asker.quote.time.astimezone(zone).date(),
            shipped=shipped_at.astimezone(zone).date(),
            sender=sender,
        )

    return write


def _line(asker: Asker, reply: Reply | None, held_until: datetime | None, *, usual: str) -> ReplyLine:
    state = reply.state if reply else ReplyState.DRAFT.value
    return ReplyLine(
        number=reply.pk if reply else None,
        asker=asker,
        state=state,
        draft=(reply.words if reply else "") or usual,
        is_reworded=bool(reply and reply.words),
        reason=reply.reason if reply else "",
        by=_who(reply) if reply and reply.decided_at else "",
        decided_at=reply.decided_at if reply else None,
        held_until=held_until if state == ReplyState.DRAFT.value else None,
    )


def _who(reply: Reply) -> str:
    return reply.decided_by.shown if reply.decided_by else "the command line"


def _why_stopped(item: WorkItem) -> str:
    if item.stage == "dropped":
        return f"{item.key} was dropped after all: nobody is told that it shipped."
    return f"{item.key} was opened again: nobody is told until it ships and stays."


def _subject(item: WorkItem) -> Subject:
    return Subject(type="work item", key=item.key, title=item.title)
