"""What a question asks for in vain is told, and what cannot be meant is refused, at every door."""

import json

import pytest
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.service.running import run_journey
from quarterdeck.insights.journeys.service.sql_running import run_by_sql
from tests.insights.journeys.conftest import BEGIN
from tests.insights.journeys.walking import shown
from tests.insights.metrics.conftest import add_events

ENGINES = [run_journey, run_by_sql]


@pytest.fixture
def asked(own_workspace):
    """A question in a file, about a person who signed up."""
    add_events(own_workspace, [("al", "", "signed_up", BEGIN.isoformat(), {})])

    def ask(text):
        file = own_workspace.path / "asked.yaml"
        file.write_text(text, "utf-8")
        return own_workspace.path, str(file)

    return ask


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "text",
    [
        "kind: funnel\nsteps: [{event: signed_up}, {event: sined_up}]\n",
        "kind: funnel\nsteps: [{any_of: [{event: signed_up}, {event: sined_up}]}]\n",
        "kind: funnel\nsteps: [{event: signed_up}]\nexclude: [{event: sined_up}]\n",
        "kind: retention\nstart: {event: signed_up}\nreturn: {event: sined_up}\n",
        "kind: trend\nunit: account\nseries: [{event: [signed_up, sined_up]}]\n",
    ],
)
def test_an_event_that_there_is_not_is_told_with_what_was_meant(asked, engine, text):
    found = engine(*asked(f"since: 2026-01-01\n{text}"))
    assert found.remarks == ("No event is called 'sined_up'. Did you mean 'signed_up'?",)


@pytest.mark.parametrize("engine", ENGINES)
def test_where_there_are_no_events_that_is_told(own_workspace, engine):
    file = own_workspace.path / "asked.yaml"
    file.write_text("kind: funnel\nsteps: [{event: a}, {event: b}]\n", "utf-8")
    assert engine(own_workspace.path, str(file)).remarks == ("There are no events yet.",)


def test_a_terminal_says_so(asked):
    folder, file = asked("kind: trend\nsince: 2026-01-01\nuntil: 2026-01-09\nseries: [{event: sined_up}]\n")
    arguments = ["journeys", "run", file, "-w", str(folder)]
    assert "No event is called 'sined_up'." in CliRunner().invoke(build(), arguments).output
    told = json.loads(CliRunner().invoke(build(), [*arguments, "--json"]).output)
    assert told["remarks"] == ["No event is called 'sined_up'. Did you mean 'signed_up'?"]


def test_the_page_of_a_funnel_says_so(sorted_events, sign_in, dave):
    page = shown(sign_in(dave), "/journeys/explore/?step=signed_up&step=invitd")
    assert "No event is called &#x27;invitd&#x27;. Did you mean &#x27;invited&#x27;?" in page
    assert "No event is called" not in shown(sign_in(dave), "/journeys/explore/?step=signed_up")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("since: 2026-02-01\nuntil: 2026-01-01\n", "ends before it begins"),
        ("since: 2030-01-01\n", "ends before it begins"),
        ("until: 2026-01-01\n", "ends before it begins"),  # since: -30d is its default
        ("since: -99999999999d\n", "too far away"),
        ("within: 99999999999 months\n", "longer than ten years"),
        ("where: [{property: person, matches: '('}]\n", "no regular expression"),
        ("where: [{property: person, before: tomorrow}]\n", "'tomorrow' is no date or time"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_terminal_too(asked, engine, text, message):
    with pytest.raises(QuarterdeckError, match=message):
        engine(*asked(f"kind: funnel\nsteps: [{{event: signed_up}}]\n{text}"))
