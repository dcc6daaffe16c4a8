"""What does a search give back, and what fits the words best?"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One thing that was found: what it is called, what it is, and its page."""

    title: str
    kind: str
    path: str
    more: str = ""


def fitting(words: str, things: Iterable[Found], *, most: int) -> tuple[Found, ...]:
    """The things that hold every word, best first: a title that begins so, one that holds it, other text.

    >>> found = [Found(title="Paid activation", kind="metric", path="/b"),
    ...          Found(title="Activation", kind="metric", path="/a")]
    >>> [thing.title for thing in fitting("activ", found, most=5)]
    ['Activation', 'Paid activation']
    """
    sought = words.casefold().split()
    ranked = []
    for thing in things:
        title = thing.title.casefold()
        text = f"{title} {thing.kind} {thing.more}".casefold()
        if all(word in text for word in sought):
            begins = title.startswith(words.casefold())
            holds = all(word in title for word in sought)
            ranked.append((0 if begins else 1 if holds else 2, title, thing))
    return tuple(thing for _, _, thing in sorted(ranked, key=lambda each: each[:2])[:most])
