"""How are recommendations read and decided about in the browser?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.feedback.backlog.models.recommending import Recommendation
from quarterdeck.feedback.backlog.service import recommending
from quarterdeck.feedback.backlog.service.page import Shown, see_board, see_record, see_theme
from quarterdeck.feedback.themes.service.book import read_taxonomy
from quarterdeck.records import comments
from quarterdeck.records.change_log import changes_of
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.permissions import Permission

SHOWN_CHANGES = 30


@door(Permission.READ)
@require_GET
def show_board(request: HttpRequest) -> HttpResponse:
    """Everything that is recommended now."""
    here = workspace()
    return render(
        request,
        "backlog/index.html",
        {"board": see_board(here), "has_taxonomy": read_taxonomy(here) is not None},
    )


@door(Permission.READ)
@require_GET
def show_theme(request: HttpRequest, theme: str) -> HttpResponse:
    """What is recommended about one theme; what was accepted stands on its own page."""
    return _about(request, theme)


@door(Permission.CONTRIBUTE)
@require_POST
def decide(request: HttpRequest, theme: str) -> HttpResponse:
    """Accept it, perhaps with the work item that does it, or decline it with a reason."""
    by, reason = signed_in(request), request.POST.get("reason", "")
    try:
        if request.POST.get("decision") == "accept":
            item = request.POST.get("item", "").strip()
            record = recommending.accept(theme=theme, reason=reason, item=item, by=by)
        else:
            record = recommending.decline(theme=theme, reason=reason, by=by)
    except QuarterdeckError as error:
        return _about(request, theme, trouble=error)
    return redirect("recommendation", number=record.pk)


@door(Permission.CONTRIBUTE)
@require_POST
def say_effort(request: HttpRequest, theme: str) -> HttpResponse:
    """Say what a change takes."""
    try:
        weeks, low, high = (_weeks(request, name) for name in ("weeks", "low", "high"))
        if weeks is None:
            raise QuarterdeckError("No effort was said.", "Write a number of weeks: 3, or 0.5.")
        recommending.say_effort(theme=theme, weeks=weeks, low=low, high=high, by=signed_in(request))
    except QuarterdeckError as error:
        return _about(request, theme, trouble=error)
    return redirect("recommended_about", theme=theme)


@door(Permission.READ)
@require_GET
def show_recommendation(request: HttpRequest, number: int) -> HttpResponse:
    """A recommendation as it was decided about, with its history."""
    record = _record(number)
    if record.is_open:
        return redirect("recommended_about", theme=record.theme)
    return _decided(request, record)


@door(Permission.CONTRIBUTE)
@require_POST
def link_item(request: HttpRequest, number: int) -> HttpResponse:
    """Say which work item does what was accepted."""
    record = _record(number)
    try:
        item = request.POST.get("item", "").strip()
        recommending.link_item(recommendation=record, item=item, by=signed_in(request))
    except QuarterdeckError as error:
        return _decided(request, record, trouble=error)
    return redirect("recommendation", number=number)


@door(Permission.CONTRIBUTE)
@require_POST
def comment(request: HttpRequest, number: int) -> HttpResponse:
    record = _record(number)
    try:
        subject = recommending.subject_of(record)
        comments.say(subject=subject, text=request.POST.get("text", ""), by=signed_in(request))
    except QuarterdeckError as error:
        return _decided(request, record, trouble=error)
    return redirect(f"/backlog/{number}/#said")


def _about(request: HttpRequest, theme: str, *, trouble: QuarterdeckError | None = None) -> HttpResponse:
    try:
        shown = see_theme(workspace(), theme)
    except QuarterdeckError:
        # Accepted meanwhile, or no theme any more: its last record says more than an error would.
        last = recommending.about(theme).exclude(state="proposed").first()
        if last is None:
            raise
        return (
            redirect("recommendation", number=last.pk)
            if trouble is None
            else _decided(request, last, trouble=trouble)
        )
    if shown is None:
        return redirect("backlog")
    return _page(request, shown, theme, trouble)


def _decided(
    request: HttpRequest, record: Recommendation, *, trouble: QuarterdeckError | None = None
) -> HttpResponse:
    return _page(request, see_record(workspace(), record), record.theme, trouble, record=record)


def _page(
    request: HttpRequest,
    shown: Shown | None,
    theme: str,
    trouble: QuarterdeckError | None,
    record: Recommendation | None = None,
) -> HttpResponse:
    kept = record or (shown.record if shown else None)
    subject = recommending.subject_of(kept) if kept else None
    context = {
        "shown": shown,
        "change": shown.change if shown else None,
        "title": shown.change.title if shown else record.title if record else theme,
        "voices": shown.voices if shown else (),
        "theme": theme,
        "record": kept,
        "decided": record is not None,
        "said": comments.comments_on(subject) if subject else (),
        "history": changes_of(subject)[:SHOWN_CHANGES] if subject else (),
        "may_decide": signed_in(request).may(Permission.CONTRIBUTE),
        "may_comment": signed_in(request).may(Permission.CONTRIBUTE),
        "trouble": trouble,
        "given": request.POST if trouble else {},
    }
    status = 200 if trouble is None else 409 if isinstance(trouble, Conflict) else 400
    return render(request, "backlog/recommendation.html", context, status=status)


def _record(number: int) -> Recommendation:
    return get_object_or_404(Recommendation.objects.select_related("decided_by", "effort_by"), pk=number)


def _weeks(request: HttpRequest, name: str) -> float | None:
    given = request.POST.get(name, "").strip().replace(",", ".")
    if not given:
        return None
    try:
        return float(given)
    except ValueError as error:
        raise QuarterdeckError(f"'{given[:40]}' is no number of weeks.", "Write 3, or 0.5.") from error
