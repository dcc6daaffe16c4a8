"""The second half of the voice loop: the item ships, everyone is told once, and weeks later it shows."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from quarterdeck.demo.vocabulary import THEMES

Run = Callable[..., str]
SHIPPED_AT = datetime(2026, 11, 13, 9, tzinfo=UTC)
LATER = date(2026, 12, 21)
WISHED, PER_DAY, STILL_WISH = "offline schedule", 12, 0.03


def close_the_loop(run: Run, command: Path, workspace: Path, *, theme: str, item: str, by: str) -> None:
    """The tracker says done; the list is drafted, sent and skipped; then the weeks pass and are measured."""

    def backlog(*arguments: str) -> str:
        return run(command, "backlog", *arguments, "-w", workspace)

    _ship(run, command, workspace, item)
    assert item in backlog("close")
    assert item not in backlog("close"), "drafted twice"
    listed = json.loads(backlog("replies", item, "--format", "json", "--personal"))
    assert len(listed) > 20
    people = Counter(line["person"] or line["account"] for line in listed)
    assert set(people.values()) == {1}, "somebody stands there twice"
    assert all("offline" in line["draft"] for line in listed)
    first, second, *_ = (str(line["reply"]) for line in listed)
    backlog("sent", first, "--by", by)
    backlog("skip", second, "--reason", "Told in a call", "--by", by)
    states = Counter(line["state"] for line in json.loads(backlog("replies", item, "--format", "json")))
    assert (states["sent"], states["skipped"]) == (1, 1)

    early = json.loads(backlog("effect", item, "--json"))["effect"]
    assert early["too_early"]
    _let_weeks_pass(run, command, workspace)
    late = json.loads(backlog("effect", item, "--json"))
    mentions = late["effect"]["mentions"]
    assert mentions["themes"] == [theme]
    assert mentions["change"]["verdict"] == "fell", mentions
    assert mentions["change"]["high"] < 1
    assert "less often since" in late["claim"]


def _ship(run: Run, command: Path, workspace: Path, item: str) -> None:
    """What a tracker exports when its item is done."""
    file = workspace / "done.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("item", "time", "field", "value"))
        rows.writerow((item, SHIPPED_AT.isoformat(), "status", "Done"))
    run(command, "import", "work_items", file, "-w", workspace)


def _let_weeks_pass(run: Run, command: Path, workspace: Path) -> None:
    """Customers go on writing, hardly of this any more, and the company's day is a later one."""
    chance = Random(7)
    others = [name for name in THEMES if name != WISHED]
    file = workspace / "later.csv"
    begins = datetime(2026, 11, 16, 8, tzinfo=UTC)
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("feedback_id", "time", "channel", "account", "text"))
        for number in range(PER_DAY * (LATER - begins.date()).days):
            theme = WISHED if chance.random() < STILL_WISH else chance.choice(others)
            moment = begins + timedelta(days=number / PER_DAY)
            channel = chance.choices(("support", "nps", "review"), (7, 2, 1))[0]
            text = f"{chance.choice(THEMES[theme])}."
            rows.writerow((f"later-{number}", moment.isoformat(), channel, f"new-{number % 60}", text))
    run(command, "intake", "import", file, "-w", workspace)
    settings = workspace / "quarterdeck.yaml"
    lines = settings.read_text().splitlines()
    settings.write_text(
        "\n".join(f"stands_at: {LATER}" if line.startswith("stands_at:") else line for line in lines) + "\n"
    )
    # Writing a brief reads and tags what is new before anything else.
    run(command, "backlog", "brief", "-w", workspace)
