"""How are promises made and kept in the browser?"""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.process.decisions.models import Action, ActionState, Decision
from quarterdeck.process.decisions.service import acting, carrying, ledger, shelf
from quarterdeck.process.decisions.service.page import links_of
from quarterdeck.process.decisions.service.subjects import action_subject
from quarterdeck.process.decisions.web.decisions import PER_PAGE, SHOWN_CHANGES
from quarterdeck.process.decisions.web.form import promise_texts, read_promise
from quarterdeck.records import comments
from quarterdeck.records.change_log import changes_of
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import today
from quarterdeck.records.permissions import Permission

TABS = {"open": "Open", "mine": "Mine", "late": "Late", "finished": "Finished"}
VERBS = {
    ActionState.DONE: "Done",
    ActionState.DROPPED: "Drop",
    ActionState.WORKED: "It worked",
    ActionState.DID_NOT_WORK: "It did not work",
    ActionState.OPEN: "Open again",
}


@door(Permission.READ)
@require_GET
def show_actions(request: HttpRequest) -> HttpResponse:
    return _list(request)


@door(Permission.CONTRIBUTE)
@require_POST
def promise(request: HttpRequest) -> HttpResponse:
    """Write a promise down; from a decision's page, the way back leads there."""
    try:
        decision = _decision(request.POST.get("decision", ""))
        made = acting.promise(written=read_promise(request.POST, decision), by=signed_in(request))
    except QuarterdeckError as error:
        return _list(request, trouble=error)
    if decision is not None:
        return redirect(f"/decisions/{decision.pk}/#actions")
    return redirect("action", number=made.pk)


@door(Permission.READ)
@require_GET
def show_action(request: HttpRequest, number: int) -> HttpResponse:
    return _page(request, _action(number))


@door(Permission.CONTRIBUTE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    action = _action(number)
    if request.method == "GET":
        return redirect("action", number=number)
    try:
        decision = _decision(request.POST.get("decision", ""))
        acting.change(action=action, written=read_promise(request.POST, decision), by=signed_in(request))
    except QuarterdeckError as error:
        return _page(request, action, trouble=error)
    return redirect("action", number=number)


@door(Permission.CONTRIBUTE)
@require_POST
def settle(request: HttpRequest, number: int) -> HttpResponse:
    action = _action(number)
    wanted = request.POST.get("state", "")
    try:
        if wanted not in tuple(ActionState):
            raise QuarterdeckError(f"'{wanted[:40]}' is no state.", f"States: {', '.join(ActionState)}.")
        acting.settle(action=action, state=ActionState(wanted), by=signed_in(request))
    except QuarterdeckError as error:
        return _page(request, action, trouble=error)
    back = request.POST.get("back", "")
    return redirect("actions") if back == "list" else redirect("action", number=number)


@door(Permission.CONTRIBUTE)
@require_POST
def comment(request: HttpRequest, number: int) -> HttpResponse:
    action = _action(number)
    text = request.POST.get("text", "")
    try:
        comments.say(subject=action_subject(action), text=text, by=signed_in(request))
    except QuarterdeckError as error:
        return _page(request, action, trouble=error)
    return redirect(f"/actions/{number}/#said")


@door(Permission.CONTRIBUTE)
@require_POST
def take_out(request: HttpRequest, number: int) -> HttpResponse:
    shelf.take_out(thing=_action(number), by=signed_in(request))
    return redirect("action", number=number)


@door(Permission.READ)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(carrying.written_csv("actions"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="actions.csv"'
    return answer


def _list(request: HttpRequest, *, trouble: QuarterdeckError | None = None) -> HttpResponse:
    person = signed_in(request)
    chosen = request.GET.get("show", "open")
    which = cast("ledger.Which", chosen if chosen in TABS else "open")
    found = Paginator(ledger.list_actions(which, person), PER_PAGE)
    context = {
        "tabs": TABS,
        "chosen": which,
        "page": found.get_page(request.GET.get("page")),
        "late": ledger.late_count(),
        "today": today(),
        "may_promise": person.may(Permission.CONTRIBUTE),
        "given": request.POST if trouble else {"owner": person.shown},
        "titles": ledger.titles(),
        "trouble": trouble,
    }
    return render(request, "decisions/actions.html", context, status=400 if trouble else 200)


def _page(request: HttpRequest, action: Action, *, trouble: QuarterdeckError | None = None) -> HttpResponse:
    subject, person = action_subject(action), signed_in(request)
    context = {
        "action": action,
        "given": request.POST if trouble and "text" in request.POST else promise_texts(action),
        "late": action.is_open and action.due < today(),
        "today": today(),
        "becomes": [(state.value, VERBS[state]) for state in acting.BECOMES[ActionState(action.state)]],
        "links": links_of(action),
        "titles": ledger.titles(),
        "said": comments.comments_on(subject),
        "history": changes_of(subject)[:SHOWN_CHANGES],
        "may_change": person.may(Permission.CONTRIBUTE),
        "may_comment": person.may(Permission.CONTRIBUTE),
        "trouble": trouble,
    }
    status = 200 if trouble is None else 409 if isinstance(trouble, Conflict) else 400
    return render(request, "decisions/action.html", context, status=status)


def _action(number: int) -> Action:
    found: Action = get_object_or_404(Action.objects.select_related("decision"), pk=number)
    return found


def _decision(text: str) -> Decision | None:
    """The decision that a promise follows from, by its number; none where none is named."""
    number = text.strip().removeprefix("/decisions/").rstrip("/")
    if not number:
        return None
    found = None
    if number.isascii() and number.isdecimal():
        found = Decision.objects.filter(pk=int(number[:20])).first()
    if found is None:
        raise QuarterdeckError(f"There is no decision '{number[:20]}'.", "Write its number, or leave it out.")
    return found
