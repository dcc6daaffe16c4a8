"""What do the pages of a decision and of a promise do alike: frame, comments, files, trouble?"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.process.decisions.models import Action, Decision
from quarterdeck.process.decisions.service import ledger
from quarterdeck.process.decisions.service.page import links_of
from quarterdeck.records import comments
from quarterdeck.records.change_log import changes_of
from quarterdeck.records.doors import signed_in
from quarterdeck.records.here import today
from quarterdeck.records.permissions import Permission
from quarterdeck.records.subjects import Subject

PER_PAGE = 25
SHOWN_CHANGES = 30


def frame(
    request: HttpRequest, thing: Decision | Action, subject: Subject, trouble: QuarterdeckError | None
) -> dict[str, object]:
    """What stands round either: links, what was said, what was changed, what went wrong."""
    return {
        "links": links_of(thing),
        "titles": ledger.titles(),
        "said": comments.comments_on(subject),
        "history": changes_of(subject)[:SHOWN_CHANGES],
        "today": today(),
        "late": thing.is_open and thing.due < today(),
        "may_comment": signed_in(request).may(Permission.CONTRIBUTE),
        "trouble": trouble,
    }


def status_of(trouble: QuarterdeckError | None) -> int:
    """409 where somebody else was first, 400 where what was sent cannot be."""
    if trouble is None:
        return 200
    return 409 if isinstance(trouble, Conflict) else 400


def say(
    request: HttpRequest, subject: Subject, path: str, page: Callable[[QuarterdeckError], HttpResponse]
) -> HttpResponse:
    """Keep a comment and go back to it, or show the page with what is wrong."""
    try:
        comments.say(subject=subject, text=request.POST.get("text", ""), by=signed_in(request))
    except QuarterdeckError as error:
        return page(error)
    return redirect(f"{path}#said")


def as_file(text: str, name: str) -> HttpResponse:
    """An export as a file to keep."""
    kind = "application/json" if name.endswith(".json") else "text/csv; charset=utf-8"
    return HttpResponse(
        text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
