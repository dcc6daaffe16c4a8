"""Which work items may ask for the same as a text or another item? Suggested; people merge and link.

An item is told by its title and by the words of a few who asked for it, so it is found the better the more
people have linked to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.backlog.service.asking import Ground, asks_of, read_ground
from quarterdeck.feedback.backlog.service.items import WorkItem
from quarterdeck.feedback.themes.service.likeness import most_alike

MOST_ITEMS = 5_000
MOST_WORDS = 4
MOST_BESIDE = 1_000
SHOWN = 5
_ORDER = {"doing": 0, "to do": 1, "done": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Similar:
    """An item that may be meant; `share` of the likeness of all, 0 to 1; `more` have the same title."""

    item: WorkItem
    share: float
    more: int


def similar_to_text(workspace: Workspace, text: str, *, most: int = SHOWN) -> tuple[Similar, ...]:
    """The items that a text is most likely about."""
    return _similar(read_ground(workspace), [text], frozenset(), most)


def similar_to_item(workspace: Workspace, key: str, *, most: int = SHOWN) -> tuple[Similar, ...]:
    """The items that are most likely the same as another, but for those that count with it already."""
    ground = read_ground(workspace)
    item = ground.items.find(key)
    family = {key, *ground.links.family(key, ground.items), *ground.items.below(key)}
    return _similar(ground, [_words_of(ground, item)], frozenset(family), most)


def _similar(ground: Ground, asked: Sequence[str], left: frozenset[str], most: int) -> tuple[Similar, ...]:
    titled = _titled(ground, left)
    things = {items[0].key: _told(ground, items) for items in titled.values()}
    [found] = most_alike(asked, things, beside=_beside(ground), most=most)
    more = {items[0].key: len(items) - 1 for items in titled.values()}
    return tuple(
        Similar(item=ground.items.by_key[each.key], share=each.share, more=more[each.key]) for each in found
    )


def _titled(ground: Ground, left: frozenset[str]) -> Mapping[str, list[WorkItem]]:
    """The items that may be meant, by title: what is worked on first, then the newest."""
    standing = [
        item
        for item in ground.items.by_key.values()
        if item.stage != "dropped" and item.key not in left and item.key not in ground.links.same_as
    ]
    asked_for = set(ground.links.items)
    standing.sort(key=lambda item: item.changed, reverse=True)
    standing = sorted(
        standing[:MOST_ITEMS], key=lambda item: (item.key not in asked_for, _ORDER.get(item.stage, 3))
    )
    titled: dict[str, list[WorkItem]] = {}
    for item in standing:
        titled.setdefault(" ".join(item.title.casefold().split()), []).append(item)
    return titled


def _told(ground: Ground, items: Sequence[WorkItem]) -> list[str]:
    words = [
        quote.masked
        for item in items
        if item.key in ground.links.quotes or item.key in ground.links.themes
        for quote in asks_of(ground, item.key).quotes[:MOST_WORDS]
    ]
    return [items[0].title, *words[:MOST_WORDS]]


def _words_of(ground: Ground, item: WorkItem) -> str:
    return ". ".join(_told(ground, [item]))


def _beside(ground: Ground) -> list[str]:
    """Other words of customers, the newest: what they share, items and texts may share."""
    newest: list[Any] = ground.book.table["masked"][-MOST_BESIDE:].to_pylist()
    return newest
