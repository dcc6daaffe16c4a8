"""How are quotes sorted in the browser, and how do colleagues say what a customer said?"""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.inbox import STATES, Asked, look
from quarterdeck.feedback.intake.service.leading import leads_of
from quarterdeck.feedback.intake.service.message import whole_message
from quarterdeck.feedback.intake.service.telling import Said, tell
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.permissions import Permission

TABS = {"new": "To sort", "unsure": "Unsure", "kept": "Kept", "out": "Not feedback"}
FILTERS = ("show", "channel", "account", "language", "tag")
LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "sv": "Swedish", "da": "Danish", "no": "Norwegian", "pl": "Polish", "fi": "Finnish",
    "tr": "Turkish", "cs": "Czech", "ja": "Japanese", "ko": "Korean", "zh": "Chinese", "ar": "Arabic",
    "he": "Hebrew", "el": "Greek", "th": "Thai", "hi": "Hindi", "uk": "Ukrainian", "ru": "Russian",
}  # fmt: skip
CONSENTS = {"": None, "yes": True, "no": False}
MOST_WORDS = 400


@door(Permission.READ)
@require_GET
def show_inbox(request: HttpRequest) -> HttpResponse:
    return _page(request, _asked(request.GET))


@door(Permission.CONTRIBUTE)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest) -> HttpResponse:
    """Do what a button or a key says about a quote, and go on to the next."""
    if request.method == "GET":
        return redirect("inbox")
    asked = _asked(request.POST)
    verb = request.POST.get("verb", "")
    try:
        if verb not in DECIDES:
            raise QuarterdeckError(f"'{verb[:40]}' is nothing to decide.", f"Decide: {', '.join(DECIDES)}.")
        stays = DECIDES[verb](request.POST, asked.quote, signed_in(request))
    except QuarterdeckError as error:
        return _page(request, asked, trouble=error)
    return redirect(_address(asked, stays or request.POST.get("next", "")[:MOST_WORDS]))


@door(Permission.CONTRIBUTE)
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    asked = _asked(request.POST)
    try:
        step = deciding.undo(by=signed_in(request))
    except QuarterdeckError as error:
        return _page(request, asked, trouble=error)
    return redirect(_address(asked, step.quote))


@door(Permission.READ)
@require_GET
def show_message(request: HttpRequest) -> HttpResponse:
    """The message that a quote stands in, all of it."""
    found = whole_message(request.GET.get("quote", "")[:MOST_WORDS], by=signed_in(request))
    return render(
        request, "intake/message.html", {"found": found, "back": _address(Asked(), found.quote.quote)}
    )


@door(Permission.CONTRIBUTE)
@require_http_methods(["GET", "POST"])
def tell_message(request: HttpRequest) -> HttpResponse:
    """The form for colleagues: what did a customer say?"""
    trouble = None
    if request.method == "POST":
        try:
            tell(said=_said(request.POST), by=signed_in(request))
        except QuarterdeckError as error:
            trouble = error
        else:
            return redirect("/inbox/tell/?told=1")
    context = {"trouble": trouble, "given": request.POST, "told": "told" in request.GET}
    return render(request, "intake/tell.html", context, status=400 if trouble else 200)


def _keep(given: QueryDict, quote: str, by: Person) -> str:
    deciding.keep(quote=quote, tags=given.getlist("tag"), by=by)
    return ""


def _leave_out(_given: QueryDict, quote: str, by: Person) -> str:
    deciding.leave_out(quote=quote, by=by)
    return ""


def _split(given: QueryDict, quote: str, by: Person) -> str:
    deciding.split(quote=quote, at=[_number(text) for text in given.getlist("at")], by=by)
    return f"{quote}.1"


def _merge(given: QueryDict, quote: str, by: Person) -> str:
    deciding.merge(quote=quote, into=given.get("into", ""), by=by)
    return ""


def _unfold(given: QueryDict, quote: str, by: Person) -> str:
    deciding.unfold(quote=given.get("folded", ""), by=by)
    return quote


DECIDES: Mapping[str, Callable[[QueryDict, str, Person], str]] = {
    "keep": _keep,
    "leave out": _leave_out,
    "split": _split,
    "merge": _merge,
    "unfold": _unfold,
}


def _asked(given: QueryDict) -> Asked:
    texts = {name: given.get(name, "")[:MOST_WORDS] for name in (*FILTERS[1:], "quote")}
    # The tag that is filtered by and those that are given are different fields.
    texts["tag"] = given.get("tagged", "")[:MOST_WORDS]
    show = given.get("show", "new")
    return Asked(show=show if show in STATES else "new", **texts)  # type: ignore[arg-type]


def _address(asked: Asked, quote: str) -> str:
    filters = {"show": asked.show if asked.show != "new" else "", "tagged": asked.tag}
    filters |= {name: getattr(asked, name) for name in ("channel", "account", "language")}
    query = urlencode({name: value for name, value in {**filters, "quote": quote}.items() if value})
    return f"/inbox/?{query}" if query else "/inbox/"


def _page(request: HttpRequest, asked: Asked, *, trouble: QuarterdeckError | None = None) -> HttpResponse:
    person = signed_in(request)
    found = look(asked, person)
    status = 200 if trouble is None else 409 if isinstance(trouble, Conflict) else 400
    context = {
        "asked": asked,
        "inbox": found,
        "hand": found.at_hand,
        "tabs": [(name, label, found.counts[name]) for name, label in TABS.items()],
        "languages": [(code, LANGUAGES.get(code, code)) for code in found.languages],
        "language_name": LANGUAGES.get(found.at_hand.quote.language, "") if found.at_hand else "",
        "back": _address(asked, ""),
        "leads": leads_of(found.at_hand.quote) if found.at_hand else (),
        "after_link": _address(asked, found.at_hand.quote.quote) if found.at_hand else "",
        "may_sort": person.may(Permission.CONTRIBUTE),
        "trouble": trouble,
    }
    return render(request, "intake/inbox.html", context, status=status)


def _said(given: QueryDict) -> Said:
    score = given.get("score", "").strip()
    day = given.get("day", "").strip()
    try:
        return Said(
            text=given.get("text", ""),
            channel=given.get("channel", ""),
            account=given.get("account", ""),
            person=given.get("person", ""),
            score=float(score) if score else None,
            time=datetime.fromisoformat(day).replace(tzinfo=workspace().zone) if day else None,
            consent=CONSENTS.get(given.get("consent", "")),
        )
    except ValueError as error:
        raise QuarterdeckError(
            "The score is no number, or the day no day.", "Write 7, and 2026-11-17; or leave them empty."
        ) from error


def _number(text: str) -> int:
    return int(text[:9]) if text.isascii() and text.isdecimal() else -1


urlpatterns = [
    path("inbox/", show_inbox, name="inbox"),
    path("inbox/decide/", decide, name="decide_quote"),
    path("inbox/undo/", undo, name="undo_decision_on_quote"),
    path("inbox/message/", show_message, name="whole_message"),
    path("inbox/tell/", tell_message, name="tell_message"),
]
