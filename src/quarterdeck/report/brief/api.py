"""How do programs draft, read, judge, publish and correct a brief?"""

from datetime import date, datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from quarterdeck.jobs.queue import ask
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.paging import Paging
from quarterdeck.records.permissions import Permission
from quarterdeck.report.brief.definitions import BriefDocument
from quarterdeck.report.brief.models import Correction, Edition
from quarterdeck.report.brief.service import ritual

router = Router(tags=["brief"])


class EditionOut(Schema):
    """A brief, without what it says."""

    as_of: date
    week_start: date
    state: str
    headline: str
    drafted_at: datetime
    published_at: datetime | None
    opened: int = Field(description="How many sessions opened it; who did is not kept.")


class DraftIn(Schema):
    """Which day's brief to draft."""

    as_of: date | None = Field(None, description="Only what happened before it; else today.")


class JobOut(Schema):
    """The work that was asked for; its progress is at /api/jobs/ID."""

    id: int
    state: str


class JudgementIn(Schema):
    """One line on a metric of the scoreboard; without words the line is taken back."""

    metric: str = Field(max_length=200)
    words: str = Field(max_length=500)


class CorrectionIn(Schema):
    """What was wrong, and what is right."""

    words: str = Field(min_length=1, max_length=500)


class CorrectionOut(CorrectionIn):
    """A correction of a published brief."""

    by_id: int
    at: datetime


@router.get("/briefs", auth=needs(Permission.READ), response=list[EditionOut])
@paginate(Paging)
def list_briefs(request: HttpRequest) -> "QuerySet[Edition]":
    """Every brief, newest first."""
    return Edition.objects.defer("reading", "contributions")


@router.post("/briefs", auth=needs(Permission.CONTRIBUTE), response={202: JobOut})
def draft_brief(request: HttpRequest, wanted: DraftIn) -> Status[object]:
    """Ask for a draft; a draft of that day is read anew, a published one stays."""
    job = ask(
        "brief.draft",
        title=f"Draft the brief of {wanted.as_of}" if wanted.as_of else "Draft the brief",
        arguments={"as_of": wanted.as_of.isoformat() if wanted.as_of else ""},
        key=f"brief.draft {wanted.as_of or 'today'}",
        by_id=asking(request).pk,
    )
    return Status(202, job)


@router.get("/briefs/{as_of}", auth=needs(Permission.READ), response=BriefDocument)
def show_brief(request: HttpRequest, as_of: date) -> BriefDocument:
    """What a brief says, as brief.json does."""
    return ritual.pages_of(_edition(as_of)).document


@router.put("/briefs/{as_of}/judgements", auth=needs(Permission.CONTRIBUTE), response=EditionOut)
def judge(request: HttpRequest, as_of: date, line: JudgementIn) -> Edition:
    """Add, change or take back the line on a metric."""
    ritual.judge(edition=_edition(as_of), metric=line.metric, words=line.words, by=asking(request))
    return _edition(as_of)


@router.post("/briefs/{as_of}/publish", auth=needs(Permission.EDIT), response=EditionOut)
def publish(request: HttpRequest, as_of: date) -> Edition:
    """Freeze a brief and deliver it; publishing again changes nothing."""
    return ritual.publish(edition=_edition(as_of), by=asking(request))


@router.get("/briefs/{as_of}/corrections", auth=needs(Permission.READ), response=list[CorrectionOut])
@paginate(Paging)
def list_corrections(request: HttpRequest, as_of: date) -> "QuerySet[Correction]":
    """What was corrected since it was published."""
    return _edition(as_of).corrections.all()


@router.post("/briefs/{as_of}/corrections", auth=needs(Permission.EDIT), response={201: CorrectionOut})
def correct(request: HttpRequest, as_of: date, correction: CorrectionIn) -> Status[Correction]:
    """Correct a published brief; the page itself stays as it was."""
    written = ritual.correct(edition=_edition(as_of), words=correction.words, by=asking(request))
    return Status(201, written)


def _edition(as_of: date) -> Edition:
    return get_object_or_404(Edition, as_of=as_of)
