"""Which tags does every quote have, without reading all of them again for each page?

A job tags the quotes when there are new ones, the taxonomy changed, or somebody corrected a tag. What people
decided holds; the tagger speaks where nobody did. Disposable, and replaced whole.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
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
from quarterdeck.feedback.themes.calc.texts import Example, Judged, Tagged
from quarterdeck.feedback.themes.definitions import Taxonomy
from quarterdeck.feedback.themes.service.book import read_taxonomy

compute: Any = pc  # its stubs know no expressions
FOLDER = Path(".quarterdeck") / "themes"
RULES = 2  # counted up where the tagger gives other tags to the same words
KEPT, NOT_FEEDBACK = "kept", "not feedback"
SCHEMA = pa.schema(
    [
        pa.field("quote", pa.string()),
        pa.field("tags", pa.list_(pa.string())),
        pa.field("confidence", pa.float32()),
        pa.field("by_people", pa.bool_()),
        pa.field("first", pa.string()),
    ]
)
Tell = Callable[[int, str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptTags:
    """What is kept: of which quotes, taxonomy and corrections, by which tagger, in which files."""

    of: str
    taxonomy: str
    encoder: str
    file: str
    quotes: int
    tagged: int
    judged: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedQuote:
    """A quote that people sorted, and what the tagger would have said of it, had it not been told."""

    quote: str
    wanted: tuple[str, ...]
    given: tuple[str, ...]
    confidence: float


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


def judged_quotes(workspace: Workspace, kept: KeptTags) -> tuple[JudgedQuote, ...]:
    """Those by which the tagger is judged; none where people have sorted none."""
    try:
        told = orjson.loads((workspace.path / FOLDER / kept.judged).read_bytes())
    except FileNotFoundError:  # tagged anew at this moment
        return ()
    return tuple(
        JudgedQuote(quote=quote, wanted=tuple(wanted), given=tuple(given), confidence=sure)
        for quote, wanted, given, sure in told
    )


def is_behind(workspace: Workspace) -> bool:
    """Would tagging give something new?"""
    taxonomy = read_taxonomy(workspace)
    book = open_book(workspace)
    if taxonomy is None or not len(book):
        return False
    kept = kept_tags(workspace)
    return kept is None or kept.of != _asked(book, taxonomy)


@dataclass(frozen=True, kw_only=True, slots=True)
class TaggedBook:
    """Quotes that count, of `in_all`, in the order of the book, with tags; people gave the `decided`."""

    keys: Sequence[str]
    tagged: Sequence[Tagged]
    first: Sequence[str]
    decided: Mapping[str, tuple[str, ...]]
    judged: Sequence[JudgedQuote]
    encoder: str
    in_all: int


def keep_tags(workspace: Workspace, *, tell: Tell = lambda done, saying: None) -> KeptTags | None:
    """Tag every quote that counts, and keep the tags; None where there is no taxonomy or no quote."""
    taxonomy, book = read_taxonomy(workspace), open_book(workspace)
    if taxonomy is None or not len(book):
        return None
    tell(0, f"{len(book):,} quotes to tag")
    made = tag_book(book, taxonomy.model)
    table = pa.table(
        [
            pa.array(made.keys),
            pa.array([list(each.tags) for each in made.tagged], pa.list_(pa.string())),
            pa.array([each.confidence for each in made.tagged], pa.float32()),
            pa.array([key in made.decided for key in made.keys], pa.bool_()),
            pa.array(made.first, pa.string()),
        ],
        schema=SCHEMA,
    )
    return _keep(
        workspace,
        table,
        made.judged,
        of=_asked(book, taxonomy),
        taxonomy=taxonomy.version,
        encoder=made.encoder,
        tagged=sum(bool(each.tags) for each in made.tagged),
    )


def tag_book(book: Book, taxonomy: Taxonomy, *, newest: int | None = None) -> TaggedBook:
    """The tags that quotes have by a taxonomy: what people decided, and else what the tagger says.

    Of very many only the `newest` are tagged, beside all that people decided.
    """
    from quarterdeck.feedback.themes.service.tagging import tag_quotes  # slow import

    counted = _counted(book)
    in_all = counted.num_rows
    if newest is not None and counted.num_rows > newest:
        rest = counted.slice(0, counted.num_rows - newest)
        counted = pa.concat_tables(
            [rest.filter(compute.field("state") == KEPT), counted.slice(rest.num_rows)]
        )
    columns: list[list[Any]] = [counted[name].to_pylist() for name in ("quote", "text", "state")]
    keys, texts, states = columns
    decided = {
        key: taxonomy.named_now(book.decided.states[key][1])
        for key, state in zip(keys, states, strict=True)
        if state == KEPT
    }
    asked = [text for key, text in zip(keys, texts, strict=True) if key not in decided]
    key_of = {text: key for key, text in zip(keys, texts, strict=True) if key in decided}
    learnt = [Example(text=text, tags=decided[key]) for text, key in key_of.items()]
    made = tag_quotes(taxonomy, asked, examples=learnt)
    found, first = iter(made.tagged), iter(made.first)
    return TaggedBook(
        keys=keys,
        tagged=[Tagged(tags=decided[key], confidence=1.0) if key in decided else next(found) for key in keys],
        first=["" if key in decided else next(first) for key in keys],
        decided=decided,
        judged=[_with_key(each, key_of[each.text]) for each in made.judged],
        encoder=made.encoder,
        in_all=in_all,
    )


def _with_key(each: Judged, quote: str) -> JudgedQuote:
    return JudgedQuote(quote=quote, wanted=each.wanted, given=each.given, confidence=each.confidence)


def _counted(book: Book) -> pa.Table:
    """The quotes that count: not folded into others, not sorted out."""
    rows = book.table.select(["quote", "text", "same_as", "state"])
    return rows.filter((compute.field("same_as") == "") & (compute.field("state") != NOT_FEEDBACK))


def _asked(book: Book, taxonomy: Definition[Taxonomy]) -> str:
    said = f"{RULES} {book.version} {taxonomy.version}"
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def _keep(
    workspace: Workspace,
    table: pa.Table,
    judged: Sequence[JudgedQuote],
    *,
    of: str,
    tagged: int,
    **about: str,
) -> KeptTags:
    folder = workspace.path / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    files = {"file": f"tags-{of}.arrow", "judged": f"judged-{of}.json"}
    kept = KeptTags(of=of, quotes=table.num_rows, tagged=tagged, **files, **about)
    beside = folder / f"{kept.file}.{os.getpid()}.new"
    with pa.OSFile(str(beside), "wb") as sink, pa.ipc.new_file(sink, SCHEMA) as writer:
        writer.write_table(table)
    beside.replace(folder / kept.file)
    rows = [(each.quote, each.wanted, each.given, each.confidence) for each in judged]
    write_atomically(folder / kept.judged, orjson.dumps(rows).decode())
    write_atomically(folder / "tags.json", orjson.dumps(asdict(kept)).decode())
    for other in (*folder.glob("tags-*.arrow"), *folder.glob("judged-*.json")):
        if other.name not in files.values():
            other.unlink(missing_ok=True)  # who has it open keeps it
    return kept
