"""How do the rows that SQL answers become what the kernels give?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.breakdown import Value, cohorts_asked
from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses
from quarterdeck.insights.journeys.calc.funnel_groups import Groups
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.sequence import NOBODY, Coded, Rows, SequenceView
from quarterdeck.insights.journeys.calc.walked import Walked
from quarterdeck.insights.journeys.calc.weights import Weighed, Weights, in_cents
from quarterdeck.insights.journeys.facts.witnesses import steps_valued

OTHERS: Value = ("Other",)
Columns = dict[str, list[Any]]


def width_of(question: Question) -> int:
    """How many columns a value has."""
    return 1 if cohorts_asked(question) else len(question.journey.by)


def values_of(table: pa.Table, width: int) -> list[Value]:
    """The value of each row; what is put together has no second part."""
    if not width:
        return [()] * len(table)
    columns = [table.column(f"g{place}").to_pylist() for place in range(width)]
    return [tuple(str(part) for part in row if part is not None) for row in zip(*columns, strict=True)]


def in_order(question: Question, values: Iterable[Value]) -> list[Value]:
    """Values by name, and what is put together last; cohorts as they were asked for."""
    if cohorts_asked(question):
        return list(values)
    return sorted(values, key=lambda value: (value == OTHERS, value))


def walked_of(question: Question, table: pa.Table) -> Walked:
    """The witnesses under each value, and the rows that they name: the events of their steps, no others."""
    steps = len(question.journey.steps)
    names, units = _units(table.column("unit"))
    depth = _numbers(table, "depth", np.int8)
    at = np.stack([_numbers(table, f"at_{step}") for step in range(steps)], axis=1)
    whole = FunnelWitnesses(
        unit=units,
        begin=at[:, 0],
        depth=depth,
        reason=_numbers(table, "reason", np.int8),
        rows=_rows(depth, steps),
        seconds=np.stack([_floats(table, f"seconds_{step}") for step in range(steps)], axis=1),
    )
    columns = _worth(question, table, steps)
    view = SequenceView(
        units=tuple(names),
        offsets=np.zeros(len(names) + 1, np.int64),
        time=at.ravel(),
        event=columns.get("event", Coded(codes=np.full(at.size, NOBODY, np.int32), values=())),
        columns=columns,
    )
    weights = _weights(question, table, units)
    return Walked(groups=_groups(question, table, whole), view=view, weights=weights)


def weighed_of(arr: Any, largest: Any, most: Any, unknown: Any) -> Weighed:
    """What some units are worth, from the columns that say so."""
    total = in_cents(float(arr or 0))
    return Weighed(
        arr=total,
        largest=str(largest) if total else None,
        largest_share=float(most) / total if total else None,
        unknown=int(unknown),
    )


def nothing_weighed() -> Weighed:
    """What nobody is worth."""
    return Weighed(arr=0.0, largest=None, largest_share=None, unknown=0)


def _groups(question: Question, table: pa.Table, whole: FunnelWitnesses) -> Groups:
    width = width_of(question)
    if not width:
        return {(): whole}
    groups: dict[Value, list[int]] = {(name,): [] for name in cohorts_asked(question)}
    for row, value in enumerate(values_of(table, width)):
        groups.setdefault(value, []).append(row)
    return {value: whole.taken(np.array(groups[value], np.int64)) for value in in_order(question, groups)}


def _rows(depth: NDArray[np.int8], steps: int) -> Rows:
    """Each event's place among those of all witnesses; an excluded attempt still tells where it began."""
    places = np.arange(len(depth) * steps, dtype=np.int64).reshape(-1, steps)
    beyond = np.arange(steps)[None, :] >= np.maximum(depth, 1)[:, None]
    return np.where(beyond, -1, places)


def _worth(question: Question, table: pa.Table, steps: int) -> dict[str, Coded]:
    """The number that each event brings with it, as text."""
    value = question.journey.value
    if value is None:
        return {}
    texts = np.full((len(table), steps), None, object)
    for step in steps_valued(question):
        texts[:, step] = table.column(f"worth_{step}").to_pylist()
    names, codes = _coded(pa.array(texts.ravel(), pa.string()))
    return {value.field: Coded(codes=codes, values=tuple(names))}


def _weights(question: Question, table: pa.Table, units: NDArray[np.int32]) -> Weights | None:
    if question.journey.weigh is None:
        return None
    names, accounts = _coded(table.column("account"))
    account = np.full(int(units.max(initial=-1)) + 1, NOBODY, np.int32)
    account[units] = accounts
    arr = np.full(len(names), np.nan)
    some = accounts >= 0
    arr[accounts[some]] = _floats(table, "arr")[some]
    return Weights(account=account, arr=arr, names=tuple(names))


def _units(column: Any) -> tuple[list[str], NDArray[np.int32]]:
    """Who walked, and the number of each row's; of those that are numbers already, that."""
    if not pa.types.is_integer(column.type):
        return _coded(column)
    units = _whole(column).astype(np.int32)
    return list(map(str, range(int(units.max(initial=-1)) + 1))), units


def _coded(column: Any) -> tuple[list[str], NDArray[np.int32]]:
    """The distinct values in their order, and the code of each row; -1 for none."""
    known = pc.unique(column).drop_null()
    known = known.take(pc.array_sort_indices(known))
    codes = pc.fill_null(pc.index_in(column, known), NOBODY).to_numpy(zero_copy_only=False)
    return [str(name) for name in known.to_pylist()], codes.astype(np.int32)


def _numbers(table: pa.Table, name: str, kind: type[np.signedinteger] = np.int64) -> Any:
    return _whole(table.column(name)).astype(kind)


def _whole(column: Any) -> NDArray[np.int64]:
    filled: Any = pc.fill_null(cast("Any", pc.cast(column, pa.int64())), 0)
    return cast("NDArray[np.int64]", filled.to_numpy())


def _floats(table: pa.Table, name: str) -> NDArray[np.float64]:
    filled: Any = pc.fill_null(cast("Any", pc.cast(table.column(name), pa.float64())), float("nan"))
    return cast("NDArray[np.float64]", filled.to_numpy())
