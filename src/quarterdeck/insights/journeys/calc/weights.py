"""How much annual recurring revenue stands behind some units, and how much of it is one customer's?

An account counts once, however many of its people are counted: what a number is worth is the sum over the
different accounts behind it. Of a person that is the account of the last event until the period's end; of an
account it is itself. Each account counts with its ARR as of the period's end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.sequence import NOBODY, Codes, Rows, SequenceView

ACCOUNT = "account"
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """The ARR behind some units; the largest account with its share; units of which no ARR is known."""

    arr: float
    largest: str | None
    largest_share: float | None
    unknown: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """The account of each unit, -1 for none, and what each account pays; not-a-number where nobody says."""

    account: Codes
    arr: Floats
    names: tuple[str, ...]

    def weigh(self, units: Codes | Rows) -> Weighed:
        """What some units are worth; any may be named twice."""
        accounts = self.account[units]
        behind = np.unique(accounts[accounts >= 0])
        known = behind[np.isfinite(self.arr[behind])]
        pays = self.arr[known]
        total = in_cents(float(pays.sum()))
        some = accounts >= 0
        some[some] = np.isfinite(self.arr[accounts[some]])
        unknown = len(np.unique(np.asarray(units)[~some]))
        if not total:
            return Weighed(arr=total, largest=None, largest_share=None, unknown=unknown)
        most = int(np.argmax(pays))
        return Weighed(
            arr=total,
            largest=self.names[known[most]],
            largest_share=float(pays[most] / total),
            unknown=unknown,
        )

    def weigh_cells(self, parts: Iterable[tuple[Rows, Rows]], count: int) -> tuple[Floats, Weighed]:
        """The ARR behind the units of each cell, and behind all; `parts` name units with their cells."""
        listed = list(parts)
        units = np.concatenate([np.zeros(0, np.int64), *(units for units, _ in listed)])
        cells = np.concatenate([np.zeros(0, np.int64), *(cells for _, cells in listed)])
        return self.by_cell(units, cells, count), self.weigh(units)

    def by_cell(self, units: Codes | Rows, cells: Rows, count: int) -> Floats:
        """The ARR behind the units of each cell, every account once in a cell."""
        accounts = self.account[units].astype(np.int64)
        some = accounts >= 0
        some[some] = np.isfinite(self.arr[accounts[some]])
        wide = max(len(self.names), 1)
        places, behind = np.divmod(np.unique(cells[some] * wide + accounts[some]), wide)
        found = np.zeros(count)
        np.add.at(found, places, self.arr[behind])
        return found.round(2)

    def by_recent_cell(self, units: Codes | Rows, cells: Rows, count: int, back: int) -> Floats:
        """The ARR behind the units of each cell or any of the `back` before it, every account once."""
        accounts = self.account[units].astype(np.int64)
        some = accounts >= 0
        some[some] = np.isfinite(self.arr[accounts[some]])
        behind, places = np.divmod(np.unique(accounts[some] * count + cells[some]), max(count, 1))
        goes_on = np.zeros(len(behind), np.bool_)
        goes_on[:-1] = behind[1:] == behind[:-1]
        until = places + back + 1
        until[goes_on] = np.minimum(until[goes_on], places[1:][goes_on[:-1]])
        change = np.zeros(count + 1)
        np.add.at(change, places, self.arr[behind])
        np.subtract.at(change, np.minimum(until, count), self.arr[behind])
        return np.cumsum(change[:count]).round(2)


def home_accounts(view: SequenceView, until: int) -> Codes:
    """The account of each person: that of their last event until a moment that has one; -1 for none."""
    column = view.columns[ACCOUNT]
    home = np.full(len(view.units), NOBODY, np.int32)
    rows = np.flatnonzero((column.codes >= 0) & (view.time <= until))
    # Rows stand in order of time: of several the last is kept.
    home[view.unit_of_rows[rows]] = column.codes[rows]
    return home


def weights_of(view: SequenceView, unit: str, until: int, arr: Mapping[str, float]) -> Weights:
    """The weights of a view whose units are people or accounts."""
    if unit == ACCOUNT:
        names = tuple(str(name) for name in view.units)
        account = np.arange(len(names), dtype=np.int32)
    else:
        names = view.columns[ACCOUNT].values
        account = home_accounts(view, until)
    pays = np.array([arr.get(name, np.nan) for name in names], np.float64)
    return Weights(account=account, arr=pays, names=names)


def in_cents(amount: float) -> float:
    """Money without what binary fractions add to it."""
    return round(amount, 2)
