"""Which work does the backlog ask for: an insights brief every two weeks?"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from quarterdeck.feedback.backlog.service import briefing
from quarterdeck.feedback.backlog.service.preparing import prepare
from quarterdeck.jobs.tasks import Progress, Rhythm, Task
from quarterdeck.records.here import workspace

WRITE = "backlog.brief"
WRITTEN_AT_HOUR = 7
FORTNIGHT = timedelta(14)
A_MONDAY = date(2026, 1, 5)  # from it fortnights are counted, so that a restart moves none


def write_brief(progress: Progress, as_of: str = "") -> Mapping[str, Any]:
    """Write the insights brief of a day, or of today; written again nothing changes."""
    progress.tell(0, saying="Reading what customers said")
    prepare(workspace())
    brief = briefing.write(as_of=date.fromisoformat(as_of) if as_of else None, by=None)
    return {"brief": brief.as_of.isoformat(), "page": f"/backlog/briefs/{brief.as_of.isoformat()}/"}


def next_fortnight(moment: datetime) -> datetime:
    """Early on the first day of every other week."""
    zone = workspace().zone
    local = moment.astimezone(zone)
    gone = (local.date() - A_MONDAY) // FORTNIGHT
    at = datetime.combine(A_MONDAY + gone * FORTNIGHT, time(WRITTEN_AT_HOUR), zone)
    while at <= local:
        at = datetime.combine(at.date() + FORTNIGHT, time(WRITTEN_AT_HOUR), zone)
    return at


def something_is_tagged() -> bool:
    """Whether there is anything to recommend by."""
    return briefing.compose(workspace()) is not None


TASKS = (Task(name=WRITE, run=write_brief, attempts=3),)
RHYTHMS = (
    Rhythm(
        name="insights brief",
        task=WRITE,
        title="Write the insights brief",
        following=next_fortnight,
        wanted=something_is_tagged,
    ),
)
