"""From a real file to a brief: a Dutch bank's loan applications and a shop's purchases.

The files are not part of the project; where they are absent these tests are skipped by name.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data" / "events"
COMMAND = Path(sys.executable).with_name("quarterdeck")
BANK = {
    "metrics/submitted.yaml": (
        "title: Applications\ndescription: Applications submitted.\nkind: unique\nof: person\n"
        "event: A_SUBMITTED\nowner: Head of lending\n"
    ),
    "metrics/accepted.yaml": (
        "title: Accepted\ndescription: Applications accepted.\nkind: unique\nof: person\nevent: A_ACCEPTED\n"
        "owner: Head of lending\n"
    ),
    "metrics/acceptance.yaml": (
        "title: Acceptance\ndescription: Accepted for each submitted.\nkind: ratio\nunit: share\n"
        "numerator: accepted\ndenominator: submitted\nowner: Head of risk\n"
    ),
    "metrics/amount.yaml": (
        "title: Mean amount\ndescription: What is asked for.\nkind: mean\nproperty: amount_requested\n"
        "event: A_SUBMITTED\nunit: currency\nowner: Head of risk\n"
    ),
    "metrics/tree.yaml": "north_star: submitted\ninputs: [acceptance, amount]\n",
    "maps/events.yaml": (
        "person: user_id\nevent: event\ntime: timestamp\n"
        "properties: [lifecycle, resource, amount_requested]\n"
    ),
}
SHOP = {
    "metrics/purchases.yaml": (
        "title: Purchases\ndescription: Purchases made.\nkind: count\nevent: purchase\nowner: Head of shop\n"
    ),
    "metrics/revenue.yaml": (
        "title: Revenue\ndescription: What was paid.\nkind: sum\nproperty: amount_usd\nevent: purchase\n"
        "unit: currency\nowner: Head of shop\n"
    ),
    "metrics/basket.yaml": (
        "title: Basket\ndescription: Paid for each purchase.\nkind: mean\nproperty: amount_usd\n"
        "event: purchase\nunit: currency\nowner: Head of shop\n"
    ),
    "metrics/tree.yaml": "north_star: purchases\ninputs: [revenue, basket]\n",
    "maps/events.yaml": (
        "person: user_id\nevent: event\ntime: timestamp\nproperties: {quantity: number, amount_usd: number}\n"
    ),
}


def quarterdeck(*arguments: str, workspace: Path) -> str:
    done = subprocess.run(
        [COMMAND, *arguments], cwd=workspace, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("file", "definitions", "timezone", "as_of", "events", "people"),
    [
        ("bpic2012_events.csv.gz", BANK, "Europe/Amsterdam", "2012-02-27", 262_200, 13_087),
        ("cdnow_purchases.csv.gz", SHOP, "UTC", "1998-06-29", 69_659, 23_570),
    ],
)
def test_a_real_file_becomes_a_brief(
    tmp_path: Path,
    file: str,
    definitions: dict[str, str],
    timezone: str,
    as_of: str,
    events: int,
    people: int,
) -> None:
    if not (DATA / file).exists():
        pytest.skip(f"{file} is not on this machine")
    for name, text in definitions.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "quarterdeck.yaml").write_text(f"format: 1\ncompany: Real\ntimezone: {timezone}\n")
    quarterdeck("import", "events", str(DATA / file), "--map", "maps/events.yaml", workspace=tmp_path)
    asked = "SELECT count(*) AS events, count(DISTINCT person) AS people FROM events"
    (found,) = json.loads(quarterdeck("sql", asked, "--format", "json", workspace=tmp_path))
    assert found == {"events": events, "people": people}
    quarterdeck("brief", "--as-of", as_of, "--out", "out", workspace=tmp_path)
    brief = json.loads((tmp_path / "out" / "brief.json").read_text())
    star = brief["scoreboard"][0]
    assert star["role"] == "north star"
    assert star["value"] > 0
    assert star["expected_low"] < star["expected_high"]
