"""What would another taxonomy change: which quotes, customers and revenue go from which theme to which?

Nothing is saved. Very many quotes are not tagged twice over while somebody waits: then it is told of the
newest of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.intake.service.book import Book, open_book
from quarterdeck.feedback.themes.calc.parts import with_wholes
from quarterdeck.feedback.themes.definitions import Taxonomy
from quarterdeck.feedback.themes.facts import Worth, worth_of_accounts
from quarterdeck.feedback.themes.service.board import moment_of
from quarterdeck.feedback.themes.service.book import read_taxonomy
from quarterdeck.feedback.themes.service.encoding import MINILM, best_installed
from quarterdeck.feedback.themes.service.keeping import TaggedBook, tag_book

MOST_LOOKED_AT, MOST_READ_BY_MODEL = 5000, 1000  # a few seconds, whatever reads them
MOST_EXAMPLES = 5
MOST_COMPARED = 50  # to show five that differ
Tags = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A quote that would go: its key and its words as the reader may see them."""

    quote: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """Quotes that would go from some tags to others, with whose they are and what those are worth.

    Empty is no tag.
    """

    before: Tags
    after: Tags
    quotes: int
    customers: int
    arr: float
    examples: tuple[Example, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How many quotes, of how many customers, and what those are worth, each once."""

    quotes: int = 0
    customers: int = 0
    arr: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A theme as it is and as it would be; a whole has what its parts have."""

    theme: str
    before: Size
    after: Size

    @property
    def moves(self) -> bool:
        """Whether anything is another than before."""
        return self.before != self.after


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What another taxonomy would change, of so many quotes that were looked at among all."""

    changed: int
    looked_at: int
    quotes: int
    flows: tuple[Flow, ...]
    themes: tuple[Change, ...]
    encoder: str


def preview(workspace: Workspace, taxonomy: Taxonomy, *, sees_personal: bool) -> Preview:
    """Tag the same quotes by the taxonomy in force and by another, and compare.

    A tag under a new name is the same tag; one that goes up in another is not.
    """
    book, now = open_book(workspace), read_taxonomy(workspace)
    most = MOST_READ_BY_MODEL if best_installed() == MINILM else MOST_LOOKED_AT
    after = tag_book(book, taxonomy, newest=most)
    before = tag_book(book, now.model, newest=most) if now else None
    new_names = _new_names(now.model, taxonomy) if now else {}
    pairs = list(_pairs(before, after, new_names))
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        worth = worth_of_accounts(snapshot, moment_of(workspace))
    account = _accounts(book)
    moved: dict[tuple[Tags, Tags], list[str]] = defaultdict(list)
    for quote, was, becomes in pairs:
        if set(was) != set(becomes):
            left = tuple(tag for tag in was if tag not in becomes)
            moved[left, tuple(tag for tag in becomes if tag not in was)].append(quote)
    ordered = sorted(moved.items(), key=lambda item: (-len(item[1]), item[0]))
    return Preview(
        changed=sum(map(len, moved.values())),
        looked_at=len(pairs),
        quotes=after.in_all,
        flows=tuple(
            _flow(book, left, joined, quotes, _size(quotes, account, worth), sees_personal)
            for (left, joined), quotes in ordered
        ),
        themes=tuple(_themes(pairs, _above(now.model, new_names) if now else {}, taxonomy, account, worth)),
        encoder=after.encoder,
    )


def _pairs(
    before: TaggedBook | None, after: TaggedBook, new_names: Mapping[str, str]
) -> Iterator[tuple[str, Tags, Tags]]:
    """Each quote with its tags as they are, under the names that they would have, and as they would be."""
    was = {key: each.tags for key, each in zip(before.keys, before.tagged, strict=True)} if before else {}
    for key, each in zip(after.keys, after.tagged, strict=True):
        yield key, tuple(new_names.get(tag, tag) for tag in was.get(key, ())), each.tags


def _new_names(now: Taxonomy, then: Taxonomy) -> Mapping[str, str]:
    """Tags that would only be called otherwise."""
    return {old: new for old, new in then.became.items() if new not in now.names}


def _accounts(book: Book) -> Mapping[str, str | None]:
    quotes: list[Any] = book.table["quote"].to_pylist()
    return dict(zip(quotes, book.table["account"].to_pylist(), strict=True))


def _size(quotes: Sequence[str], account: Mapping[str, str | None], worth: Mapping[str, Worth]) -> Size:
    customers = {name for quote in quotes if (name := account.get(quote))}
    arr = sum(worth[name].arr for name in sorted(customers) if name in worth)
    return Size(quotes=len(quotes), customers=len(customers), arr=arr)


def _flow(
    book: Book, before: Tags, after: Tags, quotes: Sequence[str], size: Size, sees_personal: bool
) -> Flow:
    said = {book.find(quote).text.casefold(): quote for quote in quotes[-MOST_COMPARED:]}
    shown = [book.find(quote) for quote in [*said.values()][-MOST_EXAMPLES:]]
    return Flow(
        before=before,
        after=after,
        quotes=size.quotes,
        customers=size.customers,
        arr=size.arr,
        examples=tuple(
            Example(quote=each.quote, words=each.words(sees_personal=sees_personal)) for each in shown
        ),
    )


def _themes(
    pairs: Sequence[tuple[str, Tags, Tags]],
    above_now: Mapping[str, Tags],
    then: Taxonomy,
    account: Mapping[str, str | None],
    worth: Mapping[str, Worth],
) -> Iterator[Change]:
    """The themes that would be another, under the names that they would have."""
    above_then = then.above
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for quote, was, becomes in pairs:
        for tag in with_wholes(was, above_now):
            before[tag].append(quote)
        for tag in with_wholes(becomes, above_then):
            after[tag].append(quote)
    for tag in dict.fromkeys([*then.names, *sorted(before)]):
        change = Change(
            theme=tag,
            before=_size(before[tag], account, worth),
            after=_size(after[tag], account, worth),
        )
        if change.moves:
            yield change


def _above(now: Taxonomy, new_names: Mapping[str, str]) -> Mapping[str, Tags]:
    return {
        new_names.get(name, name): tuple(new_names.get(whole, whole) for whole in wholes)
        for name, wholes in now.above.items()
    }
