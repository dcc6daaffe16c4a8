"""A terminal says when each bucket begins, what has no value, and that there is nothing there."""

import pytest

from quarterdeck.insights.journeys.service.answers import answer
from quarterdeck.insights.journeys.service.laying_out import laid_out
from quarterdeck.insights.journeys.service.opening import Opened
from quarterdeck.insights.journeys.service.showing import lines_of
from tests.insights.journeys.conftest import ask, view_of

LOG = [("al", 65, "a"), ("al", 70, "b"), ("bo", 66, "a")]


def shown(rows=LOG, beside=None, **content):
    view = view_of(rows, **(beside or {}))
    return answer(Opened(question=ask(days=0.1, **content), view=view, versions={}))


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "retention", "start": {"event": "a"}, "columns": 2},
        {"kind": "lifecycle", "series": [{}]},
        {"kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}], "show": "trend"},
    ],
)
def test_a_bucket_within_a_day_is_told_by_its_hour(content):
    lines = list(lines_of(shown(grain="hour", **content)))
    assert any(line.startswith("2026-01-05 01:00  ") for line in lines)
    assert any(line.startswith("2026-01-05     ") for line in lines)
    days = list(lines_of(shown(grain="day", **content)))
    assert not any("01:00" in line for line in days)


def test_a_page_tells_the_hour_of_a_row_too():
    found = shown(grain="hour", kind="retention", start={"event": "a"}, columns=2)
    journey = ask(kind="retention", start={"event": "a"}, columns=2, grain="hour").journey
    (table,) = laid_out(found, journey).tables
    assert [row.name for row in table.rows] == ["5 Jan 01:00"]


def test_a_line_of_those_without_a_value_has_a_name():
    found = shown(kind="trend", series=[{}], by=["plan"], beside={"plan": ["pro", None, ""]})
    assert "any event / (none): 2 in all" in list(lines_of(found))


def test_nothing_is_told_as_nothing():
    times = shown(kind="funnel", steps=[{"event": "b"}, {"event": "a"}], show="times")
    assert "Nobody came through in this time." in list(lines_of(times))
    assert "Nobody moved from one stop to another in this time." in list(lines_of(shown([], kind="paths")))
