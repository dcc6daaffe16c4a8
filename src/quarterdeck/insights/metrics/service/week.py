"""What did each metric read in a week, did it move, and where?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, cast

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.calc.judgement import (
    DETAIL_CONFIDENCE,
    expect_points,
    expect_week,
    judge_by_holder,
    judge_week,
    not_mature_yet,
)
from quarterdeck.insights.metrics.calc.readings import Movement, Point, Proof, Reading, Slice, Verdict
from quarterdeck.insights.metrics.definitions import Metric
from quarterdeck.insights.metrics.facts.compiler import last_time
from quarterdeck.insights.metrics.service.movement import SHOWN_DAYS, locate
from quarterdeck.insights.metrics.service.reader import WEEKDAYS, MetricReader
from quarterdeck.stats.interval import wilson_interval

__all__ = [
    "Movement",
    "Point",
    "Proof",
    "Reading",
    "Slice",
    "Verdict",
    "Week",
    "choose_day",
    "facts_end",
    "last_week_end",
    "read_week",
]

COUNTED = ("feedback", "work_items", "exposures", "traces")  # what happens again and again, besides events
HISTORY_WEEKS = 26
DAILY_WEEKS = HISTORY_WEEKS  # four in which a movement may have begun, the others to expect them from
SHOWN_WEEKS = 13
# Facts that end longer ago than this are history, not a source that fell silent.
HISTORY_AFTER_DAYS = 28
SHOWN_LATER_WEEKS = 2  # after the last mature one, of those that cannot be known yet


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """All metrics read at one week, [start, end)."""

    start: date
    end: date
    readings: tuple[Reading, ...]


def last_week_end(workspace: Workspace, day: date) -> date:
    """The end of the last whole week that ends on or before a day."""
    return day - timedelta((day.weekday() - WEEKDAYS.index(workspace.week_start)) % 7)


def facts_end(workspace: Workspace, snapshot: Snapshot) -> date | None:
    """The local day after the last event, or without events after the last fact; None without facts."""
    for tables in (["events"], [name for name in COUNTED if name in snapshot.versions]):
        latest = [snapshot.rows(last_time(table))[0][0] for table in tables]
        known = [cast(datetime, time) for time in latest if time is not None]
        if known:
            return max(known).astimezone(workspace.zone).date() + timedelta(1)
    return None


def choose_day(workspace: Workspace, snapshot: Snapshot, today: date) -> date:
    """Today; or, where the facts ended long ago, the end of their last whole week."""
    end = facts_end(workspace, snapshot)
    if end is None or (today - end).days <= HISTORY_AFTER_DAYS:
        return today
    return last_week_end(workspace, end)


def read_week(workspace: Workspace, snapshot: Snapshot, as_of: date) -> Week:
    """All metrics in the tree's order at the last whole week that ends on or before `as_of`."""
    end = last_week_end(workspace, as_of)
    reader = MetricReader(workspace, snapshot, as_of)
    read_alike: dict[date, list[str]] = defaultdict(list)
    for name in reader.book.ordered:
        read_alike[_first_day(reader.mature_end(name, end))].append(name)
    for since, names in read_alike.items():
        reader.read_ahead(names, since, end)
    readings = tuple(read_or_say(reader, name, end) for name in reader.book.ordered)
    return Week(start=end - timedelta(7), end=end, readings=readings)


def read_or_say(reader: MetricReader, name: str, end: date) -> Reading:
    """A metric's reading; one that cannot be read says why, and leaves the others theirs."""
    try:
        return read_metric(reader, name, end)
    except QuarterdeckError as error:
        unread = Proof(
            sql="", rows_sql="", versions={}, definition=name, definition_version=reader.book.versions[name]
        )
        return _reading(
            reader,
            name,
            week=Point(start=end - timedelta(7), value=None),
            weeks=[Point(start=end - timedelta(7 * back), value=None) for back in range(SHOWN_WEEKS, 0, -1)],
            days=[Point(start=end - timedelta(back), value=None) for back in range(SHOWN_DAYS, 0, -1)],
            verdict=Verdict(kind="no data", reason=" ".join(filter(None, (error.message, error.hint)))),
            movement=None,
            proof=unread,
        )


def read_metric(reader: MetricReader, name: str, end: date) -> Reading:
    """A metric read at its last mature week before `end`, with its verdict and, if it moved, where."""
    metric = reader.book.get(name)
    mature_end = reader.mature_end(name, end)
    since = _first_day(mature_end)
    history = reader.history(name, since, end)
    weeks, later_weeks = _parted(history.weeks.points[None], mature_end)
    known_days, later_days = _parted(history.days.points[None], mature_end)
    daily = known_days[-7 * DAILY_WEEKS :]
    days = expect_points(daily, metric.unit)
    silent = reader.silent_since(name, history.days.points[None], daily[0].start, end)
    week, verdict = judge_week(weeks, metric.unit, silent, days)
    verdict = not_mature_yet(weeks, later_weeks, reader.book.matures_after_days(name)) or verdict
    movement = None
    if verdict.kind == "moved":
        movement, _ = locate(reader, name, daily, (since, mature_end), verdict.direction or "below")
    elif verdict.kind == "within noise" and (closer := _look_closer(reader, name, daily, weeks)) is not None:
        week, verdict, movement = closer
    if later_weeks and verdict.kind != "not mature yet":
        verdict = replace(verdict, reason=f"{verdict.reason} {_last_mature(week.start)}")
    shown_days = (*days, *later_days[: 7 * SHOWN_LATER_WEEKS])
    shown_weeks = (*_with_ranges(weeks, week, metric), *later_weeks[:SHOWN_LATER_WEEKS])
    return _reading(
        reader,
        name,
        week=week,
        earlier=bool(later_weeks),
        weeks=shown_weeks[-SHOWN_WEEKS:],
        days=shown_days[-SHOWN_DAYS:],
        verdict=verdict,
        movement=movement,
        proof=reader.proof(name, "week", since, mature_end),
    )


def _look_closer(
    reader: MetricReader, name: str, daily: Sequence[Point], weeks: Sequence[Point]
) -> tuple[Point, Verdict, Movement] | None:
    """The week, its verdict and its movement, where the whole hides that one slice left its range."""
    metric = reader.book.get(name)
    if not (side := expect_week(weeks, metric.unit, DETAIL_CONFIDENCE).outside):
        return None
    end = weeks[-1].start + timedelta(7)
    movement, shift = locate(reader, name, daily, (_first_day(end), end), side)
    if movement.holder is None or movement.holder.week is None:
        return None
    judged = judge_by_holder(weeks, metric.unit, shift, movement.holder.week)
    return None if judged is None else (*judged, movement)


def _first_day(mature_end: date) -> date:
    return mature_end - timedelta(7 * HISTORY_WEEKS)


def _parted(points: Sequence[Point], end: date) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The points before a day, and those from it on."""
    return tuple(one for one in points if one.start < end), tuple(one for one in points if one.start >= end)


def _last_mature(start: date) -> str:
    return f"This is the week of {start.day} {start:%B}, the last mature one."


def _reading(
    reader: MetricReader,
    name: str,
    *,
    week: Point,
    weeks: Sequence[Point],
    days: Sequence[Point],
    verdict: Verdict,
    movement: Movement | None,
    proof: Proof,
    earlier: bool = False,
) -> Reading:
    metric = reader.book.get(name)
    interval = None
    if metric.unit == "share" and week.base and week.value is not None and 0 <= week.value <= 1:
        interval = wilson_interval(week.value * week.base, week.base)
    return Reading(
        name=name,
        title=metric.title,
        description=metric.description,
        role=reader.book.roles.get(name, "other"),
        unit=metric.unit,
        higher_is=_HIGHER_IS[metric.direction],
        owner=metric.owner,
        target=metric.target,
        status=metric.status,
        week=week,
        earlier=earlier,
        interval=interval,
        verdict=verdict,
        weeks=tuple(weeks),
        days=tuple(days),
        movement=movement,
        proof=proof,
        dimensions=metric.dimensions,
    )


def _with_ranges(weeks: Sequence[Point], week: Point, metric: Metric) -> tuple[Point, ...]:
    """The weeks shown, each with the range that was expected of it then, the last one as judged."""
    first = max(0, len(weeks) - SHOWN_WEEKS)
    before = [expect_week(weeks[: index + 1], metric.unit) for index in range(first, len(weeks) - 1)]
    return (*before, week)


_HIGHER_IS: Mapping[str, Literal["better", "worse", "neither"]] = {
    "higher is better": "better",
    "lower is better": "worse",
    "neither": "neither",
}
