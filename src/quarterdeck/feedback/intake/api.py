"""How do programs send what customers said, read quotes, and decide about them?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from quarterdeck.errors import QuarterdeckError
from quarterdeck.feedback.intake.models import Step
from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.book import Quote, open_book
from quarterdeck.feedback.intake.service.inbox import Asked
from quarterdeck.feedback.intake.service.listing import QuoteList, list_quotes
from quarterdeck.feedback.intake.service.suggesting import with_tags_of_now
from quarterdeck.feedback.intake.service.telling import MOST_CHARACTERS, Said, tell
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.models import MOST_KEY
from quarterdeck.records.paging import FARTHEST, Paging
from quarterdeck.records.permissions import Permission

router = Router()

Key = Annotated[str, Field(min_length=1, max_length=MOST_KEY, description="MESSAGE#N, as quotes are listed.")]
MOST_SCORE = 1e6


class MessageIn(Schema):
    """What a customer said."""

    text: str = Field(min_length=1, max_length=MOST_CHARACTERS)
    key: str = Field("", max_length=200, description="Makes that the same sent twice is refused.")
    channel: str = Field("", max_length=200, description="support, sales, nps, ...")
    account: str = Field("", max_length=200, description="The account's id, or its name.")
    person: str = Field("", max_length=200, description="The id of who said it.")
    time: datetime | None = Field(None, description="When; now if none is given.")
    score: float | None = Field(None, ge=-MOST_SCORE, le=MOST_SCORE)
    consent: bool | None = Field(None, description="May it be quoted outside?")


class MessageMade(Schema):
    """The key under which a message stands."""

    key: str


class QuoteOut(Schema):
    """A quote; its words are masked where the reader may not see personal data."""

    quote: str
    message: str
    place: int
    of: int
    text: str
    is_masked: bool
    channel: str | None
    person: str | None = Field(description="None for readers without the right to personal data.")
    account: str | None
    account_name: str | None
    plan: str | None
    arr: float | None = Field(description="Of the account at that moment.")
    product_area: str | None
    language: str
    time: datetime
    score: float | None
    consent: bool | None
    same_as: str = Field(description="The quote with which it is counted; empty where it stands for itself.")
    state: str = Field(description="Empty while nobody has sorted it; kept; not feedback.")
    tags: Sequence[str]


class Decision(Schema):
    """What to decide about a quote."""

    quote: Key
    verb: Literal["keep", "leave out", "split", "merge", "unfold"]
    tags: list[Annotated[str, Field(max_length=deciding.MOST_TAG)]] = Field([], max_length=deciding.MOST_TAGS)
    at: list[Annotated[int, Field(ge=0, le=MOST_CHARACTERS)]] = Field(
        [], max_length=20, description="Where to split, counted in characters from where the quote begins."
    )
    into: str = Field("", max_length=MOST_KEY, description="The quote to merge it into.")


class StepOut(Schema):
    """A decision as it is kept."""

    id: int
    quote: str
    verb: str
    before: dict[str, Any]
    after: dict[str, Any]
    at: datetime
    by_id: int


@router.post("/messages", auth=needs(Permission.CONTRIBUTE), response={201: MessageMade}, tags=["feedback"])
def add_message(request: HttpRequest, message: MessageIn) -> Status[dict[str, str]]:
    """Send what a customer said; it becomes quotes within a minute."""
    if message.time is not None and message.time.tzinfo is None:
        raise QuarterdeckError("The time has no offset.", "Write 2026-11-17T09:41:00Z.")
    return Status(201, {"key": tell(said=Said(**message.dict()), by=asking(request))})


@router.get("/quotes", auth=needs(Permission.READ), response=list[QuoteOut], tags=["feedback"])
@paginate(Paging)
def show_quotes(
    request: HttpRequest,
    show: Literal["new", "unsure", "kept", "out"] = "new",
    channel: str = "",
    account: str = "",
    language: str = "",
    tag: str = "",
) -> QuoteList:
    """Quotes in the order of the inbox: of the largest accounts first, then the newest."""
    asked = Asked(show=show, channel=channel, account=account, language=language, tag=tag)
    return list_quotes(asked, lambda quote: _shown(request, quote))


@router.get("/quotes/one", auth=needs(Permission.READ), response=QuoteOut, tags=["feedback"])
def show_quote(request: HttpRequest, quote: Key) -> dict[str, Any]:
    """One quote by its key."""
    return _shown(request, open_book().find(quote))


@router.post("/quotes/decide", auth=needs(Permission.CONTRIBUTE), response={201: StepOut}, tags=["feedback"])
def decide_quote(request: HttpRequest, decision: Decision) -> Status[Step]:
    """Keep a quote with tags, leave it out, split it, merge it, or let it stand alone."""
    by = asking(request)
    if decision.verb == "keep":
        return Status(201, deciding.keep(quote=decision.quote, tags=decision.tags, by=by))
    if decision.verb == "leave out":
        return Status(201, deciding.leave_out(quote=decision.quote, by=by))
    if decision.verb == "split":
        return Status(201, deciding.split(quote=decision.quote, at=decision.at, by=by))
    if decision.verb == "merge":
        return Status(201, deciding.merge(quote=decision.quote, into=decision.into, by=by))
    return Status(201, deciding.unfold(quote=decision.quote, by=by))


@router.post(
    "/quotes/steps/{step_id}/undo",
    auth=needs(Permission.CONTRIBUTE),
    response={201: StepOut},
    tags=["feedback"],
)
def undo_step(request: HttpRequest, step_id: Annotated[int, Field(ge=0, le=FARTHEST)]) -> Status[Step]:
    """Take a decision back."""
    return Status(201, deciding.undo(by=asking(request), step=get_object_or_404(Step, pk=step_id)))


def _shown(request: HttpRequest, quote: Quote) -> dict[str, Any]:
    sees = asking(request).sees_personal
    quote = with_tags_of_now(quote)
    names = [name for name in QuoteOut.model_fields if name not in ("text", "is_masked", "person")]
    return {
        **{name: getattr(quote, name) for name in names},
        "text": quote.words(sees_personal=sees),
        "is_masked": not sees and quote.text != quote.masked,
        "person": quote.person if sees else None,
    }
