"""Real histories of a tracker are told as it tells them itself; skipped by name where they are absent."""

import gzip
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from quarterdeck.feedback.backlog.service.items import cycle_days, work_items
from tests.feedback.backlog.tracker import track_all

FILE = Path(__file__).parents[3] / "shared" / "data" / "work_items" / "jira_changelogs.jsonl.gz"
NOT_SHIPPED = {"Won't Fix", "Duplicate", "Cannot Reproduce", "Incomplete"}


@pytest.fixture
def issues():
    if not FILE.exists():
        pytest.skip(f"{FILE.name} is not on this machine")
    with gzip.open(FILE, "rt") as lines:
        return [json.loads(line) for line in lines]


def moment(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def changes_of(issue):
    """An issue as rows: what it was when it was made, then each change."""
    statuses = [event for event in issue["events"] if event[2] == "status"]
    first = statuses[0][3] if statuses else issue["status"]
    about = {"title": issue["summary"], "level": issue["type"].lower(), "project": issue["project"]}
    yield {"time": moment(issue["created"]), "field": "created", "value": first, **about}
    for at, _, field, _, value in issue["events"]:
        if field in ("status", "resolution"):
            yield {"time": moment(at), "field": field, "value": value, **about}


def test_1720_issues_stand_as_their_tracker_says(own_workspace, issues):
    track_all(own_workspace, [{"item": issue["key"], **row} for issue in issues for row in changes_of(issue)])
    found = work_items(own_workspace)
    assert (len(found.by_key), found.unknown_statuses) == (1720, ())
    for issue in issues:
        item = found.find(issue["key"])
        assert item.status == issue["status"]
        ended = issue["status"] in ("Closed", "Resolved")
        # A few were closed with a resolution that the history does not tell.
        told = [event[4] for event in issue["events"] if event[2] == "resolution"]
        resolution = told[-1] if told else None
        assert (item.stage == "done") == (ended and resolution not in NOT_SHIPPED), issue["key"]
        assert (item.shipped_at is not None) == (item.stage == "done")
    shipped = [item for item in found.by_key.values() if item.shipped_at]
    assert Counter(item.stage for item in found.by_key.values())["dropped"] > 200
    assert sum(item.reopened > 0 for item in found.by_key.values()) > 20
    assert 0 < len(cycle_days(shipped)) < len(shipped)
