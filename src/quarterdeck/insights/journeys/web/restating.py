"""How does a page say what has become of the figure of a saved journey, and why?"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from quarterdeck.definitions.days import read_day
from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.service.book import find_journey
from quarterdeck.insights.journeys.service.preparing import NotReady
from quarterdeck.insights.journeys.service.restated import restated_since
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.permissions import Permission


@door(Permission.READ)
@require_GET
def show_restated(request: HttpRequest, name: str) -> HttpResponse:
    try:
        definition = find_journey(workspace(), name)
    except QuarterdeckError as error:
        raise Http404(error.message) from error
    against = request.GET.get("against", "").strip()
    context: dict[str, Any] = {"name": name, "journey": definition.model, "against": against}
    status = 200
    if against:
        try:
            day = read_day(against).date()
            context["found"] = restated_since(name, day, by=signed_in(request))
        except NotReady as not_ready:
            context["job"] = not_ready.job
        except QuarterdeckError as error:
            context["trouble"], status = error, 400
    return render(request, "journeys/restated.html", context, status=status)
