"""How are work items looked up, linked, merged and closed in the browser?"""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.feedback.backlog.service import closing, linking
from quarterdeck.feedback.backlog.service.effect import aim_at
from quarterdeck.feedback.backlog.service.items import work_items
from quarterdeck.feedback.backlog.service.listing import replies_csv
from quarterdeck.feedback.backlog.service.shelf import STAGES, see_item, see_shelf
from quarterdeck.feedback.backlog.service.similar import similar_to_item, similar_to_text
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.themes.service.book import read_taxonomy
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.permissions import Permission

PER_PAGE = 50
SHOWN_QUOTES, SHOWN_REPLIES = 8, 12
FIRST = {"draft": 0, "skipped": 1, "sent": 2}
MOST_WORDS = 400
TABS = {"open": "Open", "done": "Done", "all": "All"}


@door(Permission.READ)
@require_GET
def show_items(request: HttpRequest) -> HttpResponse:
    """Every work item, most asked for first."""
    show = request.GET.get("show", "open")
    words = request.GET.get("words", "")[:MOST_WORDS]
    shelf = see_shelf(workspace(), show=show if show in STAGES else "open", words=words)  # type: ignore[arg-type]
    context = {
        "shelf": shelf,
        "page": Paginator(shelf.rows, PER_PAGE).get_page(request.GET.get("page")),
        "tabs": [(name, label, shelf.counts[name]) for name, label in TABS.items()],  # type: ignore[index]
        "show": show if show in STAGES else "open",
        "words": words,
    }
    return render(request, "backlog/items.html", context)


@door(Permission.READ)
@require_GET
def show_item(request: HttpRequest, key: str) -> HttpResponse:
    """One work item with who asked, who was told, and what it did."""
    if key not in work_items(workspace()).by_key:
        raise Http404(f"There is no work item {key!r}.")
    return _item(request, key)


@door(Permission.READ)
@require_GET
def similar_items(request: HttpRequest) -> HttpResponse:
    """The items that may be the same as one, as a part of its page."""
    item = work_items(workspace()).find(request.GET.get("item", "")[:MOST_WORDS])
    context = {
        "item": item,
        "similar": similar_to_item(workspace(), item.key),
        "may_act": signed_in(request).may(Permission.CONTRIBUTE),
    }
    return render(request, "backlog/similar.html", context)


@door(Permission.CONTRIBUTE)
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Link, merge, take back, and name what shows adoption."""
    key, verb = request.POST.get("item", "")[:MOST_WORDS], request.POST.get("verb", "")
    try:
        if verb not in ACTS:
            raise QuarterdeckError(f"'{verb[:40]}' is nothing to do.", f"Do: {', '.join(ACTS)}.")
        there = ACTS[verb](request.POST, key, signed_in(request))
    except QuarterdeckError as error:
        return _item(request, key, trouble=error)
    return redirect("work_item", key=there or key)


@door(Permission.CONTRIBUTE)
@require_POST
def decide_reply(request: HttpRequest) -> HttpResponse:
    """Say that somebody was told, or is not to be, or write the draft anew; the next is at hand then."""
    key, verb = request.POST.get("item", "")[:MOST_WORDS], request.POST.get("verb", "")
    number, by = _number(request.POST.get("reply", "")), signed_in(request)
    try:
        if verb == "sent":
            closing.mark_sent(number=number, by=by, words=request.POST.get("words", ""))
        elif verb == "skip":
            closing.skip(number=number, reason=request.POST.get("reason", ""), by=by)
        elif verb == "take back":
            closing.take_back(number=number, by=by)
        elif verb == "reword":
            closing.reword(number=number, words=request.POST.get("words", ""), by=by)
        else:
            raise QuarterdeckError(f"'{verb[:40]}' is nothing to do.", "Do: sent, skip, take back, reword.")
    except QuarterdeckError as error:
        return _item(request, key, trouble=error, at_hand=number)
    stays = f"?reply={number}" if verb in ("take back", "reword") else ""
    return redirect(f"{_address(key)}{stays}#replies")


@door(Permission.READ)
@require_GET
def replies_file(request: HttpRequest) -> HttpResponse:
    """The list of an item as a file, to be sent by other means."""
    key = request.GET.get("item", "")[:MOST_WORDS]
    text = replies_csv(workspace(), key, sees_personal=signed_in(request).sees_personal)
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="replies.csv"'
    return response


@door(Permission.CONTRIBUTE)
@require_http_methods(["GET", "POST"])
def link_quote(request: HttpRequest) -> HttpResponse:
    """Say which work item a quote asks for; the likeliest are offered."""
    given = request.POST if request.method == "POST" else request.GET
    quote, back = given.get("quote", "")[:MOST_WORDS], _back(given)
    trouble = None
    if request.method == "POST":
        item = (given.get("named", "").strip() or given.get("item", ""))[:MOST_WORDS]
        try:
            if given.get("verb") == "unlink":
                linking.unlink_quote(quote=quote, item=item, by=signed_in(request))
            else:
                linking.link_quote(quote=quote, item=item, by=signed_in(request))
        except QuarterdeckError as error:
            trouble = error
        else:
            return redirect(back or f"/inbox/?{urlencode({'quote': quote})}")
    found = open_book().find(quote)
    items = work_items(workspace())
    context = {
        "quote": found,
        "words": found.words(sees_personal=signed_in(request).sees_personal),
        "similar": similar_to_text(workspace(), found.masked) if items.by_key else (),
        "linked": [items.by_key[each] for each in linking.items_of_quote(quote) if each in items.by_key],
        "has_items": bool(items.by_key),
        "back": back or f"/inbox/?{urlencode({'quote': quote})}",
        "trouble": trouble,
    }
    return render(request, "backlog/link.html", context, status=_status(trouble))


def _item(
    request: HttpRequest, key: str, *, trouble: QuarterdeckError | None = None, at_hand: int = -1
) -> HttpResponse:
    here, person = workspace(), signed_in(request)
    seen, taxonomy = see_item(here, key), read_taxonomy(here)
    told = seen.replies.lines if seen.replies else ()
    lines = [line.as_seen(sees_personal=person.sees_personal) for line in told]
    lines.sort(key=lambda line: FIRST[line.state])
    asked = at_hand if at_hand >= 0 else _number(request.GET.get("reply", ""))
    hand = next((line for line in lines if line.number == asked), None) or next(
        (line for line in lines if line.state == "draft" and line.number and not line.held_until), None
    )
    everything = "all" in request.GET
    context = {
        "seen": seen,
        "item": seen.item,
        "quotes": [
            (quote, quote.words(sees_personal=person.sees_personal))
            for quote in (seen.asks.quotes if everything else seen.asks.quotes[:SHOWN_QUOTES])
        ],
        "lines": lines if everything else lines[:SHOWN_REPLIES],
        "hand": hand,
        "hand_words": hand.asker.quote.words(sees_personal=person.sees_personal) if hand else "",
        # Looking for them takes longer than all the rest: the page asks once it is there.
        "similar": similar_to_item(here, key) if "similar" in request.GET else None,
        "themes": [name for name in (taxonomy.model.names if taxonomy else ()) if name not in seen.themes],
        "may_act": person.may(Permission.CONTRIBUTE),
        "sees_personal": person.sees_personal,
        "trouble": trouble,
    }
    return render(request, "backlog/item.html", context, status=_status(trouble))


def _merge(given: QueryDict, key: str, by: Person) -> str:
    return linking.merge_items(item=key, into=given.get("into", "").strip()[:MOST_WORDS], by=by)


def _undo_merge(_given: QueryDict, key: str, by: Person) -> str:
    linking.undo_merge(item=key, by=by)
    return ""


def _link_theme(given: QueryDict, key: str, by: Person) -> str:
    linking.link_theme(theme=given.get("theme", "")[:MOST_WORDS], item=key, by=by)
    return ""


def _unlink_theme(given: QueryDict, key: str, by: Person) -> str:
    linking.unlink_theme(theme=given.get("theme", "")[:MOST_WORDS], item=key, by=by)
    return ""


def _aim(given: QueryDict, key: str, by: Person) -> str:
    here = workspace()
    aim_at(workspace=here, item=work_items(here).find(key), event=given.get("event", ""), by=by)
    return ""


ACTS: Mapping[str, Callable[[QueryDict, str, Person], str]] = {
    "merge": _merge,
    "undo merge": _undo_merge,
    "link theme": _link_theme,
    "unlink theme": _unlink_theme,
    "name event": _aim,
}


def _status(trouble: QuarterdeckError | None) -> int:
    return 200 if trouble is None else 409 if isinstance(trouble, Conflict) else 400


def _address(key: str) -> str:
    return reverse("work_item", kwargs={"key": key})


def _back(given: QueryDict) -> str:
    """Where to go back to: the inbox only, whatever an address says."""
    back = given.get("back", "")[:2000]
    return back if back.startswith("/inbox/?") else ""


def _number(text: str) -> int:
    return int(text[:9]) if text.isascii() and text.isdecimal() else -1
