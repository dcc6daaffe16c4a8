import json
import stat
import subprocess
from pathlib import Path

import pytest

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.workspace import init_workspace, open_workspace, system_timezone
from quarterdeck.errors import DefinitionError
from tests.definitions.conftest import RECIPE


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def begin(folder: Path, **changes):
    settings = {"company": "Made-up Kitchen", "timezone": "Europe/Amsterdam", **changes}
    return init_workspace(folder, kinds=(RECIPE,), **settings)


def test_a_new_workspace_opens_from_any_folder_below_it(tmp_path):
    begun = begin(tmp_path / "kitchen", currency="EUR", week_start="sunday", stage="scaleup", demo=True)
    workspace = open_workspace(tmp_path / "kitchen" / "schemas")
    assert workspace == begun.workspace
    assert (workspace.company, workspace.currency, workspace.week_start) == (
        "Made-up Kitchen",
        "EUR",
        "sunday",
    )
    assert workspace.demo
    assert workspace.facts_path == workspace.path / "facts"
    assert workspace.zone.key == "Europe/Amsterdam"


@pytest.mark.parametrize(
    "company", ['Ann\'s "Kitchen": #1', "Bäckerei & Söhne", "yes", "2026", "a\\b", "- x"]
)
def test_any_company_name_survives(tmp_path, company):
    assert begin(tmp_path, company=company).workspace.company == company


def test_running_init_twice_changes_nothing_and_says_what_it_left(tmp_path):
    first = begin(tmp_path)
    before = contents(tmp_path)
    second = begin(tmp_path, company="Another", timezone="Asia/Tokyo")
    assert contents(tmp_path) == before
    assert second.written == ()
    assert set(second.left) == set(first.written)
    assert second.workspace.company == "Made-up Kitchen"


def test_existing_files_are_never_overwritten_and_missing_ones_completed(tmp_path):
    (tmp_path / ".gitignore").write_text("mine\n")
    begun = begin(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert begun.left == (tmp_path / ".gitignore",)
    (tmp_path / "schemas/recipe.json").unlink()
    assert begin(tmp_path).written == (tmp_path / "schemas/recipe.json",)


def test_the_secret_is_the_owners_alone_and_git_does_not_see_it(tmp_path):
    begin(tmp_path)
    secret = tmp_path / ".quarterdeck/secret_key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(secret.read_text()) >= 50
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts/rows.parquet").write_text("x")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    seen = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert sorted(seen) == [".gitignore", "quarterdeck.yaml", "schemas/recipe.json", "schemas/workspace.json"]


def test_wrong_settings_write_nothing(tmp_path):
    with pytest.raises(DefinitionError, match="'Europe/Amstredam' is not a time zone") as caught:
        begin(tmp_path / "new", timezone="Europe/Amstredam")
    assert caught.value.hint == "Did you mean 'Europe/Amsterdam'?"
    assert not (tmp_path / "new").exists()


def test_no_workspace_says_how_to_begin_one(tmp_path):
    with pytest.raises(DefinitionError, match="there is no workspace here") as caught:
        open_workspace(tmp_path)
    assert "quarterdeck init" in caught.value.hint


def test_a_faulty_settings_file_is_refused_with_its_line(kitchen):
    file = kitchen / "quarterdeck.yaml"
    file.write_text(file.read_text().replace("week_start: monday", "week_start: moonday"))
    with pytest.raises(DefinitionError, match=r"quarterdeck\.yaml:6: 'week_start' must be") as caught:
        open_workspace(kitchen)
    assert caught.value.hint == "Did you mean 'monday'?"


def test_facts_may_live_elsewhere(kitchen, tmp_path):
    file = kitchen / "quarterdeck.yaml"
    file.write_text(file.read_text().replace("facts: facts", f"facts: {tmp_path / 'big'}"))
    assert open_workspace(kitchen).facts_path == tmp_path / "big"


def test_the_systems_time_zone_is_taken_from_the_environment_first(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert system_timezone() == "Asia/Tokyo"
    monkeypatch.setenv("TZ", "Nowhere/Land")
    assert system_timezone() is None


def test_an_interrupted_write_leaves_the_old_text_and_no_litter(tmp_path):
    file = tmp_path / "a.yaml"
    write_atomically(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(file, "new \ud800")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_the_schemas_describe_every_key_and_refuse_unknown_ones(kitchen):
    schema = json.loads((kitchen / "schemas/workspace.json").read_text())
    assert schema["additionalProperties"] is False
    assert all("description" in node for node in schema["properties"].values())
    assert (kitchen / "quarterdeck.yaml").read_text().startswith("# yaml-language-server: $schema=schemas/")
