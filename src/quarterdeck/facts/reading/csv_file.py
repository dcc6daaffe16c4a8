"""How does a CSV file become blocks of rows, each physical line accounted for?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from quarterdeck.errors import FactError
from quarterdeck.facts.reading.block import BadRow, Block, Wanted, selected
from quarterdeck.facts.reading.bytes_of import PlainBytes, refuse_nul
from quarterdeck.facts.reading.csv_record import parse_record
from quarterdeck.facts.reading.csv_split import Judges, Record, Split, split_records
from quarterdeck.facts.reading.lines import LineBlocks, OverlongLine
from quarterdeck.facts.reading.property_columns import PropertyColumns

_SNIFFED = (",", ";", "\t", "|")


class CsvFile:
    """A CSV file with a header, delimiter given or told from the header."""

    def __init__(self, path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> None:
        self.path = path
        self._bytes = PlainBytes(path, encoding)
        try:
            self._lines = LineBlocks(self._bytes)
            self._delimiter, names = self._header(delimiter)
        except FactError:
            self.close()
            raise
        self.repeated_columns = tuple(sorted(name for name, times in Counter(names).items() if times > 1))
        self._names = tuple(_numbered(names))

    def _header(self, delimiter: str | None) -> tuple[str, list[str]]:
        header = self._lines.header()
        if header is None:
            raise FactError(f"{self.path} is empty.", "A CSV file begins with a line of column names.")
        refuse_nul(self.path, header)
        return _header_fields(self.path, header, delimiter)

    def close(self) -> None:
        """Close the file."""
        self._bytes.close()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names in the header; an empty or repeated one gets a number."""
        return self._names

    @property
    def description(self) -> dict[str, object]:
        """What is needed to read a single raw row again."""
        return {"format": "csv", "delimiter": self._delimiter, "columns": list(self._names)}

    def position(self) -> int:
        """Bytes of the file read so far."""
        return self._bytes.position()

    def blocks(self, wanted: Wanted) -> Iterator[Block]:
        """The rows, block by block."""
        columns = _Columns(self._names, wanted, self._delimiter)
        line, number, undecided = 1 + self._lines.header_lines, 0, b""
        for data, final in self._lines.blocks():
            overlong = data if isinstance(data, OverlongLine) else None
            joined = undecided if isinstance(data, OverlongLine) else undecided + data
            if joined:
                split = self._split(joined, final or overlong is not None, columns)
                undecided = joined[split.consumed :]
                yield _block(number, joined, split, line, columns)
                number, line = number + 1, line + split.lines
            if overlong is not None:
                yield columns.only_bad(number, overlong.bad_row(line))
                number, line = number + 1, line + 1
        if undecided:
            yield _block(number, undecided, self._split(undecided, True, columns), line, columns)

    def _split(self, data: bytes, final: bool, columns: _Columns) -> Split:
        return split_records(
            data,
            delimiter=ord(self._delimiter),
            width=len(self._names),
            final=final,
            judges=Judges(
                is_row=lambda start, end: columns.is_row(data[start:end]),
                is_record=lambda start, end: columns.is_record(data[start:end]),
            ),
        )


class _Columns:
    """Which columns are read, and under which names."""

    def __init__(self, names: tuple[str, ...], wanted: Wanted, delimiter: str) -> None:
        self.names = names
        self.delimiter = delimiter
        self.mapped = [name for name in names if name in wanted.columns]
        self.properties = {
            name: key
            for name in names
            if name not in wanted.columns and (key := selected(name, wanted.properties)) is not None
        }
        for name in wanted.properties:
            if name in wanted.columns and name in names:
                self.properties[name] = name
        # A column that holds JSON objects as text, where the map asks for their fields.
        self.objects = [name for name in names if f"{name}.*" in wanted.properties]
        self._time = names.index(wanted.time_column) if wanted.time_column in names else None
        self._looks_like_time = wanted.looks_like_time
        self._single_lines = [names.index(name) for name in wanted.single_lines if name in names]
        self._required_time = [names.index(name) for name in wanted.required_time if name in names]

    @property
    def included(self) -> list[str]:
        return list(dict.fromkeys([*self.mapped, *self.properties, *self.objects]))

    def fields(self, records: Sequence[Sequence[str]]) -> dict[str, Any]:
        """Records parsed one by one as columns of text."""
        return {
            name: pa.array([record[self.names.index(name)] or None for record in records], pa.string())
            for name in self.included
        }

    def block(
        self,
        number: int,
        fields: Mapping[str, Any],
        *,
        row_numbers: npt.NDArray[np.int64],
        raw: Callable[[int], str],
        bad: Sequence[BadRow],
    ) -> Block:
        """Columns of text as a block."""
        properties = [(key, fields[name]) for name, key in self.properties.items()]
        opened = PropertyColumns(len(row_numbers))
        for name in self.objects:
            for row, text in enumerate(fields[name].to_pylist()):
                opened.add_text(row, name, text)
        rows = [fields[name] for name in self.mapped]
        return Block(
            number=number,
            rows=pa.Table.from_arrays(rows, names=self.mapped),
            row_numbers=row_numbers,
            raw=raw,
            bad=tuple(bad),
            properties=(*properties, *opened.arrays()),
            rest=opened.rest,
        )

    def only_bad(self, number: int, bad: BadRow) -> Block:
        """A block that is one bad row."""
        nothing = pa.array([], pa.string())
        fields = dict.fromkeys(self.included, nothing)
        return self.block(number, fields, row_numbers=np.zeros(0, np.int64), raw=str, bad=[bad])

    def is_row(self, line: bytes) -> bool:
        """Does a line that could be a whole record look like a row of this file?"""
        fields = parse_record(line.decode(), self.delimiter)
        if fields is None or len(fields) != len(self.names):
            return False
        # Without a time to recognise, a line counts as a row where commas in prose could hardly do it.
        return len(fields) > 2 if self._time is None else self._looks_like_time(fields[self._time])

    def is_record(self, record: bytes) -> bool:
        """Can a record over several lines be one: does each field hold what its column may hold?

        A time counts in any spelling, for a map that does not know how times are written yet must not make
        rows of the texts in a file.
        """
        fields = parse_record(record.decode("latin-1"), self.delimiter) or []
        timed = any(character.isdigit() for place in self._required_time for character in fields[place])
        return (timed or not self._required_time) and not any(
            "\n" in fields[place] for place in self._single_lines
        )


def _block(number: int, data: bytes, split: Split, first_line: int, columns: _Columns) -> Block:
    starts, ends = split.starts, split.ends
    parsed = _parse(_kept(data, split), len(starts), columns)
    if parsed is None:
        records = (data[start:end].decode() for start, end in zip(starts, ends, strict=True))
        fields = columns.fields([parse_record(record, columns.delimiter) or [] for record in records])
    else:
        fields = {name: _joined(parsed.column(name)) for name in columns.included}
    block = columns.block(
        number,
        fields,
        row_numbers=split.first_lines + first_line,
        raw=lambda row: data[starts[row] : ends[row]].decode(),
        bad=[_bad_row(data, record, first_line) for record in split.bad],
    )
    return replace(block, doubtful=tuple(line + first_line for line in split.doubtful))


def block_of_records(
    names: tuple[str, ...],
    records: Sequence[Sequence[str]],
    row_numbers: npt.NDArray[np.int64],
    bad: Sequence[BadRow],
    wanted: Wanted,
) -> Block:
    """Records parsed one by one as a block."""
    columns = _Columns(names, wanted, ",")
    return columns.block(0, columns.fields(records), row_numbers=row_numbers, raw=lambda row: "", bad=bad)


def _joined(column: Any) -> Any:
    return (
        column.chunk(0)
        if column.num_chunks == 1
        else pa.concat_arrays(column.chunks or [pa.nulls(0, column.type)])
    )


def _bad_row(data: bytes, record: Record, first_line: int) -> BadRow:
    raw = data[record.start : record.end]
    try:
        text, encoding = raw.decode("utf-8"), None
    except UnicodeDecodeError:
        text, encoding = raw.decode("latin-1"), "latin-1"
    return BadRow(row_number=record.line + first_line, reason=record.reason, raw=text, encoding=encoding)


def _kept(data: bytes, split: Split) -> memoryview | bytes:
    """The bytes of the good records alone: what lies between the bad ones, copied run by run."""
    view = memoryview(data)
    if not split.bad:
        return view[: split.consumed]
    pieces, position = [], 0
    for record in split.bad:
        pieces.append(view[position : record.start])
        behind = data.find(b"\n", record.end, record.end + 2)
        position = len(data) if behind < 0 else behind + 1
    pieces.append(view[position : split.consumed])
    return b"".join(pieces)


def _parse(kept: memoryview | bytes, count: int, columns: _Columns) -> pa.Table | None:
    """The kept records as text, missing where a field is empty; None if Arrow counts otherwise."""
    types = dict.fromkeys(columns.included, pa.string())
    if not count:
        return pa.schema(list(types.items())).empty_table()
    try:
        table = pa_csv.read_csv(
            cast("Any", pa.BufferReader(kept)),
            read_options=pa_csv.ReadOptions(
                column_names=list(columns.names), block_size=max(len(kept) + 1, 1 << 16), use_threads=True
            ),
            parse_options=pa_csv.ParseOptions(delimiter=columns.delimiter, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types=types,
                include_columns=columns.included,
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table if table.num_rows == count else None


def _header_fields(path: Path, header: bytes, delimiter: str | None) -> tuple[str, list[str]]:
    try:
        text = header.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FactError(
            f"The header of {path} is not valid UTF-8.", "Set `encoding:` in the map, e.g. `windows-1252`."
        ) from error
    delimiter = delimiter or max(_SNIFFED, key=text.count)
    fields = parse_record(text, delimiter)
    if fields is None and "\r" in text and '"' not in text:
        raise FactError(
            f"{path} ends some of its lines with carriage returns alone, the header among them.",
            "Let all lines end alike: `tr '\\r' '\\n' < FILE > MENDED` makes it so.",
        )
    if fields is None:
        raise FactError(
            f"The header of {path} has quotes out of place.", "The first line must hold the column names."
        )
    return delimiter, [field.strip() for field in fields]


def _numbered(names: list[str]) -> Iterator[str]:
    """Names told apart: an empty one is called by its place, a repeated one by how often it came."""
    taken: set[str] = set()
    given = set(names)
    for place, name in enumerate(names, start=1):
        unique, times = name or f"column_{place}", 1
        while unique in taken or (unique != name and unique in given):
            times += 1
            unique = f"{name or 'column'}_{times}"
        taken.add(unique)
        yield unique
