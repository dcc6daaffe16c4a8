"""Who changed what, over everything?"""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from quarterdeck.records.doors import door
from quarterdeck.records.models import Change
from quarterdeck.records.permissions import Permission

ON_A_PAGE = 50


@door(Permission.READ)
@require_http_methods(["GET"])
def show_changes(request: HttpRequest) -> HttpResponse:
    changes = Change.objects.select_related("by")
    types = sorted(changes.order_by().values_list("type", flat=True).distinct())
    chosen = request.GET.get("type", "")
    if chosen:
        changes = changes.filter(type=chosen)
    page = Paginator(changes, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "site/changes.html", {"page": page, "types": types, "chosen": chosen})
