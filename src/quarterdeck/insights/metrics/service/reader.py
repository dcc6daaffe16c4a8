"""What were a metric's values, by day, week or month, whole or by a dimension?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.calc import Point, Proof, absent_since
from quarterdeck.insights.metrics.definitions import Metric
from quarterdeck.insights.metrics.facts import Compiler, Grain, Question, presence
from quarterdeck.insights.metrics.service.book import read_metrics

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """A metric over time, whole (key None) or by the values of a dimension, with its proof."""

    name: str
    metric: Metric
    grain: Grain
    points: Mapping[str | None, tuple[Point, ...]]
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

    def series(
        self, name: str, grain: Grain, since: date, until: date, dimension: str | None = None
    ) -> Series:
        """A metric by day, week or month over local days [since, until); both must start a bucket."""
        metric = self.book.get(name)
        question = self._question(grain, since, until, dimension)
        sql = self._compiler.compile(metric, question)
        found: dict[str | None, dict[date, tuple[float | None, float | None]]] = defaultdict(dict)
        if dimension is None:
            found[None] = {}
        for start, cut, value, base in self._snapshot.rows(sql):
            found[cut][start] = (value, base)
        buckets = list(_buckets(question))
        present = set(self.presence(name, grain, since, until))
        points = {
            key: tuple(self._point(metric, question, start, rows.get(start), present) for start in buckets)
            for key, rows in found.items()
        }
        return Series(name=name, metric=metric, grain=grain, points=points, proof=self.proof(name, sql))

    def proof(self, name: str, sql: str) -> Proof:
        """What recomputes a number of this metric."""
        return Proof(
            sql=sql,
            versions=dict(sorted(self._snapshot.versions.items())),
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
