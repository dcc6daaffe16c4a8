"""Which work does the backlog ask for: a brief every two weeks, a list of who asked when something ships?"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from quarterdeck.feedback.backlog.service import briefing, closing, measuring
from quarterdeck.feedback.backlog.service.gathering import count_passing, is_uncounted
from quarterdeck.feedback.backlog.service.preparing import prepare
from quarterdeck.jobs.tasks import Progress, Rhythm, Task, every
from quarterdeck.records.here import workspace

WRITE, COUNT, CLOSE, MEASURE = "backlog.brief", "backlog.count", "backlog.close", "backlog.measure"
WRITTEN_AT_HOUR = 7
FORTNIGHT = timedelta(14)
A_MONDAY = date(2026, 1, 5)  # from it fortnights are counted, so that a restart moves none


def write_brief(progress: Progress, as_of: str = "") -> Mapping[str, Any]:
    """Write the insights brief of a day, or of today; written again nothing changes."""
    progress.tell(0, saying="Reading what customers said")
    prepare(workspace())
    brief = briefing.write(as_of=date.fromisoformat(as_of) if as_of else None, by=None)
    return {"brief": brief.as_of.isoformat(), "page": f"/backlog/briefs/{brief.as_of.isoformat()}/"}


def count(progress: Progress) -> Mapping[str, Any]:
    """Count who goes through the journeys that tags name."""
    progress.tell(0, saying="Counting who goes through journeys")
    count_passing(workspace())
    return {"page": "/backlog/"}


def something_is_uncounted() -> bool:
    """Whether facts, journeys or the day are newer than what was counted."""
    return is_uncounted(workspace())


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


def close_loops(progress: Progress) -> Mapping[str, Any]:
    """List everyone who asked for what shipped, once; run again it lists nobody twice."""
    here = workspace()
    due = closing.draft_due(here)
    drafted = 0
    for done, item in enumerate(due):
        progress.tell(done, len(due), saying=f"Listing who asked for {item}")
        drafted += closing.draft_replies(here, item)
    closing.forget_erased(here)
    return {"items": len(due), "replies": drafted, "page": "/backlog/items/?show=done"}


def something_shipped() -> bool:
    """Whether something shipped that somebody asked for, or somebody was erased who did."""
    here = workspace()
    return bool(closing.draft_due(here)) or closing.has_erased(here)


def measure(progress: Progress) -> Mapping[str, Any]:
    """Say what accepted changes did, where their work shipped long enough ago; run again it says nothing."""
    progress.tell(0, saying="Comparing before and after")
    return {"measured": measuring.measure_accepted(workspace()), "page": "/backlog/"}


TASKS = (
    Task(name=WRITE, run=write_brief, attempts=3),
    Task(name=COUNT, run=count, attempts=2),
    Task(name=CLOSE, run=close_loops, attempts=3),
    Task(name=MEASURE, run=measure, attempts=3),
)
RHYTHMS = (
    Rhythm(
        name="insights brief",
        task=WRITE,
        title="Write the insights brief",
        following=next_fortnight,
        wanted=something_is_tagged,
    ),
    Rhythm(
        name="journeys of themes",
        task=COUNT,
        title="Count who goes through the journeys of themes",
        following=every(timedelta(minutes=5)),
        wanted=something_is_uncounted,
    ),
    Rhythm(
        name="closing loops",
        task=CLOSE,
        title="List who asked for what shipped",
        following=every(timedelta(minutes=2)),
        wanted=something_shipped,
    ),
    Rhythm(
        name="effects",
        task=MEASURE,
        title="Say what accepted changes did",
        following=every(timedelta(hours=6)),
        wanted=measuring.is_accepted,
    ),
)
