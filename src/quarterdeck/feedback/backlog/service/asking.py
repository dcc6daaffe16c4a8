"""Who asked for a work item, in which words, and what are they worth?

A person counts once however often and under however many duplicates they asked, a customer and its revenue
once however many of its people did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.crypto import salted_hmac

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.backlog.facts.customers import Customer, read_customers
from quarterdeck.feedback.backlog.service.items import Items, moment_of, work_items
from quarterdeck.feedback.backlog.service.linking import Links, read_links
from quarterdeck.feedback.backlog.service.loop import read_loop
from quarterdeck.feedback.intake.service.book import Book, Quote, open_book
from quarterdeck.feedback.themes.service.board import Reading, marks_of, read_said
from quarterdeck.feedback.themes.service.keeping import kept_tags

compute: Any = pc  # its stubs know no columns in chunks
NOT_FEEDBACK = "not feedback"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Somebody who asked: a person, or a customer of which no person is known.

    `quote` is what they said last; `digest` tells one from another without saying who it is.
    """

    digest: str
    person: str | None
    account: str | None
    name: str
    arr: float
    quote: Quote
    times: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Asks:
    """Everything that asks for an item: quotes newest first, each once, and who said them.

    `nobody` counts the quotes of which neither person nor customer is known.
    """

    quotes: tuple[Quote, ...]
    askers: tuple[Asker, ...]
    accounts: tuple[str, ...]
    arr: float
    nobody: int

    @property
    def people(self) -> int:
        """How many are to be told."""
        return len(self.askers)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Everything that is needed to say who asked, read once for a page."""

    items: Items
    links: Links
    book: Book
    reading: Reading | None
    customers: Mapping[str, Customer]
    until: datetime
    asked_within: timedelta


def read_ground(workspace: Workspace, at: datetime | None = None) -> Ground:
    """The links, quotes and themes as they stand, the items and customers as at a moment; now if none."""
    until = at or moment_of(workspace)
    found, kept = read_links(), kept_tags(workspace)
    return Ground(
        items=work_items(workspace, until),
        links=found,
        book=open_book(workspace),
        reading=read_said(workspace, kept) if kept and found.themes else None,
        customers=customers_of(workspace, until),
        until=until,
        asked_within=timedelta(days=read_loop(workspace).asked_within_days),
    )


def customers_of(workspace: Workspace, until: datetime) -> Mapping[str, Customer]:
    """Every customer at a moment."""
    handle = FactStore(workspace.facts_path).delta("accounts").open()
    if handle is None:
        return {}
    return _customers(workspace.facts_path, handle.version(), until)


@lru_cache(maxsize=4)
def _customers(facts: Path, _version: int, until: datetime) -> Mapping[str, Customer]:
    with FactStore(facts).snapshot() as snapshot:
        return read_customers(snapshot, until)


def asks_of(ground: Ground, item: str) -> Asks:
    """Who asked for an item, for what is the same, or for anything below it."""
    shipped = ground.items.by_key[item].shipped_at if item in ground.items.by_key else None
    family = ground.links.family(item, ground.items)
    keys = [key for each in family for key in ground.links.quotes.get(each, ())]
    themes = [name for each in family for name in ground.links.themes.get(each, ())]
    places = [_linked(ground.book, keys)]
    places += [_spoken(ground, theme, shipped or ground.until) for theme in dict.fromkeys(themes)]
    return _asks(ground, np.unique(np.concatenate(places)))


def counts_of_all(ground: Ground) -> Mapping[str, Asks]:
    """Who asked, for every item that somebody asked for."""
    wanted = {
        place: None for item in ground.links.items for place in ground.links.counted_at(item, ground.items)
    }
    return {item: asks_of(ground, item) for item in wanted}


def _linked(book: Book, keys: Sequence[str]) -> Any:
    """The places of the quotes of some keys; of one that was cut, of its parts."""
    named = dict.fromkeys(keys)
    for key in keys:
        parts = len(book.decided.cuts.get(key, ())) + 1
        named |= {f"{key}.{number}": None for number in range(1, parts + 1) if parts > 1}
    mask = compute.is_in(book.table["quote"], value_set=pa.array(list(named), pa.string()))
    return _firsts(book, compute.indices_nonzero(mask).to_numpy())


def _firsts(book: Book, places: Any) -> Any:
    """The places of the quotes that some are counted with, but for what is no feedback."""
    rows = book.table.select(["quote", "same_as"]).take(pa.array(places, pa.int64()))
    folded = rows["same_as"].filter(compute.not_equal(rows["same_as"], ""))
    mask = compute.and_(
        compute.or_(
            compute.is_in(book.table["quote"], value_set=folded.combine_chunks()),
            compute.is_in(book.table["quote"], value_set=rows["quote"].combine_chunks()),
        ),
        compute.and_(
            compute.equal(book.table["same_as"], ""), compute.not_equal(book.table["state"], NOT_FEEDBACK)
        ),
    )
    return compute.indices_nonzero(mask).to_numpy().astype(np.int64)


def _spoken(ground: Ground, theme: str, until: datetime) -> Any:
    """The places of the quotes that speak of a theme, as far back as they count."""
    reading = ground.reading
    if reading is None or theme not in reading.taxonomy.names:
        return np.empty(0, np.int64)
    places = reading.places[marks_of(reading, theme)]
    times = reading.book.table["time"].take(pa.array(places, pa.int64())).combine_chunks()
    first = pa.scalar(until - ground.asked_within, times.type)
    inside = compute.and_(
        compute.greater_equal(times, first), compute.less(times, pa.scalar(until, times.type))
    )
    return places[inside.to_numpy(zero_copy_only=False)]


def _asks(ground: Ground, places: Any) -> Asks:
    book = ground.book
    quotes = sorted(book.at(places.tolist()), key=lambda quote: (quote.time, quote.quote), reverse=True)
    keys = pa.array([quote.quote for quote in quotes], pa.string())
    again = compute.indices_nonzero(compute.is_in(book.table["same_as"], value_set=keys))
    said = [*quotes, *book.at(again.to_pylist())] if quotes else []
    accounts = tuple(sorted({quote.account for quote in said if quote.account}))
    return Asks(
        quotes=tuple(quotes),
        askers=tuple(_askers(said, ground.customers)),
        accounts=accounts,
        arr=sum(ground.customers[account].arr for account in accounts if account in ground.customers),
        nobody=sum(not quote.person and not quote.account for quote in quotes),
    )


def _askers(said: Iterable[Quote], customers: Mapping[str, Customer]) -> list[Asker]:
    """Each person once; a customer once where no person of it is known. The largest customers first."""
    of: dict[tuple[str, str], list[Quote]] = {}
    known = set()
    for quote in said:
        if quote.person:
            of.setdefault(("person", quote.person), []).append(quote)
            known.add(quote.account)
    for quote in said:
        if not quote.person and quote.account and quote.account not in known:
            of.setdefault(("account", quote.account), []).append(quote)
    found = []
    for (kind, key), quotes in of.items():
        last = max(quotes, key=lambda quote: (quote.time, quote.quote))
        account = next((quote.account for quote in [last, *quotes] if quote.account), None)
        customer = customers.get(account) if account else None
        found.append(
            Asker(
                digest=digest_of_asker(kind, key),
                person=key if kind == "person" else None,
                account=account,
                name=customer.name if customer else last.account_name or account or "",
                arr=customer.arr if customer else 0.0,
                quote=last,
                times=len(quotes),
            )
        )
    return sorted(found, key=lambda asker: (-asker.arr, asker.account or "", asker.digest))


def digest_of_asker(kind: str, key: str) -> str:
    """The same for the same person or customer, and nobody's name."""
    return salted_hmac("quarterdeck.backlog.asker", f"{kind} {key}", algorithm="sha256").hexdigest()
