"""Quotes are listed on the command line: masked unless asked, for the outside only with consent."""

import json

from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.definitions.workspace import init_workspace
from tests.feedback.intake.said import say


def listed(workspace, *options):
    said = CliRunner().invoke(build(), ["intake", "quotes", "--json", "-w", str(workspace.path), *options])
    assert said.exit_code == 0, said.output
    return [json.loads(line) for line in said.output.splitlines()]


def test_what_is_personal_is_masked_and_what_has_no_consent_stays_inside(tmp_path):
    workspace = init_workspace(tmp_path / "w", company="Acme", timezone="UTC", currency="EUR").workspace
    assert listed(workspace) == []
    say(
        workspace,
        {"text": "Ring +49 30 1234567.", "person": "u-1", "consent": True},
        {"text": "It spins.", "consent": False},
        {"text": "It is late."},
    )
    assert [each["text"] for each in listed(workspace)] == ["Ring [phone].", "It spins.", "It is late."]
    assert "person" not in listed(workspace)[0]
    whole = listed(workspace, "--personal", "--limit", "3")[0]
    assert (whole["text"], whole["person"]) == ("Ring +49 30 1234567.", "u-1")
    assert [each["text"] for each in listed(workspace, "--outside", "--personal")] == ["Ring [phone]."]
    plain = CliRunner().invoke(build(), ["intake", "quotes", "-w", str(workspace.path)]).output
    assert "m1#1  support  -  Ring [phone]." in plain
