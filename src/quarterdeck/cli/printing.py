"""How do the rows of a query come out as text: aligned, CSV, JSON?"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from types import MappingProxyType
from typing import Any, TextIO

import orjson

from quarterdeck.facts.sandbox import Query

_WIDEST = 60

Writer = Callable[[Query, TextIO, int | None], bool]


def _rows(query: Query, most: int | None) -> Iterator[tuple[tuple[Any, ...], bool]]:
    """Rows with a flag that says: this one is beyond the limit."""
    count = 0
    for batch in query.batches():
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            count += 1
            yield row, most is not None and count > most
    return


def write_csv(query: Query, out: TextIO, most: int | None) -> bool:
    """As CSV; true if there were more rows than asked for."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(query.schema.names)
    for row, beyond in _rows(query, most):
        if beyond:
            return True
        writer.writerow(["" if value is None else _text(value) for value in row])
    return False


def write_json(query: Query, out: TextIO, most: int | None) -> bool:
    """As a JSON array of objects; true if there were more rows than asked for."""
    separator, beyond = "[\n", False
    for row, beyond in _rows(query, most):
        if beyond:
            break
        out.write(separator)
        out.write(orjson.dumps(dict(zip(query.schema.names, row, strict=True)), default=_plain).decode())
        separator = ",\n"
    out.write("[]\n" if separator == "[\n" else "\n]\n")
    return beyond


def write_table(query: Query, out: TextIO, most: int | None) -> bool:
    """Aligned for reading; true if there were more rows than asked for."""
    rows = list(islice(_rows(query, most), None if most is None else most + 1))
    beyond = bool(rows) and rows[-1][1]
    texts = [[_shown(value) for value in row] for row, over in rows if not over]
    numeric = [_is_number(field.type) for field in query.schema]
    widths = [max(map(len, column)) for column in zip(query.schema.names, *texts, strict=True)]
    lines = [query.schema.names, ["-" * width for width in widths], *texts]
    for line in lines:
        cells = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        )
        out.write("  ".join(cells).rstrip() + "\n")
    return beyond


WRITERS: Mapping[str, Writer] = MappingProxyType({"table": write_table, "csv": write_csv, "json": write_json})


def _is_number(arrow_type: Any) -> bool:
    name = str(arrow_type)
    return name.startswith(("int", "uint", "float", "double", "decimal"))


def _shown(value: object) -> str:
    """One line, not too wide, and without characters that would steer a terminal."""
    text = "" if value is None else _text(value)
    text = "".join(char if char.isprintable() else "␣" if char in "\r\n\t" else "�" for char in text)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, list | dict):
        return orjson.dumps(value, default=_plain).decode()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: object) -> object:
    """What JSON has no type for."""
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
