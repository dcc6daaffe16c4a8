"""How do programs ask what customers speak of?"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate

from quarterdeck.feedback.themes.service.board import Theme, read_board
from quarterdeck.feedback.themes.service.seeing import see_theme
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.here import workspace
from quarterdeck.records.paging import Paging
from quarterdeck.records.permissions import Permission

router = Router(tags=["themes"])

Name = Annotated[str, Query(min_length=1, max_length=120, description="As the taxonomy has it.")]


class TrendOut(Schema):
    """The last four weeks against the twelve before, channel by channel, with the 95 % interval."""

    now: int
    before: int
    ratio: float | None
    low: float | None
    high: float | None
    verdict: str = Field(description="rises, falls, steady, too few, or by channel.")


class ScoreOut(Schema):
    """A score with its 95 % interval, of so many answers."""

    value: float
    low: float
    high: float
    answers: int


class ThemeOut(Schema):
    """A theme with what was said of it in four weeks; customers and their revenue count once."""

    name: str
    parent: str | None
    product_area: str
    owner: str
    mentions: int
    people: int
    accounts: int
    arr: float
    arr_at_risk: float = Field(description="ARR of those whose contract renews within 120 days.")
    nps: ScoreOut | None = Field(description="Of those who gave a score from 0 to 10 with it; five at least.")
    csat: ScoreOut | None = Field(description="The mean rating of those who gave one with it; five at least.")
    trend: TrendOut
    weeks: list[int] = Field(description="Mentions in each of the last 26 weeks.")


class VoiceOut(Schema):
    """A quote about a theme; masked where the reader may not see personal data."""

    quote: str
    words: str
    account: str
    channel: str
    time: datetime
    may_be_shown: bool = Field(description="Only with consent may it be quoted outside.")


@router.get("/themes", auth=needs(Permission.READ), response=list[ThemeOut], summary="All themes")
@paginate(Paging)
def list_themes(request: HttpRequest) -> Sequence[dict[str, Any]]:
    """Those of which most is up for renewal first; none before the first quotes are tagged."""
    board = read_board(workspace())
    return [] if board is None else [_told(theme) for theme in board.themes]


@router.get(
    "/themes/quotes", auth=needs(Permission.READ), response=list[VoiceOut], summary="The words behind a theme"
)
@paginate(Paging)
def list_theme_quotes(request: HttpRequest, name: Name) -> Sequence[dict[str, Any]]:
    """The latest and surest quotes about one theme, of each customer one before a second."""
    seen = see_theme(workspace(), name.replace("\0", ""), sees_personal=asking(request).sees_personal)
    if seen is None:
        raise Http404(f"There is no theme {name!r}, or nothing is tagged yet.")
    return [
        {
            "quote": voice.key,
            "words": voice.words,
            "account": voice.account,
            "channel": voice.channel,
            "time": voice.time,
            "may_be_shown": voice.may_be_shown,
        }
        for voice in seen.quotes
    ]


def _told(theme: Theme) -> dict[str, Any]:
    tag, lately = theme.tag, theme.lately
    return {
        "name": tag.name,
        "parent": tag.parent,
        "product_area": tag.product_area,
        "owner": tag.owner,
        "mentions": lately.mentions,
        "people": lately.people,
        "accounts": lately.accounts,
        "arr": lately.arr,
        "arr_at_risk": lately.arr_at_risk,
        "nps": None if lately.score is None else asdict(lately.score),
        "csat": None if lately.rating is None else asdict(lately.rating),
        "trend": asdict(theme.trend),
        "weeks": list(theme.weeks),
    }
