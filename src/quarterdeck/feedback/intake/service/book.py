"""Which quotes are there as people left them: cut, merged, sorted? Others read quotes here.

What is made of the messages and what is decided about it meet nowhere else. Columns stay on disk, mapped,
until they are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Count, Max

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.feedback.intake.calc.personal import hidden_in, masked, within
from quarterdeck.feedback.intake.facts.quote_files import Manifest, QuoteFiles
from quarterdeck.feedback.intake.models import Step, Triage
from quarterdeck.records.here import workspace

compute: Any = pc  # its stubs know no columns in chunks
EXTRA = ("state", "tags")


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """One quote. `same_as` names the one it is counted with; `state` is empty while nobody has sorted it."""

    quote: str
    message: str
    place: int
    of: int
    start: int
    end: int
    text: str
    masked: str
    channel: str | None
    person: str | None
    account: str | None
    account_name: str | None
    plan: str | None
    arr: float | None
    product_area: str | None
    language: str
    time: datetime
    score: float | None
    consent: bool | None
    same_as: str
    similarity: float | None
    digest: str
    state: str = ""
    tags: tuple[str, ...] = ()

    def words(self, *, sees_personal: bool) -> str:
        """Its words as somebody may see them."""
        return self.text if sees_personal else self.masked

    @property
    def may_be_shown_outside(self) -> bool:
        """Only with consent, and then without what is personal."""
        return self.consent is True


_FIELDS = tuple(name for name in Quote.__dataclass_fields__ if name not in EXTRA)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What was decided about the quotes, by key; `number` is that of the last step."""

    number: tuple[int, int]
    states: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    folds: Mapping[str, str] = field(default_factory=dict)
    cuts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Book:
    """The quotes of one build with what was decided until one step.

    `table` has a row for each quote by time, with `state` and `same_as` as people left them.
    """

    version: str
    manifest: Manifest | None
    table: pa.Table
    decided: Decided

    def __len__(self) -> int:
        return self.table.num_rows

    def _place(self, quote: str) -> int:
        return int(compute.index(self.table["quote"], quote).as_py())

    def find(self, quote: str) -> Quote:
        """The quote of a key."""
        place = self._place(quote)
        if place < 0:
            raise QuarterdeckError(
                f"There is no quote '{quote[:80]}'.", "It may have been cut in parts, or its message is gone."
            )
        return self.at([place])[0]

    def has(self, quote: str) -> bool:
        """Whether there is a quote of that key."""
        return self._place(quote) >= 0

    def at(self, places: Sequence[int]) -> list[Quote]:
        """The quotes in some rows, in that order."""
        rows = self.table.take(pa.array(places, pa.int64())).select([*_FIELDS, "state"]).to_pylist()
        return [self._quote(row) for row in rows]

    def first_of(self, quote: str) -> str:
        """The quote that another is counted with, or itself."""
        return self.find(quote).same_as or quote

    def same(self, quote: str) -> list[Quote]:
        """Those that are counted with a quote, by time."""
        return self.at(_rows_where(compute.equal(self.table["same_as"], quote)))

    def of_message(self, message: str) -> list[Quote]:
        """All quotes of a message, in their order."""
        return self.at(_rows_where(compute.equal(self.table["message"], message)))

    @cached_property
    def waiting(self) -> int:
        """How many stand for themselves and nobody has sorted."""
        alone = compute.equal(self.table["same_as"], "")
        found = compute.sum(compute.and_(alone, compute.equal(self.table["state"], ""))).as_py()
        return int(found or 0)

    def _quote(self, row: dict[str, Any]) -> Quote:
        state, tags = self.decided.states.get(row["quote"], ("", ()))
        return Quote(**(row | {"tags": tags if state == row["state"] else ()}))


def _rows_where(mask: Any) -> list[int]:
    found: list[int] = compute.indices_nonzero(mask).to_pylist()
    return found


_kept: dict[Path, Book] = {}


def open_book(here: Workspace | None = None) -> Book:
    """The quotes of a workspace as they are now; the last reading is kept for as long as nothing changed."""
    opened = here or workspace()
    files = QuoteFiles(opened.path)
    manifest = files.manifest()
    number = _number()
    version = f"{manifest.folder if manifest else 'none'} {number[0]} {number[1]}"
    known = _kept.get(opened.path)
    if known is not None and known.version == version:
        return known
    decided = read_decided(number)
    table = _table(files, manifest, decided)
    book = Book(version=version, manifest=manifest, table=table, decided=decided)
    _kept[opened.path] = book
    return book


def _number() -> tuple[int, int]:
    found = Step.objects.aggregate(last=Max("pk"), many=Count("pk"))
    return found["last"] or 0, found["many"]


def read_decided(number: tuple[int, int]) -> Decided:
    """Everything that was decided."""
    states: dict[str, tuple[str, tuple[str, ...]]] = {}
    folds: dict[str, str] = {}
    cuts: dict[str, tuple[int, ...]] = {}
    digests: dict[str, str] = {}
    names = ("quote", "state", "tags", "into", "stands_alone", "cuts", "digest")
    for quote, state, tags, into, stands_alone, places, digest in Triage.objects.values_list(
        *names
    ).iterator():
        digests[quote] = digest
        if state:
            states[quote] = (state, tuple(tags))
        if into or stands_alone:
            folds[quote] = into
        if places:
            cuts[quote] = tuple(places)
    return Decided(number=number, states=states, folds=folds, cuts=cuts, digests=digests)


def _table(files: QuoteFiles, manifest: Manifest | None, decided: Decided) -> pa.Table:
    table = files.table(manifest) if manifest else files.empty()
    valid = _still(table, decided)
    table = _cut(table, valid)
    table = _set(table, "same_as", _followed(table, valid))
    return _set(
        table.append_column("state", pa.array([""] * table.num_rows, pa.string())),
        "state",
        {quote: state for quote, (state, _) in valid.states.items()},
    )


def _still(table: pa.Table, decided: Decided) -> Decided:
    """What was decided about words that still stand under their key."""
    concerned = {*decided.states, *decided.folds, *decided.cuts}
    if not concerned:
        return decided
    # A part of a cut quote has the digest of the whole.
    wholes = {_whole(quote) for quote in concerned}
    found = table.filter(compute.is_in(table["quote"], value_set=pa.array(sorted(wholes), pa.string())))
    keys: list[Any] = found["quote"].to_pylist()
    now = dict(zip(keys, found["digest"].to_pylist(), strict=True))
    alive = {quote for quote in concerned if decided.digests[quote] == now.get(_whole(quote))}
    return replace(
        decided,
        states={quote: each for quote, each in decided.states.items() if quote in alive},
        folds={quote: each for quote, each in decided.folds.items() if quote in alive},
        cuts={quote: each for quote, each in decided.cuts.items() if quote in alive},
    )


def _whole(quote: str) -> str:
    message, _, place = quote.rpartition("#")
    return f"{message}#{place.partition('.')[0]}"


def _cut(table: pa.Table, decided: Decided) -> pa.Table:
    """Quotes that people cut as their parts, in their place."""
    if not decided.cuts:
        return table
    concerned = compute.is_in(table["quote"], value_set=pa.array(sorted(decided.cuts), pa.string()))
    places = _rows_where(concerned)
    pieces, after = [], 0
    for place in places:
        [row] = table.slice(place, 1).to_pylist()
        parts = list(_parts(row, decided.cuts[row["quote"]]))
        pieces += [table.slice(after, place - after), pa.Table.from_pylist(parts, schema=table.schema)]
        after = place + 1
    return pa.concat_tables([*pieces, table.slice(after)])


def _parts(row: dict[str, Any], cuts: Sequence[int]) -> Iterator[dict[str, Any]]:
    text: str = row["text"]
    hidden = hidden_in(text, row["masked"])
    for number, (begin, end) in enumerate(zip([0, *cuts], [*cuts, len(text)], strict=True), start=1):
        said = text[begin:end].strip()
        first = begin + text[begin:end].index(said)
        start = row["start"] + first
        yield row | {
            "quote": f"{row['quote']}.{number}",
            "start": start,
            "end": start + len(said),
            "text": said,
            # What was found in the message, where greetings stand and names are known, holds for its parts.
            "masked": masked(said, within(hidden, first, first + len(said))),
            "same_as": "",
            "similarity": None,
        }


def _followed(table: pa.Table, decided: Decided) -> dict[str, str]:
    """Into which quotes others are folded, where people merged, unfolded or cut some of them."""
    if not decided.folds and not decided.cuts:
        return {}
    folded = table.select(["quote", "same_as"]).filter(compute.not_equal(table["same_as"], ""))
    quotes: list[Any] = folded["quote"].to_pylist()
    sames: list[Any] = folded["same_as"].to_pylist()
    before: dict[str, str] = dict(zip(quotes, sames, strict=True))
    there = dict(before)
    heirs: dict[str, str] = {}
    for quote, same in before.items():
        if same in decided.cuts:
            # What they said the same as was cut: the first of them stands for the others now.
            heir = heirs.setdefault(same, quote)
            there[quote] = "" if heir == quote else heir
    known = _present(table, {*decided.folds, *decided.folds.values()})
    folds = {
        quote: into for quote, into in decided.folds.items() if quote in known and (not into or into in known)
    }

    def first(quote: str) -> str:
        seen: set[str] = set()
        while quote not in seen:
            seen.add(quote)
            quote = folds.get(quote, there.get(quote, "")) or quote
        return quote

    firsts = ((quote, first(quote)) for quote in {**before, **folds})
    return {quote: "" if into == quote else into for quote, into in firsts}


def _present(table: pa.Table, quotes: set[str]) -> set[str]:
    """Those of some quotes that are there."""
    wanted = pa.array(sorted(quotes), pa.string())
    found: list[Any] = table["quote"].filter(compute.is_in(table["quote"], value_set=wanted)).to_pylist()
    return set(found)


def _set(table: pa.Table, name: str, values: Mapping[str, str]) -> pa.Table:
    """The table with some values of a column set, by quote."""
    if not values:
        return table
    keys = pa.array(list(values), pa.string())
    place: Any = compute.index_in(table["quote"], value_set=keys)
    set_to = pa.array(list(values.values()), pa.string()).take(place.combine_chunks())
    column = compute.coalesce(set_to, table[name].combine_chunks())
    return table.set_column(table.schema.get_field_index(name), pa.field(name, pa.string()), column)
