"""A notebook reads the same numbers as every other surface."""

import subprocess
import sys
from datetime import date

import pytest

from quarterdeck import open_workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.metrics.service.book import read_metrics

AS_OF = date(2026, 11, 16)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook") / "demo"
    program = "from quarterdeck.cli.main import run; run()"
    command = [sys.executable, "-c", program, "demo", "--no-serve", "--events", "20000", "-w", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return open_workspace(folder)


def test_a_table_holds_what_its_query_gives(demo):
    metric = demo.metric("sign_ups")
    table = metric.table(grain="week", as_of=AS_OF, buckets=4)
    assert table.column_names == [
        "start",
        "slice",
        "value",
        "base",
        "expected_low",
        "expected_high",
        "mature",
    ]
    by_query = {row["bucket"]: row["value"] for row in demo.sql(metric.query(as_of=AS_OF)).to_pylist()}
    assert [by_query[row["start"]] for row in table.to_pylist()] == table["value"].to_pylist()


def test_slices_stand_in_one_table_by_name(demo):
    dimension = read_metrics(demo.workspace).get("sign_ups").dimensions[0]
    table = demo.metric("sign_ups").table(by=dimension)
    assert len(set(table["slice"].to_pylist())) > 1


def test_a_chart_shows_itself_and_is_saved(demo, tmp_path):
    chart = demo.metric("teams_dispatching").chart()
    assert chart.svg.startswith("<svg")
    assert "<iframe" in chart._repr_html_()
    chart.save(tmp_path / "chart.html")
    assert chart.claim in (tmp_path / "chart.html").read_text()


def test_facts_brief_and_names_are_read(demo):
    assert "activation" in demo.metrics
    assert demo.facts().to_pylist()[0]["rows"] > 0
    assert demo.brief().headline


def test_an_unknown_metric_is_named_with_a_suggestion(demo):
    with pytest.raises(QuarterdeckError, match="activaton") as caught:
        demo.metric("activaton")
    assert "activation" in caught.value.hint


def test_the_package_offers_nothing_else():
    import quarterdeck

    with pytest.raises(AttributeError):
        _ = quarterdeck.open_workspaces


FUNNEL = {
    "kind": "funnel",
    "since": "-8w",
    "unit": "account",
    "within": "7 days",
    "steps": [{"event": "signed_up"}, {"event": "team_activated"}, {"event": "job_dispatched"}],
}


def test_a_journey_is_an_arrow_table_and_a_chart(demo):
    assert "first_week_of_a_team" in demo.journeys
    table = demo.journey("first_week_of_a_team").table()
    assert set(table["value"].to_pylist()) == {"android", "ios", "web"}
    asked = demo.journey(FUNNEL)
    steps = asked.table().to_pylist()
    assert [row["step"] for row in steps] == [1, 2, 3]
    assert steps[0]["reached"] > steps[1]["reached"] > steps[2]["reached"] > 0
    assert steps[1]["low"] < steps[1]["share"] < steps[1]["high"]
    drawn = asked.chart()
    assert drawn.svg.startswith("<svg")
    assert "stop between" in drawn.claim
    assert "<iframe" in asked._repr_html_()
    before = asked.table(at={"events": 0})
    assert before.num_rows == 3


@pytest.mark.parametrize("name", ["weekly_return", "people_at_work", "teams_that_come_and_go"])
def test_every_kind_of_journey_has_a_table_and_a_drawing(demo, name):
    journey = demo.journey(name)
    assert journey.table().num_rows > 3
    assert journey.chart().svg.startswith("<svg")


@pytest.mark.parametrize(
    ("more", "column"),
    [
        ({"show": "trend", "grain": "week"}, "entered"),
        ({"show": "times"}, "from_seconds"),
    ],
)
def test_a_funnel_over_time_and_its_times_are_tables_too(demo, more, column):
    assert column in demo.journey({**FUNNEL, **more}).table().column_names


def test_stickiness_and_paths_are_tables_too(demo):
    stuck = demo.journey({"kind": "stickiness", "grain": "week", "series": [{"event": "job_dispatched"}]})
    assert stuck.table()["count"].to_pylist()[0] > 0
    ways = demo.journey("around_the_schedule")
    assert ways.table()["step"].to_pylist()[0] == 1
    assert "<svg" in ways.chart().svg


def test_an_unknown_journey_and_a_wrong_question_say_so(demo):
    with pytest.raises(QuarterdeckError, match="no journey named"):
        demo.journey("nothing")
    with pytest.raises(QuarterdeckError, match="cannot be asked"):
        demo.journey({"kind": "funnel"})
