"""Which journeys are saved, what did each find last, and which stand in the brief?"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from quarterdeck.definitions.folder import Definition
from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.service.addresses import asked_by
from quarterdeck.insights.journeys.service.book import find_journey, read_journeys
from quarterdeck.insights.journeys.service.drawing import draw_small
from quarterdeck.insights.journeys.service.kept import KeptAnswer, is_behind, kept_answers
from quarterdeck.insights.journeys.service.pinning import pin, pinned_journeys, unpin
from quarterdeck.insights.journeys.service.preparing import ANSWER
from quarterdeck.insights.journeys.service.saving import cohort_of_lost
from quarterdeck.insights.journeys.service.written import yaml_of
from quarterdeck.insights.journeys.web.desk import KINDS
from quarterdeck.insights.journeys.web.explorer import explore, save
from quarterdeck.insights.journeys.web.restating import show_restated
from quarterdeck.jobs.queue import ask
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.permissions import Permission


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """A saved journey in the list."""

    name: str
    definition: Definition[Any]
    kept: KeptAnswer | None
    in_brief: bool

    @property
    def small(self) -> str | None:
        """Its steps as bars without words."""
        return draw_small(self.kept.shares) if self.kept is not None else None

    @property
    def is_older(self) -> bool:
        """Was it answered by another definition than the one that stands there now?"""
        return self.kept is not None and self.kept.version != self.definition.version


@door(Permission.READ)
@require_GET
def show_all(request: HttpRequest) -> HttpResponse:
    here = workspace()
    lines: list[_Line] = []
    trouble: QuarterdeckError | None = None
    try:
        kept, pinned = kept_answers(here), pinned_journeys()
        lines = [
            _Line(name=name, definition=each, kept=kept.get(name), in_brief=name in pinned)
            for name, each in read_journeys(here).items()
        ]
    except QuarterdeckError as error:
        trouble = error
    context = {
        "lines": lines,
        "trouble": trouble,
        "kinds": KINDS,
        "behind": not trouble and bool(lines) and is_behind(here),
    }
    return render(request, "journeys/all.html", context)


@door(Permission.READ)
@require_GET
def show_journey(request: HttpRequest, name: str) -> HttpResponse:
    """A saved journey is read where it can be changed: in the form, or as text where that says more."""
    try:
        journey = find_journey(workspace(), name).model
    except QuarterdeckError as error:
        raise Http404(error.message) from error
    asked = asked_by(journey, name)
    if asked is not None:
        return redirect(f"/journeys/explore/?{asked.address}")
    plain = journey.model_copy(update={"title": "", "description": "", "owner": "", "no_lint": ()})
    return redirect(f"/journeys/explore/?{urlencode([('text', yaml_of(plain)), ('name', name)])}")


@door(Permission.CONTRIBUTE)
@require_POST
def pin_journey(request: HttpRequest, name: str) -> HttpResponse:
    """Let it stand in the brief; what it finds is asked for at once."""
    person = signed_in(request)
    _known(name)
    if request.POST.get("out"):
        unpin(name=name, by=person)
    else:
        pin(workspace=workspace(), name=name, by=person)
        if is_behind(workspace()):
            ask(ANSWER, title="Answer the saved journeys", arguments={}, key=ANSWER, by_id=person.pk)
    return redirect("journey", name=name)


@door(Permission.CONTRIBUTE)
@require_POST
def make_cohort(request: HttpRequest, name: str, before: int) -> HttpResponse:
    """Begin the draft of a cohort of those who are lost before a step."""
    _known(name)
    return redirect(cohort_of_lost(name=name, before=before, by=signed_in(request)))


def _known(name: str) -> None:
    try:
        find_journey(workspace(), name)
    except QuarterdeckError as error:
        raise Http404(error.message) from error


urlpatterns = [
    path("journeys/", show_all, name="journeys"),
    # A journey that is saved here is never named "explore": see service/saving.py.
    path("journeys/explore/", explore, name="explore"),
    path("journeys/explore/save/", save, name="save_journey"),
    path("journeys/<slug:name>/", show_journey, name="journey"),
    path("journeys/<slug:name>/brief/", pin_journey, name="pin_journey"),
    path("journeys/<slug:name>/lost/<int:before>/", make_cohort, name="make_cohort"),
    path("journeys/<slug:name>/restated/", show_restated, name="restated"),
]
