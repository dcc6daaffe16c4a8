"""How does a page say what a change was from and to, as people would?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django import template

from quarterdeck.stats.figures import whole

register = template.Library()
LONGEST = 140
MOST_LISTED = 5
MOST_SHOWN = 6
WRITTEN_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One thing that a change touched: its name, what it was, and what it is; "" where it is nothing."""

    name: str
    was: str
    now: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """What is shown of a change, and how much of it is not."""

    shown: tuple[Difference, ...]
    more: int


@register.filter
def differences(change: object) -> Differences:
    """What an entry of the change log says, field by field; what says nothing is left out."""
    before = getattr(change, "before", None) or {}
    after = getattr(change, "after", None) or {}
    every = (
        Difference(name=_spaced(name), was=in_words(before.get(name)), now=in_words(after.get(name)))
        for name in {**before, **after}
    )
    found = tuple(each for each in every if each.was or each.now)
    return Differences(shown=found[:MOST_SHOWN], more=len(found[MOST_SHOWN:]))


def in_words(value: object) -> str:
    """A value of the change log, in a few words.

    >>> in_words({"accounts": 11, "work_items": 2300}), in_words(True), in_words([])
    ('accounts 11, work items 2,300', 'yes', '')
    >>> in_words(["read", "write"]), in_words([{"a": 1}, {"a": 2}]), in_words("2026-11-21T18:30:02Z")
    ('read, write', '2 entries', '21 Nov 2026 18:30')
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return whole(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        return _listed(
            [f"{_spaced(str(name))} {said}" for name, each in value.items() if (said := in_words(each))]
        )
    if isinstance(value, list):
        nested = any(isinstance(each, Mapping | list) for each in value)
        return (
            _counted(len(value)) if nested else _listed([said for each in value if (said := in_words(each))])
        )
    text = " ".join(str(value).split())
    if WRITTEN_TIME.match(text):
        return f"{datetime.fromisoformat(text):%-d %b %Y %H:%M}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _listed(words: list[str]) -> str:
    text = ", ".join(words)
    return text if len(words) <= MOST_LISTED and len(text) <= LONGEST else _counted(len(words))


def _counted(count: int) -> str:
    return f"{count} {'entry' if count == 1 else 'entries'}" if count else ""


def _spaced(name: str) -> str:
    return name.replace("_", " ")
