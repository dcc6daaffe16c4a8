"""Who goes through the journeys of a theme is counted by a job, told by pages, and never guessed."""

from datetime import timedelta

import pyarrow as pa
import pytest

from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.backlog.jobs import count, something_is_uncounted
from quarterdeck.feedback.backlog.service import recommending
from quarterdeck.feedback.themes.service.keeping import keep_tags
from tests.feedback.backlog.heard import NOW, OFFLINE, hear
from tests.feedback.backlog.test_insights_briefs import Silent

FUNNEL = """title: Plan a day
kind: funnel
since: -30d
within: 7 days
steps:
  - event: opened
  - event: planned
"""


@pytest.fixture
def walked(standing, carol):
    """Of 34 customers that pay all open the plan and half plan; 5 that do not pay open it too."""
    hear(standing, by=carol)
    (standing.path / "journeys").mkdir(exist_ok=True)
    (standing.path / "journeys" / "plan_a_day.yaml").write_text(FUNNEL)
    file = standing.path / "themes" / "taxonomy.yaml"
    file.write_text(file.read_text().replace("owner: Core lead", "owner: Core lead, journeys: [plan_a_day]"))
    keep_tags(standing)
    paying = [row[0] for row in _accounts(standing)]
    assert len(paying) == 34
    rows = [(each, "opened", 20) for each in (*paying, *(f"free{n}" for n in range(5)))]
    rows += [(each, "planned", 19) for each in paying[:17]]
    # Facts go on until yesterday, so nobody may still come to the end.
    rows.append(("free0", "left", 1))
    FactStore(standing.facts_path).append(
        "events",
        [
            pa.table(
                {
                    "event_id": [f"e{n}" for n in range(len(rows))],
                    "time": pa.array(
                        [NOW - timedelta(days=days) for *_, days in rows], pa.timestamp("us", "UTC")
                    ),
                    "event": [event for _, event, _ in rows],
                    "person": [f"{account}-x" for account, *_ in rows],
                    "account": [account for account, *_ in rows],
                }
            )
        ],
        transaction="walked",
    )
    return standing


def _accounts(workspace):
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        return snapshot.rows("SELECT account FROM accounts ORDER BY account")


def passed(workspace, as_of=None):
    found = recommending.recommend(workspace, as_of).find(OFFLINE).weighed
    [each] = found.grounds.journeys
    return each, found.reach


def test_a_page_says_that_it_is_not_counted_yet_and_a_job_counts(walked):
    each, reach = passed(walked)
    assert each.trouble == "it is being counted"
    assert reach.point == 12
    assert something_is_uncounted()
    count(Silent())
    assert not something_is_uncounted()
    each, reach = passed(walked)
    assert (each.entered, each.converted, each.entered_before) == (34, 17, 0)
    # 12 of the 34 that wrote anything spoke of it, and 34 go through.
    assert reach.point == pytest.approx(12)
    assert reach.high <= 34


def test_as_of_a_day_everything_is_counted_at_once(walked):
    each, _ = passed(walked, NOW.date())
    assert (each.entered, each.trouble) == (34, "")


def test_newer_facts_are_counted_anew_and_told_as_they_were_until_then(walked):
    count(Silent())
    FactStore(walked.facts_path).append(
        "events",
        [
            pa.table(
                {
                    "event_id": ["late"],
                    "time": pa.array([NOW - timedelta(days=2)], pa.timestamp("us", "UTC")),
                    "event": ["planned"],
                    "person": ["o1-x"],
                    "account": ["o1"],
                }
            )
        ],
        transaction="late",
    )
    assert something_is_uncounted()
    assert passed(walked)[0].entered == 34
