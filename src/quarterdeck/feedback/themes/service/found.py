"""How do themes that nobody named look: what they are about, who speaks of them, what those are worth?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.intake.service.book import Book, open_book
from quarterdeck.feedback.themes.facts import Worth, worth_of_accounts
from quarterdeck.feedback.themes.models import Note
from quarterdeck.feedback.themes.service.board import moment_of
from quarterdeck.feedback.themes.service.noting import notes
from quarterdeck.feedback.themes.service.seeing import money
from quarterdeck.feedback.themes.service.untagged import FEWEST, Found, KeptFound, kept_found
from quarterdeck.stats.figures import counted, whole

compute: Any = pc  # its stubs know no columns in chunks
MOST_SHOWN = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Typical:
    """A quote that is most like the others of its theme."""

    quote: str
    words: str
    account: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundSeen:
    """A found theme in words; `origin` says where it comes from, `note` what was said of it."""

    key: str
    name: str
    summary: str
    words: str
    quotes: str
    customers: str
    arr: str
    origin: str
    typical: tuple[Typical, ...]
    note: Note | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPage:
    """Those to be looked at, the most worth first, and those that people said are none."""

    claim: str
    base: str
    themes: tuple[FoundSeen, ...]
    more: int
    dismissed: tuple[FoundSeen, ...]
    at: datetime


def see_found(workspace: Workspace, *, sees_personal: bool) -> FoundPage | None:
    """What the last run found; None where none was yet."""
    kept = kept_found(workspace)
    if kept is None:
        return None
    book, noted = open_book(workspace), notes()
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        worth = worth_of_accounts(snapshot, moment_of(workspace))
    enough = [each for each in kept.themes if len(each.quotes) >= FEWEST]
    names = {each.key: each.name for each in kept.themes}
    measured = [(each, _customers(book, each)) for each in enough]
    ordered = sorted(measured, key=lambda pair: (-_worth(pair[1], worth), -len(pair[0].quotes), pair[0].key))

    def told(pairs: Sequence[tuple[Found, set[str]]]) -> tuple[FoundSeen, ...]:
        return tuple(
            _seen(each, who, worth, noted.get(each.key), names, book, workspace.currency, sees_personal)
            for each, who in pairs
        )

    none = [pair for pair in ordered if pair[0].key in noted and noted[pair[0].key].is_none]
    open_ones = [pair for pair in ordered if pair not in none]
    many = counted(len(open_ones), "theme")
    return FoundPage(
        claim=f"{many[0].upper()}{many[1:]} among {whole(kept.looked_at)} quotes without a tag",
        base=_base(kept),
        themes=told(open_ones[:MOST_SHOWN]),
        more=max(0, len(open_ones) - MOST_SHOWN),
        dismissed=told(none),
        at=kept.at,
    )


def _base(kept: KeptFound) -> str:
    newest = f" These are the newest of {kept.untagged:,}." if kept.untagged > kept.looked_at else ""
    gone = f" {counted(len(kept.gone), 'theme')} of before ended." if kept.gone else ""
    return f"A theme keeps its place from run to run.{newest}{gone}"


def _customers(book: Book, found: Found) -> set[str]:
    wanted = compute.is_in(book.table["quote"], value_set=pa.array(found.quotes, pa.string()))
    accounts: list[Any] = compute.unique(book.table["account"].filter(wanted)).to_pylist()
    return {name for name in accounts if name}


def _worth(customers: set[str], worth: Mapping[str, Worth]) -> float:
    return sum(worth[name].arr for name in sorted(customers) if name in worth)


def _seen(
    found: Found,
    customers: set[str],
    worth: Mapping[str, Worth],
    note: Note | None,
    names: Mapping[str, str],
    book: Book,
    currency: str,
    sees_personal: bool,
) -> FoundSeen:
    quotes = [book.find(key) for key in found.typical if book.has(key)]
    return FoundSeen(
        key=found.key,
        name=(note.name if note else "") or found.name,
        summary=note.summary if note else "",
        words=", ".join(found.words[3:10]),
        quotes=whole(len(found.quotes)),
        customers=whole(len(customers)),
        arr=money(_worth(customers, worth), currency),
        origin=_origin(found, names),
        typical=tuple(
            Typical(
                quote=quote.quote,
                words=quote.words(sees_personal=sees_personal),
                account=quote.account_name or quote.account or "nobody known",
            )
            for quote in quotes
        ),
        note=note,
    )


def _origin(found: Found, names: Mapping[str, str]) -> str:
    if found.split_from:
        return f"split from {names.get(found.split_from, found.split_from)}"
    if found.merged:
        return f"took up {counted(len(found.merged), 'theme')} of before"
    return "new" if found.is_new else f"since {found.since}"
