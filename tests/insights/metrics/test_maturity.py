"""A metric whose weeks ripen late is judged by the last week that has."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.service.show import show_metric
from quarterdeck.insights.metrics.service.week import Reading, read_week
from quarterdeck.report.brief.service.write import write_brief
from tests.insights.metrics.conftest import Event, MakeWorkspace, add_events

END = date(2026, 6, 1)  # a Monday
WEEKS = 18


def visits(levels: Sequence[int]) -> list[Event]:
    """As many visits a day as the week's level says, give or take two; the last week ends at END."""
    random = Random(1)
    first = datetime(END.year, END.month, END.day, 12, tzinfo=UTC) - timedelta(7 * len(levels))
    return [
        (f"p{number}", "acme", "visit", (first + timedelta(7 * week + day)).isoformat(), {})
        for week, level in enumerate(levels)
        for day in range(7)
        for number in range(level + random.randint(-2, 2))
    ]


def read(workspace: Workspace, name: str, as_of: date = END) -> Reading:
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        week = read_week(workspace, snapshot, as_of)
    return next(reading for reading in week.readings if reading.name == name)


@pytest.mark.parametrize(
    ("days", "as_of", "weeks_back"),
    [(0, END, 1), (1, END, 2), (1, END + timedelta(1), 1), (7, END, 2), (8, END, 3), (30, END, 6)],
)
def test_the_last_mature_week_is_judged(
    make_workspace: MakeWorkspace, days: int, as_of: date, weeks_back: int
) -> None:
    workspace = make_workspace(visits=f"kind: count\nmatures_after_days: {days}\n")
    add_events(workspace, visits([20] * WEEKS))
    reading = read(workspace, "visits", as_of)
    start = END - timedelta(7 * weeks_back)
    assert (reading.week.start, reading.earlier) == (start, weeks_back > 1)
    if len(reading.weeks) > 12 + min(weeks_back - 1, 2) and WEEKS - weeks_back >= 12:
        assert reading.verdict.kind == "within noise"
    assert ("the last mature one" in reading.verdict.reason) == (weeks_back > 1)
    last = reading.weeks[-1].start
    assert last == start + timedelta(7 * min(weeks_back - 1, 2))
    assert reading.days[-1].start == last + timedelta(6)
    assert all(week.mature == (week.start <= start) for week in reading.weeks)


def test_what_moved_in_the_last_mature_week_is_told_of_that_week(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(visits="kind: count\nmatures_after_days: 7\n")
    add_events(workspace, visits([20] * (WEEKS - 2) + [60, 20]))
    reading = read(workspace, "visits")
    assert (reading.verdict.kind, reading.verdict.direction) == ("moved", "above")
    assert reading.movement is not None
    assert reading.movement.since == reading.week.start
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        rows = snapshot.rows(reading.proof.rows_sql)
        shown = snapshot.rows(reading.proof.sql)
    assert len(rows) == reading.week.value
    assert shown[-1][0] == reading.week.start
    brief = write_brief(workspace, as_of=END, folder=workspace.path / "out").document
    (row,) = brief.scoreboard
    assert (row.value, row.week_start, brief.week_start) == (
        reading.week.value,
        reading.week.start,
        reading.week.start + timedelta(7),
    )
    page = (workspace.path / "out" / "brief.md").read_text()
    assert "above, week of 18 May" in page
    assert "in the week of 18 May, the last mature one" in page
    evidence = (workspace.path / "out" / "evidence" / "metric-visits.html").read_text()
    assert "<dt>Week to</dt><dd>24 May</dd>" in evidence
    assert "not known yet" in evidence


def test_a_ratio_waits_for_its_parts(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(
        visits="kind: count\nmatures_after_days: 7\n",
        people="kind: unique\nof: person\n",
        each="kind: ratio\nnumerator: visits\ndenominator: people\n",
    )
    add_events(workspace, visits([20] * WEEKS))
    assert read(workspace, "each").week.start == END - timedelta(14)


def test_a_metric_without_any_mature_week_says_when_it_will_have_one(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(visits="kind: count\nmatures_after_days: 30\n")
    add_events(workspace, visits([20, 20]))
    verdict = read(workspace, "visits").verdict
    assert (verdict.kind, verdict.reason) == (
        "not mature yet",
        "Its first week is final on Wednesday 24 June.",
    )


def test_showing_a_metric_names_the_week_that_is_judged(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(visits="kind: count\nmatures_after_days: 7\n")
    with add_events(workspace, visits([20] * WEEKS)).snapshot() as snapshot:
        for grain in ("day", "week", "month"):
            shown = show_metric(workspace, snapshot, "visits", grain=grain, today=END, as_of=END)
            assert (shown.week, shown.earlier) == (END - timedelta(14), True)
        weeks = show_metric(workspace, snapshot, "visits", today=END, as_of=END).series.points[None]
    assert [week.mature for week in weeks[-3:]] == [True, True, False]
    assert weeks[-1].outside == ""
