"""How does a new team walk from its first file to its first brief, in the browser?"""

import tempfile
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.service.kept import READ
from quarterdeck.insights.metrics.service.reconcile import Reconciliation, reconcile
from quarterdeck.jobs.queue import ask
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.permissions import Permission
from quarterdeck.records.turns import step_aside
from quarterdeck.site.beginning import ask_for_suggestions, outdated, suggested, take_up, where_we_stand

MOST_BYTES = 2 * 1024 * 1024


@door(Permission.READ)
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    return render(request, "site/beginning.html", _context(request))


@door(Permission.READ)
@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """The suggestions, or how far the job is that makes them; judging millions of events takes a while."""
    person, found = signed_in(request), suggested()
    context = {**_context(request), "suggestions": found, "outdated": outdated() if found else ()}
    if found is None and person.may(Permission.EDIT):
        context["job"] = ask_for_suggestions(by=person)
    template = "site/suggestions.html" if request.headers.get("HX-Request") else "site/choosing.html"
    return render(request, template, context)


@door(Permission.EDIT)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    given = request.POST
    try:
        take_up(
            north_star=given.get("north_star", ""),
            inputs=given.getlist("inputs"),
            retire="retire" in given,
            by=signed_in(request),
        )
    except QuarterdeckError as error:
        context = {
            **_context(request),
            "suggestions": suggested(),
            "outdated": outdated(),
            "trouble": error,
            "north_star": given.get("north_star", ""),
            "chosen": given.getlist("inputs"),
        }
        return render(request, "site/choosing.html", context, status=400)
    ask(
        READ,
        title="Read the metrics",
        arguments={"anew": True},
        key="metrics.read anew",
        by_id=signed_in(request).pk,
    )
    return redirect("/start/#reconcile")


@door(Permission.EDIT)
@require_POST
def reconcile_figures(request: HttpRequest) -> HttpResponse:
    """Compare a metric with the figures of the dashboard that is trusted today."""
    try:
        result = _reconciled(request)
    except QuarterdeckError as error:
        context = {**_context(request), "reconcile_trouble": error}
        return render(request, "site/beginning.html", context, status=400)
    return render(request, "site/beginning.html", {**_context(request), "result": result})


def _reconciled(request: HttpRequest) -> Reconciliation:
    given = request.FILES.get("file")
    if given is None or given.size is None or given.size > MOST_BYTES:
        raise QuarterdeckError(
            "A CSV file of dates and values is missing, or over 2 MB.", "Write: date,value"
        )
    here = workspace()
    with tempfile.TemporaryDirectory(prefix="quarterdeck-figures-") as folder:
        file = Path(folder) / "figures.csv"
        file.write_bytes(given.read())
        try:
            with step_aside(), FactStore(here.facts_path).snapshot() as snapshot:
                return reconcile(here, snapshot, request.POST.get("metric", ""), file)
        except QuarterdeckError as error:
            # People know the file by its name, not by where it lay for a moment.
            raise QuarterdeckError(
                error.message.replace(str(file), given.name or "the file"), error.hint
            ) from error


def _context(request: HttpRequest) -> dict[str, object]:
    return {"state": where_we_stand(), "may_edit": signed_in(request).may(Permission.EDIT)}
