"""Under which value of a breakdown does a row, or a unit, stand?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quarterdeck.insights.journeys.calc.conditions import column_of
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.sequence import Codes, Mask, Rows, SequenceView, combine
from quarterdeck.insights.journeys.definitions.journey import COHORT

EVERYBODY = "all"
OTHER = "Other"

Value = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Some rows under the values of a breakdown; `values[code]`, of which "" says that there is none."""

    rows: Rows
    codes: Codes
    values: tuple[Value, ...]


def cohorts_asked(question: Question) -> list[str]:
    """The cohorts that a question is broken down by."""
    by = question.journey.by
    return [name.removeprefix(COHORT) for name in by if name.startswith(COHORT)]


def members(view: SequenceView, question: Question, cohort: str) -> Mask:
    """Which units are in a cohort; `all` has everybody."""
    if cohort == EVERYBODY:
        return np.ones(len(view.units), np.bool_)
    return question.cohorts[cohort]


def cut(view: SequenceView, rows: Rows, by: Sequence[str]) -> Cut:
    """Rows under the values of the properties that they are broken down by."""
    codes, values = combine([column_of(view, name).taken(rows) for name in by])
    return Cut(rows=rows, codes=codes, values=values)


def touched(view: SequenceView, found: Cut, *, last: bool) -> Codes:
    """For each unit the first, or last, value that any of its rows has; the code of none is one beyond."""
    has_value = np.array([any(value) for value in found.values], np.bool_)
    some = has_value[found.codes]
    rows, codes = found.rows[some], found.codes[some]
    units = view.unit_of_rows[rows]
    # Rows stand unit by unit, so the first of each unit is where the unit changes.
    changes = units[1:] != units[:-1]
    ends = np.concatenate((changes, [True]) if last else ([True], changes))[: len(units)]
    placed = np.full(len(view.units), len(found.values), np.int32)
    placed[units[ends]] = codes[ends]
    return placed


def pairs(view: SequenceView, found: Cut) -> tuple[Codes, Codes]:
    """Every unit with every value that one of its rows has: units and codes."""
    wide = view.unit_of_rows[found.rows].astype(np.int64) * len(found.values) + found.codes
    units, codes = np.divmod(np.unique(wide), len(found.values))
    return units.astype(np.int32), codes.astype(np.int32)


def nothing(by: Sequence[str]) -> Value:
    """The value of what has none."""
    return ("",) * len(by)


def largest(sizes: dict[Value, int], limit: int) -> list[Value]:
    """The values with the largest sizes, in the order of their names."""
    ranked = sorted(sizes, key=lambda value: (-sizes[value], value))
    return sorted(ranked[:limit])
