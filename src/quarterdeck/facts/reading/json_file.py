"""How does a file with one JSON object per line become blocks of rows?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa

from quarterdeck.errors import FactError
from quarterdeck.facts.reading.block import BadRow, Block, Wanted
from quarterdeck.facts.reading.bytes_of import PlainBytes, refuse_nul
from quarterdeck.facts.reading.json_row import as_text, parse_row, value_at, values_at
from quarterdeck.facts.reading.lines import LineBlocks, OverlongLine
from quarterdeck.facts.reading.property_columns import PropertyColumns

# JSON objects take several times their text in memory.
_BLOCK_BYTES = 8 * 1024 * 1024
_FIRST_BYTES = 4096
_LIST_OF_ROWS = re.compile(rb'^\s*"([A-Za-z_]\w*)"\s*:\s*\[', re.MULTILINE)


class JsonFile:
    """A file of JSON lines."""

    repeated_columns: tuple[str, ...] = ()

    def __init__(self, path: Path, *, encoding: str | None = None) -> None:
        self.path = path
        self._bytes = PlainBytes(path, encoding)
        try:
            self._lines = LineBlocks(self._bytes, _BLOCK_BYTES)
            self._check(self._lines.peek(_FIRST_BYTES).lstrip())
        except FactError:
            self.close()
            raise

    def _check(self, start: bytes) -> None:
        if not start:
            raise FactError(f"{self.path} is empty.", "A JSON lines file has one object per line.")
        refuse_nul(self.path, start[:64])
        if start.startswith(b"["):
            raise FactError(
                f"{self.path} is one JSON array.",
                "One object per line is needed: `jq -c '.[]' FILE > FILE.jsonl` makes it so.",
            )
        if _is_over_several_lines(start):
            named = _LIST_OF_ROWS.search(start)
            rows = f"'.{named[1].decode()}[]'" if named else "."
            raise FactError(
                f"{self.path} is one JSON document over several lines; JSON lines are needed.",
                f"One object per line: `jq -c {rows} FILE > FILE.jsonl` makes it so.",
            )

    def close(self) -> None:
        """Close the file."""
        self._bytes.close()

    @property
    def columns(self) -> None:
        """Each line may have other keys."""

    @property
    def description(self) -> dict[str, object]:
        """What is needed to read a single raw row again."""
        return {"format": "json"}

    def position(self) -> int:
        """Bytes of the file read so far."""
        return self._bytes.position()

    def blocks(self, wanted: Wanted) -> Iterator[Block]:
        """The rows, block by block."""
        line = 1
        for number, (data, final) in enumerate(self._lines.blocks()):
            if isinstance(data, OverlongLine):
                yield json_block(number, [], [], [data.bad_row(line)], wanted)
                line += 1
                continue
            texts = data.split(b"\n")
            if not texts[-1]:
                texts.pop()
            if b"\r" in data:
                texts = list(_cut_at_returns(texts))
            upto = len(texts)
            while final and upto and not texts[upto - 1].strip():
                upto -= 1
            objects, numbers, bad = _parsed(texts[:upto], line)
            kept = [texts[row - line] for row in numbers]
            yield json_block(number, objects, numbers, bad, wanted, kept)
            line += len(texts)


def _is_over_several_lines(start: bytes) -> bool:
    """Does the first object go on in the second line? There a row of JSON lines would begin with a brace."""
    first, *others = [line for line in start.split(b"\n") if line.strip()]
    return first.startswith(b"{") and not _is_row(first) and bool(others) and others[0].lstrip()[:1] in b'"}]'


def _parsed(texts: Sequence[bytes], first: int) -> tuple[list[dict[str, object]], list[int], list[BadRow]]:
    objects: list[dict[str, object]] = []
    numbers: list[int] = []
    bad: list[BadRow] = []
    for number, text in enumerate(texts, start=first):
        try:
            objects.append(parse_row(text))
        except ValueError as error:
            bad.append(_bad_row(number, text, str(error)))
        else:
            numbers.append(number)
    return objects, numbers, bad


def _cut_at_returns(texts: Sequence[bytes]) -> Iterator[bytes]:
    """Lines; one that is no object counts as several where its parts between lone carriage returns are."""
    for text in texts:
        parts = text.removesuffix(b"\r").split(b"\r")
        if len(parts) > 1 and not _is_row(text) and all(map(_is_row, parts)):
            yield from parts
        else:
            yield text


def _is_row(text: bytes) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


def _bad_row(number: int, text: bytes, problem: str) -> BadRow:
    text = text.removesuffix(b"\r")
    try:
        raw, encoding = text.decode("utf-8"), None
    except UnicodeDecodeError:
        raw, encoding = text.decode("latin-1"), "latin-1"
    if encoding:
        reason = "not valid UTF-8; set `encoding:` in the map"
    elif "\0" in raw:
        reason = "NUL byte"
    elif not raw.strip():
        reason = "empty line"
    else:
        reason = problem
    return BadRow(row_number=number, reason=reason, raw=raw, encoding=encoding)


def json_block(
    number: int,
    objects: Sequence[dict[str, object]],
    row_numbers: Sequence[int],
    bad: Sequence[BadRow],
    wanted: Wanted,
    texts: Sequence[bytes] = (),
) -> Block:
    """Objects as a block: the wanted paths as text, and properties typed."""
    torn = dict(_torn(objects, [path for path in wanted.columns if "." in path]))
    if torn:
        bad = [*bad, *(_bad_row(row_numbers[row], texts[row], reason) for row, reason in torn.items())]
        whole = [row for row in range(len(objects)) if row not in torn]
        objects, row_numbers, texts = (
            [objects[row] for row in whole],
            [row_numbers[row] for row in whole],
            [texts[row] for row in whole],
        )
    columns = {
        path: pa.array([as_text(value_at(row, path)) for row in objects], pa.string())
        for path in wanted.columns
    }
    properties = PropertyColumns(len(objects))
    selectors = [(s, s.removesuffix("*")) for s in wanted.properties]
    taken = set(wanted.columns)
    for row, content in enumerate(objects):
        for selector, prefix in selectors:
            _select(properties, row, content, selector, prefix, taken)
    return Block(
        number=number,
        rows=pa.table(columns) if columns else pa.table({"": pa.nulls(len(objects))}),
        row_numbers=np.array(row_numbers, np.int64),
        raw=lambda row: texts[row].removesuffix(b"\r").decode(),
        bad=tuple(bad),
        properties=tuple(properties.arrays()),
        rest=properties.rest,
    )


def _torn(objects: Sequence[dict[str, object]], paths: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Rows in which a column would have two values, for a key may have dots itself."""
    for row, content in enumerate(objects):
        for path in paths:
            # Of `a.b` there is another value only beside a key that is called so.
            if path.count(".") == 1 and path not in content:
                continue
            if len({as_text(value) for value in values_at(content, path)}) > 1:
                yield row, f"`{path}` has two values: under a key with a dot, and in an object"


def _select(
    properties: PropertyColumns,
    row: int,
    content: dict[str, object],
    selector: str,
    prefix: str,
    taken: set[str],
) -> None:
    if selector == "*":
        for name, value in content.items():
            if name in taken:
                continue
            if isinstance(value, dict):
                kept = {k: v for k, v in value.items() if f"{name}.{k}" not in taken}
                properties.add_object(row, "" if name == "properties" else f"{name}.", kept)
            else:
                properties.add(row, name, value)
    elif prefix != selector:
        _select_fields(properties, row, content, prefix)
    else:
        for value in values_at(content, selector):
            properties.add(row, selector.removeprefix("properties."), value)


def _select_fields(properties: PropertyColumns, row: int, content: dict[str, object], prefix: str) -> None:
    for value in values_at(content, prefix.removesuffix(".")):
        opened = _object_in_text(value) if isinstance(value, str) and value.startswith("{") else value
        if isinstance(opened, dict):
            properties.add_object(row, "", opened)
    for name, value in content.items():
        if name.startswith(prefix):
            properties.add(row, name.removeprefix(prefix), value)


def _object_in_text(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
