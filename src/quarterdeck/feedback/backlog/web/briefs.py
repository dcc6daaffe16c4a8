"""How are insights briefs read and written in the browser?"""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from quarterdeck.feedback.backlog.models.recommending import InsightsBrief
from quarterdeck.feedback.backlog.service import briefing
from quarterdeck.feedback.backlog.service.writing import Form, context_of, written
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.permissions import Permission

FORMS: dict[str, tuple[Form, str]] = {
    "md": ("markdown", "text/markdown; charset=utf-8"),
    "html": ("html", "text/html; charset=utf-8"),
    "txt": ("text", "text/plain; charset=utf-8"),
    "json": ("json", "application/json"),
}


@door(Permission.READ)
@require_GET
def show_history(request: HttpRequest) -> HttpResponse:
    """Every insights brief."""
    may_write = signed_in(request).may(Permission.CONTRIBUTE)
    return render(request, "backlog/briefs.html", {"briefs": briefing.briefs(), "may_write": may_write})


@door(Permission.READ)
@require_GET
def show_brief(request: HttpRequest, as_of: str) -> HttpResponse:
    """One brief as it was written."""
    brief = _brief(as_of)
    context = {**context_of(briefing.read(brief)), "brief": brief}
    return render(request, "backlog/brief.html", context)


@door(Permission.READ)
@require_GET
def download(request: HttpRequest, as_of: str, ending: str) -> HttpResponse:
    """One brief as a file."""
    if ending not in FORMS:
        raise Http404
    form, media = FORMS[ending]
    answer = HttpResponse(written(briefing.read(_brief(as_of)), form), content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="insights-{as_of}.{ending}"'
    return answer


@door(Permission.CONTRIBUTE)
@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Write the brief of today; one that is written already is shown."""
    brief = briefing.write(by=signed_in(request))
    return redirect("insights_brief", as_of=brief.as_of.isoformat())


def _brief(as_of: str) -> InsightsBrief:
    try:
        day = date.fromisoformat(as_of)
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(InsightsBrief.objects.select_related("written_by"), as_of=day)
