"""The documentation names everything there is, and what it tells people to type works."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from quarterdeck.facts.schema import TABLES
from quarterdeck.site.capabilities import CAPABILITIES, VERBS, load_kinds

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TOLD = sorted((DOCS / "how-to").glob("*.md"))
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def reference() -> dict[str, str]:
    sys.path.insert(0, str(DOCS / "hooks"))
    try:
        from reference import pages

        return pages()
    finally:
        sys.path.remove(str(DOCS / "hooks"))


def test_every_command_is_in_the_reference(reference):
    for name in (*(verb.name for verb in VERBS), *(capability.name for capability in CAPABILITIES)):
        assert f"## quarterdeck {name}" in reference["reference/commands.md"]


def test_every_table_and_column_is_in_the_reference(reference):
    for table in TABLES.values():
        assert f"## {table.name}\n" in reference["reference/facts.md"]
        for column in table.column_names:
            assert f"| `{column}` |" in reference["reference/facts.md"]


def test_every_field_of_every_definition_is_in_the_reference(reference):
    for kind in load_kinds():
        for name, field in kind.model.model_fields.items():
            assert f"| `{field.alias or name}` |" in reference["reference/definitions.md"]


def test_every_page_is_in_the_navigation(reference):
    navigation = (ROOT / "mkdocs.yml").read_text()
    for page in (*DOCS.rglob("*.md"), *(DOCS / name for name in reference)):
        name = page.relative_to(DOCS).as_posix()
        assert name in navigation or name.startswith("decisions/"), name


def test_decisions_stay_short():
    for page in (DOCS / "decisions").glob("*.md"):
        assert len(page.read_text().splitlines()) <= 40, page.name


def typed(page: Path) -> str:
    """Everything a page tells its reader to type, in order."""
    return "\n".join(re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL))


def run(script: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    run("quarterdeck demo --workspace company --events 20000 --no-serve", folder)
    return folder / "company"


@pytest.mark.parametrize("page", TOLD, ids=lambda page: page.stem)
def test_each_how_to_works_in_the_demo_company(page, demo, tmp_path):
    folder = tmp_path / "company"
    shutil.copytree(demo, folder)
    said = run(typed(page), folder)
    expected = {
        "import-events": "2 added",
        "import-feedback": "[phone]",
        "tag-feedback": "too few",
        "close-the-loop": "Mentions of Calendar",
        "write-an-insights-brief": "## What moved",
        "mend-a-quarantine": "2 added",
        "define-a-metric": "Invites to the crew",
        "ask-journeys": "stop between “Signed up” and “Team activated”",
        "ask-by-sql": "reached_1",
        "build-a-funnel": "recurring_job_created within 60 days",
        "reconcile": "not equal within 1 %",
        "reproduce-a-brief": "the same, byte for byte",
        "erase-a-person": "0",
        "serve": "/invitation/",
        "decide": "0 came in, 0 were here already, 0 are bad",
        "sign-in-with-company-accounts": "All well",
    }
    assert expected[page.stem] in said


def test_the_tutorial_ends_with_a_brief_that_says_what_happened(tmp_path):
    said = run(typed(DOCS / "tutorial" / "first-brief.md"), tmp_path)
    assert "activation" in said.splitlines()[-2]
    told = (tmp_path / "shop" / "briefs" / "2026-11-16" / "brief.md").read_text()
    assert "Activation fell" in told
    assert "Device android holds most of it" in told
