"""What does SQL answer to a journey? The same results as the kernels', row by row of small tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlglot import exp

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.calc.attendance import STATUSES
from quarterdeck.insights.journeys.calc.breakdown import Value, cohorts_asked
from quarterdeck.insights.journeys.calc.buckets import Buckets, microseconds
from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses
from quarterdeck.insights.journeys.calc.funnel_groups import Groups
from quarterdeck.insights.journeys.calc.paths import Edge
from quarterdeck.insights.journeys.calc.question import Question, before
from quarterdeck.insights.journeys.calc.retention import RetentionMatrix, columns_of, matrix_of
from quarterdeck.insights.journeys.calc.sequence import Rows
from quarterdeck.insights.journeys.calc.trends import BACK_DAYS, Line, Trend, composed
from quarterdeck.insights.journeys.definitions.journey import Series
from quarterdeck.insights.journeys.facts.attendance import lifecycle_sql, stickiness_sql
from quarterdeck.insights.journeys.facts.paths import paths_sql, stops_sql
from quarterdeck.insights.journeys.facts.retention import retention_sql
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.facts.statement import SqlDialect, Statement, listed, written
from quarterdeck.insights.journeys.facts.trends import Window, measured_sql, recent_sql, values_sql
from quarterdeck.insights.journeys.facts.witnesses import add_witnesses, columns_shown

Columns = dict[str, list[Any]]

TOLD = "title description owner no_lint"
EVERYWHERE = "kind since until where by limit unit grain dialect compare"
FUNNEL = "steps order within exclude attribution attribution_step show from_step to_step bins"
RETENTION = "start back entry columns brackets unbounded rolling"
OTHERS_KNOW = "series formula smooth cumulative stops longest from_stop to_stop pause_minutes"
KNOWN = frozenset(" ".join((TOLD, EVERYWHERE, FUNNEL, RETENTION, OTHERS_KNOW)).split())
"""What a journey may ask that SQL knows; anything else is refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SqlAnalyses:
    """Every analysis as SQL in one dialect; `run` takes its text to a database."""

    source: Source
    run: Callable[[str], pa.Table]
    dialect: SqlDialect = "duckdb"

    def funnel(
        self, question: Question, *, many: bool = False, shown: Collection[Value] | None = None
    ) -> Groups:
        """The witnesses of a funnel under each value of its breakdown."""
        refuse_unknown(question)
        found = self._columns(witnesses_sql(self.source, question, many=many, shown=shown))
        values = 1 if cohorts_asked(question) else len(question.journey.by)
        whole = _witnesses(found, len(question.journey.steps))
        if not values:
            return {(): whole}
        groups: dict[Value, list[int]] = {(name,): [] for name in cohorts_asked(question)}
        for row, value in enumerate(_values(found, values)):
            groups.setdefault(value, []).append(row)
        return {
            value: whole.taken(np.array(groups[value], np.int64)) for value in _in_order(question, groups)
        }

    def retention(
        self, question: Question, shown: Collection[Value] | None = None
    ) -> dict[Value, RetentionMatrix]:
        """The retention matrix under each value of the breakdown."""
        refuse_unknown(question)
        found = self._columns(retention_sql(self.source, question, shown))
        asked = cohorts_asked(question)
        shape = len(question.buckets), len(columns_of(question.journey))
        counts: dict[Value, Rows] = {(name,): np.zeros(shape, np.int64) for name in asked}
        if not question.journey.by:
            counts[()] = np.zeros(shape, np.int64)
        values = _values(found, 1 if asked else len(question.journey.by))
        cells = zip(values, found["cohort"], found["column_number"], found["units"], strict=True)
        for value, cohort, column, units in cells:
            counts.setdefault(value, np.zeros(shape, np.int64))[cohort, column] = units
        return {value: matrix_of(question, counts[value]) for value in _in_order(question, counts)}

    def trend(self, question: Question) -> Trend:
        """Every line that a trend asks for."""
        refuse_unknown(question)
        series = question.journey.series
        measured = [self._measured(question, each, None) for each in series]
        buckets, lines = question.buckets, composed(question, measured)
        if not question.journey.compare:
            return Trend(buckets=buckets, lines=lines)
        earlier = before(question)
        # Both periods show the same values: what is among the others now is among them then, too.
        then = [
            self._measured(earlier, each, frozenset(line.value for line in now))
            for each, now in zip(series, measured, strict=True)
        ]
        return Trend(
            buckets=buckets, lines=lines, before=composed(earlier, then), buckets_before=earlier.buckets
        )

    def lifecycle(self, question: Question) -> dict[str, Rows]:
        """How many units are new, returning, resurrecting and (negative) dormant in each bucket."""
        refuse_unknown(question)
        buckets, by_profile = lifecycle_buckets(question), question.dialect.new_by_profile
        found = self._columns(lifecycle_sql(self.source, question, buckets, by_profile=by_profile))
        counts = {status: np.zeros(len(buckets) - 1, np.int64) for status in STATUSES}
        for status, bucket, units in zip(found["status"], found["bucket"], found["units"], strict=True):
            counts[status][bucket - 1] = -units if status == "dormant" else units
        return counts

    def stickiness(self, question: Question) -> list[tuple[str, Rows]]:
        """How many units were there in exactly 1, 2, ... buckets, line by line."""
        refuse_unknown(question)
        asked = [("current", question)]
        if question.journey.compare:
            asked.append(("previous", before(question)))
        return [(which, self._present(one, series)) for which, one in asked for series in one.journey.series]

    def edges(self, question: Question) -> list[Edge]:
        """The moves made most often, the most frequent first."""
        refuse_unknown(question)
        for name in (question.journey.from_stop, question.journey.to_stop):
            if name is not None and not self._columns(stops_sql(self.source, question, name))["found"]:
                raise QuarterdeckError(f"Nobody was ever at {name!r}.", "Look at the names of the stops.")
        found = self._columns(paths_sql(self.source, question))
        columns = ("step", "source", "target", "moves", "seconds")
        return [
            Edge(step=int(step), source=source, target=target, count=int(moves), mean_seconds=seconds / moves)
            for step, source, target, moves, seconds in zip(*(found[name] for name in columns), strict=True)
        ]

    def _present(self, question: Question, series: Series) -> Rows:
        buckets, span = question.buckets, attended_span(question)
        found = self._columns(stickiness_sql(self.source, question, series, buckets, span))
        counts = np.zeros(len(buckets), np.int64)
        for times, units in zip(found["times"], found["units"], strict=True):
            counts[times - 1] = units
        return counts

    def _measured(self, question: Question, series: Series, shown: Collection[Value] | None) -> list[Line]:
        if series.measure in BACK_DAYS:
            return self._recent(question, series, shown)
        found = self._columns(measured_sql(self.source, question, series, shown))
        data: dict[Value, NDArray[np.float64]] = {}
        totals: dict[Value, float] = {}
        count = len(question.buckets)
        values = _values(found, _width(question))
        for value, bucket, measured in zip(values, found["bucket"], found["measured"], strict=True):
            line = data.setdefault(value, np.zeros(count))
            if bucket is None:
                totals[value] = float(measured or 0)
            else:
                line[bucket] = float(measured)
        return [
            Line(
                label=series.name,
                value=value,
                data=data.get(value, np.zeros(count)),
                total=totals.get(value, 0.0),
            )
            for value in self._lined(question, series, data, shown)
        ]

    def _recent(self, question: Question, series: Series, shown: Collection[Value] | None) -> list[Line]:
        """Units in the days up to the end of each bucket."""
        window = window_of(question, series)
        found = self._columns(recent_sql(self.source, question, series, window, shown))
        data: dict[Value, NDArray[np.float64]] = {}
        values = _values(found, _width(question))
        rows = zip(values, found["bucket"], found["measured"], found["here"], strict=True)
        for value, bucket, measured, here in rows:
            line = data.setdefault(value, np.zeros(len(question.buckets)))
            line[bucket] = measured if here or not question.dialect.active_on_event_days else 0.0
        lines = []
        for value in self._lined(question, series, data, shown):
            line = data.get(value, np.zeros(len(question.buckets)))
            lines.append(Line(label=series.name, value=value, data=line, total=float(line[-1])))
        return lines

    def _lined(
        self,
        question: Question,
        series: Series,
        known: dict[Value, NDArray[np.float64]],
        shown: Collection[Value] | None,
    ) -> list[Value]:
        """The values of the lines: those of cohorts as asked, others by name and Other last."""
        if asked := cohorts_asked(question):
            return [(name,) for name in asked]
        if not question.journey.by:
            return [()]
        found = self._columns(values_sql(self.source, question, series, shown))
        values = {*known, *_values(found, len(question.journey.by))}
        return _in_order(question, values)

    def _columns(self, statement: exp.Expr) -> Columns:
        table = self.run(written(statement, self.dialect))
        return {name: table.column(name).to_pylist() for name in table.column_names}


OTHERS: Value = ("Other",)


def witnesses_sql(
    source: Source, question: Question, *, many: bool, shown: Collection[Value] | None = None
) -> exp.Expr:
    """The SELECT of the witnesses of a funnel."""
    statement = Statement(source)
    rows = add_witnesses(statement, source, question, many=many, shown=shown)
    columns = columns_shown(rows, 1 if cohorts_asked(question) else len(question.journey.by))
    return statement.select(f"SELECT {listed(columns)} FROM witnesses ORDER BY {listed(columns)}")


def lost_or_reached_sql(source: Source, question: Question, step: int) -> str:
    """The SELECT of the units that reached a step, counted from 1; with -step, that were lost before it."""
    statement = Statement(source)
    add_witnesses(statement, source, question, many=False)
    which = f"depth = {-step - 1}" if step < 0 else f"depth >= {max(step, 1)}"
    return statement.select(f"SELECT unit FROM witnesses WHERE {which}").sql(dialect="duckdb")


def lifecycle_buckets(question: Question) -> Buckets:
    """The buckets of a lifecycle behind the one before: who was there returns, or rests, in the first."""
    calendar, grain = question.calendar, question.journey.grain
    starts = question.buckets.starts
    return calendar.of((calendar.after(starts[0], grain, -1), *starts), grain)


def attended_span(question: Question) -> tuple[int, int]:
    """From when to when somebody's being there counts, both in."""
    calendar = question.calendar
    since = calendar.floor(question.period.begin, question.journey.grain)
    end = calendar.after(calendar.floor(question.period.end, "hour"), "hour")
    return microseconds(since), microseconds(end) - 1


def window_of(question: Question, series: Series) -> Window:
    """The days that recently active units are counted in."""
    back = BACK_DAYS[series.measure] - 1
    calendar, buckets = question.calendar, question.buckets
    first = calendar.after(calendar.floor(buckets.starts[0], "day"), "day", -back)
    last = calendar.after(buckets.starts[-1], buckets.grain)
    days = calendar.buckets(first, last - timedelta(microseconds=1), "day")
    edges = days.of(buckets.edges)
    return Window(
        days=days,
        back=back,
        first_days=tuple(edges[:-1].tolist()),
        last_days=tuple(days.of(buckets.edges[1:] - 1).tolist()),
    )


def refuse_unknown(question: Question) -> None:
    """What SQL cannot answer yet is refused, never left out."""
    journey = question.journey
    for name, known in type(journey).model_fields.items():
        if name not in KNOWN and getattr(journey, name) != known.default:
            raise QuarterdeckError(
                f"`{name}:` is unsupported by the SQL engine.", "Ask without --engine, or leave it out."
            )


def _in_order(question: Question, values: Iterable[Value]) -> list[Value]:
    """Values by name, and what is put together last; cohorts as they were asked for."""
    if cohorts_asked(question):
        return list(values)
    return sorted(values, key=lambda value: (value == OTHERS, value))


def _width(question: Question) -> int:
    return 1 if cohorts_asked(question) else len(question.journey.by)


def _values(found: Columns, width: int) -> list[Value]:
    """The value of each row; what is put together has no second part."""
    if not width:
        count = len(next(iter(found.values()), []))
        return [()] * count
    columns = [found[f"g{place}"] for place in range(width)]
    return [tuple(str(part) for part in row if part is not None) for row in zip(*columns, strict=True)]


def _witnesses(found: Columns, steps: int) -> FunnelWitnesses:
    names: Sequence[Any] = found["unit"]
    if names and not isinstance(names[0], int):
        _, codes = np.unique(np.array(names, object).astype(str), return_inverse=True)
    else:
        codes = np.array(names, np.int64)
    rows = [[-1 if place is None else place for place in found[f"place_{step}"]] for step in range(steps)]
    seconds = [found[f"seconds_{step}"] for step in range(steps)]
    return FunnelWitnesses(
        unit=codes.astype(np.int32),
        begin=np.array(found["at_0"], np.int64),
        depth=np.array(found["depth"], np.int8),
        reason=np.array(found["reason"], np.int8),
        rows=np.array(rows, np.int64).reshape(steps, len(names)).T,
        seconds=np.array(seconds, np.float64).reshape(steps, len(names)).T,
    )
