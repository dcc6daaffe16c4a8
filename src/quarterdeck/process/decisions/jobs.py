"""Which work do decisions ask for: reading what was predicted, grading it, putting away what is done?"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from quarterdeck.jobs.tasks import Progress, Rhythm, Task
from quarterdeck.process.decisions.service.asking import REVIEW
from quarterdeck.process.decisions.service.reviewing import review
from quarterdeck.process.decisions.service.shelf import put_away
from quarterdeck.records.here import workspace

REVIEWED_AT_HOUR = 5


def review_decisions(progress: Progress) -> Mapping[str, Any]:
    """Read the metrics that were predicted, grade what is due, and put away what is finished."""
    progress.tell(0, saying="Reading what was predicted")
    reviewed = review()
    return {"read": reviewed.read, "graded": reviewed.graded, "put away": put_away()}


def next_morning(moment: datetime) -> datetime:
    """Early on the next local day, before the brief is drafted."""
    local = moment.astimezone(workspace().zone)
    at = datetime.combine(local.date(), time(REVIEWED_AT_HOUR), local.tzinfo)
    return at if at > local else at + timedelta(1)


TASKS = (Task(name=REVIEW, run=review_decisions, attempts=3),)
RHYTHMS = (Rhythm(name="review decisions", task=REVIEW, title="Grade decisions", following=next_morning),)
