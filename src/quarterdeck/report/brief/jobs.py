"""Which work do briefs ask for: the draft when a week has ended, and letters whenever they are due?"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from quarterdeck.insights.metrics.service.week import last_week_end
from quarterdeck.jobs.tasks import Progress, Rhythm, Task, every
from quarterdeck.records.here import today, workspace
from quarterdeck.report.brief.service.outbox import DELIVER, deliver_due, is_due
from quarterdeck.report.brief.service.ritual import draft
from quarterdeck.report.brief.service.write import choose_as_of

DRAFTED_AT_HOUR = 6


def draft_brief(progress: Progress, as_of: str = "") -> Mapping[str, Any]:
    """Draft the brief of a day, or of today."""
    here = workspace()
    day = date.fromisoformat(as_of) if as_of else choose_as_of(here, today=today())
    progress.tell(0, saying=f"Reading the week before {day}")
    edition = draft(here, as_of=day, by=None)
    return {
        "brief": edition.as_of.isoformat(),
        "state": edition.state,
        "page": f"/brief/{edition.as_of.isoformat()}/",
    }


def deliver(progress: Progress) -> Mapping[str, Any]:
    """Send what is due."""
    sent, failed = deliver_due()
    return {"sent": sent, "to be tried again": failed}


def next_week_start(moment: datetime) -> datetime:
    """Early on the first local day of the next week: only then has the last week its numbers."""
    here = workspace()
    local = moment.astimezone(here.zone)
    day = last_week_end(here, local.date())
    at = datetime.combine(day, time(DRAFTED_AT_HOUR), here.zone)
    return at if at > local else at + timedelta(7)


TASKS = (
    Task(name="brief.draft", run=draft_brief, attempts=3),
    Task(name=DELIVER, run=deliver),
)
RHYTHMS = (
    Rhythm(name="draft", task="brief.draft", title="Draft the brief", following=next_week_start),
    Rhythm(
        name="deliver",
        task=DELIVER,
        title="Deliver letters and messages",
        following=every(timedelta(seconds=30)),
        wanted=is_due,
    ),
)
