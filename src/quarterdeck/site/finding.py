"""What fits the words that somebody looks for, over all capabilities?"""

from collections.abc import Callable, Iterator
from functools import cache

from quarterdeck.records.finding import Found, fitting
from quarterdeck.records.models import Person
from quarterdeck.site.capabilities import CAPABILITIES, KERNEL_ENTRIES, load
from quarterdeck.site.shelf import find_definitions

MOST = 30
Finder = Callable[[str, Person], Iterator[Found]]


def find_everywhere(words: str, person: Person) -> tuple[Found, ...]:
    """Pages, people, definitions and whatever each capability offers, best first."""
    things = [*_pages(), *_people(), *find_definitions(words, person)]
    for find in _finders():
        things.extend(find(words, person))
    return fitting(words, things, most=MOST)


def _pages() -> Iterator[Found]:
    entries = (*(entry for capability in CAPABILITIES for entry in capability.entries), *KERNEL_ENTRIES)
    for entry in entries:
        yield Found(title=entry.label, kind="page", path=entry.path)


def _people() -> Iterator[Found]:
    for person in Person.objects.filter(is_active=True):
        yield Found(title=person.shown, kind="person", path=f"/people/{person.pk}/", more=person.name)


@cache
def _finders() -> tuple[Finder, ...]:
    return tuple(load(capability.search) for capability in CAPABILITIES if capability.search)
