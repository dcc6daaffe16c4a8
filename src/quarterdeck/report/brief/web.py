"""How is the brief read, annotated, published and corrected in the browser?"""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, register_converter
from django.views.decorators.http import require_GET, require_POST

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.metrics.service.seals import waiting_for
from quarterdeck.jobs.queue import ask
from quarterdeck.pages.addresses import DayConverter
from quarterdeck.process.decisions.service.for_brief import decided_in
from quarterdeck.records import comments
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import today, workspace
from quarterdeck.records.permissions import Permission
from quarterdeck.report.brief.models import Edition
from quarterdeck.report.brief.service import ritual
from quarterdeck.report.brief.service.asks import lines_of
from quarterdeck.report.brief.service.contributions import with_answers

register_converter(DayConverter, "date")

MEDIA = {"md": "text/markdown; charset=utf-8", "json": "application/json", "html": "text/html; charset=utf-8"}
OPENED = "opened briefs"


@door(Permission.READ)
@require_GET
def current(request: HttpRequest) -> HttpResponse:
    edition = Edition.objects.only("as_of").first()
    if edition is None:
        return render(request, "brief/none_yet.html", {"may_draft": _may(request, Permission.CONTRIBUTE)})
    return redirect("brief", as_of=edition.as_of)


@door(Permission.READ)
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "brief/history.html",
        {"editions": ritual.editions(), "may_draft": _may(request, Permission.CONTRIBUTE), "today": today()},
    )


@door(Permission.READ)
@require_GET
def show(request: HttpRequest, as_of: date) -> HttpResponse:
    edition = _edition(as_of)
    _count_opening(request, edition)
    return _page(request, edition)


@door(Permission.READ)
@require_GET
def show_evidence(request: HttpRequest, as_of: date, name: str) -> HttpResponse:
    page = ritual.pages_of(_edition(as_of)).evidence(name)
    if page is None:
        raise Http404
    return render(request, page.template, dict(page.context))


@door(Permission.READ)
@require_GET
def download(request: HttpRequest, as_of: date, ending: str) -> HttpResponse:
    """The brief as a file: as it was delivered where it is published, else as it stands."""
    if ending not in MEDIA:
        raise Http404
    answer = HttpResponse(ritual.file_of(_edition(as_of), f"brief.{ending}"), content_type=MEDIA[ending])
    answer["Content-Disposition"] = f'attachment; filename="brief-{as_of}.{ending}"'
    return answer


@door(Permission.CONTRIBUTE)
@require_POST
def draft_now(request: HttpRequest) -> HttpResponse:
    """Ask for a draft; reading a week takes seconds, so it is a job."""
    given = request.POST.get("as_of", "")
    try:
        day = date.fromisoformat(given) if given else None
    except ValueError as error:
        raise QuarterdeckError(f"'{given}' is no day.", "Write it like 2026-11-23.") from error
    job = ask(
        "brief.draft",
        title=f"Draft the brief of {day}" if day else "Draft the brief",
        arguments={"as_of": day.isoformat() if day else ""},
        key=f"brief.draft {day or 'today'}",
        by_id=signed_in(request).pk,
    )
    return redirect("job", number=job.pk)


@door(Permission.CONTRIBUTE)
@require_POST
def judge(request: HttpRequest, as_of: date) -> HttpResponse:
    edition = _edition(as_of)
    metric, words = request.POST.get("metric", ""), request.POST.get("words", "")
    try:
        ritual.judge(edition=edition, metric=metric, words=words, by=signed_in(request))
    except QuarterdeckError as error:
        return _page(request, edition, trouble=error, wrong=metric, words=words, status=400)
    return redirect(f"/brief/{as_of}/#judgement")


@door(Permission.EDIT)
@require_POST
def publish(request: HttpRequest, as_of: date) -> HttpResponse:
    ritual.publish(edition=_edition(as_of), by=signed_in(request))
    return redirect("brief", as_of=as_of)


@door(Permission.EDIT)
@require_POST
def correct(request: HttpRequest, as_of: date) -> HttpResponse:
    edition = _edition(as_of)
    words = request.POST.get("words", "")
    try:
        ritual.correct(edition=edition, words=words, by=signed_in(request))
    except QuarterdeckError as error:
        return _page(request, edition, correction_trouble=error, correction=words, status=400)
    return redirect("brief", as_of=as_of)


@door(Permission.CONTRIBUTE)
@require_POST
def comment(request: HttpRequest, as_of: date) -> HttpResponse:
    edition = _edition(as_of)
    comments.say(subject=ritual.subject_of(edition), text=request.POST.get("text", ""), by=signed_in(request))
    return redirect(f"/brief/{as_of}/#said")


def _page(request: HttpRequest, edition: Edition, status: int = 200, **more: object) -> HttpResponse:
    pages = ritual.pages_of(edition)
    person = signed_in(request)
    lines = lines_of(edition, pages.document)
    context = {
        **pages.brief.context,
        "body": pages.body,
        "edition": edition,
        "decisions": with_answers(pages.decisions),
        "decided": decided_in(edition.as_of),
        "may_answer": person.may(Permission.CONTRIBUTE),
        "lines": lines,
        "asked_of_you": [line for line in lines if line.is_asked_of(person)],
        "to_sign": waiting_for(workspace(), person),
        "corrections": ritual.corrections_of(edition),
        "said": comments.said_about(ritual.subject_of(edition)),
        "sent": ritual.delivered(edition),
        "may_judge": person.may(Permission.CONTRIBUTE) and not edition.is_published,
        "may_publish": person.may(Permission.EDIT),
        "may_comment": person.may(Permission.CONTRIBUTE),
        "most_characters": ritual.MOST_WORDS_OF_JUDGEMENT,
        **more,
    }
    return render(request, "brief/page.html", context, status=status)


def _edition(as_of: date) -> Edition:
    return get_object_or_404(Edition.objects.defer("reading").select_related("published_by"), as_of=as_of)


def _count_opening(request: HttpRequest, edition: Edition) -> None:
    """Once for a session: the session knows which briefs it opened, the brief only how many opened it."""
    if not edition.is_published:
        return
    opened = request.session.get(OPENED, [])
    if edition.pk not in opened:
        request.session[OPENED] = [*opened[-50:], edition.pk]
        ritual.note_opened(edition)


def _may(request: HttpRequest, permission: Permission) -> bool:
    return signed_in(request).may(permission)


urlpatterns = [
    path("brief/", current, name="current_brief"),
    path("brief/history/", history, name="briefs"),
    path("brief/draft/", draft_now, name="draft_brief"),
    path("brief/<date:as_of>/", show, name="brief"),
    # Pages of evidence point back to ../brief.html, as they do in files.
    path("brief/<date:as_of>/brief.html", show, name="brief_page"),
    path("brief/<date:as_of>/brief.<str:ending>", download, name="brief_file"),
    path("brief/<date:as_of>/evidence/<str:name>", show_evidence, name="brief_evidence"),
    path("brief/<date:as_of>/judge/", judge, name="judge"),
    path("brief/<date:as_of>/publish/", publish, name="publish"),
    path("brief/<date:as_of>/correct/", correct, name="correct"),
    path("brief/<date:as_of>/comment/", comment, name="comment_on_brief"),
]
