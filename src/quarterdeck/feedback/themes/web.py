"""Which themes are there, and what is behind one?"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, register_converter
from django.views.decorators.http import require_GET

from quarterdeck.feedback.themes.service.book import read_taxonomy
from quarterdeck.feedback.themes.service.keeping import is_behind
from quarterdeck.feedback.themes.service.quality import see_quality
from quarterdeck.feedback.themes.service.seeing import see_board, see_theme
from quarterdeck.feedback.themes.service.telling import FEWEST, claim_of_quality, quality_lines
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
    path("themes/<theme:name>/", show_theme, name="theme"),
]
