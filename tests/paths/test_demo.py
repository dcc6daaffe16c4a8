"""The made-up company's brief names what was planted, where and since when, and nothing else."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from quarterdeck.definitions.workspace import open_workspace
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.service.week import Week, read_week

COMMAND = Path(sys.executable).with_name("quarterdeck")


def demo(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "demo", "--no-serve", "--workspace", path, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def read(path: Path, as_of: date) -> Week:
    workspace = open_workspace(path)
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        return read_week(workspace, snapshot, as_of)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "events", "days"), [(1, 1_000_000, 0), (23, 1_000_000, 0), (5, 300_000, 3), (11, 300_000, 3)]
)
def test_the_planted_movements_are_found_and_none_besides(
    tmp_path: Path, seed: int, events: int, days: int
) -> None:
    done = demo(tmp_path / "demo", "--seed", str(seed), "--events", str(events))
    assert done.returncode == 0, done.stderr
    truth = json.loads((tmp_path / "demo" / "truth.json").read_text())
    planted = {
        metric: (story["dimension"], story["value"], story["direction"], date.fromisoformat(story["since"]))
        for story in truth["stories"]
        if story["until"] is None and story["metrics"]
        for metric in story["metrics"]
    }
    found = {
        reading.name: reading.movement
        for reading in read(tmp_path / "demo", date.fromisoformat(truth["as_of"])).readings
        if reading.movement is not None
    }
    assert found.keys() == planted.keys()
    for name, (dimension, value, direction, since) in planted.items():
        movement = found[name]
        assert movement.holder is not None, name
        assert (movement.holder.dimension, movement.holder.value) == (dimension, value)
        assert movement.direction == direction
        # Of a small company, chance blurs the day.
        assert abs((movement.since - since).days) <= days, name
    page = (tmp_path / "demo" / "briefs" / truth["as_of"] / "brief.md").read_text()
    assert "made up" in page
    assert "Activation fell" in page
    assert days or "since Tuesday 10 November" in page
    assert "android" in page


@pytest.mark.slow
def test_a_company_without_stories_raises_no_alarm(tmp_path: Path) -> None:
    done = demo(tmp_path / "demo", "--seed", "5", "--no-stories")
    assert done.returncode == 0, done.stderr
    week = read(tmp_path / "demo", date(2026, 11, 16))
    assert [reading.name for reading in week.readings if reading.verdict.kind != "within noise"] == []


def test_a_small_company_says_when_it_cannot_tell_and_a_second_run_adds_nothing(tmp_path: Path) -> None:
    first = demo(tmp_path / "demo", "--events", "10000")
    assert first.returncode == 0, first.stderr
    brief = tmp_path / "demo" / "briefs" / "2026-11-16" / "brief.html"
    before = brief.read_bytes()
    again = demo(tmp_path / "demo", "--events", "10000")
    assert again.returncode == 0, again.stderr
    assert "there already" in again.stdout
    assert brief.read_bytes() == before


def test_another_company_is_not_written_over(tmp_path: Path) -> None:
    assert demo(tmp_path / "demo", "--events", "10000").returncode == 0
    refused = demo(tmp_path / "demo", "--events", "10000", "--seed", "9")
    assert refused.returncode == 2
    assert "another workspace" in refused.stderr
