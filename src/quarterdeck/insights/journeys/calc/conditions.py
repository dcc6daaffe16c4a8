"""Which rows pass a condition? Decided once for each distinct value of a column, never for each row."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce

import numpy as np

from quarterdeck.insights.journeys.calc.sequence import Coded, Mask, SequenceView
from quarterdeck.insights.journeys.definitions.conditions import Condition, Scalar

Cohorts = Mapping[str, Mask]
"""Who is in each cohort: its name, then one truth for each unit."""

Test = Callable[[str], bool]
DAY_LENGTH = len("2026-01-31")
# What a row without a value says to a condition that is a denial.
DENIALS = frozenset({"is_not", "none_of", "contains_not", "matches_not"})


def passing(view: SequenceView, conditions: Iterable[Condition], cohorts: Cohorts) -> Mask | None:
    """Which rows pass every condition; None where nothing is asked."""
    masks = [_passes(view, condition, cohorts) for condition in conditions]
    return both(masks) if masks else None


def both(masks: Iterable[Mask]) -> Mask:
    """Where every one of some masks holds."""
    return reduce(np.logical_and, masks)


def either(masks: Iterable[Mask]) -> Mask:
    """Where at least one of some masks holds."""
    return reduce(np.logical_or, masks)


def truths(condition: Condition, values: Sequence[str]) -> Mask:
    """Which values pass a comparison; the last entry, which -1 finds, is of rows that have none."""
    name, wanted = condition.comparison
    if name == "is_set":
        return np.array([*(bool(value) is bool(wanted) for value in values), not wanted], dtype=np.bool_)
    test = _test(name, wanted)
    return np.array([*map(test, values), name in DENIALS], dtype=np.bool_)


def text_of(value: Scalar) -> str:
    """A value as the columns hold it: 95, not 95.0; true, not True."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def number_of(text: str) -> float:
    """The number that a text writes, or not-a-number."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def moment_of(text: str) -> datetime | None:
    """The instant that a text writes; without an offset it is in UTC."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _passes(view: SequenceView, condition: Condition, cohorts: Cohorts) -> Mask:
    if condition.all_of is not None:
        return both(_passes(view, each, cohorts) for each in condition.all_of)
    if condition.one_of is not None:
        return either(_passes(view, each, cohorts) for each in condition.one_of)
    if condition.cohort is not None:
        return np.repeat(cohorts[condition.cohort], np.diff(view.offsets))
    if condition.outside_cohort is not None:
        return ~np.repeat(cohorts[condition.outside_cohort], np.diff(view.offsets))
    column = column_of(view, condition.field or "")
    return truths(condition, column.values)[column.codes]


def column_of(view: SequenceView, name: str) -> Coded:
    """A column of the view; one that no row has is empty."""
    if name == "event":
        return view.event
    if name in view.columns:
        return view.columns[name]
    return Coded(codes=np.full(len(view.time), -1, dtype=np.int32), values=())


def _test(name: str, wanted: object) -> Test:
    if name in ("equals", "is_not", "any_of", "none_of"):
        texts = {text_of(each) for each in _several(wanted)}
        return _not(texts.__contains__) if name in DENIALS else texts.__contains__
    if name in ("contains", "contains_not"):
        parts = [text_of(part).lower() for part in _several(wanted)]
        found: Test = lambda value: any(part in value.lower() for part in parts)  # noqa: E731
        return _not(found) if name in DENIALS else found
    if name in ("matches", "matches_not"):
        pattern = re.compile(str(wanted))
        matched: Test = lambda value: pattern.search(value) is not None  # noqa: E731
        return _not(matched) if name in DENIALS else matched
    if name == "element":
        return _element_test({str(key): str(value) for key, value in dict(wanted).items()})  # type: ignore[call-overload]
    if name in ("before", "after", "on"):
        return _time_test(name, str(wanted))
    return _number_test(name, float(str(wanted)))


def _several(wanted: object) -> tuple[Scalar, ...]:
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _not(test: Test) -> Test:
    return lambda value: not test(value)


def _number_test(name: str, bound: float) -> Test:
    # Not-a-number passes none of them.
    match name:
        case "above":
            return lambda value: number_of(value) > bound
        case "at_least":
            return lambda value: number_of(value) >= bound
        case "below":
            return lambda value: number_of(value) < bound
        case _:
            return lambda value: number_of(value) <= bound


def _time_test(name: str, wanted: str) -> Test:
    bound = moment_of(wanted)
    if bound is None:
        return lambda value: False
    if name == "on":
        day = wanted.strip()[:DAY_LENGTH]
        return lambda value: value[:DAY_LENGTH] == day
    if name == "before":
        return lambda value: (found := moment_of(value)) is not None and found < bound
    # After a day is not on that day.
    whole_day = len(wanted.strip()) == DAY_LENGTH
    return lambda value: (
        (found := moment_of(value)) is not None
        and found > bound
        and not (whole_day and value[:DAY_LENGTH] == wanted.strip())
    )


def _element_test(wanted: Mapping[str, str]) -> Test:
    def has_it(value: str) -> bool:
        try:
            elements = json.loads(value)
        except ValueError:
            return False
        listed = elements if isinstance(elements, list) else [elements]
        return any(
            isinstance(each, dict) and all(str(each.get(key)) == text for key, text in wanted.items())
            for each in listed
        )

    return has_it
