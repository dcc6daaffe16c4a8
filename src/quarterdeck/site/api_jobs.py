"""How do programs see the work behind the pages, and find things?"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema
from ninja.pagination import paginate

from quarterdeck.jobs.models import Job, State
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.paging import Paging
from quarterdeck.records.permissions import Permission
from quarterdeck.site.finding import find_everywhere

router = Router()


class JobOut(Schema):
    """A piece of work."""

    id: int
    task: str
    title: str
    state: State
    asked_by_id: int | None
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    done: int
    total: int | None
    saying: str
    result: dict[str, Any] | None
    trouble: str


class FoundOut(Schema):
    """Something that was found."""

    title: str
    kind: str
    path: str = Field(description="Its page on this server.")


@router.get("/jobs", auth=needs(Permission.READ), response=list[JobOut], tags=["work"])
@paginate(Paging)
def list_jobs(request: HttpRequest, state: State | None = None) -> "QuerySet[Job]":
    """Work, the newest first."""
    return Job.objects.filter(state=state) if state else Job.objects.all()


@router.get("/jobs/{job_id}", auth=needs(Permission.READ), response=JobOut, tags=["work"])
def show_job(request: HttpRequest, job_id: int) -> Job:
    """One piece of work, with its progress."""
    return get_object_or_404(Job, pk=job_id)


@router.get("/search", auth=needs(Permission.READ), response=list[FoundOut], tags=["graph"])
def search(request: HttpRequest, q: str) -> list[dict[str, str]]:
    """Whatever holds all the words, best first."""
    words = q.strip()[:200]
    found = find_everywhere(words, asking(request)) if words else ()
    return [{"title": each.title, "kind": each.kind, "path": each.path} for each in found]
