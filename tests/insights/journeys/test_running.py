"""A saved journey is answered from the facts of its workspace, by name, and tells what each person did."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.definitions.cohort import Cohort
from quarterdeck.insights.journeys.service.running import compare_journey, explain_person, run_journey
from quarterdeck.insights.journeys.service.sql_running import run_by_sql
from tests.insights.metrics.conftest import add_events

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
AS_OF = datetime(2026, 2, 10)  # noqa: DTZ001 -- a day, as the command line reads it

FUNNEL = """
title: To the first purchase
kind: funnel
since: 2026-01-01
within: 2 days
steps:
  - event: open
  - event: buy
    where: [{property: plan, is: pro}]
"""
RETENTION = """
kind: retention
columns: 4
since: 2026-01-05
until: 2026-01-05
start: {event: open}
return: {event: buy}
"""
ROWS = [
    ("al", 0, "open", "free"),
    ("al", 3, "buy", "pro"),
    ("bo", 0, "open", "free"),
    ("bo", 3, "buy", "free"),
    ("cy", 0, "open", "pro"),
    ("cy", 72, "buy", "pro"),
]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "acme"
    init_workspace(path, company="Acme", timezone="UTC")
    rows = {
        "person": [row[0] for row in ROWS],
        "event": [row[2] for row in ROWS],
        "time": pa.array([BEGIN + timedelta(hours=row[1]) for row in ROWS], pa.timestamp("us", "UTC")),
        "properties": pa.array([{"plan": row[3]} for row in ROWS], pa.struct([("plan", pa.string())])),
    }
    store = FactStore(path / "facts")
    store.append("events", [pa.table(rows)], transaction="events")
    people = {"person": ["al", "bo", "cy"], "account": ["x", "x", "y"], "role": ["admin", "member", "member"]}
    store.append("people", [pa.table(people)], transaction="people")
    save(path, "journeys/to_purchase.yaml", FUNNEL)
    return path


def save(path: Path, name: str, text: str) -> Path:
    file = path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def reached(path: Path, query: str) -> dict[tuple[str, ...], list[int]]:
    groups = run_journey(path, query, as_of=AS_OF).figures["groups"]
    return {tuple(group["value"]): [step["reached"] for step in group["steps"]] for group in groups}


def test_a_saved_funnel_is_answered_by_name(workspace):
    assert reached(workspace, "to_purchase") == {(): [3, 1]}


def test_why_somebody_dropped_off_is_said(workspace):
    def reason(person):
        return explain_person(workspace, "to_purchase", person, as_of=AS_OF).reason

    assert reason("al") == "came through"
    assert reason("bo") == "did not do buy within 2 days after open"
    assert reason("cy") == "did buy, but more than 2 days after open"
    with pytest.raises(QuarterdeckError, match="Nobody is called 'dan'"):
        reason("dan")


def test_somebody_whose_window_is_open_may_still_do_it(workspace):
    early = datetime(2026, 1, 6)  # noqa: DTZ001
    explained = explain_person(workspace, "to_purchase", "bo", as_of=early)
    assert explained.reason == "has not done buy yet; 2 days are not over"
    [group] = run_journey(workspace, "to_purchase", as_of=early).figures["groups"]
    assert group["steps"][1]["open"] == 2


def test_a_breakdown_by_who_they_are_adds_up(workspace):
    query = save(workspace, "by_role.yaml", FUNNEL + "by: [person.role]\n")
    assert reached(workspace, str(query)) == {("admin",): [1, 1], ("member",): [2, 0]}


def test_an_account_walks_as_one(workspace):
    query = save(workspace, "by_account.yaml", FUNNEL + "unit: account\n")
    assert reached(workspace, str(query)) == {(): [2, 1]}


def test_cohorts_keep_those_who_did_something_or_were_lost(workspace):
    save(
        workspace,
        "cohorts/buyers.yaml",
        "title: Buyers\ndid: {event: buy, where: [{property: plan, is: pro}]}\n",
    )
    save(workspace, "cohorts/lost.yaml", "title: Lost\njourney: to_purchase\nlost_before: 2\n")
    save(workspace, "cohorts/admins.yaml", "title: Admins\nwhere: [{property: person.role, is: admin}]\n")
    query = save(
        workspace, "by_cohort.yaml", FUNNEL + "by: ['cohort:buyers', 'cohort:lost', 'cohort:admins']\n"
    )
    assert reached(workspace, str(query)) == {("Buyers",): [2, 1], ("Lost",): [2, 0], ("Admins",): [1, 1]}


@pytest.mark.parametrize("engine", ["kernel", "sql"])
def test_a_cohort_is_of_several_conditions_together(workspace, engine):
    either = "[{any: [{property: person.role, is: admin}, {property: person.role, is: boss}]}]"
    save(workspace, "cohorts/heads.yaml", f"title: Heads\nwhere: {either}\n")
    none = "[{all: [{property: person.role, is_set: true}, {property: person.role, is_not: admin}]}]"
    save(workspace, "cohorts/others.yaml", f"title: Others\nwhere: {none}\n")
    query = save(workspace, "query.yaml", FUNNEL + "by: ['cohort:heads', 'cohort:others']\n")
    answer = run_journey if engine == "kernel" else run_by_sql
    groups = answer(workspace, str(query), as_of=AS_OF).figures["groups"]
    begun = {group["value"][0]: group["steps"][0]["reached"] for group in groups}
    assert begun == {"Heads": 1, "Others": 2}


def test_a_cohort_is_not_made_of_cohorts():
    with pytest.raises(ValidationError, match="not made of others"):
        Cohort.model_validate({"title": "A", "where": [{"any": [{"cohort": "b"}]}]})


def test_a_cohort_of_accounts_keeps_their_people_and_one_of_people_keeps_their_accounts(workspace):
    save(workspace, "cohorts/first.yaml", "title: First\naccounts: [x]\n")
    save(workspace, "cohorts/als.yaml", "title: Als\npeople: [al]\n")
    pro = "[{property: plan, is: pro}]"
    save(workspace, "cohorts/busy.yaml", f"title: Busy\nunit: account\ndid: {{event: buy, where: {pro}}}\n")
    save(
        workspace, "cohorts/idle.yaml", f"title: Idle\nunit: person\ndid_not: {{event: buy, where: {pro}}}\n"
    )
    save(workspace, "journeys/teams.yaml", FUNNEL + "unit: account\n")
    save(workspace, "cohorts/lost.yaml", "title: Lost\njourney: teams\nlost_before: 2\n")
    by = "by: ['cohort:first', 'cohort:als', 'cohort:busy', 'cohort:idle', 'cohort:lost']\n"
    people = save(workspace, "people.yaml", FUNNEL + by)
    # al and bo are of x, cy is of y; x came through within two days, y did not.
    assert reached(workspace, str(people)) == {
        ("First",): [2, 1],
        ("Als",): [1, 1],
        ("Busy",): [3, 1],
        ("Idle",): [1, 0],
        ("Lost",): [1, 0],
    }
    accounts = save(workspace, "accounts.yaml", FUNNEL + "unit: account\n" + by)
    assert reached(workspace, str(accounts)) == {
        ("First",): [1, 1],
        ("Als",): [1, 1],
        ("Busy",): [2, 1],
        ("Idle",): [1, 1],
        ("Lost",): [1, 0],
    }


def test_a_cohort_of_people_says_nothing_of_sessions(workspace):
    save(workspace, "cohorts/als.yaml", "title: Als\npeople: [al]\n")
    query = save(workspace, "wrong.yaml", FUNNEL + "unit: plan\nby: ['cohort:als']\n")
    with pytest.raises(QuarterdeckError, match="another unit"):
        run_journey(workspace, str(query))


def test_an_unknown_cohort_or_journey_or_property_is_said(workspace):
    with pytest.raises(QuarterdeckError, match="no journey named 'to_purchas'") as caught:
        run_journey(workspace, "to_purchas")
    assert caught.value.hint == "Did you mean 'to_purchase'?"
    for text, message in (
        ("by: ['cohort:nobody']\n", "no cohort named 'nobody'"),
        ("by: [plans]\n", "has a property 'plans'"),
    ):
        query = save(workspace, "wrong.yaml", FUNNEL + text)
        with pytest.raises(QuarterdeckError, match=message):
            run_journey(workspace, str(query))


def test_what_means_nothing_for_a_kind_is_a_fault_with_its_line(workspace):
    query = save(workspace, "wrong.yaml", "kind: retention\nstart: {event: open}\nwithin: 2 days\n")
    with pytest.raises(QuarterdeckError, match="means nothing for kind: retention"):
        run_journey(workspace, str(query))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RETENTION, "Day 3"),
        (
            "kind: trend\nsince: 2026-01-05\nuntil: 2026-01-06\nseries: [{event: buy, measure: unique}]\n",
            "2 in all",
        ),
        (
            "kind: trend\nsince: 2026-01-07\nuntil: 2026-01-08\ncompare: true\nseries: [{event: open}]\n",
            "0 in all; before 3",
        ),
        ("kind: lifecycle\nsince: 2026-01-05\nuntil: 2026-01-06\nseries: [{event: buy}]\n", "resurrecting"),
        ("kind: stickiness\nsince: 2026-01-05\nuntil: 2026-01-09\nseries: [{}]\n", "Current"),
        ("kind: paths\nsince: 2026-01-05\npause_minutes: 600\n", "1. open → buy"),
        (FUNNEL + "show: trend\n", "1 of 3"),
        (FUNNEL + "show: times\n", "3.0 h"),
        (FUNNEL, "33.3 %"),
    ],
)
def test_every_kind_is_shown_in_a_terminal_and_as_json(workspace, text, said):
    query = save(workspace, "asked.yaml", text)
    arguments = ["journeys", "run", str(query), "-w", str(workspace), "--as-of", "2026-02-10"]
    shown = CliRunner().invoke(build(), arguments)
    assert shown.exit_code == 0, shown.output
    assert said in " ".join(shown.output.split())
    assert json.loads(CliRunner().invoke(build(), [*arguments, "--json"]).output)["versions"]["events"] >= 1


def test_other_rules_give_another_number(workspace):
    save(
        workspace, "journeys/twice.yaml", "kind: funnel\nsince: all\nsteps: [{event: open}, {event: open}]\n"
    )
    rows = {"person": ["dan", "dan"], "event": ["open", "open"]}
    rows["time"] = pa.array([BEGIN, BEGIN], pa.timestamp("us", "UTC"))
    FactStore(workspace / "facts").append("events", [pa.table(rows)], transaction="twice")
    ours = run_journey(workspace, "twice", as_of=AS_OF).figures["groups"][0]["steps"]
    theirs = run_journey(workspace, "twice", dialect="posthog", as_of=AS_OF).figures["groups"][0]["steps"]
    assert [ours[1]["reached"], theirs[1]["reached"]] == [1, 0]


def test_whoever_flips_under_other_rules_is_named(workspace):
    save(
        workspace,
        "journeys/late.yaml",
        FUNNEL.replace("since: 2026-01-01", "since: all\nuntil: 2026-01-05 10:00:00"),
    )
    found = compare_journey(workspace, "late", dialect="posthog", as_of=AS_OF)
    assert (found.before, found.after) == ((3, 0), (3, 1))
    assert [(flip.unit, flip.before, flip.after) for flip in found.flips] == [("al", 1, 2)]
    with pytest.raises(QuarterdeckError, match="nothing to compare"):
        compare_journey(workspace, "late")


def test_what_came_late_is_told_from_what_was_there(workspace):
    store = FactStore(workspace / "facts")
    version = store.versions()["events"]
    late = {
        "person": ["bo"],
        "event": ["buy"],
        "time": pa.array([BEGIN + timedelta(hours=5)], pa.timestamp("us", "UTC")),
        "properties": pa.array([{"plan": "pro"}], pa.struct([("plan", pa.string())])),
    }
    store.append("events", [pa.table(late)], transaction="late")
    arguments = ["journeys", "compare", "to_purchase", "-w", str(workspace), "--as-of", "2026-02-10"]
    said = CliRunner().invoke(build(), [*arguments, "--at", f"events={version}"]).output
    assert "1 come another number of steps." in said
    assert "bo: then 1, now 2" in said
    assert said.splitlines()[0].split() == ["Step", "then", "now", "moved", "by"]


def test_whoever_went_from_one_stop_to_another_is_listed(workspace):
    query = save(workspace, "paths.yaml", "kind: paths\nsince: 2026-01-05\npause_minutes: 6000\n")
    arguments = ["journeys", "run", str(query), "-w", str(workspace), "--people", "open", "buy"]
    shown = CliRunner().invoke(build(), arguments)
    assert shown.exit_code == 0, shown.output
    assert shown.output.splitlines()[0] == "3 went from open to buy, 3 times"
    assert [line.split()[-1] for line in shown.output.splitlines()[1:]] == ["cy", "al", "bo"]
    told = json.loads(CliRunner().invoke(build(), [*arguments, "--json"]).output)
    latest = told["people"][0]
    assert (latest["name"], latest["last"][:10]) == ("cy", "2026-01-08")
    refused = CliRunner().invoke(build(), [*arguments, "--engine", "sql"])
    assert "kernels alone" in str(refused.exception)


def test_where_facts_end_long_before_the_question_windows_stay_open(own_workspace):
    begun = datetime(2026, 1, 5, 9, tzinfo=UTC)
    rows = [(f"p{day}", "", "start", (begun + timedelta(days=day)).isoformat(), {}) for day in range(20)]
    add_events(own_workspace, rows)
    query = own_workspace.path / "asked.yaml"
    query.write_text(
        "kind: funnel\nsince: 2026-01-05\nuntil: 2026-03-01\nwithin: 3 days\n"
        "steps: [{event: start}, {event: buy}]\n",
        "utf-8",
    )
    for engine in (run_journey, run_by_sql):
        found = engine(own_workspace.path, str(query), as_of=datetime(2026, 3, 1))  # noqa: DTZ001
        assert found.facts_end.startswith("2026-01-24")
        assert found.figures["groups"][0]["steps"][1]["open"] == 3
    soon = run_journey(own_workspace.path, str(query), as_of=datetime(2026, 1, 25))  # noqa: DTZ001
    assert soon.facts_end is None
