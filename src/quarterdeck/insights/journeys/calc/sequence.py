"""What does an analysis see of the events: who, what and when, as columns?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Units(Protocol):
    """The names of units by number: a list, or a column mapped from disk."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> object: ...

    def __iter__(self) -> Iterator[object]: ...


NOBODY = -1
"""The code of a row that has no value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Coded:
    """A column of few distinct values: a code for each row, -1 where it has none."""

    codes: Codes
    values: tuple[str, ...]

    def taken(self, rows: Rows) -> Coded:
        """The same values for other rows."""
        return Coded(codes=self.codes[rows], values=self.values)


@dataclass(frozen=True, kw_only=True, slots=True)
class SequenceView:
    """Rows sorted by unit and time. A unit is whoever walks: a person, an account, a group.

    `offsets[u]` to `offsets[u + 1]` are the rows of unit u. `row` leads back to the projection where this
    view was cut from another.
    """

    units: Units
    offsets: Rows
    time: Rows
    event: Coded
    columns: Mapping[str, Coded] = field(default_factory=dict)
    created: Rows | None = None
    row: Rows | None = None

    @property
    def unit_of_rows(self) -> Codes:
        """The unit of each row."""
        return np.repeat(np.arange(len(self.units), dtype=np.int32), np.diff(self.offsets))

    @property
    def first_seen(self) -> Rows:
        """When each unit was made, or else did something first."""
        starts = self.offsets[:-1]
        found = np.full(len(self.units), np.iinfo(np.int64).max)
        some = starts < self.offsets[1:]
        found[some] = self.time[starts[some]]
        return found

    def source_rows(self, rows: Rows) -> Rows:
        """The rows of the projection behind rows of this view; -1 stays."""
        if self.row is None:
            return rows
        return np.where(rows < 0, rows, self.row[np.maximum(rows, 0)]) if len(self.row) else rows

    def own_rows(self, rows: Rows) -> Rows:
        """The rows of this view behind rows of the projection that it has."""
        if self.row is None:
            return rows
        order = np.argsort(self.row)
        return order[np.searchsorted(self.row, rows, sorter=order)]


def regroup(view: SequenceView, units: Units, codes: Codes, rows: Rows) -> SequenceView:
    """Some rows walked by other units; `codes` says for each of the rows which, -1 leaves it out."""
    rows, codes = rows[codes >= 0], codes[codes >= 0]
    order = np.lexsort((rows, view.time[rows], codes))
    rows = rows[order]
    counts = np.bincount(codes, minlength=len(units))
    created = None
    if view.created is not None:
        created = np.full(len(units), np.iinfo(np.int64).max)
        np.minimum.at(created, codes[order], view.created[view.unit_of_rows[rows]])
    return replace(
        view,
        units=units,
        offsets=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        time=view.time[rows],
        event=view.event.taken(rows),
        columns={name: column.taken(rows) for name, column in view.columns.items()},
        created=created,
        row=view.source_rows(rows),
    )


def walked_by(view: SequenceView, column: Coded) -> SequenceView:
    """The same rows with the values of a column as units; rows that have none are left out."""
    return regroup(view, column.values, column.codes, np.arange(len(view.time)))


def select(view: SequenceView, rows: Rows) -> SequenceView:
    """Some rows only, in the same order; every unit stays."""
    counts = np.bincount(view.unit_of_rows[rows], minlength=len(view.units))
    return replace(
        view,
        offsets=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        time=view.time[rows],
        event=view.event.taken(rows),
        columns={name: column.taken(rows) for name, column in view.columns.items()},
        row=view.source_rows(rows),
    )


def code(values: Sequence[str | None]) -> Coded:
    """A column of texts, coded by sorted value."""
    known = sorted({value for value in values if value is not None})
    index = {value: number for number, value in enumerate(known)}
    codes = [NOBODY if value is None else index[value] for value in values]
    return Coded(codes=np.array(codes, dtype=np.int32), values=tuple(known))


def blanks_as_none(column: Coded) -> Coded:
    """The same column in which an empty text is no value."""
    if "" not in column.values:
        return column
    blank = column.values.index("")
    # The last entry is what -1 finds.
    others = [code - (code > blank) for code in range(len(column.values))]
    others[blank] = NOBODY
    values = tuple(value for value in column.values if value)
    return Coded(codes=np.array([*others, NOBODY], np.int32)[column.codes], values=values)


def combine(columns: Sequence[Coded]) -> tuple[Codes, tuple[tuple[str, ...], ...]]:
    """Several columns as one: a code for each row and the tuple of values behind it; none is ""."""
    columns = [blanks_as_none(column) for column in columns]
    if len(columns) == 1:
        return columns[0].codes + 1, (("",), *((value,) for value in columns[0].values))
    values: tuple[tuple[str, ...], ...] = ((),)
    codes = np.zeros(len(columns[0].codes), dtype=np.int64)
    for column in columns:
        wide = codes * (len(column.values) + 1) + (column.codes.astype(np.int64) + 1)
        kept, codes = np.unique(wide, return_inverse=True)
        pairs = (divmod(int(one), len(column.values) + 1) for one in kept)
        values = tuple((*values[left], column.values[right - 1] if right else "") for left, right in pairs)
    return codes.astype(np.int32), values
