"""A customer's sentence on its way: found, weighed, recommended, accepted, shipped, and its loop closed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths.closing_the_loop import close_the_loop

COMMAND = Path(sys.executable).with_name("quarterdeck")
EVENTS = "100000"
LEAD = "lead@tidewright.test"
# Until somebody sorts quotes, nobody knows how often the tagger is right, and no effect is told for sure.
SORT_THE_INBOX = f"""
import sys
from datetime import datetime
from pathlib import Path
from quarterdeck.definitions.workspace import open_workspace
from quarterdeck.site.start import bring_up
here = open_workspace(Path(sys.argv[1]))
bring_up(here)
from quarterdeck.demo.sorting import write_demo_sorting
from quarterdeck.records.people import add_person
from quarterdeck.records.permissions import Role
lead = add_person(email={LEAD!r}, name="Jonas", title="Core lead", role=Role.EDITOR, by=None)
assert write_demo_sorting(here, {{"Success lead": lead}}, until=datetime(2026, 11, 16, tzinfo=here.zone))
"""
READ_BOARD = """
import json, sys
from pathlib import Path
from quarterdeck.definitions.workspace import open_workspace
from quarterdeck.site.start import bring_up
here = open_workspace(Path(sys.argv[1]))
bring_up(here)
from quarterdeck.feedback.themes.service.board import read_board
board = read_board(here)
print(json.dumps([[theme.tag.name, theme.lately.arr_at_risk] for theme in board.themes]))
"""
READ_RECORD = """
import json, sys
from pathlib import Path
from quarterdeck.definitions.workspace import open_workspace
from quarterdeck.site.start import bring_up
bring_up(open_workspace(Path(sys.argv[1])))
from quarterdeck.feedback.backlog.models.recommending import Recommendation
from quarterdeck.feedback.backlog.service import recommending
from quarterdeck.feedback.backlog.service.linking import items_of_theme
[record] = Recommendation.objects.filter(state="accepted")
print(json.dumps({"theme": record.theme, "by": record.decided_as, "why": record.reason,
                  "items": recommending.items_of(record), "of theme": items_of_theme(record.theme),
                  "score": recommending.weighed_then(record).score.point, "pins": record.pins}))
"""


def run(*command: str | Path) -> str:
    # Each program stands on its own workspace, not on that of the tests.
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment.pop("QUARTERDECK_WORKSPACE", None)
    done = subprocess.run(
        [*command], capture_output=True, text=True, check=False, timeout=300, env=environment
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("voice") / "demo"
    run(COMMAND, "demo", "--no-serve", "--workspace", path, "--events", EVENTS)
    run(sys.executable, "-c", SORT_THE_INBOX, path)
    return path


def test_the_planted_theme_is_found_recommended_shipped_and_closed(company: Path) -> None:
    truth = json.loads((company / "truth.json").read_text())
    [planted] = [story for story in truth["stories"] if story["kind"] == "theme at risk"]
    [loop] = [story for story in truth["stories"] if story["kind"] == "closed loop"]

    brief = json.loads(run(COMMAND, "backlog", "brief", "-w", company, "--format", "json"))
    board = json.loads(run(sys.executable, "-c", READ_BOARD, company))
    # The tag is the company's word for it; that it is the planted one is told by its name alone here.
    assert board[0][0].casefold() == planted["value"]
    assert board[0][1] == max(at_risk for _, at_risk in board)

    first = brief["changes"][0]
    assert first["theme"] == board[0][0]
    assert first["point"], first["sum"]
    assert {factor["name"]: bool(factor["source"]) for factor in first["factors"]} == {
        "Reach": True, "Impact": True, "Confidence": True, "Effort": True,
    }  # fmt: skip

    item = loop["detail"]["next"]
    said = run(
        COMMAND, "backlog", "accept", first["theme"], "--reason", "They renew soon.",
        "--item", item, "--by", LEAD, "-w", company,
    )  # fmt: skip
    assert "accepted" in said
    assert item in said
    record = json.loads(run(sys.executable, "-c", READ_RECORD, company))
    assert record["theme"] == first["theme"]
    assert (record["by"], record["why"]) == ("Core lead", "They renew soon.")
    assert record["items"] == record["of theme"] == [item]
    assert record["score"] > 0
    assert {"Taxonomy", "Tagger", "Facts: feedback", "Facts: work_items"} <= record["pins"].keys()

    after = json.loads(run(COMMAND, "backlog", "brief", "-w", company, "--format", "json"))
    assert first["theme"] not in [change["theme"] for change in after["changes"] if change["verb"] == "do"]

    close_the_loop(run, COMMAND, company, theme=first["theme"], item=item, by=LEAD)
