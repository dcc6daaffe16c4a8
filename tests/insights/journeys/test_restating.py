"""Every difference between a figure of then and that of now has a cause, and together they are all of it."""

import json
import subprocess
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.erasing import erase_person
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.service.headline import read_figure
from quarterdeck.insights.journeys.service.restating import restate

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
AS_OF = datetime(2026, 2, 10)  # noqa: DTZ001 -- a day, as the command line reads it
FUNNEL = "kind: funnel\nsince: 2026-01-01\nwithin: {} days\nsteps: [{{event: open}}, {{event: buy}}]\n"


def events(*rows):
    return pa.table(
        {
            "person": [person for person, *_ in rows],
            "event": [event for *_, event in rows],
            "time": pa.array(
                [BEGIN + timedelta(hours=hour) for _, hour, _ in rows], pa.timestamp("us", "UTC")
            ),
        }
    )


@pytest.fixture
def workspace(tmp_path):
    path = tmp_path / "acme"
    init_workspace(path, company="Acme", timezone="UTC")
    store = FactStore(path / "facts")
    rows = [("al", 0, "open"), ("al", 3, "buy"), ("bo", 0, "open"), ("cy", 0, "open"), ("dan", 72, "buy")]
    store.append("events", [events(*rows)], transaction="first")
    store.append("aliases", [pa.table({"alias": ["zz"], "person": ["al"]})], transaction="first")
    (path / "journeys").mkdir(exist_ok=True)
    (path / "journeys" / "bought.yaml").write_text(FUNNEL.format(4), "utf-8")
    return path


def causes(found):
    return [(cause.what, cause.count, round(cause.moved, 4)) for cause in found.causes]


def test_late_events_merges_and_a_changed_definition_each_have_their_part(workspace):
    store = FactStore(workspace / "facts")
    then = store.versions()
    store.append("events", [events(("bo", 5, "buy"), ("ed", 1, "open"))], transaction="late")
    store.append("aliases", [pa.table({"alias": ["dan"], "person": ["cy"]})], transaction="merge")
    was = workspace / "was.yaml"
    was.write_text(FUNNEL.format(1), "utf-8")
    found = restate(workspace, "bought", versions=then, was=was, as_of=AS_OF)
    # Then: al of al, bo, cy. Late: bo as well, and ed begins. Merged: dan's purchase was cy's.
    assert causes(found) == [
        ("definition change", 1, 0.0),
        ("late events", 2, round(2 / 4 - 1 / 3, 4)),
        ("merged identity", 1, 0.25),
    ]
    assert found.sentence == (
        "33.3 % then, 75.0 % now: 1 definition change (+0.0), 2 late events (+16.7), "
        "1 merged identity (+25.0)."
    )
    assert sum(cause.moved for cause in found.causes) == pytest.approx(found.after.value - found.before.value)


def test_what_time_alone_has_changed_is_told_from_what_came_late(workspace):
    """On the sixth bo's window was open; the purchase came in time, and was not late."""
    store = FactStore(workspace / "facts")
    then = store.versions()
    store.append("events", [events(("bo", 50, "buy"))], transaction="later")
    query = workspace / "journeys" / "bought.yaml"
    query.write_text(FUNNEL.format(4).replace("since:", "until: 2026-01-05\nsince:"), "utf-8")
    written = datetime(2026, 1, 6)  # noqa: DTZ001

    found = restate(workspace, "bought", versions=then, against=written, as_of=AS_OF)
    assert causes(found) == [("time that passed", None, round(1 / 3, 4))]


def test_corrected_people_have_their_part(workspace):
    store = FactStore(workspace / "facts")
    store.append("people", [pa.table({"person": ["al"], "role": ["admin"]})], transaction="first")
    then = store.versions()
    people = {"person": ["al", "bo"], "role": ["member", "admin"]}
    stamp = pa.array([BEGIN - timedelta(days=1)] * 2, pa.timestamp("us", "UTC"))
    store.append("people", [pa.table({**people, "valid_from": stamp})], transaction="mended")
    query = workspace / "journeys" / "bought.yaml"
    query.write_text(FUNNEL.format(4) + "where: [{property: person.role, is: admin}]\n", "utf-8")
    found = restate(workspace, "bought", versions=then, as_of=AS_OF)
    assert causes(found) == [("corrections of people and accounts", 2, -1.0)]


def test_the_definition_of_then_is_the_one_that_git_remembers(workspace):
    def git(*arguments, date="2026-01-01T00:00:00Z"):
        who = {
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_DATE": date,
            "HOME": str(workspace),
            "PATH": "/usr/bin:/bin",
        }
        for part in ("AUTHOR", "COMMITTER"):
            who |= {f"GIT_{part}_NAME": "Al", f"GIT_{part}_EMAIL": "al@acme.test"}
        subprocess.run(["git", *arguments], cwd=workspace, env=who, check=True, capture_output=True)

    git("init", "-q")
    git("add", "journeys")
    git("commit", "-q", "-m", "first")
    file = workspace / "journeys" / "bought.yaml"
    file.write_text(FUNNEL.format(1).replace("buy", "open"), "utf-8")
    git("commit", "-q", "-a", "-m", "second", date="2026-03-01T00:00:00Z")
    versions = FactStore(workspace / "facts").versions()
    found = restate(workspace, "bought", versions=versions, against=AS_OF, as_of=AS_OF)
    assert causes(found) == [("definition change", 1, round(-1 / 3, 4))]


def test_what_was_erased_is_the_difference_to_what_was_told(workspace):
    store = FactStore(workspace / "facts")
    then = store.versions()
    erase_person(store, "bo")
    with pytest.raises(QuarterdeckError, match="cannot be counted any more"):
        restate(workspace, "bought", versions=then, as_of=AS_OF)
    found = restate(workspace, "bought", versions=then, as_of=AS_OF, told=1 / 3)
    assert causes(found) == [("erased", None, round(1 / 2 - 1 / 3, 4))]
    assert (found.before.words, found.after.words) == ("33.3 %", "50.0 %")


def test_nothing_changed_is_said(workspace):
    found = restate(workspace, "bought", versions=FactStore(workspace / "facts").versions(), as_of=AS_OF)
    assert found.sentence == "33.3 % then, 33.3 % now: nothing changed."


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "kind: retention\nsince: 2026-01-05\nuntil: 2026-01-05\n"
            "start: {event: open}\nreturn: {event: buy}\n",
            "back in day 1",
        ),
        ("kind: trend\nsince: 2026-01-01\nseries: [{event: buy}]\n", "buy in all"),
    ],
)
def test_retention_and_trends_are_restated_too(workspace, text, what):
    (workspace / "journeys" / "other.yaml").write_text(text, "utf-8")
    store = FactStore(workspace / "facts")
    arguments = ["journeys", "restate", "other", "-w", str(workspace), "--as-of", "2026-02-10"]
    arguments += ["--from", f"events={store.versions()['events']}"]
    store.append("events", [events(("bo", 24, "buy"))], transaction="late")
    shown = CliRunner().invoke(build(), arguments)
    assert shown.exit_code == 0, shown.output
    assert what in shown.output
    assert "1 late event" in shown.output
    told = json.loads(CliRunner().invoke(build(), [*arguments, "--json"]).output)
    assert told["causes"][0]["moved"] > 0


def test_a_day_without_facts_and_a_question_without_then_are_said(workspace):
    with pytest.raises(QuarterdeckError, match="no events then"):
        restate(workspace, "bought", against=datetime(2020, 1, 1))  # noqa: DTZ001
    with pytest.raises(QuarterdeckError, match="when then was"):
        restate(workspace, "bought")
    (workspace / "journeys" / "paths.yaml").write_text("kind: paths\n", "utf-8")
    with pytest.raises(QuarterdeckError, match="no one figure"):
        restate(workspace, "paths", versions=FactStore(workspace / "facts").versions())
    with pytest.raises(QuarterdeckError, match="no figure"):
        read_figure("many")
