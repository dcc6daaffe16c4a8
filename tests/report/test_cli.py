"""The door of the brief says where the page is, and refuses two days at once."""

import pytest
import typer
from typer.testing import CliRunner

from quarterdeck.report.brief.cli import brief

RUN = CliRunner()


@pytest.fixture
def door() -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None)
    app.command()(brief)
    return app


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "quarterdeck.yaml").write_text("format: 1\ncompany: Shop\ntimezone: UTC\n")
    return tmp_path


def test_it_says_the_headline_and_where_the_page_is(door, workspace):
    said = RUN.invoke(door, ["--as-of", "2026-11-16", "--workspace", str(workspace)])
    assert said.exit_code == 0, said.output
    assert "No metric is defined yet. No decision is asked for this week." in said.output
    assert "brief.html (3 pages of evidence beside it)" in said.output.replace("\n", "")


def test_pins_name_the_day_themselves(door, workspace):
    RUN.invoke(door, ["--as-of", "2026-11-16", "--out", str(workspace / "a"), "--workspace", str(workspace)])
    pins = ["--pins", str(workspace / "a" / "brief.json"), "--workspace", str(workspace)]
    assert RUN.invoke(door, [*pins, "--out", str(workspace / "b")]).exit_code == 0
    assert (workspace / "a" / "brief.html").read_bytes() == (workspace / "b" / "brief.html").read_bytes()
    refused = RUN.invoke(door, [*pins, "--as-of", "2026-11-16"])
    assert refused.exit_code == 2
    assert "leave out --as-of" in refused.output


def test_without_a_day_it_is_today(door, workspace):
    said = RUN.invoke(door, ["--workspace", str(workspace)])
    assert said.exit_code == 0
    assert len(list((workspace / "briefs").iterdir())) == 1
