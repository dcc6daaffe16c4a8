"""How is a question asked and changed in the browser, in a form or as text, and answered at every change?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.pins import pins_of
from quarterdeck.insights.journeys.service.addresses import asked_of, rearranged
from quarterdeck.insights.journeys.service.asking import PATHS, Asked, checked
from quarterdeck.insights.journeys.service.preparing import NotReady, ready
from quarterdeck.insights.journeys.service.saving import save_as_draft
from quarterdeck.insights.journeys.service.written import beginning, journey_of, yaml_of
from quarterdeck.insights.journeys.web.desk import Question, addresses, choices, saved_as
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.permissions import Permission

MOST_SHOWN = 20

if TYPE_CHECKING:
    from quarterdeck.insights.journeys.definitions.journey import Journey


@door(Permission.READ)
@require_GET
def explore(request: HttpRequest) -> HttpResponse:
    try:
        question = _question(request)
    except QuarterdeckError as error:
        return _desk(request, Question(looked=Asked()), trouble=error, status=400)
    if wanted := request.GET.get("do", ""):
        question = Question(looked=rearranged(question.looked, wanted))
        if not request.headers.get("HX-Request"):
            return redirect(f"{request.path}?{question.address()}")
    answer = _answered(request, question)
    address = f"{request.path}?{question.address()}"
    if request.headers.get("HX-Request") and not request.headers.get("HX-Current-URL", "").endswith(address):
        # What a form sends says more than the question: the address that is kept says the question alone.
        answer["HX-Push-Url"] = address
    return answer


@door(Permission.CONTRIBUTE)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Begin a draft from the question in the address; the workshop goes on from there."""
    question = Question(looked=Asked())
    try:
        question = _question(request)
        address = save_as_draft(
            journey=_journey(question),
            title=request.POST.get("title", ""),
            name=question.looked.name,
            by=signed_in(request),
        )
    except QuarterdeckError as error:
        return _desk(request, question, trouble=error, status=400)
    return redirect(address)


def _question(request: HttpRequest) -> Question:
    given = dict(request.GET.lists())
    text = "\n".join(request.GET.get("text", "").replace("\0", "").splitlines())
    return Question(looked=asked_of(given), text=text.strip() and f"{text.rstrip()}\n")


def _journey(question: Question) -> "Journey":
    return journey_of(question.text) if question.is_text else question.looked.journey()


def _answered(request: HttpRequest, question: Question) -> HttpResponse:
    journey = None
    try:
        if not (question.is_text or question.looked.steps or question.looked.kind == PATHS):
            return _begun(request, question)
        journey = _journey(question)
        found = _found(request, question, journey)
    except NotReady as not_ready:
        return _desk(request, question, job=not_ready.job)
    except QuarterdeckError as error:
        return _desk(request, question, journey=journey, trouble=error, status=400)
    return _desk(request, question, journey=journey, definition=yaml_of(journey), **found)


def _begun(request: HttpRequest, question: Question) -> HttpResponse:
    """Nothing is asked yet: what there is to ask about, or a text of the kind that is wanted."""
    tables = pins_of(question.looked.pins) if question.looked.pins else {}
    ready(checked({"kind": "funnel", "steps": [{}]}), tables, by=signed_in(request))
    from quarterdeck.insights.journeys.service.exploring import offer  # slow import

    offered = offer(workspace(), tables=tables)
    if kind := request.GET.get("kind", ""):
        text = beginning(kind, next((event for event, _ in offered.events), ""))
        return redirect(f"{request.path}?{Question(looked=Asked(), text=text).address()}")
    return _desk(request, question, choices=offered)


def _found(request: HttpRequest, question: Question, journey: "Journey") -> Mapping[str, Any]:
    person, looked = signed_in(request), question.looked
    tables = pins_of(looked.pins) if looked.pins else {}
    ready(journey, tables, by=person)
    if journey.kind != "funnel":
        from quarterdeck.insights.journeys.service.laying_out import lay_out  # slow import

        laid = lay_out(workspace(), journey, tables=tables, sees_personal=person.sees_personal)
        moved = _moved(looked, journey, tables, sees_personal=person.sees_personal)
        return {"laid": laid, "moved": moved, "choices": _choices(question, tables)}
    from quarterdeck.insights.journeys.service.drawing import draw_funnel  # slow import
    from quarterdeck.insights.journeys.service.exploring import explore as explored  # slow import

    seen, offered = explored(workspace(), journey, looked, tables=tables, sees_personal=person.sees_personal)
    return {"seen": seen, "choices": offered, "chart": draw_funnel(seen)}


def _choices(question: Question, tables: Mapping[str, int]) -> Any:
    """What a form offers beside its answer; a text needs none."""
    if question.is_text:
        return None
    from quarterdeck.insights.journeys.service.exploring import offer  # slow import

    return offer(workspace(), tables=tables, waiting=question.looked.waiting)


def _moved(looked: Asked, journey: "Journey", tables: Mapping[str, int], *, sees_personal: bool) -> Any:
    """Who made the move that is looked at; None where none is."""
    if not (looked.moved_from and looked.moved_to and journey.kind == "paths"):
        return None
    from quarterdeck.insights.journeys.service.answering import moved_at  # slow import
    from quarterdeck.insights.journeys.service.laying_paths import move_words, stop_words  # slow import

    found = moved_at(
        workspace(),
        journey,
        (looked.moved_from, looked.moved_to),
        step=looked.moved_at or None,
        tables=tables,
        sees_personal=sees_personal,
        listed=MOST_SHOWN,
    )
    return {
        "found": found,
        "source": stop_words(found.source, journey),
        "target": stop_words(found.target, journey),
        "which": move_words(found.step, journey).lower() if found.step else "",
    }


def _desk(
    request: HttpRequest,
    question: Question,
    *,
    status: int = 200,
    journey: "Journey | None" = None,
    **more: Any,
) -> HttpResponse:
    answer = more.get("seen") or more.get("laid")
    person = signed_in(request)
    context = {
        "asked": question.looked,
        "text": question.text,
        "journey": journey,
        **choices(question, journey),
        **addresses(request, question, answer.versions if answer else None),
        **saved_as(question.looked.name, journey, person),
        "sees_personal": person.sees_personal,
        "may_draft": person.may(Permission.CONTRIBUTE),
        "zone": workspace().zone,
        **{("offered" if name == "choices" else name): value for name, value in more.items()},
    }
    return render(request, "journeys/explore.html", context, status=status)
