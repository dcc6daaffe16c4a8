"""How do programs read work items, link quotes to them, and close the loop?"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import paginate

from quarterdeck.feedback.backlog.models.replying import MOST_WORDS, Reply
from quarterdeck.feedback.backlog.service import closing, linking
from quarterdeck.feedback.backlog.service.items import WorkItem, work_items
from quarterdeck.feedback.backlog.service.listing import replies_told
from quarterdeck.feedback.backlog.service.shelf import Row, see_item, see_shelf
from quarterdeck.feedback.backlog.service.similar import Similar, similar_to_item, similar_to_text
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.here import workspace
from quarterdeck.records.models import MOST_KEY
from quarterdeck.records.paging import FARTHEST, Paging
from quarterdeck.records.permissions import Permission

router = Router(tags=["backlog"])

Key = Annotated[str, Field(min_length=1, max_length=MOST_KEY)]
ItemQuery = Annotated[str, Query(min_length=1, max_length=MOST_KEY, description="The key of a work item.")]
Number = Annotated[int, Field(ge=0, le=FARTHEST)]


class ItemOut(Schema):
    """A work item, and who asks for it; a customer counts once."""

    item: str
    title: str
    level: str
    parent: str | None
    project: str
    status: str
    stage: Literal["to do", "doing", "done", "dropped"]
    created: datetime
    started: datetime | None
    shipped_at: datetime | None = Field(description="When it came to a done status and stayed.")
    reopened: int
    customers: int
    people: int
    counted_with: str = Field(description="The item it is the same as; empty where it stands for itself.")


class SimilarOut(Schema):
    """An item that may be meant; nothing is merged by itself."""

    item: str
    title: str
    status: str
    share: float = Field(description="Of all that may be meant, 0 to 1.")


class ChangeOut(Schema):
    """What was compared: `change` is null where it cannot be told, and then `reason` says why."""

    name: str
    before: str
    after: str
    change: str
    verdict: str


class LoopOut(ItemOut):
    """A work item with where its loop stands."""

    claim: str
    themes: list[str]
    quotes: list[str] = Field(description="The keys of the quotes that ask for it, newest first.")
    arr: str
    effect: list[ChangeOut]


class ReplyOut(Schema):
    """Somebody who asked: masked, and without the person, where the reader may not see personal data."""

    reply: int | None
    state: Literal["draft", "sent", "skipped"]
    account: str
    name: str
    person: str
    channel: str
    language: str
    asked_on: date
    words: str
    may_be_quoted: str
    draft: str
    reason: str
    not_before: str = Field(description="They were told of something else lately; empty where they were not.")


class LinkIn(Schema):
    """What asks for a work item, or which item it is the same as."""

    item: Key
    verb: Literal["asks for", "same as"] = "asks for"
    quote: str = Field("", max_length=MOST_KEY)
    theme: str = Field("", max_length=120)
    into: str = Field("", max_length=MOST_KEY, description="With `same as`: the item it is counted with.")
    undo: bool = False


class LinkMade(Schema):
    """Whether anything changed."""

    changed: bool


class ReplyDecision(Schema):
    """What became of a reply."""

    verb: Literal["sent", "skip", "take back", "reword"]
    reason: str = Field("", max_length=300)
    words: str = Field("", max_length=MOST_WORDS)


class ReplyMade(Schema):
    """A reply as it stands."""

    reply: int
    state: str
    reason: str


@router.get("/work-items", auth=needs(Permission.READ), response=list[ItemOut])
@paginate(Paging)
def list_work_items(
    request: HttpRequest,
    show: Literal["open", "done", "all"] = "open",
    words: Annotated[str, Query(max_length=200)] = "",
) -> Sequence[dict[str, Any]]:
    """Work items, those that most customers asked for first."""
    return [_listed(row) for row in see_shelf(workspace(), show=show, words=words).rows]


@router.get("/work-items/one", auth=needs(Permission.READ), response=LoopOut)
def show_work_item(request: HttpRequest, item: ItemQuery) -> dict[str, Any]:
    """One of them: who asks for it, and what it did once it shipped."""
    seen = see_item(workspace(), _known(item).key)
    return {
        **_about(seen.item),
        "customers": len(seen.asks.accounts),
        "people": seen.asks.people,
        "counted_with": seen.counted_with,
        "claim": seen.claim,
        "themes": list(seen.themes),
        "quotes": [quote.quote for quote in seen.asks.quotes],
        "arr": seen.arr,
        "effect": [asdict(measure) for measure in seen.measures],
    }


@router.get("/work-items/similar", auth=needs(Permission.READ), response=list[SimilarOut])
@paginate(Paging)
def list_similar(
    request: HttpRequest,
    item: Annotated[str, Query(max_length=MOST_KEY)] = "",
    text: Annotated[str, Query(max_length=4000)] = "",
) -> Sequence[dict[str, Any]]:
    """The items that may ask for the same as an item, or as some words."""
    here = workspace()
    found = similar_to_item(here, _known(item).key) if item else similar_to_text(here, text)
    return [_similar(each) for each in found]


@router.get("/work-items/replies", auth=needs(Permission.READ), response=list[ReplyOut])
@paginate(Paging)
def list_replies(request: HttpRequest, item: ItemQuery) -> Sequence[Any]:
    """Everyone who asked for an item that shipped, each once."""
    return replies_told(workspace(), _known(item).key, sees_personal=asking(request).sees_personal)


@router.post("/work-items/links", auth=needs(Permission.CONTRIBUTE), response={201: LinkMade})
def link_work_item(request: HttpRequest, link: LinkIn) -> Status[dict[str, bool]]:
    """Say what asks for an item, or that it is the same as another; or take that back."""
    by = asking(request)
    if link.verb == "same as":
        if link.undo:
            linking.undo_merge(item=link.item, by=by)
        else:
            linking.merge_items(item=link.item, into=link.into, by=by)
        return Status(201, {"changed": True})
    if link.theme:
        done = (linking.unlink_theme if link.undo else linking.link_theme)(
            theme=link.theme, item=link.item, by=by
        )
    else:
        done = (linking.unlink_quote if link.undo else linking.link_quote)(
            quote=link.quote, item=link.item, by=by
        )
    return Status(201, {"changed": done})


@router.post("/replies/{reply}", auth=needs(Permission.CONTRIBUTE), response={201: ReplyMade})
def decide_about_reply(
    request: HttpRequest, reply: Number, decision: ReplyDecision
) -> Status[dict[str, object]]:
    """Say that somebody was told or is not to be, take that back, or write the draft anew."""
    by = asking(request)
    if decision.verb == "sent":
        found = closing.mark_sent(number=reply, by=by, words=decision.words)
    elif decision.verb == "skip":
        found = closing.skip(number=reply, reason=decision.reason, by=by)
    elif decision.verb == "reword":
        found = closing.reword(number=reply, words=decision.words, by=by)
    else:
        found = closing.take_back(number=reply, by=by)
    return Status(201, _made(found))


def _known(key: str) -> WorkItem:
    items = work_items(workspace()).by_key
    if key not in items:
        raise Http404(f"There is no work item {key!r}.")
    return items[key]


def _listed(row: Row) -> dict[str, Any]:
    return {
        **_about(row.item),
        "customers": row.customers,
        "people": row.people,
        "counted_with": row.counted_with,
    }


def _about(item: WorkItem) -> dict[str, Any]:
    names = ("title", "level", "parent", "project", "status", "stage", "created", "started", "shipped_at")
    return {"item": item.key, "reopened": item.reopened, **{name: getattr(item, name) for name in names}}


def _similar(found: Similar) -> dict[str, Any]:
    return {
        "item": found.item.key,
        "title": found.item.title,
        "status": found.item.status,
        "share": found.share,
    }


def _made(reply: Reply) -> dict[str, object]:
    return {"reply": reply.pk, "state": reply.state, "reason": reply.reason}
