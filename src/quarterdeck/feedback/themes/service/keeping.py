"""Which tags does every quote have, without reading all of them again for each page?

A job tags the quotes when there are new ones, the taxonomy changed, or somebody corrected a tag. What people
decided holds; the tagger speaks where nobody did. Disposable, and replaced whole.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.folder import Definition
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.intake.service.book import Book, open_book
from quarterdeck.feedback.themes.calc.texts import Example, Tagged
from quarterdeck.feedback.themes.definitions import Taxonomy
from quarterdeck.feedback.themes.service.book import read_taxonomy

compute: Any = pc  # its stubs know no expressions
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
    counted = _counted(book)
    columns: list[list[Any]] = [counted[name].to_pylist() for name in ("quote", "text", "state")]
    keys, texts, states = columns
    decided = {
        key: book.decided.states[key][1] for key, state in zip(keys, states, strict=True) if state == KEPT
    }
    asked = [text for key, text in zip(keys, texts, strict=True) if key not in decided]
    learnt = [
        Example(text=text, tags=decided[key]) for key, text in zip(keys, texts, strict=True) if key in decided
    ]
    made = tag_quotes(taxonomy.model, asked, examples=learnt)
    found = iter(made.tagged)
    tagged = [Tagged(tags=decided[key], confidence=1.0) if key in decided else next(found) for key in keys]
    table = pa.table(
        [
            pa.array(keys),
            pa.array([list(each.tags) for each in tagged], pa.list_(pa.string())),
            pa.array([each.confidence for each in tagged], pa.float32()),
            pa.array([key in decided for key in keys], pa.bool_()),
        ],
        schema=SCHEMA,
    )
    return _keep(
        workspace,
        table,
        of=_asked(book, taxonomy),
        taxonomy=taxonomy.version,
        encoder=made.encoder,
        tagged=sum(bool(each.tags) for each in tagged),
    )


def _counted(book: Book) -> pa.Table:
    """The quotes that count: not folded into others, not sorted out."""
    rows = book.table.select(["quote", "text", "same_as", "state"])
    return rows.filter((compute.field("same_as") == "") & (compute.field("state") != NOT_FEEDBACK))


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
