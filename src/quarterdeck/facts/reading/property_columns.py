"""How do key-value pairs that differ from row to row become columns?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa

from quarterdeck.facts.properties import ARROW_KINDS, EXACT_INTEGER, PropertyKind, put_beside

# Twice what a table can take: keys beyond go straight to the rest, or wide rows would fill the memory.
MAX_COLUMNS = 400


class PropertyColumns:
    """Collects values row by row; one column for each key and kind, in the order they are met.

    Where a row has a second value of a kind under one key, another column of that key takes it.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._columns: dict[tuple[str, PropertyKind, int], list[Any]] = {}
        self.rest: dict[int, dict[str, object]] = {}

    def add(self, row: int, key: str, value: object) -> None:
        """Put a JSON value in its place; lists and objects stay whole in the rest."""
        kind: PropertyKind
        if value is None:
            return
        if value is True or value is False:
            kind = "boolean"
        elif isinstance(value, int | float):
            exact = isinstance(value, float) or abs(value) <= EXACT_INTEGER
            kind, value = ("number", float(value)) if exact else ("text", str(value))
        elif isinstance(value, str):
            kind = "text"
        else:
            put_beside(self.rest.setdefault(row, {}), key, value)
            return
        nth = 0
        while (column := self._columns.get((key, kind, nth))) is not None and column[row] is not None:
            if column[row] == value:
                return
            nth += 1
        if column is None:
            if len(self._columns) >= MAX_COLUMNS:
                put_beside(self.rest.setdefault(row, {}), key, value)
                return
            column = self._columns[key, kind, nth] = [None] * self._rows
        column[row] = value

    def add_object(self, row: int, prefix: str, value: dict[str, object]) -> None:
        """Put the fields of an object in their places, those of objects in it as `key.field`."""
        for name, inner in value.items():
            key = prefix + name
            if isinstance(inner, dict):
                for deeper, content in inner.items():
                    self.add(row, f"{key}.{deeper}", content)
            else:
                self.add(row, key, inner)

    def add_text(self, row: int, key: str, text: str | None) -> None:
        """Put the fields of an object that stands there as JSON text; other text stays what it is."""
        try:
            value = orjson.loads(text) if text and text.startswith("{") else text
        except orjson.JSONDecodeError:
            value = text
        if isinstance(value, dict):
            self.add_object(row, "", value)
        else:
            self.add(row, key, value)

    def arrays(self) -> Iterator[tuple[str, Any]]:
        """The columns; a key occurs once per kind, and again where a row has two values."""
        for (key, kind, _), values in self._columns.items():
            yield key, pa.array(values, ARROW_KINDS[kind])
