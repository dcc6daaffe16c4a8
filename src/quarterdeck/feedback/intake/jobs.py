"""Which work does the inbox ask for: reading new messages before somebody wants to sort them?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from quarterdeck.feedback.intake.service.erased import FORGET, forget_erased, has_erased
from quarterdeck.feedback.intake.service.projecting import PROJECT, is_behind, refresh
from quarterdeck.feedback.intake.service.telling import TITLE
from quarterdeck.jobs.tasks import Progress, Rhythm, Task, every
from quarterdeck.records.here import workspace


def project_quotes(progress: Progress) -> Mapping[str, Any]:
    """Make the quotes of what was said since the last time."""
    made = refresh(workspace(), tell=lambda done, saying: progress.tell(done, saying=saying))
    if made is None:
        return {}
    return {"messages": made.messages, "quotes": made.quotes, "page": "/inbox/"}


def something_was_said() -> bool:
    """Whether messages wait to be read."""
    return is_behind(workspace())


def forget(_progress: Progress) -> Mapping[str, Any]:
    """Drop what was decided about words that were removed with somebody."""
    return {"quotes": forget_erased(workspace()), "page": "/inbox/"}


def somebody_was_erased() -> bool:
    """Whether something is kept of quotes that are there no more."""
    return has_erased(workspace())


TASKS = (
    Task(name=PROJECT, run=project_quotes, attempts=3),
    Task(name=FORGET, run=forget, attempts=3),
)
RHYTHMS = (
    Rhythm(
        name="quotes",
        task=PROJECT,
        title=TITLE,
        following=every(timedelta(minutes=1)),
        wanted=something_was_said,
    ),
    Rhythm(
        name="erased quotes",
        task=FORGET,
        title="Forget quotes of who was erased",
        following=every(timedelta(minutes=10)),
        wanted=somebody_was_erased,
    ),
)
