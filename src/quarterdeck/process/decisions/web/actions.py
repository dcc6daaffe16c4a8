"""How are promises made and kept in the browser?"""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quarterdeck.errors import QuarterdeckError
from quarterdeck.process.decisions.models import Action, ActionState, Decision
from quarterdeck.process.decisions.service import acting, carrying, ledger, shelf
from quarterdeck.process.decisions.service.subjects import action_subject
from quarterdeck.process.decisions.web.alike import PER_PAGE, as_file, frame, say, status_of
from quarterdeck.process.decisions.web.form import promise_texts, read_promise
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
    return say(
        request,
        action_subject(action),
        f"/actions/{number}/",
        lambda error: _page(request, action, trouble=error),
    )


@door(Permission.CONTRIBUTE)
@require_POST
def take_out(request: HttpRequest, number: int) -> HttpResponse:
    shelf.take_out(thing=_action(number), by=signed_in(request))
    return redirect("action", number=number)


@door(Permission.READ)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    return as_file(carrying.written_csv("actions"), "actions.csv")


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
        "follows": ledger.followed_by_promises(),
        "trouble": trouble,
    }
    return render(request, "decisions/actions.html", context, status=400 if trouble else 200)


def _page(request: HttpRequest, action: Action, *, trouble: QuarterdeckError | None = None) -> HttpResponse:
    context = {
        **frame(request, action, action_subject(action), trouble),
        "action": action,
        "given": request.POST if trouble and "text" in request.POST else promise_texts(action),
        "follows": ledger.followed_by_promises(also=action.decision),
        "becomes": [(state.value, VERBS[state]) for state in acting.BECOMES[ActionState(action.state)]],
        "may_change": signed_in(request).may(Permission.CONTRIBUTE),
    }
    return render(request, "decisions/action.html", context, status=status_of(trouble))


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
        raise QuarterdeckError(f"There is no decision '{number[:20]}'.", "Choose one, or none.")
    return found
