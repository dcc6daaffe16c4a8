"""What does SQL answer to a journey? The same results as the kernels', row by row of small tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
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
from quarterdeck.insights.journeys.calc.funnel_groups import Groups
from quarterdeck.insights.journeys.calc.lifecycle import Lifecycle, Presence
from quarterdeck.insights.journeys.calc.paths import Edge
from quarterdeck.insights.journeys.calc.question import Question, before
from quarterdeck.insights.journeys.calc.retention import RetentionMatrix, columns_of, matrix_of
from quarterdeck.insights.journeys.calc.sequence import Rows
from quarterdeck.insights.journeys.calc.trends import BACK_DAYS, Line, Trend, composed
from quarterdeck.insights.journeys.calc.walked import Walked
from quarterdeck.insights.journeys.calc.weights import Weighed
from quarterdeck.insights.journeys.definitions.journey import Series
from quarterdeck.insights.journeys.facts.attendance import (
    Tell,
    all_weighed,
    lifecycle_sql,
    stickiness_sql,
    units_of,
)
from quarterdeck.insights.journeys.facts.gathering import (
    Columns,
    in_order,
    nothing_weighed,
    values_of,
    walked_of,
    weighed_of,
    width_of,
)
from quarterdeck.insights.journeys.facts.paths import paths_sql, stops_sql
from quarterdeck.insights.journeys.facts.retention import (
    retention_sql,
    retention_weighed_sql,
    retention_weights_sql,
)
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.facts.statement import SqlDialect, written
from quarterdeck.insights.journeys.facts.trends import (
    Window,
    measured_sql,
    recent_sql,
    values_sql,
    weighed_sql,
    weights_sql,
)
from quarterdeck.insights.journeys.facts.weighing import arr_of
from quarterdeck.insights.journeys.facts.witnesses import witnesses_sql

TOLD = "title description owner no_lint"
EVERYWHERE = "kind since until where by limit unit grain dialect compare weigh"
FUNNEL = "steps order within exclude attribution attribution_step show from_step to_step bins"
ATTEMPTS = "count same value"
RETENTION = "start back entry columns brackets unbounded rolling"
OTHERS_KNOW = "series formula smooth cumulative stops longest from_stop to_stop around_stop pause_minutes"
KNOWN = frozenset(" ".join((TOLD, EVERYWHERE, FUNNEL, ATTEMPTS, RETENTION, OTHERS_KNOW)).split())
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
        return self.walked(question, many=many, shown=shown).groups

    def walked(
        self, question: Question, *, many: bool = False, shown: Collection[Value] | None = None
    ) -> Walked:
        """The same, with the rows that the witnesses name and what their units are worth."""
        refuse_unknown(question)
        return walked_of(question, self._table(witnesses_sql(self.source, question, many=many, shown=shown)))

    def retention(
        self, question: Question, shown: Collection[Value] | None = None
    ) -> dict[Value, RetentionMatrix]:
        """The retention matrix under each value of the breakdown."""
        refuse_unknown(question)
        asked = cohorts_asked(question)
        shape = len(question.buckets), len(columns_of(question.journey))
        counts: dict[Value, Rows] = {(name,): np.zeros(shape, np.int64) for name in asked}
        if not question.journey.by:
            counts[()] = np.zeros(shape, np.int64)
        table = self._table(retention_sql(self.source, question, shown))
        for value, cohort, column, units in _cells(question, table, "units"):
            counts.setdefault(value, np.zeros(shape, np.int64))[cohort, column] = units
        found = {value: matrix_of(question, counts[value]) for value in in_order(question, counts)}
        if question.journey.weigh is None:
            return found
        weights = {value: np.zeros(shape) for value in found}
        for value, cohort, column, arr in _cells(
            question, self._table(retention_weights_sql(self.source, question, shown)), "arr"
        ):
            weights[value][cohort, column] = arr
        entered = self._weighed(question, retention_weighed_sql(self.source, question, shown))
        return {
            value: replace(
                matrix, weights=weights[value].round(2), entered=entered.get(value, nothing_weighed())
            )
            for value, matrix in found.items()
        }

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

    def lifecycle(self, question: Question) -> Lifecycle:
        """Who is new, returning, resurrecting and dormant in each bucket."""
        refuse_unknown(question)
        buckets, by_profile = lifecycle_buckets(question), question.dialect.new_by_profile

        def told(tell: Tell) -> exp.Expr:
            return lifecycle_sql(self.source, question, buckets, by_profile=by_profile, tell=tell)

        counts = {status: np.zeros(len(buckets) - 1, np.int64) for status in STATUSES}
        for status, bucket, units in self._rows(told(units_of), "status", "bucket", "units"):
            counts[status][bucket - 1] = -units if status == "dormant" else units
        if question.journey.weigh is None:
            return Lifecycle(counts=counts)
        weights = {status: np.zeros(len(buckets) - 1) for status in STATUSES}
        for status, bucket, arr in self._rows(told(arr_of), "status", "bucket", "arr"):
            weights[status][bucket - 1] = round(float(arr), 2)
        return Lifecycle(counts=counts, weights=weights, weighed=self._weighed_whole(told(all_weighed)))

    def stickiness(self, question: Question) -> list[Presence]:
        """How many units were there in exactly 1, 2, ... buckets, line by line."""
        refuse_unknown(question)
        asked = [("current", question)]
        if question.journey.compare:
            asked.append(("previous", before(question)))
        return [
            self._present(one, series, which=which) for which, one in asked for series in one.journey.series
        ]

    def edges(self, question: Question) -> list[Edge]:
        """The moves made most often, the most frequent first."""
        refuse_unknown(question)
        for name in (question.journey.met_stop, question.journey.to_stop):
            if name is not None and not self._columns(stops_sql(self.source, question, name))["found"]:
                raise QuarterdeckError(f"Nobody was ever at {name!r}.", "Look at the names of the stops.")
        found = self._table(paths_sql(self.source, question))
        return [
            Edge(
                step=int(row["step"]),
                source=row["source"],
                target=row["target"],
                count=int(row["moves"]),
                of=int(row["all_moves"]),
                mean_seconds=row["seconds"] / row["moves"],
            )
            for row in found.to_pylist()
        ]

    def _present(self, question: Question, series: Series, *, which: str) -> Presence:
        buckets, span = question.buckets, attended_span(question)

        def told(tell: Tell) -> exp.Expr:
            return stickiness_sql(self.source, question, series, buckets, span, tell=tell)

        counts = np.zeros(len(buckets), np.int64)
        for times, units in self._rows(told(units_of), "times", "units"):
            counts[times - 1] = units
        if question.journey.weigh is None:
            return Presence(which=which, units=counts)
        weights = np.zeros(len(buckets))
        for times, arr in self._rows(told(arr_of), "times", "arr"):
            weights[times - 1] = round(float(arr), 2)
        weighed = self._weighed_whole(told(all_weighed))
        return Presence(which=which, units=counts, weights=weights, weighed=weighed)

    def _measured(self, question: Question, series: Series, shown: Collection[Value] | None) -> list[Line]:
        lines = self._recent if series.measure in BACK_DAYS else self._plain
        found = lines(question, series, shown)
        return (
            found if question.journey.weigh is None else self._weighed_lines(question, series, shown, found)
        )

    def _plain(self, question: Question, series: Series, shown: Collection[Value] | None) -> list[Line]:
        found = self._table(measured_sql(self.source, question, series, shown))
        data: dict[Value, NDArray[np.float64]] = {}
        totals: dict[Value, float] = {}
        count = len(question.buckets)
        for value, bucket, measured in _told(question, found, "bucket", "measured"):
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
        found = self._table(recent_sql(self.source, question, series, window, shown))
        data: dict[Value, NDArray[np.float64]] = {}
        for value, bucket, measured, here in _told(question, found, "bucket", "measured", "here"):
            line = data.setdefault(value, np.zeros(len(question.buckets)))
            line[bucket] = measured if here or not question.dialect.active_on_event_days else 0.0
        lines = []
        for value in self._lined(question, series, data, shown):
            line = data.get(value, np.zeros(len(question.buckets)))
            lines.append(Line(label=series.name, value=value, data=line, total=float(line[-1])))
        return lines

    def _weighed_lines(
        self, question: Question, series: Series, shown: Collection[Value] | None, lines: list[Line]
    ) -> list[Line]:
        """The same lines with the ARR behind each bucket, and behind all of them, or the last days."""
        window = window_of(question, series) if series.measure in BACK_DAYS else None
        weights = {line.value: np.zeros(len(question.buckets)) for line in lines}
        table = self._table(weights_sql(self.source, question, series, window, shown))
        for value, bucket, arr in _told(question, table, "bucket", "arr"):
            weights[value][bucket] = arr
        whole = self._weighed(question, weighed_sql(self.source, question, series, window, shown))
        return [
            replace(
                line,
                weights=weights[line.value].round(2),
                weighed=whole.get(line.value, nothing_weighed()),
            )
            for line in lines
        ]

    def _weighed(self, question: Question, statement: exp.Expr) -> dict[Value, Weighed]:
        columns = ("total", "largest", "most", "unknown_units")
        table = self._table(statement)
        return {value: weighed_of(*figures) for value, *figures in _told(question, table, *columns)}

    def _weighed_whole(self, statement: exp.Expr) -> Weighed:
        """What all units are worth: one row, or none where nobody was there."""
        figures = next(self._rows(statement, "total", "largest", "most", "unknown_units"), None)
        return nothing_weighed() if figures is None else weighed_of(*figures)

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
        found = self._table(values_sql(self.source, question, series, shown))
        return in_order(question, {*known, *values_of(found, len(question.journey.by))})

    def _columns(self, statement: exp.Expr) -> Columns:
        table = self._table(statement)
        return {name: table.column(name).to_pylist() for name in table.column_names}

    def _rows(self, statement: exp.Expr, *names: str) -> Iterator[tuple[Any, ...]]:
        found = self._columns(statement)
        return zip(*(found[name] for name in names), strict=True)

    def _table(self, statement: exp.Expr) -> pa.Table:
        return self.run(written(statement, self.dialect))


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


def _told(question: Question, table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a table: the value of the breakdown, then some columns."""
    columns = (table.column(name).to_pylist() for name in names)
    return zip(values_of(table, width_of(question)), *columns, strict=True)


def _cells(question: Question, table: pa.Table, name: str) -> Iterator[tuple[Any, ...]]:
    return _told(question, table, "cohort", "column_number", name)
