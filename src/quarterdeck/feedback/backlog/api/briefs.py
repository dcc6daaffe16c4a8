"""How do programs read and write insights briefs?"""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from ninja.pagination import paginate

from quarterdeck.feedback.backlog.models.recommending import InsightsBrief
from quarterdeck.feedback.backlog.service import briefing
from quarterdeck.feedback.backlog.service.briefing import document_of
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.paging import Paging
from quarterdeck.records.permissions import Permission

router = Router()


class BriefOut(Schema):
    """An insights brief without what stands in it."""

    as_of: date
    headline: str
    pins: dict[str, str]
    written_at: datetime
    written_by_id: int | None


class BriefWithDocument(BriefOut):
    """The same with everything; quotes stand in it by their keys."""

    document: dict[str, Any]

    @staticmethod
    def resolve_document(brief: InsightsBrief) -> dict[str, Any]:
        return document_of(brief)


@router.get("/insights-briefs", auth=needs(Permission.READ), response=list[BriefOut], tags=["backlog"])
@paginate(Paging)
def list_briefs(request: HttpRequest) -> "QuerySet[InsightsBrief]":
    """Every insights brief, newest first."""
    return InsightsBrief.objects.defer("document")


@router.post(
    "/insights-briefs",
    auth=needs(Permission.CONTRIBUTE),
    response={201: BriefWithDocument},
    tags=["backlog"],
)
def write_brief(request: HttpRequest) -> Status[InsightsBrief]:
    """Write today's; one that is written already stays as it is."""
    return Status(201, briefing.write(by=asking(request)))


@router.get(
    "/insights-briefs/{as_of}",
    auth=needs(Permission.READ),
    response=BriefWithDocument,
    tags=["backlog"],
)
def show_brief(request: HttpRequest, as_of: date) -> InsightsBrief:
    """One of them."""
    return get_object_or_404(InsightsBrief, as_of=as_of)
