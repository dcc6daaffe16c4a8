"""What asks for which work item, and which items are the same?

A quote or a theme *asks for* an item; an item may be the *same as* another. Then everything that asks for it
is counted with the other, and so is what asks for anything below it. Nothing is copied: a link taken back
restores every count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Max

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.feedback.backlog.service.items import Items, WorkItem, work_items
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.themes.service.book import name_now, names_called, read_taxonomy
from quarterdeck.records.here import workspace
from quarterdeck.records.links import join, part
from quarterdeck.records.models import Link, Person
from quarterdeck.records.subjects import Subject

ASKS_FOR, SAME_AS = "asks for", "same as"
QUOTE, THEME, ITEM = "quote", "theme", "work item"
AskerKind = Literal["quote", "theme"]


@dataclass(frozen=True, kw_only=True)
class Links:
    """What asks for each item itself, and with which other an item is counted."""

    quotes: Mapping[str, tuple[str, ...]]
    themes: Mapping[str, tuple[str, ...]]
    same_as: Mapping[str, str]

    @property
    def items(self) -> tuple[str, ...]:
        """Every item that something asks for."""
        return tuple(dict.fromkeys([*self.quotes, *self.themes]))

    def survivor(self, item: str) -> str:
        """The item that another is counted with, or itself."""
        seen = {item}
        while (following := self.same_as.get(item)) and following not in seen:
            seen.add(following)
            item = following
        return item

    def counted_at(self, item: str, items: Items) -> Iterator[str]:
        """Where that is counted which asks for an item: there, or at its survivor, and at all above."""
        seen: set[str] = set()
        waiting: str | None = item
        while waiting and waiting not in seen:
            seen.add(waiting)
            into = self.same_as.get(waiting)
            if into is None:
                yield waiting
            known = items.by_key.get(waiting)
            waiting = into or (known.parent if known else None)

    def family(self, item: str, items: Items) -> tuple[str, ...]:
        """Every item whose askers are counted at this one, itself first."""
        concerned = dict.fromkeys([*self.items, *self.same_as])
        counted = (each for each in concerned if item in self.counted_at(each, items))
        return tuple(dict.fromkeys([item, *counted]))


def read_links() -> Links:
    """Every link to a work item as it stands."""
    quotes: dict[str, list[str]] = {}
    themes: dict[str, list[str]] = {}
    same_as: dict[str, str] = {}
    found = Link.objects.filter(to_type=ITEM, verb__in=(ASKS_FOR, SAME_AS))
    for kind, key, verb, item in found.values_list("from_type", "from_key", "verb", "to_key"):
        if verb == SAME_AS and kind == ITEM:
            same_as[key] = item
        elif verb == ASKS_FOR and kind == QUOTE:
            quotes.setdefault(item, []).append(key)
        elif verb == ASKS_FOR and kind == THEME:
            themes.setdefault(item, []).append(name_now(workspace(), key))
    return Links(
        quotes={item: tuple(keys) for item, keys in quotes.items()},
        themes={item: tuple(dict.fromkeys(names)) for item, names in themes.items()},
        same_as=same_as,
    )


def newest_links() -> Mapping[str, datetime]:
    """When something was last linked to each item, or each item to another; what was, by its key."""
    found = Link.objects.filter(to_type=ITEM, verb__in=(ASKS_FOR, SAME_AS))
    newest = dict(found.values_list("to_key").annotate(last=Max("at")).order_by())
    merged = found.filter(verb=SAME_AS).values_list("from_key", "at")
    return {**newest, **{key: max(at, newest.get(key, at)) for key, at in merged}}


def items_of_quote(quote: str) -> tuple[str, ...]:
    """The items that a quote asks for."""
    found = Link.objects.filter(from_type=QUOTE, from_key=quote, verb=ASKS_FOR, to_type=ITEM)
    return tuple(found.values_list("to_key", flat=True))


def items_of_theme(theme: str) -> tuple[str, ...]:
    """The items that a theme asks for, whatever it was called when somebody said so."""
    names = names_called(workspace(), theme)
    found = Link.objects.filter(from_type=THEME, from_key__in=names, verb=ASKS_FOR, to_type=ITEM)
    return tuple(dict.fromkeys(found.values_list("to_key", flat=True)))


@transaction.atomic
def link_quote(*, quote: str, item: str, by: Person | None) -> bool:
    """Say that a quote asks for an item; False where that was said."""
    first = open_book().first_of(quote)
    found = work_items(workspace()).find(item)
    return join(source=_quote(first), verb=ASKS_FOR, target=_item(found), by=by)


@transaction.atomic
def unlink_quote(*, quote: str, item: str, by: Person | None) -> bool:
    """Take back that a quote asks for an item; False where nobody said so."""
    # The quote may have been folded, cut or lost since: its link goes all the same.
    return part(source=_quote(quote), verb=ASKS_FOR, target=Subject(type=ITEM, key=item), by=by)


@transaction.atomic
def link_theme(*, theme: str, item: str, by: Person | None) -> bool:
    """Say that everyone who speaks of a theme asks for an item; False where that was said."""
    taxonomy = read_taxonomy(workspace())
    if taxonomy is None or theme not in taxonomy.model.names:
        raise QuarterdeckError(f"There is no theme '{theme[:80]}'.", "Name a tag of the taxonomy.")
    found = work_items(workspace()).find(item)
    if found.key in items_of_theme(theme):
        return False
    return join(source=_theme(theme), verb=ASKS_FOR, target=_item(found), by=by)


@transaction.atomic
def unlink_theme(*, theme: str, item: str, by: Person | None) -> bool:
    """Take back that a theme asks for an item; False where nobody said so."""
    target = Subject(type=ITEM, key=item)
    names = names_called(workspace(), theme)
    parted = [part(source=_theme(name), verb=ASKS_FOR, target=target, by=by) for name in names]
    return any(parted)


@transaction.atomic
def merge_items(*, item: str, into: str, by: Person | None) -> str:
    """Say that an item is the same as another; what asks for it is counted there. Returns the survivor."""
    items, links = work_items(workspace()), read_links()
    folded, target = items.find(item), items.find(links.survivor(into))
    if folded.key == target.key:
        raise QuarterdeckError("An item cannot be merged into itself.", "Choose another item.")
    if folded.key in links.same_as:
        raise Conflict(
            f"{folded.key} is counted with {links.same_as[folded.key]} already.", "Undo that merge first."
        )
    join(source=_item(folded), verb=SAME_AS, target=_item(target), by=by)
    return target.key


@transaction.atomic
def undo_merge(*, item: str, by: Person | None) -> str:
    """Let an item stand for itself again; returns the one that it was counted with."""
    into = read_links().same_as.get(item)
    if into is None:
        raise Conflict(f"{item[:80]} stands for itself already.", "Nothing to do.")
    part(source=Subject(type=ITEM, key=item), verb=SAME_AS, target=Subject(type=ITEM, key=into), by=by)
    return into


def _quote(key: str) -> Subject:
    # The key alone: the words are somebody's, and go with them.
    return Subject(type=QUOTE, key=key, title=key)


def _theme(name: str) -> Subject:
    return Subject(type=THEME, key=name, title=name)


def _item(item: WorkItem) -> Subject:
    return Subject(type=ITEM, key=item.key, title=item.title)
