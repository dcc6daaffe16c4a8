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
