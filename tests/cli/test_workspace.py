import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from quarterdeck.cli import workspace
from quarterdeck.definitions.schema import undescribed
from quarterdeck.definitions.workspace import open_workspace
from quarterdeck.errors import DefinitionError
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore
from quarterdeck.site.capabilities import load_kinds

STAGES = ("startup", "scaleup", "enterprise")


@pytest.fixture
def run():
    app = typer.Typer(rich_markup_mode=None)
    for command in (workspace.init, workspace.check, workspace.upgrade):
        app.command()(command)
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(word) for word in words])


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_begins_with_definitions_that_pass_the_check(run, tmp_path, stage):
    assert run("init", tmp_path / "new", "--stage", stage, "--timezone", "Europe/Amsterdam").exit_code == 0
    checked = run("check", tmp_path / "new")
    assert checked.exit_code == 0, checked.output
    assert "All well" in checked.output


def test_a_later_stage_begins_with_more(run, tmp_path):
    counts = []
    for stage in STAGES:
        run("init", tmp_path / stage, "--stage", stage, "--timezone", "UTC")
        counts.append(len(list((tmp_path / stage / "metrics").iterdir())))
    assert counts == sorted(set(counts))


def test_every_starter_teaches_and_names_a_schema_that_was_written(run, tmp_path):
    run("init", tmp_path, "--stage", "enterprise", "--timezone", "UTC")
    files = [file for file in tmp_path.rglob("*.yaml") if ".quarterdeck" not in file.parts]
    for file in files:
        first = file.read_text().splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        assert json.loads((file.parent / first.partition("=")[2]).read_text())["title"].startswith(
            "Quarterdeck"
        )
    assert len(files) > 10


def test_the_time_zone_of_the_machine_is_said_aloud(run, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    said = run("init", tmp_path / "acme_tools").output
    assert "Acme tools: days begin in Asia/Tokyo (from this machine; --timezone says another)." in said


def test_init_says_what_it_left(run, tmp_path):
    run("init", tmp_path, "--timezone", "UTC")
    again = run("init", tmp_path, "--timezone", "Asia/Tokyo").output
    assert "wrote" not in again
    assert "quarterdeck.yaml (it was there already)" in again
    assert "days begin in UTC (from the quarterdeck.yaml that was there)" in again


def test_check_prints_file_line_and_suggestion_and_fails(run, tmp_path, monkeypatch):
    run("init", tmp_path, "--timezone", "UTC")
    file = tmp_path / "metrics/activation.yaml"
    file.write_text(file.read_text().replace("numerator: activated_people", "numerator: activated_poeple"))
    monkeypatch.chdir(tmp_path)
    checked = run("check")
    assert checked.exit_code == 1
    assert (
        "metrics/activation.yaml:5: 'numerator' names the metric 'activated_poeple', which does not exist. "
        "Did you mean 'activated_people'? [unknown_reference]" in checked.output
    )
    assert "1 thing to mend." in checked.output


def test_check_outside_a_workspace_says_how_to_begin_one(run, tmp_path):
    assert isinstance(run("check", tmp_path).exception, DefinitionError)


def test_upgrade_names_what_it_wrote(run, tmp_path):
    run("init", tmp_path, "--timezone", "UTC")
    assert "Nothing to do" in run("upgrade", tmp_path).output
    settings: Path = tmp_path / "quarterdeck.yaml"
    text = settings.read_text().replace("format: 1\n", "").replace("timezone:", "tz:")
    settings.write_text(text)
    assert "format 0 became 1" in run("upgrade", tmp_path).output
    assert run("check", tmp_path).exit_code == 0


def test_editors_find_a_description_for_every_key():
    allowed = {
        "timezone",
        "time_format",
        "encoding",
        "delimiter",
        "properties",
        "value",
    }
    for kind in load_kinds():
        assert {key.rpartition(".")[2] for key in undescribed(kind)} <= allowed


def test_what_must_be_mended_comes_before_what_may_be(run, tmp_path):
    run("init", tmp_path / "new", "--timezone", "UTC")
    opened = open_workspace(tmp_path / "new")
    rows = pa.Table.from_pylist(
        [{"event": "opened", "person": "p", "time": datetime(2026, 11, 2, tzinfo=UTC)}],
        schema=TABLES["events"].arrow_schema,
    )
    FactStore(opened.facts_path).append("events", [rows], transaction="t")
    (tmp_path / "new" / "metrics" / "zz.yaml").write_text("title: [\n")
    checked = run("check", tmp_path / "new")
    lines = [line for line in checked.output.splitlines() if ".yaml:" in line]
    warned = ["warning:" in line for line in lines]
    assert warned == sorted(warned)
    assert not warned[0]
    assert any(warned)
    assert "zz.yaml" in lines[0]
