"""What were a metric's values, by day, week or month, whole or by a dimension?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.calc.judgement import absent_since
from quarterdeck.insights.metrics.calc.readings import Point, Proof
from quarterdeck.insights.metrics.definitions import RATES, Metric
from quarterdeck.insights.metrics.facts.clock import Grain, Question
from quarterdeck.insights.metrics.facts.compiler import Compiler, Plan, presence, tables_read
from quarterdeck.insights.metrics.facts.passes import Pass, passes
from quarterdeck.insights.metrics.service.book import read_metrics
from quarterdeck.insights.metrics.service.following import follow_people

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


GRAINS: tuple[Grain, Grain] = ("day", "week")
Row = tuple[date, str | None, float | None, float | None]
Cuts = Mapping[str | None, tuple[Point, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """A metric over time, whole (key None) or by the values of a dimension, with its proof."""

    name: str
    metric: Metric
    grain: Grain
    points: Cuts
    proof: Proof


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """A metric by week and by day over the same time."""

    weeks: Series
    days: Series


class MetricReader:
    """Reads the workspace's metrics from one snapshot, as of one day."""

    def __init__(self, workspace: Workspace, snapshot: Snapshot, as_of: date) -> None:
        self.book = read_metrics(workspace)
        self._workspace = workspace
        self._snapshot = snapshot
        self._as_of = as_of
        self._compiler = Compiler(snapshot, self.book.metrics)
        self._present: dict[tuple[str, date, date], list[date]] = {}
        self._known: dict[tuple[str, Question], Cuts] = {}

    def series(
        self, name: str, grain: Grain, since: date, until: date, dimension: str | None = None
    ) -> Series:
        """A metric by day, week or month over local days [since, until); both must start a bucket."""
        metric = self.book.get(name)
        question = self._question(grain, since, until, dimension)
        with _naming(name):
            points = self._ratio(metric, question) if metric.kind == "ratio" else self._points(name, question)
        proof = self.proof(name, grain, since, until, dimension)
        return Series(name=name, metric=metric, grain=grain, points=points, proof=proof)

    def proof(self, name: str, grain: Grain, since: date, until: date, dimension: str | None = None) -> Proof:
        """What recomputes a series, and lists the rows of its last bucket."""
        question = self._question(grain, since, until, dimension)
        with _naming(name):
            sql = self._compiler.compile(self.book.get(name), question)
            rows_sql = self._compiler.rows(self.book.get(name), last_bucket(question))
        return Proof(
            sql=sql,
            rows_sql=rows_sql,
            versions=tables_read(sql, self._snapshot.versions),
            definition=name,
            definition_version=self.book.versions[name],
        )

    def mature_end(self, name: str, end: date) -> date:
        """The end of the last week up to `end` whose number is final by now."""
        early = (end - self._as_of).days + self.book.matures_after_days(name)
        return end - timedelta(7 * max(0, -(-early // 7)))

    def history(self, name: str, since: date, until: date, dimension: str | None = None) -> History:
        """A metric by week and by day over local days [since, until), as `series` gives it."""
        self.read_ahead([name], since, until, [dimension])
        return History(
            weeks=self.series(name, "week", since, until, dimension),
            days=self.series(name, "day", since, until, dimension),
        )

    def read_ahead(
        self, names: Sequence[str], since: date, until: date, dimensions: Sequence[str | None] = (None,)
    ) -> None:
        """Read metrics by day and by week in as few passes as can be; `series` finds them then.

        What cannot be read is left to `series`, which says why.
        """
        question = self._question("day", since, until, None)
        plans: dict[str, Plan] = {}
        for part in dict.fromkeys(part for name in names for part in self.book.parts(name)):
            metric = self.book.metrics[part]
            unread = [
                one for one in dimensions if (part, replace(question, dimension=one)) not in self._known
            ]
            if metric.kind in RATES and unread:
                with suppress(QuarterdeckError):
                    self._follow(part, question, GRAINS, dimensions)
            elif metric.kind != "ratio" and unread:
                with suppress(QuarterdeckError):
                    plans[part] = self._compiler.plan(metric, question, dimensions)
        for one in passes(plans, question):
            with suppress(QuarterdeckError):
                self._read(one, question, dimensions)

    def _read(self, one: Pass, question: Question, dimensions: Sequence[str | None]) -> None:
        found: dict[tuple[str, Question], list[Row]] = {
            (name, replace(question, dimension=dimension, grain=grain)): []
            for name in one.names
            for dimension in dimensions
            for grain in GRAINS
        }
        for metric, place, grain, start, cut, value, base in self._snapshot.rows(one.sql):
            asked = replace(question, dimension=dimensions[place], grain=grain)
            found[one.names[metric], asked].append((start, cut, value, base))
        for (name, asked), rows in found.items():
            self._known[name, asked] = self._filled(name, asked, rows)

    def _points(self, name: str, question: Question) -> Cuts:
        """The points of a metric that counts rows; asked once, since ratios share their parts."""
        if (name, question) not in self._known and self.book.get(name).kind in RATES:
            self._follow(name, question, (question.grain,), (question.dimension,))
        if (name, question) not in self._known:
            rows = self._snapshot.rows(self._compiler.compile(self.book.get(name), question))
            self._known[name, question] = self._filled(name, question, rows)
        return self._known[name, question]

    def _follow(
        self, name: str, question: Question, grains: Sequence[Grain], dimensions: Sequence[str | None]
    ) -> None:
        """Read a metric that follows people, by several grains and dimensions at once."""
        metric = self.book.get(name)
        found = follow_people(self._workspace, self._snapshot, metric, question, grains, dimensions)
        for (grain, dimension), rows in found.items():
            asked = replace(question, grain=grain, dimension=dimension)
            self._known[name, asked] = self._filled(name, asked, rows)

    def _filled(self, name: str, question: Question, rows: Sequence[Row]) -> Cuts:
        """Every bucket of the question, whether a row tells of it or not."""
        metric = self.book.get(name)
        found: dict[str | None, dict[date, tuple[float | None, float | None]]] = defaultdict(dict)
        if question.dimension is None:
            found[None] = {}
        for start, cut, value, base in rows:
            found[cut][start] = (value, base)
        present = set(self.presence(name, question.grain, question.since, question.until))
        return {
            key: tuple(
                self._point(metric, question, start, known.get(start), present)
                for start in _buckets(question)
            )
            for key, known in found.items()
        }

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
        point = self._point(metric, question, under.start, (value, under.value), set())
        return replace(point, mature=point.mature and under.mature and (over is None or over.mature))

    def presence(self, name: str, grain: Grain, since: date, until: date) -> list[date]:
        """The buckets in which the metric's fact table has any row; of free SQL, none are known."""
        metric = self.book.get(name)
        source = self.book.get(metric.denominator).source if metric.denominator else metric.source
        if metric.kind == "sql" or source not in TABLES:
            return []
        if (source, since, until) not in self._present:
            rows = self._snapshot.rows(presence(source, self._question("day", since, until, None)))
            self._present[source, since, until] = [row[0] for row in rows]
        days = self._present[source, since, until]
        return sorted({self.bucket_start(day, grain) for day in days})

    def bucket_start(self, day: date, grain: Grain) -> date:
        """The first day of the day, week or month that a local day lies in."""
        if grain == "month":
            return day.replace(day=1)
        shift = WEEKDAYS.index(self._workspace.week_start)
        return day - timedelta((day.weekday() - shift) % 7) if grain == "week" else day

    def silent_since(self, name: str, days: Sequence[Point], since: date, end: date) -> date | None:
        """The first day of the silence that reaches `end`, judged by the days from `since` on."""
        if self.book.get(name).kind == "sql":
            present = [point.start for point in days if point.value is not None]
        else:
            present = self.presence(name, "day", days[0].start, end)
        return absent_since([day for day in present if day >= since], end - timedelta(7), end)

    def _question(self, grain: Grain, since: date, until: date, dimension: str | None) -> Question:
        return Question(
            since=since,
            until=until,
            grain=grain,
            zone=self._workspace.zone,
            week_starts_on=WEEKDAYS.index(self._workspace.week_start),
            dimension=dimension,
            known_until=self._as_of,
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
        mature = last + timedelta(metric.final_after_days) <= self._as_of
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


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Trouble in a metric names the file that it is defined in."""
    try:
        yield
    except QuarterdeckError as error:
        raise QuarterdeckError(f"metrics/{name}.yaml: {error.message}", error.hint) from error


def _buckets(question: Question) -> Iterator[date]:
    start = question.since
    while start < question.until:
        yield start
        start = next_bucket(start, question.grain)
