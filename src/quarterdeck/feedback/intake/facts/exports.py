"""How does an export become rows of the fact table `feedback`, and what of it was left out?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from quarterdeck.errors import FactError
from quarterdeck.facts.reading.block import BadRow
from quarterdeck.facts.reading.bytes_of import PlainBytes
from quarterdeck.facts.reading.csv_file import CsvFile
from quarterdeck.facts.reading.made_rows import MadeRow, MadeRows
from quarterdeck.feedback.intake.calc.exports.known import EXPORTS, VERSION, Export
from quarterdeck.feedback.intake.calc.letters import open_letter, text_of
from quarterdeck.feedback.intake.calc.message import NO_WORDS, LeftOut, Message, Unreadable
from quarterdeck.feedback.intake.facts.records import (
    Found,
    encoding_of,
    json_rows,
    table_rows,
    whole_text,
)

QUOTED = "quoted replies cut off"
SIGNED = "signatures cut off"
_TABLES = {".csv", ".tsv", ".txt"}
_TEXTS = {".md", ".markdown"}
_PACKED = {".gz", ".zst", ".zstd", ".bz2"}


@dataclass(kw_only=True, slots=True)
class Counted:
    """What was left out of the messages, by reason."""

    left_out: Counter[str] = field(default_factory=Counter)


def ending_of(file: Path) -> str:
    """The ending of a file's name, packed or not."""
    endings = [suffix.lower() for suffix in file.suffixes if suffix.lower() not in _PACKED]
    return endings[-1] if endings else ""


def export_source(file: Path, name: str, counted: Counted, *, encoding: str | None = None) -> MadeRows:
    """The messages in an export of a known kind, as rows; `counted` tells what was left out."""
    export = EXPORTS[name]
    ending = ending_of(file)
    made_by = f"{name} {VERSION}"
    encoding = encoding or encoding_of(file)
    if export.read_text is not None and ending in _TEXTS:
        text, size = whole_text(file, encoding), file.stat().st_size
        found = export.read_text(text)
        rows = _rows(((each, "") for each in found), export, counted)
        return MadeRows(rows, made_by=made_by, position=lambda: size, close=lambda: None)
    if export.read_row is not None and (ending in _TABLES or export.read_object is None):
        table = CsvFile(file, encoding=encoding)
        if missing := export.missing(table.columns):
            table.close()
            wanted = ", ".join(export.columns[missing])
            raise FactError(
                f"{file} has no column for the {missing}, which a table of {name} has.",
                f"One of: {wanted}. Its columns: {', '.join(table.columns)}. Is it another --from? "
                "Else name its columns in a map: --from csv --map MAP.yaml.",
            )
        rows = _rows(_of_table(table, export), export, counted)
        return MadeRows(rows, made_by=made_by, position=table.position, close=table.close)
    if export.read_object is None:
        raise FactError(f"{file} is no export of {name}.", "It is read from CSV or Markdown.")
    if ending in _TABLES and ending != ".txt":
        raise FactError(
            f"{file} is a table; an export of {name} is JSON.",
            "Is it another --from? Else name its columns in a map: --from csv --map MAP.yaml.",
        )
    stream = PlainBytes(file, encoding)
    rows = _rows(_of_objects(stream, export), export, counted)
    return MadeRows(rows, made_by=made_by, position=stream.position, close=stream.close)


Made = tuple[Message | LeftOut | Unreadable | BadRow, str]


def _of_table(table: CsvFile, export: Export) -> Iterator[Made]:
    for row in table_rows(table):
        if isinstance(row, BadRow):
            yield row, row.raw
        elif export.read_row is not None:
            yield from ((each, _written(row)) for each in export.read_row(row.record))


def _of_objects(stream: PlainBytes, export: Export) -> Iterator[Made]:
    for row in json_rows(stream, export.lists):
        if isinstance(row, BadRow):
            yield row, row.raw
        elif export.read_object is not None:
            yield from ((each, row.raw or _written(row)) for each in export.read_object(row.record, row.page))


def _written(found: Found) -> str:
    import json

    return json.dumps(dict(found.record), ensure_ascii=False, default=str)


def _rows(made: Iterator[Made], export: Export, counted: Counted) -> Iterator[MadeRow | BadRow]:
    for found, raw in made:
        if isinstance(found, BadRow):
            yield found
        elif isinstance(found, Unreadable):
            yield BadRow(row_number=0, reason=found.reason, raw=found.raw or raw)
        elif isinstance(found, LeftOut):
            counted.left_out[found.reason] += 1
        elif message := _opened(found, export, counted):
            yield MadeRow(content=message.row)
        else:
            counted.left_out[NO_WORDS] += 1


def _opened(message: Message, export: Export, counted: Counted) -> Message | None:
    """A message without markup, quoted replies and its signature; these stay with it as properties."""
    text = text_of(message.text.replace("\0", ""))
    if not export.are_letters:
        return replace(message, text=text) if text else None
    letter = open_letter(text)
    if not letter.said:
        return None
    cut = {"quoted_reply": letter.quoted, "signature": letter.signature}
    counted.left_out[QUOTED] += bool(letter.quoted)
    counted.left_out[SIGNED] += bool(letter.signature)
    return replace(message, text=letter.said, properties={**message.properties, **cut})
