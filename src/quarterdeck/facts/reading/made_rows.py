"""How do rows that another reader makes of a file become blocks, each numbered and none lost?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import orjson

from quarterdeck.facts.reading.block import BadRow, Block, Wanted
from quarterdeck.facts.reading.json_file import json_block

_AT_ONCE_ROWS = 5_000
_AT_ONCE_CHARACTERS = 8 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeRow:
    """A row as an object whose values JSON can write."""

    content: dict[str, object]


@dataclass(kw_only=True, slots=True)
class _Batch:
    objects: list[dict[str, object]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    size: int = 0

    def add(self, number: int, row: MadeRow | BadRow) -> None:
        if isinstance(row, BadRow):
            self.bad.append(BadRow(row_number=number, reason=row.reason, raw=row.raw, encoding=row.encoding))
            self.size += len(row.raw)
            return
        text = orjson.dumps(row.content)
        self.objects.append(row.content)
        self.numbers.append(number)
        self.texts.append(text)
        self.size += len(text)

    @property
    def is_full(self) -> bool:
        return len(self.numbers) + len(self.bad) >= _AT_ONCE_ROWS or self.size >= _AT_ONCE_CHARACTERS


class MadeRows:
    """Rows made one after the other; the same file must give the same rows for ever.

    `made_by` names the reader and its version: read by another, a file is another import.
    """

    columns: None = None
    repeated_columns: tuple[str, ...] = ()

    def __init__(
        self,
        rows: Iterator[MadeRow | BadRow],
        *,
        made_by: str,
        position: Callable[[], int],
        close: Callable[[], None],
    ) -> None:
        self._rows = rows
        self._made_by = made_by
        self.position = position
        self.close = close

    @property
    def description(self) -> dict[str, object]:
        """What is needed to read a single row again: it is kept as the object that was made."""
        return {"format": "json", "made_by": self._made_by}

    def blocks(self, wanted: Wanted) -> Iterator[Block]:
        """The rows, block by block, numbered from one."""
        number, batch = 0, _Batch()
        for row_number, row in enumerate(self._rows, start=1):
            batch.add(row_number, row)
            if batch.is_full:
                yield _block(number, batch, wanted)
                number, batch = number + 1, _Batch()
        if batch.numbers or batch.bad:
            yield _block(number, batch, wanted)


def _block(number: int, batch: _Batch, wanted: Wanted) -> Block:
    return json_block(number, batch.objects, batch.numbers, batch.bad, wanted, batch.texts)
