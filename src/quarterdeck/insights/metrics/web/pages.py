"""How are metrics read in the browser: the tree, the dictionary, one metric, its data?"""

from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path
from django.utils.html import json_script
from django.views.decorators.http import require_GET, require_POST

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.metrics.service.asked import (
    GRAINS,
    Asked,
    NotReadYet,
    Unknown,
    asked_for,
    pins_written,
)
from quarterdeck.insights.metrics.service.dictionary import dictionary, filtered
from quarterdeck.insights.metrics.service.export import as_csv, as_data
from quarterdeck.insights.metrics.service.kept import READ, Kept, is_behind, kept_reading
from quarterdeck.insights.metrics.service.seals import WAITED_FOR, seal_at
from quarterdeck.insights.metrics.service.story import (
    metric_story,
    metric_tree,
    over_time,
    relatives,
    rows_of,
)
from quarterdeck.jobs.models import Job
from quarterdeck.jobs.queue import ask
from quarterdeck.records import comments
from quarterdeck.records.about import told_about
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.permissions import Permission
from quarterdeck.records.subjects import Subject
from quarterdeck.records.workshop.signing_off import is_owner

MOST_DRAWN = 256
GRAIN_NAMES = {"day": "Days", "week": "Weeks", "month": "Months"}


@door(Permission.READ)
@require_GET
def show_tree(request: HttpRequest) -> HttpResponse:
    kept = kept_reading(workspace())
    if kept is None:
        return _none_yet(request)
    context = {"tab": "tree", "tree_part": _tree(_Reading(kept)), **_freshness(request, kept)}
    return render(request, "metrics/tree.html", context)


@door(Permission.READ)
@require_GET
def show_dictionary(request: HttpRequest) -> HttpResponse:
    given = {key: request.GET.get(key, "")[:200] for key in ("q", "owner", "status")}
    trouble: QuarterdeckError | None = None
    try:
        entries = dictionary(workspace())
    except QuarterdeckError as error:
        entries, trouble = (), error
    shown = filtered(entries, words=given["q"], owner=given["owner"], status=given["status"])
    context = {
        "tab": "dictionary",
        "entries": shown,
        "all_of_them": len(entries),
        "owners": sorted({entry.owner for entry in entries}),
        "statuses": sorted({str(entry.seal.standing) for entry in entries}),
        "given": given,
        "trouble": trouble,
    }
    return render(request, "metrics/dictionary.html", context)


@door(Permission.READ)
@require_GET
def show_metric(request: HttpRequest, name: str) -> HttpResponse:
    return _show(request, name)


@door(Permission.READ)
@require_GET
def download(request: HttpRequest, name: str, ending: str) -> HttpResponse:
    """What the page shows, as CSV or JSON with its proof."""
    if ending not in ("csv", "json"):
        raise Http404
    try:
        asked = asked_for(
            workspace(), name, request.GET.dict(), sees_personal=signed_in(request).sees_personal
        )
    except (NotReadYet, Unknown) as unread:
        raise Http404 from unread
    if ending == "json":
        answer: HttpResponse = JsonResponse(
            as_data(asked.shown, asked.view, asked.kept, asked.grain, seal_at(asked.dossier))
        )
    else:
        answer = HttpResponse(
            as_csv(asked.shown, asked.view, asked.grain), content_type="text/csv; charset=utf-8"
        )
    stem = "-".join(part for part in (name, f"{asked.grain}s", asked.by or "") if part)
    answer["Content-Disposition"] = f'attachment; filename="{stem}.{ending}"'
    return answer


@door(Permission.CONTRIBUTE)
@require_POST
def read_anew(request: HttpRequest) -> HttpResponse:
    """Ask for a reading; it takes seconds, so it is a job."""
    job = ask(
        READ,
        title="Read the metrics",
        arguments={"anew": True},
        key="metrics.read anew",
        by_id=signed_in(request).pk,
    )
    return redirect("job", number=job.pk)


@door(Permission.CONTRIBUTE)
@require_POST
def comment(request: HttpRequest, name: str) -> HttpResponse:
    kept = kept_reading(workspace())
    dossier = kept.dossier(name) if kept else None
    if dossier is None:
        raise Http404
    subject = Subject(type="metric", key=name, title=dossier.measure.title)
    text = request.POST.get("text", "")
    try:
        comments.say(subject=subject, text=text, by=signed_in(request))
    except QuarterdeckError as error:
        return _show(request, name, comment_trouble=error, status=400)
    return redirect(f"/metrics/{name}/#said")


def _show(request: HttpRequest, name: str, *, status: int = 200, **more: object) -> HttpResponse:
    person = signed_in(request)
    try:
        asked = asked_for(workspace(), name, request.GET.dict(), sees_personal=person.sees_personal)
    except NotReadYet:
        return _none_yet(request, name)
    except Unknown as unknown:
        raise Http404 from unknown
    seal, subject = seal_at(asked.dossier), Subject(type="metric", key=name)
    context = {
        **_drawn(asked),
        "seal": seal,
        "asks_you": seal.standing in WAITED_FOR and is_owner(person, asked.dossier.measure.owner),
        **_freshness(request, asked.kept),
        "asked": asked,
        "grains": [(grain, GRAIN_NAMES[grain], grain == asked.grain) for grain in GRAINS],
        "pinned": _pinned_address(request, asked),
        "redefined": asked.by_link
        and request.GET.get("definition", "") not in ("", asked.dossier.definition_version),
        "said": comments.said_about(subject),
        "about": told_about(subject, person),
        "may_comment": person.may(Permission.CONTRIBUTE),
        "may_ask_facts": person.may(Permission.EDIT) and person.sees_personal,
        **more,
    }
    return render(request, "metrics/metric.html", context, status=status)


class _Reading:
    """A reading as a key: alike where it was read at the same moment from the same."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self._key = (kept.digest, kept.read_at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reading) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=4)
def _tree(reading: _Reading) -> str:
    return render_to_string("metrics/branches.html", {"groups": metric_tree(reading.kept.dossiers)})


@lru_cache(maxsize=MOST_DRAWN)
def _drawn(asked: Asked) -> Mapping[str, object]:
    """What is the same for everybody who asks for the same: drawn once, and its parts written once."""
    chart = over_time(asked.dossier, asked.view, grain=asked.grain, changes=asked.kept.changes)
    rows = rows_of(asked.shown, asked.view, grain=asked.grain)
    context = {
        **metric_story(asked.shown, changes=asked.kept.changes, chart=chart, grain=asked.grain),
        "relatives": relatives(asked.dossier, asked.kept.dossiers),
        "spots_part": json_script([asdict(spot) for spot in chart.spots] if chart else [], "spots"),
        "rows": rows,
    }
    table = {"table": rows, "label": asked.grain.capitalize()}
    return context | {
        "value_part": render_to_string("metrics/value.html", context),
        "chart_part": render_to_string("metrics/over_time.html", context) if chart else "",
        "cells_part": render_to_string("metrics/multiples.html", context),
        "changes_part": render_to_string("metrics/what_changed.html", context),
        "rows_part": render_to_string("metrics/bucket_rows.html", table),
    }


def _pinned_address(request: HttpRequest, asked: Asked) -> str:
    """The address that shows the same numbers whenever it is opened."""
    query, kept = request.GET.copy(), asked.kept
    query["as_of"], query["pins"] = kept.as_of.isoformat(), pins_written(kept)
    query["definition"] = asked.dossier.definition_version
    return request.build_absolute_uri(f"{request.path}?{query.urlencode(safe='~')}")


def _freshness(request: HttpRequest, kept: Kept) -> dict[str, object]:
    return {
        "kept": kept,
        "behind": is_behind(workspace(), kept),
        "reading": Job.objects.filter(task=READ, state="running").exists(),
        "may_read_anew": signed_in(request).may(Permission.CONTRIBUTE),
    }


def _none_yet(request: HttpRequest, name: str = "") -> HttpResponse:
    may = signed_in(request).may(Permission.CONTRIBUTE)
    return render(request, "metrics/none_yet.html", {"name": name, "may_read_anew": may})


urlpatterns = [
    path("metrics/", show_tree, name="metrics"),
    path("dictionary/", show_dictionary, name="dictionary"),
    # No metric's name has a hyphen, so none can stand where this does.
    path("metrics/read-anew/", read_anew, name="read_metrics"),
    path("metrics/<slug:name>/", show_metric, name="metric"),
    path("metrics/<slug:name>/data.<str:ending>", download, name="metric_data"),
    path("metrics/<slug:name>/comment/", comment, name="comment_on_metric"),
]
