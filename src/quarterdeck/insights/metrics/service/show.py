"""How does one metric look to somebody who asks for it by name?"""

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.calc.judgement import (
    DETAIL_CONFIDENCE,
    WEEK_CONFIDENCE,
    expect_points,
    expect_week,
)
from quarterdeck.insights.metrics.calc.readings import Verdict
from quarterdeck.insights.metrics.facts.clock import Grain
from quarterdeck.insights.metrics.service.movement import largest
from quarterdeck.insights.metrics.service.reader import MetricReader, Series, next_bucket
from quarterdeck.insights.metrics.service.week import (
    HISTORY_WEEKS,
    facts_end,
    last_week_end,
    read_metric,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownMetric:
    """A metric's series, most recent bucket last, and the verdict on one week: its last mature one."""

    title: str
    description: str
    as_of: date
    verdict: Verdict | None
    week: date | None
    earlier: bool
    series: Series

    @property
    def largest_slices(self) -> list[str | None]:
        """The keys of the series' points: the whole, or the slices from the largest on."""
        return [None] if None in self.series.points else [*largest(self.series.points)]

    def as_json(self) -> dict[str, object]:
        """Everything, in plain types: points by slice, verdict, query, versions."""
        points = [
            {"slice": key, **asdict(point), "start": point.start.isoformat()}
            for key, cut in self.series.points.items()
            for point in cut
        ]
        return {
            "metric": self.series.name,
            "title": self.title,
            "description": self.description,
            "unit": self.series.metric.unit,
            "as_of": self.as_of.isoformat(),
            "grain": self.series.grain,
            "judged_week": self.week.isoformat() if self.week else None,
            "verdict": asdict(self.verdict) if self.verdict else None,
            "points": points,
            "proof": {**asdict(self.series.proof), "versions": dict(self.series.proof.versions)},
        }


def show_metric(
    workspace: Workspace,
    snapshot: Snapshot,
    name: str,
    *,
    grain: Grain = "week",
    today: date,
    dimension: str | None = None,
    as_of: date | None = None,
    buckets: int = 13,
) -> ShownMetric:
    """A metric over its last buckets, whole or by a dimension, with ranges where they can be known.

    Without `as_of` it ends with the facts, though never after today: one clock gone wrong must not empty it.
    """
    end = facts_end(workspace, snapshot)
    if end is None:
        raise QuarterdeckError("There are no facts yet.", "Import some: quarterdeck import events FILE")
    day = as_of or min(end, today)
    reader = MetricReader(workspace, snapshot, day)
    metric = reader.book.get(name)
    series = read_ranged(reader, workspace, name, grain=grain, day=day, dimension=dimension, buckets=buckets)
    ranged = dict(series.points)
    reading = None
    if dimension is None:
        reading = read_metric(reader, name, last_week_end(workspace, day))
        if grain == "week":
            judged = {reading.week.start: reading.week}
            ranged[None] = tuple(judged.get(point.start, point) for point in ranged[None])
    return ShownMetric(
        title=metric.title,
        description=metric.description,
        as_of=day,
        verdict=reading.verdict if reading else None,
        week=reading.week.start if reading else None,
        earlier=reading is not None and reading.earlier,
        series=Series(name=name, metric=metric, grain=grain, points=ranged, proof=series.proof),
    )


def read_ranged(
    reader: MetricReader,
    workspace: Workspace,
    name: str,
    *,
    grain: Grain,
    day: date,
    dimension: str | None,
    buckets: int,
) -> Series:
    """The last whole buckets before a day, whole or by a dimension, with ranges where they can be known."""
    until = _bucket_end(workspace, day, grain)
    since = until
    for _ in range(max(buckets, HISTORY_WEEKS) if grain == "week" else buckets):
        since = _bucket_before(since, grain)
    if grain == "day":
        since = until - timedelta(7 * -(-max(buckets, 7 * HISTORY_WEEKS) // 7))
    series = reader.series(name, grain, since, until, dimension)
    ranged = {}
    for key, points in series.points.items():
        unit = series.metric.unit
        if grain == "week":
            sure = WEEK_CONFIDENCE if dimension is None else DETAIL_CONFIDENCE
            points = tuple(expect_week(points[: index + 1], unit, sure) for index in range(len(points)))
        elif grain == "day":
            points = expect_points(points, unit)
        ranged[key] = points[-buckets:]
    return replace(series, points=ranged)


def _bucket_end(workspace: Workspace, day: date, grain: Grain) -> date:
    if grain == "week":
        return last_week_end(workspace, day)
    return day if grain == "day" else day.replace(day=1)


def _bucket_before(start: date, grain: Grain) -> date:
    if grain == "month":
        return (start - timedelta(1)).replace(day=1)
    return start - timedelta(next_bucket(start, grain).toordinal() - start.toordinal())
