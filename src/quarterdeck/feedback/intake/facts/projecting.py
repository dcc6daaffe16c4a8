"""How do messages become quotes, only new ones read, and what said the same folded?

Messages come by time; what was made of them before is read beside them in the same order, so that memory
holds a few thousand at once. Only of customers who said something new are all quotes compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.feedback.intake.calc.duplicates import fold
from quarterdeck.feedback.intake.calc.languages import UNKNOWN, language_of
from quarterdeck.feedback.intake.calc.personal import find_personal, masked, within
from quarterdeck.feedback.intake.calc.quotes import split_quotes
from quarterdeck.feedback.intake.facts.messages import Row, messages
from quarterdeck.feedback.intake.facts.quote_files import (
    SCHEMA,
    Manifest,
    QuoteFiles,
    making,
    of_interest,
    read_part,
    write_part,
)

Tell = Callable[[int, str], None]

# Of customers that nobody knows only what is long enough to be nobody else's chance words is folded.
_FEWEST_OF_STRANGERS = 40
MOST_KEY = 180
_OWNED = (
    "account",
    "account_name",
    "person",
    "channel",
    "plan",
    "arr",
    "product_area",
    "score",
    "consent",
    "time",
)


@dataclass(kw_only=True, slots=True)
class _Work:
    """What a build has done so far."""

    parts: list[str] = field(default_factory=list)
    fingerprints: list[str] = field(default_factory=list)
    quotes: int = 0
    messages: int = 0
    changed: set[str] = field(default_factory=set)

    def add(self, part: str, fingerprint: str, quotes: int) -> None:
        """One part more."""
        self.parts.append(part)
        self.fingerprints.append(fingerprint)
        self.quotes += quotes


def build(
    files: QuoteFiles,
    snapshot: Snapshot,
    *,
    tell: Tell = lambda done, saying: None,
    may_publish: Callable[[], bool],
) -> Manifest | None:
    """Make the quotes of a snapshot; None where, at the end, they may not be kept."""
    old = files.manifest()
    with files.building() as folder:
        work = _Work()
        earlier: _Earlier | None = None
        for said in messages(snapshot):
            work.messages += said.table.num_rows
            place = len(work.parts)
            name = f"part-{place:05d}.arrow"
            if earlier is None and old is not None and said.fingerprint == _at(old.fingerprints, place):
                # Nothing about these messages changed, nor about any before them.
                (folder / name).hardlink_to(files.path / old.folder / old.parts[place])
                made = read_part(folder / name)
            else:
                earlier = earlier or _Earlier(files.rows(old, after=place))
                made = pa.Table.from_pylist(
                    [quote for row in said.rows for quote in _quotes(row, earlier, work)], schema=SCHEMA
                )
                write_part(folder / name, made)
            work.add(name, said.fingerprint, made.num_rows)
            tell(work.messages, f"{work.messages:,} messages read")
        earlier = earlier or _Earlier(files.rows(old, after=len(work.parts)))
        work.changed.update(earlier.left_over())
        tell(work.messages, "Folding what says the same")
        _fold(folder, work)
        manifest = Manifest(
            folder=folder.name,
            parts=tuple(work.parts),
            fingerprints=tuple(work.fingerprints),
            quotes=work.quotes,
            messages=work.messages,
            versions=of_interest(snapshot.versions),
            making=making(),
        )
        if not may_publish():
            return None
        files.publish(manifest)
    return manifest


def _at(fingerprints: Sequence[str], place: int) -> str | None:
    return fingerprints[place] if place < len(fingerprints) else None


class _Earlier:
    """What was made of the messages before, met in the same order."""

    def __init__(self, rows: Iterator[dict[str, Any]]) -> None:
        self._rows = rows
        self._next = next(rows, None)
        self._left: set[str] = set()

    def of(self, row: Row, digest: str) -> list[dict[str, Any]]:
        """The quotes of a message as they were made before; none where its words are others now."""
        found: list[dict[str, Any]] = []
        here = (row["time"], row["message"])
        while self._next is not None and (self._next["time"], self._next["message"]) <= here:
            same = (self._next["time"], self._next["message"]) == here and self._next["digest"] == digest
            if same:
                found.append(self._next)
            else:
                self._left.add(self._next["scope"])
            self._next = next(self._rows, None)
        return found

    def left_over(self) -> set[str]:
        """The scopes of which something is gone."""
        while self._next is not None:
            self._left.add(self._next["scope"])
            self._next = next(self._rows, None)
        return self._left


def _quotes(row: Row, earlier: _Earlier, work: _Work) -> Iterator[dict[str, Any]]:
    names = [name for name in row["names"] or () if name]
    digest = hashlib.blake2b("\0".join([row["text"], *names]).encode(), digest_size=8).hexdigest()
    before = earlier.of(row, digest)
    owned = {name: row[name] for name in _OWNED}
    for quote in before or _made(row, names, digest):
        scope = _scope(row, quote["text"])
        if scope != quote.get("scope"):
            work.changed.update({scope, quote.get("scope") or ""})
            quote |= {"same_as": "", "similarity": None}
        yield {**quote, **owned, "scope": scope}


def _made(row: Row, names: Sequence[str], digest: str) -> Iterator[dict[str, Any]]:
    text: str = row["text"]
    spans = split_quotes(text)
    found = find_personal(text, names) if spans else ()
    whole = language_of(text) if spans else UNKNOWN
    for span in spans:
        said = text[span.start : span.end]
        own = language_of(said)
        yield {
            "quote": f"{short_key(row['message'])}#{span.place}",
            "message": row["message"],
            "place": span.place,
            "of": len(spans),
            "start": span.start,
            "end": span.end,
            "text": said,
            "masked": masked(said, within(found, span.start, span.end)),
            # A sentence may be too short to tell; its message may not.
            "language": whole if own == UNKNOWN else own,
            "digest": digest,
        }


def short_key(message: str) -> str:
    """The key of a message, as far as records can hold it."""
    if len(message) <= MOST_KEY:
        return message
    return f"{message[: MOST_KEY - 17]}~{hashlib.blake2b(message.encode(), digest_size=8).hexdigest()}"


def _scope(row: Row, text: str) -> str:
    """Among whose quotes duplicates are looked for: an account's, a person's, or a channel's strangers'."""
    if row["account"]:
        return f"account {row['account']}"
    if row["person"]:
        return f"person {row['person']}"
    if len(text) < _FEWEST_OF_STRANGERS:
        return ""
    return f"strangers {row['channel']} {row['time'].year} {(row['time'].month + 2) // 3}"


def _fold(folder: Path, work: _Work) -> None:
    """Say of each quote of a changed scope which one before it says the same."""
    changed = work.changed - {""}
    if not changed:
        return
    wanted = pa.array(sorted(changed), pa.string())
    found = [
        table.filter(pc.is_in(table["scope"], value_set=wanted))
        for part in work.parts
        for table in (read_part(folder / part).select(["quote", "scope", "text"]),)
    ]
    table = pa.concat_tables(found)
    quotes: list[Any] = table["quote"].to_pylist()
    texts: list[Any] = table["text"].to_pylist()
    scopes: list[Any] = table["scope"].to_pylist()
    folds = fold(texts, scopes)
    same: dict[str, tuple[str, float | None]] = {
        quote: (quotes[each.first], each.similarity)
        for quote, each in zip(quotes, folds, strict=True)
        if each is not None
    }
    for part in work.parts:
        _fold_part(folder / part, wanted, same)


def _fold_part(file: Path, changed: pa.Array[Any], same: Mapping[str, tuple[str, float | None]]) -> None:
    table = read_part(file)
    concerned = pc.is_in(table["scope"], value_set=changed).to_pylist()
    if not any(concerned):
        return
    quotes: list[Any] = table["quote"].to_pylist()
    before = table.select(["same_as", "similarity"]).to_pylist()
    nothing: tuple[str, float | None] = ("", None)
    folded = [
        same.get(quote, nothing) if touched else (old["same_as"] or "", old["similarity"])
        for quote, touched, old in zip(quotes, concerned, before, strict=True)
    ]
    for name, kind, place in (("same_as", pa.string(), 0), ("similarity", pa.float64(), 1)):
        values = pa.array([each[place] for each in folded], kind)
        table = table.set_column(table.schema.get_field_index(name), name, values)
    write_part(file, table)
