"""What stands around every page: the ways to other pages, whose company this is, and who is signed in?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest

from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.site.capabilities import CAPABILITIES, KERNEL_ENTRIES, Entry, Section, load

SECTIONS: tuple[Section, ...] = ("This week", "Insights", "Feedback", "Process", "Launch", "Workspace")


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One line of the navigation as this request sees it."""

    entry: Entry
    current: bool
    count: int | None


def chrome(request: HttpRequest) -> dict[str, object]:
    """The context of every page of the application."""
    person = request.user if hasattr(request, "user") else None
    here = workspace()
    return {
        "layout": "pages/app.html",
        "company": here.company,
        "made_up": here.demo,
        "zone": here.zone,
        "person": person if isinstance(person, Person) else None,
        "ways": _ways(request.path) if isinstance(person, Person) else (),
    }


def _ways(path: str) -> tuple[tuple[str, tuple[Way, ...]], ...]:
    entries = (*(entry for capability in CAPABILITIES for entry in capability.entries), *KERNEL_ENTRIES)
    shown = []
    for section in SECTIONS:
        ways = tuple(
            Way(entry=entry, current=path.startswith(entry.path), count=_count(entry))
            for entry in entries
            if entry.section == section
        )
        if ways:
            shown.append((section, ways))
    return tuple(shown)


def _count(entry: Entry) -> int | None:
    return _counter(entry.count)() if entry.count else None


@cache
def _counter(name: str) -> Callable[[], int]:
    counter: Callable[[], int] = load(name)
    return counter
