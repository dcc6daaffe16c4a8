"""How do the rows of a view stand as tables, so that SQL answers what kernels answer?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from quarterdeck.facts.scratch import Scratch
from quarterdeck.facts.spark import Spark
from quarterdeck.insights.journeys.calc.sequence import Coded, Mask, SequenceView
from quarterdeck.insights.journeys.facts.answering import SqlAnalyses
from quarterdeck.insights.journeys.facts.source import Source, text

PAID: dict[str, Any] = {
    "account": pa.string(),
    "arr": pa.float64(),
    "since": pa.int64(),
    "until": pa.int64(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Paid:
    """What an account pays a year from one moment until before another."""

    account: str
    arr: float
    since: int
    until: int


def tables_of(
    view: SequenceView, cohorts: Mapping[str, Mask], paid: Iterable[Paid] = ()
) -> tuple[dict[str, pa.Table], Source]:
    """The rows of a view as tables, and under which names SQL finds them."""
    places = np.arange(len(view.time))
    columns = {name: f"p{number}" for number, name in enumerate(view.columns)}
    rows: dict[str, object] = {
        "unit": pa.array(view.unit_of_rows, pa.int64()),
        "at": pa.array(view.time, pa.int64()),
        "place": pa.array(places, pa.int64()),
        "event": _texts(view.event),
    }
    rows |= {column: _texts(view.columns[name]) for name, column in columns.items()}
    born = view.first_seen if view.created is None else view.created
    members = [(name, unit) for name, mask in cohorts.items() for unit in np.flatnonzero(mask).tolist()]
    tables = {
        "view_rows": pa.table(rows),
        "view_born": pa.table(
            {"unit": pa.array(np.arange(len(view.units)), pa.int64()), "born": pa.array(born, pa.int64())}
        ),
        "view_members": pa.table(
            {
                "cohort": pa.array([name for name, _ in members], pa.string()),
                "unit": pa.array([unit for _, unit in members], pa.int64()),
            }
        ),
    }
    tables["view_paid"] = pa.Table.from_pylist([asdict(each) for each in paid], pa.schema(PAID))
    source = Source(
        rows="view_rows",
        columns=columns,
        born="SELECT unit, born FROM view_born",
        cohorts={name: f"SELECT unit FROM view_members WHERE cohort = {text(name)}" for name in cohorts},
        pays=lambda moment: (
            f"SELECT account, arr FROM view_paid WHERE since <= {moment} AND {moment} < until"
        ),
    )
    return tables, source


@contextmanager
def spark_analyses(
    spark: Spark, view: SequenceView, cohorts: Mapping[str, Mask], paid: Iterable[Paid] = ()
) -> Iterator[SqlAnalyses]:
    """By SQL, run by Spark over the rows of a view."""
    tables, source = tables_of(view, cohorts, paid)
    spark.show(tables)
    yield SqlAnalyses(source=source, run=spark.table, dialect="spark")


@contextmanager
def sql_analyses(
    view: SequenceView, cohorts: Mapping[str, Mask], paid: Iterable[Paid] = ()
) -> Iterator[SqlAnalyses]:
    """By SQL, run by DuckDB over the rows of a view."""
    tables, source = tables_of(view, cohorts, paid)
    with Scratch(tables) as scratch:
        yield SqlAnalyses(source=source, run=scratch.table)


def _texts(column: Coded) -> Any:
    values = np.array([*column.values, None], object)
    return pa.array(values[column.codes], pa.string())
