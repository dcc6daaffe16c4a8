"""What were a metric's values, by day, week or month, whole or by a dimension?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.calc.judgement import absent_since
from quarterdeck.insights.metrics.calc.readings import Point, Proof
from quarterdeck.insights.metrics.definitions import Metric
from quarterdeck.insights.metrics.facts.clock import Grain, Question
from quarterdeck.insights.metrics.facts.compiler import Compiler, presence, tables_read
from quarterdeck.insights.metrics.service.book import read_metrics

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


Cuts = Mapping[str | None, tuple[Point, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """A metric over time, whole (key None) or by the values of a dimension, with its proof."""

    name: str
    metric: Metric
    grain: Grain
    points: Cuts
    proof: Proof


class MetricReader:
    """Reads the workspace's metrics from one snapshot, as of one day."""

    def __init__(self, workspace: Workspace, snapshot: Snapshot, as_of: date) -> None:
        self.book = read_metrics(workspace)
        self._workspace = workspace
        self._snapshot = snapshot
        self._as_of = as_of
        self._compiler = Compiler(snapshot, self.book.metrics)
        self._present: dict[tuple[str, Grain, date, date], list[date]] = {}
        self._known: dict[tuple[str, Question], Cuts] = {}

    def series(
        self, name: str, grain: Grain, since: date, until: date, dimension: str | None = None
    ) -> Series:
        """A metric by day, week or month over local days [since, until); both must start a bucket."""
        metric = self.book.get(name)
        question = self._question(grain, since, until, dimension)
        try:
            sql = self._compiler.compile(metric, question)
            rows_sql = self._compiler.rows(metric, last_bucket(question))
            points = self._ratio(metric, question) if metric.kind == "ratio" else self._points(name, question)
        except QuarterdeckError as error:
            raise QuarterdeckError(f"metrics/{name}.yaml: {error.message}", error.hint) from error
        return Series(
            name=name, metric=metric, grain=grain, points=points, proof=self._proof(name, sql, rows_sql)
        )

    def _points(self, name: str, question: Question) -> Cuts:
        """The points of a metric that counts rows; asked once, since ratios share their parts."""
        if (name, question) not in self._known:
            metric = self.book.get(name)
            found: dict[str | None, dict[date, tuple[float | None, float | None]]] = defaultdict(dict)
            if question.dimension is None:
                found[None] = {}
            for start, cut, value, base in self._snapshot.rows(self._compiler.compile(metric, question)):
                found[cut][start] = (value, base)
            present = set(self.presence(name, question.grain, question.since, question.until))
            self._known[name, question] = {
                key: tuple(
                    self._point(metric, question, start, rows.get(start), present)
                    for start in _buckets(question)
                )
                for key, rows in found.items()
            }
        return self._known[name, question]

    def _ratio(self, metric: Metric, question: Question) -> Cuts:
        """The same division as the compiled query's, over parts that other metrics have asked for too."""
        above = self._points(self._compiler.part(metric, metric.numerator), question)
        below = self._points(self._compiler.part(metric, metric.denominator), question)
        return {
            key: tuple(
                self._share(metric, question, over, under)
                for over, under in zip_longest(above.get(key, ()), points)
            )
            for key, points in below.items()
        }

    def _share(self, metric: Metric, question: Question, over: Point | None, under: Point) -> Point:
        value = None
        if under.value is not None and under.value > 0:
            value = ((over.value if over else None) or 0.0) / under.value
        return self._point(metric, question, under.start, (value, under.value), set())

    def _proof(self, name: str, sql: str, rows_sql: str) -> Proof:
        return Proof(
            sql=sql,
            rows_sql=rows_sql,
            versions=tables_read(sql, self._snapshot.versions),
            definition=name,
            definition_version=self.book.versions[name],
        )

    def presence(self, name: str, grain: Grain, since: date, until: date) -> list[date]:
        """The buckets in which the metric's fact table has any row; of free SQL, none are known."""
        metric = self.book.get(name)
        source = self.book.get(metric.denominator).source if metric.denominator else metric.source
        if metric.kind == "sql" or source not in TABLES:
            return []
        key = (source, grain, since, until)
        if key not in self._present:
            rows = self._snapshot.rows(presence(source, self._question(grain, since, until, None)))
            self._present[key] = [row[0] for row in rows]
        return self._present[key]

    def silent_since(self, name: str, daily: Sequence[Point], end: date) -> date | None:
        if self.book.get(name).kind == "sql":
            present = [point.start for point in daily if point.value is not None]
        else:
            present = self.presence(name, "day", daily[0].start, end)
        return absent_since(present, end - timedelta(7), end)

    def _question(self, grain: Grain, since: date, until: date, dimension: str | None) -> Question:
        return Question(
            since=since,
            until=until,
            grain=grain,
            zone=self._workspace.zone,
            week_starts_on=WEEKDAYS.index(self._workspace.week_start),
            dimension=dimension,
        )

    def _point(
        self,
        metric: Metric,
        question: Question,
        start: date,
        row: tuple[float | None, float | None] | None,
        present: set[date],
    ) -> Point:
        value, base = row or (None, None)
        if row is None and start in present and metric.kind in ("count", "unique", "sum"):
            value = 0.0  # the table has rows in this bucket, none of them of this metric: a true zero
        last = next_bucket(start, question.grain)
        mature = last + timedelta(metric.matures_after_days) <= self._as_of
        return Point(start=start, value=value, base=base, mature=mature)


def last_bucket(question: Question) -> Question:
    """The same question of its last bucket alone."""
    *_, start = _buckets(question)
    return replace(question, since=start)


def next_bucket(start: date, grain: Grain) -> date:
    """The first day of the bucket after the one that begins at `start`."""
    if grain == "month":
        return (start.replace(day=1) + timedelta(32)).replace(day=1)
    return start + timedelta(7 if grain == "week" else 1)


def _buckets(question: Question) -> Iterator[date]:
    start = question.since
    while start < question.until:
        yield start
        start = next_bucket(start, question.grain)
