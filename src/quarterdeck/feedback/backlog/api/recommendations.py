"""How do programs read recommendations, say what they take, and accept or decline them?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from quarterdeck.errors import Conflict
from quarterdeck.feedback.backlog.calc.grounds import Weighed
from quarterdeck.feedback.backlog.models.recommending import Recommendation
from quarterdeck.feedback.backlog.service import recommending
from quarterdeck.feedback.backlog.service.recommending import Recommended
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.here import workspace
from quarterdeck.records.models import MOST_KEY
from quarterdeck.records.paging import FARTHEST, Paging
from quarterdeck.records.permissions import Permission

router = Router()

Theme = Annotated[str, Field(min_length=1, max_length=120, description="A tag of the taxonomy.")]
Reason = Annotated[str, Field(max_length=recommending.MOST_REASON)]
Weeks = Annotated[float, Field(gt=0, le=recommending.MOST_WEEKS, description="Weeks of one person.")]


class RangeOut(Schema):
    """A number with its bounds."""

    point: float
    low: float
    high: float


class WeighedOut(Schema):
    """What a change is worth, and by what; what is null is not known, and then there is no score."""

    theme: str
    verb: Literal["do", "raise", "lower", "stop", "watch"]
    accounts: int = Field(description="Customers that spoke of it in the last quarter.")
    arr: float
    arr_at_risk: float
    reach: RangeOut | None
    impact: RangeOut | None
    confidence: float | None
    effort: RangeOut | None
    score: RangeOut | None
    moscow: Literal["must", "should", "could", "not now"]
    tier: int | None
    effort_band: Literal["S", "M", "L", "unknown"]
    grounds: dict[str, Any] = Field(description="Everything that was counted.")


class RecommendedOut(WeighedOut):
    """What is recommended now."""

    rank: int
    title: str
    not_told_apart: Sequence[str] = Field(description="Themes whose score may be the same.")
    record: int | None = Field(description="The number of the open proposal, where there is one.")


class RecommendationOut(Schema):
    """What people made of a recommendation; `weighed` is what it rested on."""

    id: int
    theme: str
    verb: str
    title: str
    state: Literal["proposed", "accepted", "declined", "measured"]
    reason: str
    decided_as: str
    decided_at: datetime | None
    effort: float | None
    effort_low: float | None
    effort_high: float | None
    effort_as: str
    items: Sequence[str] = Field(description="Work items that do it.")
    weighed: WeighedOut | None
    pins: dict[str, str]

    @staticmethod
    def resolve_items(record: Recommendation) -> Sequence[str]:
        return recommending.items_of(record)

    @staticmethod
    def resolve_weighed(record: Recommendation) -> Mapping[str, Any] | None:
        then = recommending.weighed_then(record)
        return None if then is None else weighed_as_json(then)


class EffortIn(Schema):
    """What a change takes."""

    theme: Theme
    weeks: Weeks
    low: Weeks | None = None
    high: Weeks | None = None


class AcceptIn(Schema):
    """A recommendation to accept, with the work item that does it if there is one."""

    theme: Theme
    reason: Reason = ""
    item: str = Field("", max_length=MOST_KEY)


class DeclineIn(Schema):
    """A recommendation to decline, with the reason."""

    theme: Theme
    reason: Annotated[str, Field(min_length=1, max_length=recommending.MOST_REASON)]


class ItemIn(Schema):
    """A work item that does what was accepted."""

    item: str = Field(min_length=1, max_length=MOST_KEY)


@router.get("/recommendations", auth=needs(Permission.READ), response=list[RecommendedOut], tags=["backlog"])
@paginate(Paging)
def list_recommendations(request: HttpRequest) -> list[Mapping[str, Any]]:
    """What is recommended now, most worth first; then what is only watched."""
    found = recommending.recommend(workspace())
    return [] if found is None else [_recommended(each) for each in (*found.changes, *found.watched)]


@router.get("/recommendations/about", auth=needs(Permission.READ), response=RecommendedOut, tags=["backlog"])
def show_recommended(request: HttpRequest, theme: Theme) -> Mapping[str, Any]:
    """What is recommended about one theme."""
    found = recommending.recommend(workspace())
    if found is None:
        raise Conflict("Nothing is tagged yet.", "Recommendations need a taxonomy and quotes.")
    return _recommended(found.find(theme))


@router.get(
    "/recommendations/decided",
    auth=needs(Permission.READ),
    response=list[RecommendationOut],
    tags=["backlog"],
)
@paginate(Paging)
def list_records(
    request: HttpRequest, state: Literal["", "proposed", "accepted", "declined", "measured"] = ""
) -> Any:
    """Every recommendation that people said something to or that a brief proposed, newest first."""
    records = Recommendation.objects.all()
    return records.filter(state=state) if state else records


@router.get(
    "/recommendations/{int:number}",
    auth=needs(Permission.READ),
    response=RecommendationOut,
    tags=["backlog"],
)
def show_record(request: HttpRequest, number: Annotated[int, Field(ge=0, le=FARTHEST)]) -> Recommendation:
    """One of them."""
    return get_object_or_404(Recommendation, pk=number)


@router.post(
    "/recommendations/effort",
    auth=needs(Permission.CONTRIBUTE),
    response={201: RecommendationOut},
    tags=["backlog"],
)
def say_effort(request: HttpRequest, effort: EffortIn) -> Status[Recommendation]:
    """Say what a change takes."""
    return Status(201, recommending.say_effort(**effort.dict(), by=asking(request)))


@router.post(
    "/recommendations/accept",
    auth=needs(Permission.CONTRIBUTE),
    response={201: RecommendationOut},
    tags=["backlog"],
)
def accept(request: HttpRequest, accepted: AcceptIn) -> Status[Recommendation]:
    """Accept a recommendation; what it rests on is kept as it is now."""
    return Status(201, recommending.accept(**accepted.dict(), by=asking(request)))


@router.post(
    "/recommendations/decline",
    auth=needs(Permission.CONTRIBUTE),
    response={201: RecommendationOut},
    tags=["backlog"],
)
def decline(request: HttpRequest, declined: DeclineIn) -> Status[Recommendation]:
    """Decline a recommendation; it rests until something changes."""
    return Status(201, recommending.decline(**declined.dict(), by=asking(request)))


@router.post(
    "/recommendations/{int:number}/items",
    auth=needs(Permission.CONTRIBUTE),
    response={201: RecommendationOut},
    tags=["backlog"],
)
def link_item(
    request: HttpRequest, number: Annotated[int, Field(ge=0, le=FARTHEST)], linked: ItemIn
) -> Status[Recommendation]:
    """Say which work item does what was accepted."""
    record = get_object_or_404(Recommendation, pk=number)
    recommending.link_item(recommendation=record, item=linked.item, by=asking(request))
    return Status(201, record)


def weighed_as_json(weighed: Weighed) -> Mapping[str, Any]:
    """What a change is worth, as programs read it."""
    grounds = weighed.grounds
    return {
        "theme": grounds.theme,
        "verb": weighed.verb,
        "accounts": grounds.accounts,
        "arr": grounds.arr,
        "arr_at_risk": grounds.arr_at_risk,
        **{
            name: asdict(found) if (found := getattr(weighed, name)) is not None else None
            for name in ("reach", "impact", "effort", "score")
        },
        "confidence": weighed.confidence,
        "moscow": weighed.moscow,
        "tier": weighed.tier,
        "effort_band": weighed.band,
        "grounds": asdict(grounds),
    }


def _recommended(each: Recommended) -> Mapping[str, Any]:
    return {
        **weighed_as_json(each.weighed),
        "rank": each.rank,
        "title": each.title,
        "not_told_apart": each.not_apart,
        "record": each.record.pk if each.record is not None else None,
    }
