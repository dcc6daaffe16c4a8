"""How are decisions read, asked for, answered and corrected in the browser?"""

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.process.decisions.models import Decision, DecisionState
from quarterdeck.process.decisions.service import asking, carrying, ledger, reviewing, shelf
from quarterdeck.process.decisions.service.page import effect_of, evidence_of
from quarterdeck.process.decisions.service.subjects import decision_subject
from quarterdeck.process.decisions.web.alike import PER_PAGE, as_file, frame, say, status_of
from quarterdeck.process.decisions.web.form import Form, empty_form, form_of, read_question, sent_form
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import today
from quarterdeck.records.permissions import Permission


@door(Permission.READ)
@require_GET
def show_decisions(request: HttpRequest) -> HttpResponse:
    read = ledger.read_ledger()
    context = {
        "asked": read.asked,
        "awaiting": read.awaiting,
        "page": Paginator(read.reviewed, PER_PAGE).get_page(request.GET.get("page")),
        "rate": read.rate,
        "today": today(),
        "may_ask": signed_in(request).may(Permission.CONTRIBUTE),
        "may_bring_in": signed_in(request).may(Permission.EDIT),
        "put_away": ledger.decisions(archived=True).count(),
    }
    return render(request, "decisions/decisions.html", context)


@door(Permission.READ)
@require_GET
def show_put_away(request: HttpRequest) -> HttpResponse:
    pages = Paginator(ledger.decisions(archived=True), PER_PAGE)
    return render(request, "decisions/put_away.html", {"page": pages.get_page(request.GET.get("page"))})


@door(Permission.READ)
@require_GET
def export(request: HttpRequest, ending: str) -> HttpResponse:
    text = carrying.written_json() if ending == "json" else carrying.written_csv("decisions")
    return as_file(text, f"decisions.{ending}")


@door(Permission.CONTRIBUTE)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a decision, or write down one that is made: then one option is its answer."""
    made = request.GET.get("made") == "1"
    if request.method == "GET":
        return _form(request, empty_form(request.GET), made=made)
    try:
        written = read_question(request.POST)
        if made:
            reason = request.POST.get("answer_why", "")
            decision = asking.decide(
                written=written, option=written.recommended, by=signed_in(request), why=reason
            )
        else:
            decision = asking.ask(written=written, by=signed_in(request))
    except QuarterdeckError as error:
        return _form(request, sent_form(request.POST), made=made, trouble=error)
    return redirect("decision", number=decision.pk)


@door(Permission.READ)
@require_GET
def show_decision(request: HttpRequest, number: int) -> HttpResponse:
    return _page(request, _decision(number))


@door(Permission.CONTRIBUTE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    decision = _decision(number)
    if request.method == "GET":
        return _form(request, form_of(decision), decision=decision)
    try:
        asking.edit(
            decision=decision,
            written=read_question(request.POST, decision),
            by=signed_in(request),
            seen=request.POST.get("seen", ""),
        )
    except QuarterdeckError as error:
        return _form(request, sent_form(request.POST), decision=decision, trouble=error)
    return redirect("decision", number=number)


@door(Permission.CONTRIBUTE)
@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """One click: the name of an option is the answer; from a brief, the way back leads there."""
    decision = _decision(number)
    brief = _brief_day(request)
    try:
        asking.answer(
            decision=decision,
            option=request.POST.get("option", ""),
            why=request.POST.get("why", ""),
            own_words=request.POST.get("own_words") == "1",
            brief=brief,
            by=signed_in(request),
        )
    except QuarterdeckError as error:
        decision.refresh_from_db()
        return _page(request, decision, trouble=error)
    if brief is not None:
        return redirect(f"/brief/{brief}/#decisions")
    return redirect("decision", number=number)


@door(Permission.CONTRIBUTE)
@require_POST
def comment(request: HttpRequest, number: int) -> HttpResponse:
    decision = _decision(number)
    return say(
        request,
        decision_subject(decision),
        f"/decisions/{number}/",
        lambda error: _page(request, decision, trouble=error),
    )


@door(Permission.EDIT)
@require_POST
def review_now(request: HttpRequest, number: int) -> HttpResponse:
    """Read the metric again without waiting for the morning."""
    decision = _decision(number)
    if decision.state == DecisionState.MADE and decision.prediction is not None:
        reviewing.review(decisions=[decision])
    return redirect("decision", number=number)


@door(Permission.CONTRIBUTE)
@require_POST
def take_out(request: HttpRequest, number: int) -> HttpResponse:
    shelf.take_out(thing=_decision(number), by=signed_in(request))
    return redirect("decision", number=number)


def _page(
    request: HttpRequest, decision: Decision, *, trouble: QuarterdeckError | None = None
) -> HttpResponse:
    person = signed_in(request)
    context = {
        **frame(request, decision, decision_subject(decision), trouble),
        "decision": decision,
        "options": decision.written_options,
        "effect": effect_of(decision),
        "measured": decision.measured,
        "evidence": evidence_of(decision),
        "actions": decision.actions.all(),
        "may_answer": person.may(Permission.CONTRIBUTE) and decision.is_open,
        "may_review": person.may(Permission.EDIT)
        and decision.state == DecisionState.MADE
        and decision.prediction is not None,
    }
    return render(request, "decisions/decision.html", context, status=status_of(trouble))


def _form(
    request: HttpRequest,
    form: Form,
    *,
    decision: Decision | None = None,
    made: bool = False,
    trouble: QuarterdeckError | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "texts": form.texts,
        "decision": decision,
        "made": made,
        "titles": ledger.titles(),
        "only_what_is_open": decision is not None and not decision.is_open,
        "trouble": trouble,
    }
    status = 200 if trouble is None else 409 if isinstance(trouble, Conflict) else 400
    return render(request, "decisions/form.html", context, status=status)


def _decision(number: int) -> Decision:
    found: Decision = get_object_or_404(
        Decision.objects.select_related("asked_by", "answered_by", "decider_person"), pk=number
    )
    return found


def _brief_day(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.POST.get("brief", ""))
    except ValueError:
        return None
