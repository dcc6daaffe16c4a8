"""Is the server alive and ready, and what stands at an address that leads nowhere?"""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from quarterdeck.records.doors import door, public_door
from quarterdeck.records.here import workspace
from quarterdeck.records.permissions import Permission
from quarterdeck.report.brief.models import Edition


@door(Permission.READ)
def home(request: HttpRequest) -> HttpResponse:
    """The brief; before there is one, the way to it."""
    return redirect("/brief/" if Edition.objects.exists() else "/start/")


@public_door
def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"live": True})


@public_door
def ready(request: HttpRequest) -> HttpResponse:
    """Ready means: the workspace reads, the database answers and has every migration."""
    found = {"workspace": _reads(), "database": _answers()}
    good = all(found.values())
    return JsonResponse({"ready": good, **found}, status=200 if good else 503)


@public_door
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "pages/not_found.html", status=404)


@public_door
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "pages/forged.html", status=403)


@public_door
def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("pages/broken.html"), status=500)


def _reads() -> bool:
    try:
        workspace()
    except Exception:
        return False
    return True


def _answers() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False
