"""How are journeys asked in the browser: all of them, one, and a funnel as it is being built?"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.pins import pins_of
from quarterdeck.insights.journeys.service.asking import (
    WITHIN,
    WORDS,
    Asked,
    asked_by,
    asked_of,
    checked,
    rearranged,
)
from quarterdeck.insights.journeys.service.book import find_journey, read_journeys
from quarterdeck.insights.journeys.service.preparing import NotReady, ready
from quarterdeck.insights.journeys.service.saving import save_as_draft, yaml_of
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.permissions import Permission

if TYPE_CHECKING:
    from quarterdeck.insights.journeys.service.seen import FunnelSeen

ORDERS = (
    ("ordered", "in this order"),
    ("strict", "in this order, nothing between"),
    ("unordered", "in any order"),
)
UNITS = (("person", "People"), ("account", "Accounts"))


@door(Permission.READ)
@require_GET
def show_all(request: HttpRequest) -> HttpResponse:
    here = workspace()
    trouble: QuarterdeckError | None = None
    try:
        saved = read_journeys(here)
    except QuarterdeckError as error:
        saved, trouble = {}, error
    return render(request, "journeys/all.html", {"saved": saved.values(), "trouble": trouble})


@door(Permission.READ)
@require_GET
def explore_funnel(request: HttpRequest) -> HttpResponse:
    try:
        asked = asked_of(dict(request.GET.lists()))
    except QuarterdeckError as error:
        return _desk(request, Asked(), trouble=error, status=400)
    if wanted := request.GET.get("do", ""):
        asked = rearranged(asked, wanted)
        if not request.headers.get("HX-Request"):
            return redirect(f"{request.path}?{asked.address}")
    answer = _explored(request, asked)
    address = f"{request.path}?{asked.address}"
    if request.headers.get("HX-Request") and not request.headers.get("HX-Current-URL", "").endswith(address):
        # What a form sends says more than the question: the address that is kept says the question alone.
        answer["HX-Push-Url"] = address
    return answer


@door(Permission.READ)
@require_GET
def show_journey(request: HttpRequest, name: str) -> HttpResponse:
    here = workspace()
    try:
        definition = find_journey(here, name)
    except QuarterdeckError as error:
        raise Http404(error.message) from error
    journey = definition.model
    asked = asked_by(journey)
    if asked is not None:
        return redirect(f"/journeys/explore/?{asked.address}&name={name}")
    context: dict[str, Any] = {"journey": journey, "name": name, "text": yaml_of(journey)}
    try:
        ready(journey, {}, by=signed_in(request))
        context |= _answered(journey, sees_personal=signed_in(request).sees_personal)
    except NotReady as not_ready:
        context["job"] = not_ready.job
    except QuarterdeckError as error:
        context["trouble"] = error
    return render(request, "journeys/one.html", context)


@door(Permission.CONTRIBUTE)
@require_POST
def save_journey(request: HttpRequest) -> HttpResponse:
    """Begin a draft from the question in the address; the workshop goes on from there."""
    asked = Asked()
    try:
        asked = asked_of(dict(request.GET.lists()))
        journey, title = asked.journey(), request.POST.get("title", "")
        address = save_as_draft(journey=journey, title=title, by=signed_in(request))
    except QuarterdeckError as error:
        return _desk(request, asked, trouble=error, status=400)
    return redirect(address)


def _answered(journey: Any, *, sees_personal: bool) -> Mapping[str, Any]:
    from quarterdeck.insights.journeys.service.laying_out import lay_out  # slow import

    return {"laid": lay_out(workspace(), journey, sees_personal=sees_personal)}


def _explored(request: HttpRequest, asked: Asked) -> HttpResponse:
    person = signed_in(request)
    try:
        tables = pins_of(asked.pins) if asked.pins else {}
        journey = asked.journey() if asked.steps else _first_question()
        ready(journey, tables, by=person)
        from quarterdeck.insights.journeys.service.exploring import explore  # slow import

        seen, choices = explore(
            workspace(), journey, asked, tables=tables, sees_personal=person.sees_personal
        )
    except NotReady as not_ready:
        return _desk(request, asked, job=not_ready.job)
    except QuarterdeckError as error:
        return _desk(request, asked, trouble=error, status=400)
    if not asked.steps:
        return _desk(request, asked, choices=choices)
    return _desk(request, asked, seen=seen, choices=choices, text=yaml_of(journey), **_drawn(seen))


def _first_question() -> Any:
    """Any event: asked for what there is to choose from."""
    return checked({"kind": "funnel", "steps": [{}], "since": "-1d"})


def _drawn(seen: "FunnelSeen") -> Mapping[str, Any]:
    from quarterdeck.insights.journeys.service.drawing import draw_funnel  # slow import

    return {"chart": draw_funnel(seen)}


def _desk(request: HttpRequest, asked: Asked, *, status: int = 200, **more: Any) -> HttpResponse:
    name = request.GET.get("name", "")
    here = workspace()
    seen = more.get("seen")
    pinned = ""
    if seen is not None:
        pins = "~".join(f"{table}.{version}" for table, version in sorted(seen.versions.items()))
        pinned = request.build_absolute_uri(f"{request.path}?{_with(asked, pins=asked.pins or pins)}")
    context = {
        "asked": asked,
        "orders": ORDERS,
        "units": UNITS,
        "words": WORDS.items(),
        "withins": dict.fromkeys((*WITHIN, asked.within)),
        "saved": find_saved(name),
        "pinned": pinned,
        "address": f"{request.path}?{asked.address}",
        "stop_address": f"{request.path}?{_with(asked, stop=0, reason='', who=0)}",
        "reason_address": f"{request.path}?{_with(asked, reason='', who=0)}",
        "who_address": f"{request.path}?{_with(asked, who=0)}",
        "sees_personal": signed_in(request).sees_personal,
        "may_draft": signed_in(request).may(Permission.CONTRIBUTE),
        "zone": here.zone,
        **more,
    }
    return render(request, "journeys/explore.html", context, status=status)


def find_saved(name: str) -> Any:
    """The saved journey whose page was opened, if there is one."""
    try:
        return read_journeys(workspace()).get(name) if name else None
    except QuarterdeckError:
        return None


def _with(asked: Asked, **changes: Any) -> str:

    return replace(asked, **changes).address


urlpatterns = [
    path("journeys/", show_all, name="journeys"),
    # A journey that is saved here is never named "explore": see service/saving.py.
    path("journeys/explore/", explore_funnel, name="explore_funnel"),
    path("journeys/explore/save/", save_journey, name="save_journey"),
    path("journeys/<slug:name>/", show_journey, name="journey"),
]
