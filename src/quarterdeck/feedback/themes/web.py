"""Which themes are there, and what is behind one?"""

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, register_converter
from django.views.decorators.http import require_GET, require_POST

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.feedback.themes.service.book import name_now, read_taxonomy
from quarterdeck.feedback.themes.service.drafting import draft_change, has_draft, text_at_hand
from quarterdeck.feedback.themes.service.found import see_found
from quarterdeck.feedback.themes.service.keeping import is_behind, kept_tags
from quarterdeck.feedback.themes.service.noting import dismiss, make_tag, review_words, take_back
from quarterdeck.feedback.themes.service.quality import see_quality
from quarterdeck.feedback.themes.service.reshaping import Part, Reshaping, part_of_line, taxonomy_of, verb_of
from quarterdeck.feedback.themes.service.seeing import see_board, see_theme
from quarterdeck.feedback.themes.service.shown import see_preview
from quarterdeck.feedback.themes.service.telling import FEWEST, claim_of_quality, quality_lines
from quarterdeck.feedback.themes.service.untagged import is_looking, look_again
from quarterdeck.feedback.themes.service.wording import ask_for_names, may_draft
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.here import workspace
from quarterdeck.records.permissions import Permission


@door(Permission.READ)
@require_GET
def show_board(request: HttpRequest) -> HttpResponse:
    """Every theme of the last weeks."""
    here = workspace()
    return render(
        request,
        "themes/board.html",
        {
            "board": see_board(here),
            "has_taxonomy": read_taxonomy(here) is not None,
            "is_behind": is_behind(here),
        },
    )


@door(Permission.READ)
@require_GET
def show_theme(request: HttpRequest, name: str) -> HttpResponse:
    """One theme with its evidence."""
    sees_personal = signed_in(request).sees_personal
    seen = see_theme(workspace(), name, sees_personal=sees_personal)
    if seen is None and (now := name_now(workspace(), name)) != name:
        return redirect("theme", name=now)
    if seen is None:
        raise Http404(f"There is no theme {name!r}, or nothing is tagged yet.")
    return render(request, "themes/theme.html", {"seen": seen, "sees_personal": sees_personal})


@door(Permission.READ)
@require_GET
def show_quality(request: HttpRequest) -> HttpResponse:
    """How far each tag can be believed."""
    seen = see_quality(workspace(), sees_personal=signed_in(request).sees_personal)
    context = {
        "fewest": FEWEST,
        "seen": seen,
        "claim": claim_of_quality(seen.quality) if seen else "",
        "lines": quality_lines(seen.quality) if seen else (),
    }
    return render(request, "themes/quality.html", context)


@door(Permission.READ)
@require_GET
def show_taxonomy(request: HttpRequest) -> HttpResponse:
    """The tags, and what a change to them would do to the quotes before anything is saved."""
    person = signed_in(request)
    return _taxonomy_page(request, text_at_hand(person), looked="verb" in request.GET)


@door(Permission.CONTRIBUTE)
@require_POST
def draft_taxonomy(request: HttpRequest) -> HttpResponse:
    """Save the change as a draft that is promoted where all definitions are."""
    shown = request.POST.get("shown", "").replace("\r\n", "\n")[:MOST_CHARACTERS]
    try:
        change = _reshaping(request.POST)
        return redirect(draft_change(change=change, shown=shown, by=signed_in(request)))
    except QuarterdeckError as error:
        return _taxonomy_page(request, text_at_hand(signed_in(request)), looked=False, trouble=error)


def _taxonomy_page(
    request: HttpRequest, text: str, *, looked: bool, trouble: QuarterdeckError | None = None
) -> HttpResponse:
    here, person = workspace(), signed_in(request)
    given = request.POST if request.method == "POST" else request.GET
    seen = None
    if looked:
        try:
            seen = see_preview(here, text, _reshaping(given), sees_personal=person.sees_personal)
        except QuarterdeckError as error:
            trouble = error
    try:
        tags = taxonomy_of(text).model.tags if text.strip() else ()
    except QuarterdeckError as error:
        tags, trouble = (), trouble or error
    verb = given.get("verb", given.get("do", ""))
    context = {
        "tags": tags,
        "verbs": VERBS,
        "fields": [(name, given.get(name, "")) for name in FIELDS],
        "verb": verb if verb in dict(VERBS) else "rename" if tags else "add",
        "given": given,
        "seen": seen,
        "shown": text,
        "trouble": trouble,
        "has_draft": has_draft(),
        "may_draft": person.may(Permission.CONTRIBUTE),
    }
    status = 200 if trouble is None else 409 if isinstance(trouble, Conflict) else 400
    return render(request, "themes/taxonomy.html", context, status=status)


def _reshaping(given: QueryDict) -> Reshaping:
    texts = {
        name: given.get(name, "").replace("\0", "")[:MOST_WORDS].strip() for name in ("tag", "name", "part")
    }
    verb = verb_of(given.get("verb", ""))
    lines = given.get("parts", "").replace("\0", "")[:MOST_CHARACTERS].splitlines()
    parts = [part_of_line(line) for line in lines if line.strip()]
    if verb == "add":
        parts = [Part(name=texts["part"], description=given.get("description", "").replace("\0", "").strip())]
    examples = [line.strip() for line in given.get("examples", "").splitlines() if line.strip()]
    return Reshaping(
        verb=verb, tag=texts["tag"], name=texts["name"], parts=tuple(parts), examples=tuple(examples)
    )


@door(Permission.READ)
@require_GET
def show_found(request: HttpRequest) -> HttpResponse:
    """Themes that nobody named yet."""
    return _found_page(request)


@door(Permission.CONTRIBUTE)
@require_POST
def find_themes(request: HttpRequest) -> HttpResponse:
    """Ask for another look."""
    look_again(by=signed_in(request))
    return redirect("found_themes")


@door(Permission.CONTRIBUTE)
@require_POST
def name_themes(request: HttpRequest) -> HttpResponse:
    """Let the company's model draft names."""
    try:
        ask_for_names(workspace=workspace(), by=signed_in(request))
    except QuarterdeckError as error:
        return _found_page(request, trouble=error)
    return redirect("found_themes")


@door(Permission.CONTRIBUTE)
@require_POST
def note_theme(request: HttpRequest, theme: str) -> HttpResponse:
    """Make a tag of a found theme, say that it is none, or review what a model wrote of it."""
    verb, by = request.POST.get("verb", ""), signed_in(request)
    try:
        if verb == "make":
            return redirect(make_tag(theme=theme, by=by))
        if verb == "dismiss":
            dismiss(theme=theme, by=by)
        elif verb == "back":
            take_back(theme=theme, by=by)
        elif verb in ("take", "decline"):
            review_words(theme=theme, take=verb == "take", by=by)
        else:
            raise QuarterdeckError(f"'{verb[:40]}' is nothing to do.", "Choose one of the buttons.")
    except QuarterdeckError as error:
        return _found_page(request, trouble=error)
    return redirect("found_themes")


def _found_page(request: HttpRequest, *, trouble: QuarterdeckError | None = None) -> HttpResponse:
    here, person = workspace(), signed_in(request)
    context = {
        "page": see_found(here, sees_personal=person.sees_personal),
        "has_tags": kept_tags(here) is not None,
        "is_looking": is_looking(),
        "may_name": may_draft(here),
        "may_draft": person.may(Permission.CONTRIBUTE),
        "trouble": trouble,
    }
    status = 200 if trouble is None else 409 if isinstance(trouble, Conflict) else 400
    return render(request, "themes/found.html", context, status=status)


VERBS = (("rename", "Rename"), ("merge", "Merge"), ("split", "Split"), ("add", "Add"))
FIELDS = ("verb", "tag", "name", "parts", "part", "description", "examples")
MOST_WORDS, MOST_CHARACTERS = 400, 100_000


class ThemeName:
    """A theme in an address; one called like another page stands a step further down."""

    regex = ".+"

    def to_python(self, value: str) -> str:
        rest = value.removeprefix(NAMED)
        return rest if rest in PAGES else value

    def to_url(self, value: str) -> str:
        return f"{NAMED}{value}" if value in PAGES else value


NAMED, PAGES = "named/", frozenset({"quality", "new", "taxonomy"})
register_converter(ThemeName, "theme")

urlpatterns = [
    path("themes/", show_board, name="themes"),
    path("themes/quality/", show_quality, name="theme_quality"),
    path("themes/taxonomy/", show_taxonomy, name="theme_taxonomy"),
    path("themes/taxonomy/draft/", draft_taxonomy, name="draft_theme_taxonomy"),
    path("themes/new/", show_found, name="found_themes"),
    path("themes/new/look/", find_themes, name="find_themes"),
    path("themes/new/names/", name_themes, name="name_themes"),
    path("themes/new/<slug:theme>/", note_theme, name="note_theme"),
    path("themes/<theme:name>/", show_theme, name="theme"),
]
