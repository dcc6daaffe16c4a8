"""Which records does a file hold: lines, pages or one document of JSON, rows of CSV, or text?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.errors import FactError
from quarterdeck.facts.reading.block import BadRow, Wanted
from quarterdeck.facts.reading.bytes_of import PlainBytes, decompressed
from quarterdeck.facts.reading.csv_file import CsvFile
from quarterdeck.facts.reading.json_row import parse_row

_CHUNK = 1024 * 1024
_BOMS = (b"\xff\xfe", b"\xfe\xff")
_MOST_TEXT = 64 * 1024 * 1024
_BLANK = " \t\r\n,"
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A record, the page that it stands on, and the text it was read from."""

    record: Mapping[str, object]
    page: Mapping[str, object]
    raw: str


Rows = Iterator[Found | BadRow]


def encoding_of(file: Path) -> str | None:
    """`utf-16` where a file says so itself, as reports of Google Play do."""
    try:
        with file.open("rb") as stream:
            start = decompressed(stream).read(2)
    except (OSError, EOFError) as error:
        raise FactError(f"{file} cannot be read: {error}.", "Check the name of the file.") from error
    return "utf-16" if start[:2] in _BOMS else None


def table_rows(file: CsvFile) -> Rows:
    """The rows of a table, as far as they can be told apart."""
    for block in file.blocks(Wanted(columns=file.columns)):
        rows = block.rows.to_pylist()
        numbered: list[tuple[int, Found | BadRow]] = [
            (int(number), Found(record=row, page={}, raw=""))
            for number, row in zip(block.row_numbers, rows, strict=True)
        ]
        numbered += [(bad.row_number, bad) for bad in block.bad]
        for _, row in sorted(numbered, key=lambda each: each[0]):
            yield row


def whole_text(file: Path, encoding: str | None) -> str:
    """All of a text file; bytes that are no text become a mark."""
    with closing(PlainBytes(file, encoding)) as stream:
        content = stream.read(_MOST_TEXT + 1)
    if len(content) > _MOST_TEXT:
        raise FactError(f"{file} is larger than notes are.", "Cut it into several files.")
    return content.decode("utf-8", errors="replace")


def json_rows(stream: PlainBytes, lists: Sequence[str]) -> Rows:
    """The records of a file of JSON: one a line, a page of them a line, or one document of any shape."""
    start = stream.read(_CHUNK)
    first = next((line for line in start.split(b"\n") if line.strip()), b"")
    if _is_object(first):
        yield from _of_lines(start, stream, lists)
    else:
        yield from _of_document(start, stream, lists)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _of_lines(start: bytes, stream: PlainBytes, lists: Sequence[str]) -> Rows:
    for line in _lines(start, stream):
        if not line.strip():
            continue
        try:
            record = parse_row(line)
        except (ValueError, RecursionError) as error:
            yield _bad(line, str(error))
        else:
            yield from _opened(record, line.decode("utf-8", "replace"), lists)


def _lines(start: bytes, stream: PlainBytes) -> Iterator[bytes]:
    rest = start
    while True:
        *lines, rest = rest.split(b"\n")
        yield from lines
        following = stream.read(_CHUNK)
        if not following:
            yield rest
            return
        rest += following


def _bad(line: bytes, reason: str) -> BadRow:
    try:
        return BadRow(row_number=0, reason=reason, raw=line.decode("utf-8"))
    except UnicodeDecodeError:
        return BadRow(row_number=0, reason="not valid UTF-8", raw=line.decode("latin-1"), encoding="latin-1")


def _opened(value: object, raw: str, lists: Sequence[str]) -> Rows:
    """A page as its records, anything else as itself."""
    if isinstance(value, list):
        for each in value:
            yield from _opened(each, "", ())
        return
    if not isinstance(value, dict):
        yield BadRow(row_number=0, reason="no object", raw=raw or json.dumps(value))
        return
    for name in lists:
        listed = _at(value, name)
        if isinstance(listed, list):
            page = {key: other for key, other in value.items() if key != name.partition(".")[0]}
            for each in listed:
                if isinstance(each, dict):
                    yield Found(record=each, page=page, raw="")
                else:
                    yield BadRow(row_number=0, reason="no object", raw=json.dumps(each))
            return
    yield Found(record=value, page={}, raw=raw)


def _at(value: Mapping[str, object], path: str) -> object:
    found: object = value
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


class _Text:
    """Text of a document that is read on as far as the value at a place needs."""

    def __init__(self, start: bytes, stream: PlainBytes) -> None:
        self._left = start
        self._stream = stream
        self.text = ""
        self.is_whole = False
        self._chunk = _CHUNK
        self.more()

    def more(self) -> bool:
        """Read as much again as there is; false at the end."""
        if self.is_whole:
            return False
        following = self._stream.read(max(self._chunk, len(self.text)))
        self.is_whole = not following
        content = self._left + following
        # A character may be cut at the end of what was read.
        cut = len(content) if self.is_whole else _whole_characters(content)
        self._left = content[cut:]
        self.text += content[:cut].decode("utf-8", "replace")
        return True

    def drop(self, place: int) -> None:
        """Forget what was read before a place."""
        self.text = self.text[place:]


def _whole_characters(content: bytes) -> int:
    for back in range(1, min(4, len(content)) + 1):
        byte = content[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            return len(content) - back
    return len(content)


def _of_document(start: bytes, stream: PlainBytes, lists: Sequence[str]) -> Rows:
    text = _Text(start, stream)
    place = _skip(text, 0, _BLANK.replace(",", ""))
    inside = text.text[place : place + 1] == "["
    place += inside
    while True:
        place = _skip(text, place, _BLANK)
        if place >= len(text.text) or (inside and text.text[place] == "]"):
            return
        value, end = _value(text, place, text.more)
        if end < 0:
            rest = text.text[place:]
            yield BadRow(row_number=0, reason="not valid JSON from here on", raw=rest[:_CHUNK])
            return
        yield from _opened(
            value, text.text[place:end], () if inside and not isinstance(value, dict) else lists
        )
        place = end
        if place > _CHUNK:
            text.drop(place)
            place = 0


def _skip(text: _Text, place: int, blanks: str) -> int:
    while True:
        while place < len(text.text) and text.text[place] in blanks:
            place += 1
        if place < len(text.text) or not text.more():
            return place


def _value(text: _Text, place: int, more: Callable[[], bool]) -> tuple[object, int]:
    while True:
        try:
            value, end = _DECODER.raw_decode(text.text, place)
        except (ValueError, RecursionError):
            if not more():
                return None, -1
        else:
            # A number at the very end may go on.
            if end < len(text.text) or not more():
                return value, end
