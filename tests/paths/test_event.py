"""The way of an event: file, facts, metric, brief, and out again when its person asks for it."""

import json
import random
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("quarterdeck")
WEEKS = 20
FIRST = date(2026, 3, 2)
MAP = """\
event_id: id
person: user
event: what
time: at
timezone: Europe/Amsterdam
properties: [device]
"""
METRICS = {
    "visits": "title: Visits\ndescription: Visits made.\nkind: count\nevent: visit\nowner: Alice\n",
    "orders": "title: Orders\ndescription: Orders placed.\nkind: count\nevent: order\nowner: Bob\n",
    "ordering": (
        "title: Ordering\ndescription: Orders for each visit.\nkind: ratio\nunit: share\n"
        "numerator: orders\ndenominator: visits\ndimensions: [device]\nowner: Bob\ntarget: 0.4\n"
    ),
    "tree": "north_star: visits\ninputs: [ordering]\nguardrails: []\n",
}


def quarterdeck(*arguments: str, workspace: Path, code: int = 0) -> str:
    done = subprocess.run(
        [COMMAND, *arguments], cwd=workspace, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose orders from Android stop on the last Wednesday, and two rows that are no rows."""
    path = tmp_path_factory.mktemp("path") / "shop"
    rng = random.Random(4)
    rows = ["id,user,what,at,device"]
    for day in range(7 * WEEKS):
        broken = day >= 7 * WEEKS - 5
        for visit in range(90):
            device = rng.choice(["android", "ios"])
            moment = f"{FIRST + timedelta(day)} {visit % 24:02}:{visit % 60:02}:00"
            person = f"person-{rng.randrange(400)}"
            rows.append(f"v{day}-{visit},{person},visit,{moment},{device}")
            if rng.random() < (0.02 if broken and device == "android" else 0.4):
                rows.append(f"o{day}-{visit},{person},order,{moment},{device}")
    rows.insert(500, 'x1,nobody,"visit,2026-03-09 10:00:00,ios')
    rows.insert(900, "x2,nobody,visit,yesterday,ios")
    path.mkdir()
    (path / "events.csv").write_text("\n".join(rows) + "\n")
    quarterdeck("init", ".", "--company", "Shop", "--timezone", "Europe/Amsterdam", workspace=path)
    for file in (path / "metrics").glob("*.yaml"):
        file.unlink()
    for name, text in METRICS.items():
        (path / "metrics" / f"{name}.yaml").write_text(text)
    (path / "maps" / "events_shop.yaml").write_text(MAP)
    quarterdeck("import", "events", "events.csv", "--map", "maps/events_shop.yaml", workspace=path)
    return path


@pytest.fixture
def workspace(shop: Path, tmp_path: Path) -> Path:
    """A copy, so that no test sees what another did."""
    return shutil.copytree(shop, tmp_path / "shop")


AS_OF = str(FIRST + timedelta(7 * WEEKS))


def test_definitions_are_in_order(workspace: Path) -> None:
    quarterdeck("check", workspace=workspace)


def test_every_row_is_in_the_table_or_in_quarantine(workspace: Path) -> None:
    lines = len((workspace / "events.csv").read_text().splitlines()) - 1
    asked = "SELECT (SELECT count(*) FROM events) AS kept, (SELECT count(*) FROM quarantine) AS held"
    (row,) = json.loads(quarterdeck("sql", asked, "--format", "json", workspace=workspace))
    assert row["held"] == 2
    assert row["kept"] + row["held"] == lines


def test_importing_again_adds_nothing(workspace: Path) -> None:
    before = quarterdeck("sql", "SELECT count(*) FROM events", workspace=workspace)
    quarterdeck("import", "events", "events.csv", "--map", "maps/events_shop.yaml", workspace=workspace)
    assert quarterdeck("sql", "SELECT count(*) FROM events", workspace=workspace) == before


def test_one_number_on_every_surface(workspace: Path) -> None:
    shown = json.loads(
        quarterdeck("metrics", "show", "ordering", "--as-of", AS_OF, "--json", workspace=workspace)
    )
    last = shown["points"][-1]
    queried = quarterdeck("sql", shown["proof"]["sql"], "--format", "json", workspace=workspace)
    assert json.loads(queried)[-1]["value"] == last["value"]
    rows = quarterdeck("sql", shown["proof"]["rows_sql"], "--format", "json", workspace=workspace)
    assert len(json.loads(rows)) == last["base"]
    quarterdeck("brief", "--as-of", AS_OF, "--out", "brief", workspace=workspace)
    page = (workspace / "brief" / "brief.html").read_text()
    assert f"{round(100 * last['value'])}" in page


def test_the_brief_says_what_moved_since_when_and_where(workspace: Path) -> None:
    quarterdeck("brief", "--as-of", AS_OF, "--out", "brief", workspace=workspace)
    text = (workspace / "brief" / "brief.md").read_text()
    assert "Ordering fell" in text
    assert "Wednesday" in text
    assert "android" in text.lower()


def test_the_same_pins_give_the_same_bytes_after_more_has_come_in(workspace: Path) -> None:
    quarterdeck("brief", "--as-of", AS_OF, "--out", "first", workspace=workspace)
    late = workspace / "late.csv"
    late.write_text(
        f"id,user,what,at,device\nlate,alice,visit,{FIRST + timedelta(7 * WEEKS - 3)} 10:00:00,ios\n"
    )
    quarterdeck("import", "events", "late.csv", "--map", "maps/events_shop.yaml", workspace=workspace)
    quarterdeck("brief", "--pins", "first/brief.json", "--out", "second", workspace=workspace)
    files = sorted(path.relative_to(workspace / "first") for path in (workspace / "first").rglob("*.*"))
    assert len(files) > 4
    for file in files:
        assert (workspace / "first" / file).read_bytes() == (workspace / "second" / file).read_bytes()


def test_an_erased_person_is_in_no_file(workspace: Path) -> None:
    quarterdeck("erase", "person", "person-7", "--yes", workspace=workspace)
    asked = "SELECT count(*) AS left_over FROM events WHERE person = 'person-7'"
    assert json.loads(quarterdeck("sql", asked, "--format", "json", workspace=workspace)) == [
        {"left_over": 0}
    ]
    quarterdeck("import", "events", "events.csv", "--map", "maps/events_shop.yaml", workspace=workspace)
    assert json.loads(quarterdeck("sql", asked, "--format", "json", workspace=workspace)) == [
        {"left_over": 0}
    ]
