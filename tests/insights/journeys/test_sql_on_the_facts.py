"""Every saved journey of the demo company has the same answer by SQL on its fact tables as by the kernels."""

import json
from pathlib import Path

import pytest
import sqlglot
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.demo.company import generate
from quarterdeck.demo.plan import COMPANY, TIMEZONE
from quarterdeck.demo.workspace import demo_definitions
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.facts import answering
from quarterdeck.insights.journeys.service.running import run_journey
from quarterdeck.insights.journeys.service.sql_running import run_by_sql
from quarterdeck.site.capabilities import load_kinds

SAVED = sorted(
    Path(name).stem for name in demo_definitions() if name.startswith("journeys/") and name.endswith(".yaml")
)
MORE = {
    "by_plan": """
kind: funnel
since: -60d
by: [account.plan, person.role]
limit: 3
attribution: last
compare: true
steps: [{event: schedule_viewed}, {event: job_created}, {event: job_dispatched}]
""",
    "weekly_entries": """
kind: funnel
since: -40d
grain: week
show: trend
order: unordered
dialect: posthog
steps: [{event: schedule_viewed}, {event: job_created}]
exclude: [{event: sync_completed}]
""",
    "strictly": """
kind: funnel
since: -60d
order: strict
dialect: amplitude
by: ["cohort:invoicing", "cohort:all"]
steps: [{event: schedule_viewed}, {event: job_created, where: [{outside_cohort: growth_customers}]}]
""",
    "back_within_days": """
kind: retention
since: -30d
columns: 6
rolling: true
unbounded: true
by: [device]
limit: 2
start: {event: schedule_viewed}
return: {event: job_created}
""",
    "how_often": """
kind: stickiness
since: -30d
compare: true
series: [{event: schedule_viewed}]
""",
    "totals": """
kind: funnel
since: -60d
count: conversions
weigh: arr
compare: true
same: [device]
steps: [{event: schedule_viewed}, {event: job_created}, {event: job_dispatched}]
""",
    "how_long": """
kind: funnel
since: -40d
show: times
within: 2 days
steps: [{event: schedule_viewed}, {event: job_created}]
""",
    "paying": """
kind: retention
since: -6w
grain: week
weigh: arr
unit: account
columns: 4
compare: true
start: {event: schedule_viewed}
""",
    "arr_there": """
kind: trend
since: -20d
weigh: arr
by: [device]
limit: 2
series: [{event: schedule_viewed, measure: weekly_active}, {measure: unique}]
""",
    "came_through": """
kind: trend
since: -30d
by: ["cohort:through"]
compare: true
smooth: 3
series: [{event: invoice_sent}, {event: invoice_sent, measure: unique}]
formula: A / B
""",
}
THROUGH = """
title: Came through to the invoice
journey: from_schedule_to_invoice
reached: 3
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    path = tmp_path_factory.mktemp("company")
    made = generate(events=20_000, seed=1, stories=True)
    definitions = dict(demo_definitions())
    definitions |= {f"journeys/{name}.yaml": text for name, text in MORE.items()}
    definitions["cohorts/through.yaml"] = THROUGH
    init_workspace(
        path,
        company=COMPANY,
        timezone=TIMEZONE,
        demo=True,
        stands_at=made.truth.as_of,
        kinds=load_kinds(),
        definitions=definitions,
    )
    store = FactStore(path / "facts")
    for table, batches in made.tables():
        store.append(table, batches, transaction=f"demo-{table}")
    return path


def comparable(value):
    """The same figures, in which a sum may differ in its last digits."""
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-9)
    if isinstance(value, dict):
        return {key: comparable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [comparable(each) for each in value]
    return value


@pytest.mark.parametrize("name", [*SAVED, *MORE])
def test_sql_and_kernels_agree_on_the_company(company, name):
    expected = run_journey(company, name)
    found = run_by_sql(company, name)
    assert json.loads(json.dumps(found.figures)) == comparable(json.loads(json.dumps(expected.figures)))
    assert (found.since, found.until, found.unit) == (expected.since, expected.until, expected.unit)
    assert found.versions == expected.versions


def test_the_answer_is_not_an_empty_one(company):
    [group] = run_by_sql(company, "from_schedule_to_invoice").figures["groups"]
    reached = [step["reached"] for step in group["steps"]]
    assert reached[0] > 100
    assert reached == sorted(reached, reverse=True)


@pytest.mark.parametrize("database", ["duckdb", "clickhouse", "spark"])
@pytest.mark.parametrize("name", [*SAVED, *MORE])
def test_the_sql_of_a_journey_is_printed_for_other_databases(company, name, database):
    done = CliRunner().invoke(build(), ["journeys", "sql", name, "--for", database, "-w", str(company)])
    assert done.exit_code == 0, done.exception
    about, statements = done.output.split("\n", 1)
    assert about.startswith("-- ")
    assert "Read from events " in about
    assert all(sqlglot.parse(statements, dialect=database))


def test_the_sql_printed_counts_what_the_answer_says(company):
    name = "from_schedule_to_invoice"
    done = CliRunner().invoke(build(), ["journeys", "sql", name, "-w", str(company)])
    statement = done.output.split("\n", 1)[1].strip().removesuffix(";")
    with FactStore(company / "facts").snapshot() as snapshot:
        [row] = snapshot.rows(statement)
    [group] = run_journey(company, name).figures["groups"]
    assert list(row[:4]) == [step["reached"] for step in group["steps"]]
    assert list(row[4:]) == pytest.approx([step["mean_seconds"] for step in group["steps"][1:]])


def test_an_option_that_sql_does_not_know_yet_is_refused_by_name(company, monkeypatch):
    monkeypatch.setattr(answering, "KNOWN", answering.KNOWN - {"count"})
    file = company / "totals.yaml"
    file.write_text("kind: funnel\ncount: conversions\nsteps: [{event: job_created}]\n", "utf-8")
    done = CliRunner().invoke(build(), ["journeys", "run", str(file), "--engine", "sql", "-w", str(company)])
    assert "`count:` is unsupported by the SQL engine" in str(done.exception)


def test_the_engine_is_chosen_on_the_command_line(company):
    asked = ["journeys", "run", "from_schedule_to_invoice", "--json", "-w", str(company)]
    kernel, sql = (
        json.loads(CliRunner().invoke(build(), [*asked, "--engine", engine]).output)
        for engine in ("kernel", "sql")
    )
    assert sql == comparable(kernel)
