"""What are the metrics, what do they read, and which of them moved?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Literal, cast

from quarterdeck.definitions.folder import Kind, read_folder
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.calc import (
    Movement,
    Point,
    Proof,
    Reading,
    Role,
    Slice,
    Verdict,
    absent_since,
    expect_points,
    expect_week,
    explain_movement,
    judge_week,
    remainder,
)
from quarterdeck.insights.metrics.definitions import Metric, Tree
from quarterdeck.insights.metrics.facts import Compiler, Grain, Question, presence
from quarterdeck.stats.interval import wilson_interval

METRIC = Kind(name="metric", folder="metrics", model=Metric, leaves_out=("tree.yaml",))
TREE = Kind(name="metric tree", folder="metrics", model=Tree, file="tree.yaml")

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HISTORY_WEEKS = 26
SHOWN_WEEKS = 13
SHOWN_DAYS = 42
MOST_SLICES = 40
SHOWN_SLICES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricBook:
    """Every metric in force, the version of each, and its place in the tree."""

    metrics: Mapping[str, Metric]
    versions: Mapping[str, str]
    roles: Mapping[str, Role]

    def get(self, name: str) -> Metric:
        """The metric of that name; an unknown name is an error with a suggestion."""
        if name not in self.metrics:
            from difflib import get_close_matches

            near = get_close_matches(name, self.metrics, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(self.metrics) or 'none'}."
            raise QuarterdeckError(f"No metric is named {name!r}.", hint)
        return self.metrics[name]

    @property
    def ordered(self) -> tuple[str, ...]:
        """Names by the tree, then the others by name; without the retired."""
        others = sorted(set(self.metrics) - set(self.roles))
        return tuple(name for name in (*self.roles, *others) if self.metrics[name].status != "retired")


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """A metric over time, whole (key None) or by the values of a dimension, with its proof."""

    name: str
    metric: Metric
    grain: Grain
    points: Mapping[str | None, tuple[Point, ...]]
    proof: Proof


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """All metrics read at one week, [start, end)."""

    start: date
    end: date
    readings: tuple[Reading, ...]


def read_metrics(workspace: Workspace) -> MetricBook:
    """The metrics and the tree as the workspace defines them."""
    definitions = {definition.name: definition for definition in read_folder(workspace.path, METRIC)}
    metrics = {name: definition.model for name, definition in definitions.items()}
    versions = {
        name: _version([definitions[part].version for part in _parts(name, metrics)]) for name in definitions
    }
    trees = read_folder(workspace.path, TREE)
    roles = {name: role for name, role in (trees[0].model.roles if trees else {}).items() if name in metrics}
    return MetricBook(metrics=metrics, versions=versions, roles=cast("dict[str, Role]", roles))


def last_week_end(workspace: Workspace, day: date) -> date:
    """The end of the last whole week that ends on or before a day."""
    return day - timedelta((day.weekday() - WEEKDAYS.index(workspace.week_start)) % 7)


def facts_end(workspace: Workspace, snapshot: Snapshot) -> date | None:
    """The local day after the last event, None without events."""
    latest = snapshot.rows("SELECT max(time) FROM events")[0][0]
    if latest is None:
        return None
    return cast(datetime, latest).astimezone(workspace.zone).date() + timedelta(1)


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

    def reading(self, name: str, end: date) -> Reading:
        """A metric read at the week that ends before `end`, with its verdict and, if it moved, where."""
        metric = self.book.get(name)
        since = end - timedelta(7 * HISTORY_WEEKS)
        weekly = self.series(name, "week", since, end)
        weeks = weekly.points[None]
        daily = self.series(name, "day", since, end).points[None]
        week, verdict = judge_week(weeks, metric.unit, self._absent_since(name, daily, end))
        days = expect_points(daily, metric.unit)
        movement = None
        if verdict.kind == "moved":
            movement = self._movement(name, daily, end, verdict)
        share = metric.unit == "share" and week.base and week.value is not None and 0 <= week.value <= 1
        return Reading(
            name=name,
            title=metric.title,
            description=metric.description,
            role=self.book.roles.get(name, "other"),
            unit=metric.unit,
            higher_is=_HIGHER_IS[metric.direction],
            owner=metric.owner,
            target=metric.target,
            status=metric.status,
            week=week,
            interval=wilson_interval(week.value * week.base, week.base)
            if share and week.value is not None and week.base
            else None,
            verdict=verdict,
            weeks=_with_ranges(weeks, week, metric)[-SHOWN_WEEKS:],
            days=days[-SHOWN_DAYS:],
            movement=movement,
            proof=weekly.proof,
        )

    def _movement(self, name: str, daily: Sequence[Point], end: date, verdict: Verdict) -> Movement:
        metric = self.book.get(name)
        direction = verdict.direction or "below"
        since = daily[0].start
        slices: dict[tuple[str, str], tuple[Point, ...]] = {}
        for dimension in metric.dimensions:
            cut = self.series(name, "day", since, end, dimension).points
            for value in _largest(cut)[:MOST_SLICES]:
                slices[dimension, value] = cut[value]
        start, key, share = explain_movement(daily, slices, metric.unit, direction)
        if key is None:
            return Movement(since=start, direction=direction, holder=None)
        weekly = self.series(name, "week", since, end, key[0]).points
        shown = {
            value: Slice(
                dimension=key[0],
                value=value,
                share_of_change=share if value == key[1] else 0.0,
                points=expect_points(slices[key[0], value], metric.unit)[-SHOWN_DAYS:],
                week=expect_week(weekly[value], metric.unit),
            )
            for value in _largest({one: points for (by, one), points in slices.items() if by == key[0]})
        }
        others = [shown[value] for value in shown if value != key[1]]
        rest = expect_points(remainder(daily, slices[key]), metric.unit)[-SHOWN_DAYS:]
        return Movement(
            since=start,
            direction=direction,
            holder=shown[key[1]],
            rest=rest,
            others=tuple(others[: SHOWN_SLICES - 1]),
        )

    def _absent_since(self, name: str, daily: Sequence[Point], end: date) -> date | None:
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


def read_week(workspace: Workspace, snapshot: Snapshot, as_of: date) -> Week:
    """All metrics in the tree's order at the last whole week that ends on or before `as_of`."""
    end = last_week_end(workspace, as_of)
    reader = MetricReader(workspace, snapshot, as_of)
    readings = tuple(reader.reading(name, end) for name in reader.book.ordered)
    return Week(start=end - timedelta(7), end=end, readings=readings)


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


def _largest(slices: Mapping[str | None, Sequence[Point]] | Mapping[str, Sequence[Point]]) -> list[str]:
    def size(item: tuple[str | None, Sequence[Point]]) -> tuple[float, str]:
        total = sum((point.base if point.base is not None else point.value) or 0.0 for point in item[1])
        return -total, item[0] or ""

    return [key for key, _ in sorted(slices.items(), key=size) if key is not None]


def _with_ranges(weeks: Sequence[Point], week: Point, metric: Metric) -> tuple[Point, ...]:
    """Earlier weeks with the range that was expected of them then, the last one as judged."""
    before = [expect_week(weeks[: index + 1], metric.unit) for index in range(len(weeks) - 1)]
    return (*before, week)


def _parts(name: str, metrics: Mapping[str, Metric]) -> list[str]:
    metric = metrics[name]
    return [
        part for part in (name, metric.numerator, metric.denominator) if part is not None and part in metrics
    ]


def _version(versions: Sequence[str]) -> str:
    return versions[0] if len(versions) == 1 else sha256("".join(versions).encode()).hexdigest()[:12]


_HIGHER_IS: Mapping[str, Literal["better", "worse", "neither"]] = {
    "higher is better": "better",
    "lower is better": "worse",
    "neither": "neither",
}
