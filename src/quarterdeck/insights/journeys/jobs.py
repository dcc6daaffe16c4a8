"""Which work do journeys ask for: the events sorted and saved journeys answered before a page needs it?"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from quarterdeck.insights.journeys.service.compiling import keep_kernels_in
from quarterdeck.insights.journeys.service.kept import is_behind, keep_answers
from quarterdeck.insights.journeys.service.preparing import ANSWER, PREPARE
from quarterdeck.insights.journeys.service.restated import RESTATE, count_anew
from quarterdeck.jobs.tasks import Progress, Rhythm, Task, every
from quarterdeck.records.here import workspace


def prepare_sequences(progress: Progress, tables: Mapping[str, int], columns: list[str]) -> Mapping[str, Any]:
    """Sort the events of some versions of the facts."""
    here = workspace()
    keep_kernels_in(here.path)
    from quarterdeck.insights.journeys.service.readiness import prepare  # slow import

    rows = prepare(
        here, tables=tables, columns=columns, tell=lambda saying: progress.tell(0, 2, saying=saying)
    )
    progress.tell(1, 2, saying="Trying a question")
    # Answered once here, so that no reader waits for the compiler: its machine code stays in the workspace.
    from quarterdeck.insights.journeys.service.exploring import try_a_question  # slow import

    try_a_question(here, tables=tables)
    return {"events": rows, "page": "/journeys/"}


def answer_saved(progress: Progress) -> Mapping[str, Any]:
    """Answer the saved journeys whose last answer is behind, and keep the answers."""
    here = workspace()
    keep_kernels_in(here.path)
    answered = keep_answers(here, tell=lambda done, total, saying: progress.tell(done, total, saying=saying))
    return {"answered": answered, "page": "/journeys/"}


def restate_figure(progress: Progress, name: str, against: str) -> Mapping[str, Any]:
    """Count the figure of a saved journey as it was on a day, and after each thing that changed since."""
    keep_kernels_in(workspace().path)
    progress.tell(0, 1, saying="Counting it anew")
    return count_anew(name, date.fromisoformat(against))


def something_is_behind() -> bool:
    """Whether a saved journey would find something new."""
    return is_behind(workspace())


TASKS = (
    Task(name=PREPARE, run=prepare_sequences, attempts=2),
    Task(name=ANSWER, run=answer_saved, attempts=2),
    Task(name=RESTATE, run=restate_figure, attempts=2),
)
RHYTHMS = (
    Rhythm(
        name="journeys",
        task=ANSWER,
        title="Answer the saved journeys",
        following=every(timedelta(minutes=2)),
        wanted=something_is_behind,
    ),
)
