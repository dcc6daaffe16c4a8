"""What do other capabilities know about a thing: what was decided because of it, what was said of it?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from django.conf import settings

from quarterdeck.records.models import Person
from quarterdeck.records.remembering import until_a_change
from quarterdeck.records.subjects import Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One line about a thing: the words, the page behind them, what kind of line it is, and more."""

    text: str
    path: str = ""
    note: str = ""
    more: str = ""
    by_hand: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What one capability tells of a thing, under its heading; `key` is its place on the page."""

    key: str
    heading: str
    lines: tuple[Told, ...]


Teller = Callable[[Subject, Person], About | None]


@until_a_change
def told_about(subject: Subject, person: Person) -> tuple[About, ...]:
    """What each capability that has something to say tells of a thing."""
    told = (tell(subject, person) for tell in _tellers())
    return tuple(each for each in told if each is not None and each.lines)


@cache
def _tellers() -> tuple[Teller, ...]:
    """The settings name them: a capability need not know which others speak of its things."""
    tellers = []
    for name in settings.QUARTERDECK_ABOUT:
        module, _, attribute = name.partition(":")
        tellers.append(getattr(import_module(module), attribute))
    return tuple(tellers)
