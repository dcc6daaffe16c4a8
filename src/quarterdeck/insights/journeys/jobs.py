"""Which work do journeys ask for: the events sorted into sequences, so that pages need not wait?"""

from collections.abc import Mapping
from typing import Any

from quarterdeck.insights.journeys.service.compiling import keep_kernels_in
from quarterdeck.insights.journeys.service.preparing import PREPARE
from quarterdeck.jobs.tasks import Progress, Task
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


TASKS = (Task(name=PREPARE, run=prepare_sequences, attempts=2),)
