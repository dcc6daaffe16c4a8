"""What is to be sorted, what is known about the quote at hand, and what comes next?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.feedback.intake.calc.duplicates import jaccard, normal_form, shingles
from quarterdeck.feedback.intake.calc.quotes import cut_places
from quarterdeck.feedback.intake.models import Sorted, Step
from quarterdeck.feedback.intake.service.book import Book, Quote, open_book
from quarterdeck.feedback.intake.service.deciding import UNDID, last_step
from quarterdeck.feedback.intake.service.projecting import is_behind
from quarterdeck.feedback.intake.service.suggesting import (
    Suggestion,
    called,
    known_tags,
    named_now,
    suggestions,
    unsure_quotes,
    with_tags_of_now,
)
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.stats.figures import SYMBOLS, whole

compute: Any = pc  # its stubs know no columns in chunks

Show = Literal["new", "unsure", "kept", "out"]
STATES: Mapping[Show, str] = {
    "new": "", "unsure": "", "kept": Sorted.KEPT.value, "out": Sorted.NOT_FEEDBACK.value,
}  # fmt: skip
PER_PAGE = 40
_COMPARED = 400
_CLOSEST = 3
_OTHERS = 4
_ABBREVIATIONS = frozenset({"nps", "csat", "ces", "crm"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which quotes are looked at, and which one of them is at hand."""

    show: Show = "new"
    channel: str = ""
    account: str = ""
    language: str = ""
    tag: str = ""
    quote: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A quote in a list, in words that its reader may see."""

    quote: str
    words: str
    channel: str
    account: str
    arr: str
    time: datetime
    tags: tuple[str, ...]
    said_again: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """A place at which a quote may be cut, and what would stand on both sides."""

    place: int
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AtHand:
    """The quote that is sorted now, and what helps to sort it."""

    quote: Quote
    words: str
    suggested: tuple[Suggestion, ...]
    further_tags: tuple[str, ...]
    same: tuple[Line, ...]
    others: tuple[Line, ...]
    closest: tuple[Line, ...]
    cuts: tuple[Cut, ...]
    person_is_shown: bool
    channel: str
    arr: str

    @property
    def is_checked(self) -> bool:
        """Have people kept or dropped suggestions that were as sure as one of these?"""
        return any(each.of for each in self.suggested)


@dataclass(frozen=True, kw_only=True, slots=True)
class Inbox:
    """One page of the inbox. `first` and `last_shown` number its lines among all `total`.

    `before` and `after` are neighbours of the quote at hand; with `page_before` and `page_after` the pages
    beside this one begin.
    """

    lines: tuple[Line, ...]
    total: int
    first: int
    last_shown: int
    counts: Mapping[str, int]
    sorted_today: int
    channels: tuple[str, ...]
    languages: tuple[str, ...]
    tags: tuple[str, ...]
    at_hand: AtHand | None
    before: str
    after: str
    page_before: str
    page_after: str
    last: Step | None
    is_behind: bool
    has_messages: bool


def look(asked: Asked, person: Person) -> Inbox:
    """The quotes that are asked for, those of the largest accounts first, and one of them at hand."""
    book = open_book()
    table = book.table
    places = _ordered(table, _wanted(book, asked))
    keys: list[Any] = table["quote"].take(places).to_pylist()
    here = keys.index(asked.quote) if asked.quote in keys else 0
    begin = here // PER_PAGE * PER_PAGE
    shown = book.at(places[begin : begin + PER_PAGE].to_pylist())
    at_hand = _at_hand(book, asked, keys, here)
    folded = _many_folded(table, [quote.quote for quote in shown])
    return Inbox(
        lines=tuple(_line(quote, person, folded.get(quote.quote, 0)) for quote in shown),
        total=len(keys),
        first=begin + 1,
        last_shown=begin + len(shown),
        counts=_counts(table),
        sorted_today=sorted_today(person),
        channels=_values(table, "channel"),
        languages=_values(table, "language"),
        tags=known_tags(),
        at_hand=None if at_hand is None else _help(book, at_hand, person),
        before=keys[here - 1] if keys and here > 0 else "",
        after=keys[here + 1] if here + 1 < len(keys) else "",
        page_before=keys[begin - PER_PAGE] if begin else "",
        page_after=keys[begin + PER_PAGE] if begin + PER_PAGE < len(keys) else "",
        last=last_step(person),
        is_behind=is_behind(workspace()),
        has_messages=bool(len(book)),
    )


def waiting_count() -> int:
    """How many quotes nobody has sorted yet."""
    return open_book().waiting


def sorted_today(person: Person) -> int:
    """How many quotes somebody sorted since the day began."""
    zone = workspace().zone
    begins = datetime.combine(datetime.now(zone).date(), time(), zone)
    steps = Step.objects.filter(by=person, at__gte=begins, undone_by__isnull=True).exclude(verb=UNDID)
    return steps.values("quote").distinct().count()


def listed(asked: Asked) -> tuple[Book, Any]:
    """The quotes that are asked for, as their places in the book, in the order of the inbox."""
    book = open_book()
    return book, _ordered(book.table, _wanted(book, asked))


def _wanted(book: Book, asked: Asked) -> Any:
    """Those that stand for themselves, in the state and of the kind that is asked for."""
    table = book.table
    mask = compute.and_(
        compute.equal(table["same_as"], ""), compute.equal(table["state"], STATES[asked.show])
    )
    for name in ("channel", "account", "language"):
        if value := getattr(asked, name):
            mask = compute.and_(mask, compute.fill_null(compute.equal(table[name], value), False))
    if asked.show == "unsure":
        mask = compute.and_(mask, _is_unsure(table))
    if asked.tag:
        names = called(asked.tag)
        tagged = [quote for quote, (_, tags) in book.decided.states.items() if names.intersection(tags)]
        mask = compute.and_(mask, compute.is_in(table["quote"], value_set=pa.array(tagged, pa.string())))
    return compute.indices_nonzero(mask)


def _is_unsure(table: pa.Table) -> Any:
    return compute.is_in(table["quote"], value_set=pa.array(unsure_quotes(), pa.string()))


def _ordered(table: pa.Table, places: Any) -> Any:
    """By what the account pays, then the newest first."""
    columns = table.select(["arr", "time", "message", "start"]).take(places)
    keys = [("arr", "descending"), ("time", "descending"), ("message", "ascending"), ("start", "ascending")]
    return places.take(compute.sort_indices(columns, sort_keys=keys))


def _at_hand(book: Book, asked: Asked, keys: Sequence[str], here: int) -> Quote | None:
    if asked.quote and book.has(asked.quote):
        return with_tags_of_now(book.find(asked.quote))
    return with_tags_of_now(book.find(keys[here])) if keys else None


def _help(book: Book, quote: Quote, person: Person) -> AtHand:
    suggested = suggestions(quote)
    others = _others(book, quote)
    sees = person.sees_personal
    words = quote.words(sees_personal=sees)
    return AtHand(
        quote=quote,
        words=words,
        suggested=suggested,
        further_tags=tuple(tag for tag in quote.tags if tag not in {each.tag for each in suggested}),
        same=tuple(_line(each, person) for each in book.same(quote.quote)),
        others=tuple(_line(each, person) for each in others[:_OTHERS]),
        closest=tuple(_line(each, person) for each in _closest(quote, others)),
        cuts=_cuts(quote) if words == quote.text and "." not in quote.quote.rpartition("#")[2] else (),
        person_is_shown=sees and bool(quote.person),
        channel=channel_name(quote.channel),
        arr=money(quote.arr),
    )


def _others(book: Book, quote: Quote) -> list[Quote]:
    """What else the account said, in this message first, then the newest."""
    table = book.table
    same = compute.equal(table["message"], quote.message)
    if quote.account:
        same = compute.or_(same, compute.fill_null(compute.equal(table["account"], quote.account), False))
    mask = compute.and_(same, compute.equal(table["same_as"], ""))
    places: list[int] = compute.indices_nonzero(mask).to_pylist()
    found = [each for each in book.at(places[-_COMPARED:]) if each.quote != quote.quote]
    own = sorted((each for each in found if each.message == quote.message), key=lambda each: each.start)
    return own + [each for each in reversed(found) if each.message != quote.message]


def _closest(quote: Quote, others: Sequence[Quote]) -> list[Quote]:
    """Those of the same account whose words are most like its own: what it may be merged into."""
    own = shingles(normal_form(quote.text))
    ranked = sorted(others, key=lambda each: -jaccard(own, shingles(normal_form(each.text))))
    return ranked[:_CLOSEST]


def _cuts(quote: Quote) -> tuple[Cut, ...]:
    return tuple(
        Cut(place=place, before=quote.text[:place].strip(), after=quote.text[place:].strip())
        for place in cut_places(quote.text)
    )


def _line(quote: Quote, person: Person, said_again: int = 0) -> Line:
    return Line(
        quote=quote.quote,
        words=quote.words(sees_personal=person.sees_personal),
        channel=channel_name(quote.channel),
        account=quote.account_name or quote.account or "",
        arr=money(quote.arr),
        time=quote.time,
        tags=named_now(quote.tags),
        said_again=said_again,
    )


def money(amount: float | None) -> str:
    """A sum in the company's currency; nothing where none is known."""
    if amount is None:
        return ""
    currency = workspace().currency
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{whole(amount)}" if symbol else f"{whole(amount)} {currency}"


def channel_name(channel: str | None) -> str:
    """A channel as people write it: abbreviations in capitals."""
    if not channel:
        return "Somewhere"
    return channel.upper() if channel in _ABBREVIATIONS else channel[:1].upper() + channel[1:]


def _many_folded(table: pa.Table, quotes: Sequence[str]) -> dict[str, int]:
    wanted = compute.is_in(table["same_as"], value_set=pa.array(list(quotes), pa.string()))
    found: list[Any] = table["same_as"].filter(wanted).to_pylist()
    return dict(Counter(found))


def _counts(table: pa.Table) -> dict[str, int]:
    alone: list[Any] = table["state"].filter(compute.equal(table["same_as"], "")).to_pylist()
    counted = Counter(alone)
    new = compute.and_(compute.equal(table["same_as"], ""), compute.equal(table["state"], ""))
    unsure = compute.sum(compute.and_(new, _is_unsure(table))).as_py() or 0
    return {show: counted[state] for show, state in STATES.items()} | {"unsure": unsure}


def _values(table: pa.Table, name: str) -> tuple[str, ...]:
    found: list[Any] = compute.unique(table[name]).to_pylist()
    return tuple(sorted(value for value in found if value))
