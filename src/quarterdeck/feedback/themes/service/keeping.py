"""Which tags does every quote have, without reading all of them again for each page?

A job tags the quotes when there are new ones, the taxonomy changed, or somebody corrected a tag. What people
decided holds; the tagger speaks where nobody did. Disposable, and replaced whole.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.folder import Definition
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.intake.service.book import Book, open_book
from quarterdeck.feedback.themes.calc.texts import Example
from quarterdeck.feedback.themes.definitions import Taxonomy
from quarterdeck.feedback.themes.service.book import read_taxonomy

FOLDER = Path(".quarterdeck") / "themes"
RULES = 1  # counted up where the tagger gives other tags to the same words
KEPT, NOT_FEEDBACK = "kept", "not feedback"
SCHEMA = pa.schema(
    [
        pa.field("quote", pa.string()),
        pa.field("tags", pa.list_(pa.string())),
        pa.field("confidence", pa.float32()),
        pa.field("by_people", pa.bool_()),
    ]
)
Tell = Callable[[int, str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptTags:
    """What is kept: of which quotes, taxonomy and corrections, by which tagger, in which file."""

    of: str
    taxonomy: str
    encoder: str
    file: str
    quotes: int
    tagged: int


def kept_tags(workspace: Workspace) -> KeptTags | None:
    """What is kept; None where nothing is, or where only another program could read it."""
    try:
        kept = KeptTags(**orjson.loads((workspace.path / FOLDER / "tags.json").read_bytes()))
    except (FileNotFoundError, orjson.JSONDecodeError, TypeError):
        return None
    return kept if (workspace.path / FOLDER / kept.file).is_file() else None


def tagged_at(workspace: Workspace) -> int:
    """When the kept tags were written, as a number that changes with them; 0 where there are none."""
    try:
        return (workspace.path / FOLDER / "tags.json").stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def tag_table(workspace: Workspace, kept: KeptTags) -> pa.Table:
    """The columns of `SCHEMA`, a row for each quote."""
    with pa.memory_map(str(workspace.path / FOLDER / kept.file)) as mapped:
        return pa.ipc.open_file(mapped).read_all()


def is_behind(workspace: Workspace) -> bool:
    """Would tagging give something new?"""
    taxonomy = read_taxonomy(workspace)
    book = open_book(workspace)
    if taxonomy is None or not len(book):
        return False
    kept = kept_tags(workspace)
    return kept is None or kept.of != _asked(book, taxonomy)


def keep_tags(workspace: Workspace, *, tell: Tell = lambda done, saying: None) -> KeptTags | None:
    """Tag every quote that counts, and keep the tags; None where there is no taxonomy or no quote."""
    from quarterdeck.feedback.themes.service.tagging import tag_quotes  # slow import

    taxonomy, book = read_taxonomy(workspace), open_book(workspace)
    if taxonomy is None or not len(book):
        return None
    tell(0, f"{len(book):,} quotes to tag")
    rows = list(_rows(book))
    decided = {row["quote"]: row["tags"] for row in rows if row["decided"]}
    asked = [row for row in rows if not row["decided"]]
    examples = [Example(text=row["text"], tags=row["tags"]) for row in rows if row["decided"]]
    made = tag_quotes(taxonomy.model, [row["text"] for row in asked], examples=examples)
    found = {row["quote"]: each for row, each in zip(asked, made.tagged, strict=True)}
    table = pa.Table.from_pylist(
        [
            {"quote": row["quote"], "tags": list(decided[row["quote"]]), "confidence": 1.0, "by_people": True}
            if row["decided"]
            else {
                "quote": row["quote"],
                "tags": list(found[row["quote"]].tags),
                "confidence": found[row["quote"]].confidence,
                "by_people": False,
            }
            for row in rows
        ],
        schema=SCHEMA,
    )
    of = _asked(book, taxonomy)
    tagged = sum(map(bool, decided.values())) + sum(bool(each.tags) for each in made.tagged)
    return _keep(workspace, table, of=of, taxonomy=taxonomy.version, encoder=made.encoder, tagged=tagged)


def _rows(book: Book) -> Iterator[dict[str, Any]]:
    """The quotes that count: not folded into others, not sorted out."""
    for quote in book.at(range(len(book))):
        if not quote.same_as and quote.state != NOT_FEEDBACK:
            yield {
                "quote": quote.quote,
                "text": quote.text,
                "tags": quote.tags,
                "decided": quote.state == KEPT,
            }


def _asked(book: Book, taxonomy: Definition[Taxonomy]) -> str:
    said = f"{RULES} {book.version} {taxonomy.version}"
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def _keep(workspace: Workspace, table: pa.Table, *, of: str, tagged: int, **about: str) -> KeptTags:
    folder = workspace.path / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    kept = KeptTags(of=of, file=f"tags-{of}.arrow", quotes=table.num_rows, tagged=tagged, **about)
    beside = folder / f"{kept.file}.{os.getpid()}.new"
    with pa.OSFile(str(beside), "wb") as sink, pa.ipc.new_file(sink, SCHEMA) as writer:
        writer.write_table(table)
    beside.replace(folder / kept.file)
    write_atomically(folder / "tags.json", orjson.dumps(asdict(kept)).decode())
    for other in folder.glob("tags-*.arrow"):
        if other.name != kept.file:
            other.unlink(missing_ok=True)  # who has it open keeps it
    return kept
