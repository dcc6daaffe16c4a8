"""What do quotes without a tag speak of, and which theme of today is which of before?

A job finds themes among them and keeps what it found, replaced whole: keys of quotes, and words of the masked
texts. The next run goes on from it, so that a theme keeps its id; an id that people said something of never
becomes another's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import FactError
from quarterdeck.feedback.intake.service.book import Book, open_book
from quarterdeck.feedback.themes.models import Note
from quarterdeck.feedback.themes.service.discovering import Earlier, discover, discovery_json, read_earlier
from quarterdeck.feedback.themes.service.encoding import MINILM, best_installed
from quarterdeck.feedback.themes.service.keeping import FOLDER, KeptTags, kept_tags, tag_table
from quarterdeck.jobs.models import Job, State
from quarterdeck.jobs.queue import ask
from quarterdeck.records.models import Person

compute: Any = pc  # its stubs know no columns in chunks
FILE = FOLDER / "found.json"
MOST_LOOKED_AT, MOST_READ_BY_MODEL = 20_000, 5_000  # the newest; a minute at most
FIND, TITLE = "themes.find", "Find themes nobody named"
FEWEST = 5
"""Fewer quotes are no theme that a person need look at."""
Tell = Callable[[int, str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A theme among quotes without a tag: what is alike in them, and where it comes from.

    `since` is the day on which it was found first, `is_new` that the last run did; `split_from` and `merged`
    name themes of before.
    """

    key: str
    name: str
    words: tuple[str, ...]
    quotes: tuple[str, ...]
    typical: tuple[str, ...]
    since: str
    is_new: bool
    split_from: str
    merged: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptFound:
    """What the last run found among the newest of `untagged` quotes; which themes of before are gone."""

    of: str
    at: datetime
    looked_at: int
    untagged: int
    themes: tuple[Found, ...]
    gone: tuple[str, ...]


def kept_found(workspace: Workspace) -> KeptFound | None:
    """What is kept; None where nothing is, or where another program wrote it."""
    try:
        told = orjson.loads((workspace.path / FILE).read_bytes())
        members: dict[str, list[str]] = {theme["id"]: [] for theme in told["themes"]}
        for item in told["items"]:
            if item["theme"] is not None:
                members[item["theme"]].append(item["id"])
        return KeptFound(
            of=told["of"],
            at=datetime.fromisoformat(told["at"]),
            looked_at=len(told["items"]),
            untagged=told["untagged"],
            themes=tuple(_read(theme, members[theme["id"]], told) for theme in told["themes"]),
            gone=tuple(told["gone"]),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def found_at(workspace: Workspace) -> int:
    """When it was written, as a number that changes with it; 0 where nothing is."""
    try:
        return (workspace.path / FILE).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def is_stale(workspace: Workspace) -> bool:
    """Whether tags were given since the themes were found."""
    tags, found = kept_tags(workspace), kept_found(workspace)
    return tags is not None and (found is None or found.of != tags.of)


def keep_found(workspace: Workspace, *, tell: Tell = lambda done, saying: None) -> KeptFound | None:
    """Find themes among the quotes without a tag, and keep them; None where nothing is tagged yet."""
    tags = kept_tags(workspace)
    if tags is None:
        return None
    book, earlier = open_book(workspace), _earlier(workspace)
    keys = untagged_quotes(workspace, tags, book)
    most = MOST_READ_BY_MODEL if best_installed() == MINILM else MOST_LOOKED_AT
    looked_at = keys[-most:]
    tell(0, f"{len(looked_at):,} quotes without a tag")
    found = discover(looked_at, _masked(book, looked_at), earlier=earlier.known)
    today = datetime.now(UTC)
    told = dict(discovery_json(found))
    themes: Any = told["themes"]
    since = {each["id"]: earlier.since.get(each["id"], today.date().isoformat()) for each in themes}
    told |= {
        "of": tags.of,
        "at": today.isoformat(),
        "untagged": len(keys),
        "since": since,
        "new": sorted(set(since) - set(earlier.since)),
    }
    write_atomically(workspace.path / FILE, orjson.dumps(told).decode())
    return kept_found(workspace)


def look_again(*, by: Person) -> None:
    """Ask for another look at the quotes without a tag."""
    ask(FIND, title=TITLE, key=FIND, by_id=by.pk)


def is_looking() -> bool:
    """Whether a look is asked for or under way."""
    return Job.objects.filter(task=FIND, state__in=[State.WAITING, State.RUNNING]).exists()


def untagged_quotes(workspace: Workspace, tags: KeptTags, book: Book) -> list[str]:
    """The quotes that count and have no tag, by time; those that people kept without one are among them."""
    table = tag_table(workspace, tags)
    rows = table.filter(compute.equal(compute.list_value_length(table["tags"]), 0))
    there = compute.is_in(rows["quote"], value_set=book.table["quote"].combine_chunks())
    found: list[Any] = rows["quote"].filter(there).to_pylist()
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Before:
    known: Earlier
    since: Mapping[str, str]


def _earlier(workspace: Workspace) -> _Before:
    """What was found before; where that is lost, at least which ids were used."""
    numbers = (int(theme.rpartition("-")[2]) for theme in Note.objects.values_list("theme", flat=True))
    used = 1 + max(numbers, default=0)
    try:
        known = read_earlier(workspace.path / FILE)
        since = orjson.loads((workspace.path / FILE).read_bytes())["since"]
    except (FileNotFoundError, FactError, KeyError):
        return _Before(known=Earlier(themes=(), next_number=used), since={})
    return _Before(known=Earlier(themes=known.themes, next_number=max(used, known.next_number)), since=since)


def _masked(book: Book, keys: list[str]) -> list[str]:
    place = compute.index_in(pa.array(keys, pa.string()), value_set=book.table["quote"].combine_chunks())
    words: list[Any] = book.table["masked"].take(place).to_pylist()
    return words


def _read(theme: Any, quotes: list[str], told: Any) -> Found:
    return Found(
        key=theme["id"],
        name=theme["name"],
        words=tuple(theme["words"]),
        quotes=tuple(quotes),
        typical=tuple(theme["typical"]),
        since=told["since"][theme["id"]],
        is_new=theme["id"] in told["new"],
        split_from=theme["split_from"] or "",
        merged=tuple(theme["merged"]),
    )
