"""Where is what somebody looks for?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.permissions import Permission
from quarterdeck.site.finding import find_everywhere


@door(Permission.READ)
@require_http_methods(["GET"])
def find(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:200]
    found = find_everywhere(words, signed_in(request)) if words else ()
    template = "site/found.html" if request.headers.get("HX-Request") else "site/search.html"
    return render(request, template, {"words": words, "found": found})
