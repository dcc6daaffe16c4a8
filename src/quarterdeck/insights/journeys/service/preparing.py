"""Can a question be answered now, and what happens if not?"""

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.newest import newest_versions
from quarterdeck.insights.journeys.service.compiling import is_compiled, keep_kernels_in
from quarterdeck.jobs.models import Job, State
from quarterdeck.jobs.queue import ask
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person

if TYPE_CHECKING:
    from quarterdeck.insights.journeys.definitions.journey import Journey

PREPARE = "journeys.prepare"  # the job that sorts the events
COMPILE = (
    "journeys.prepare after an upgrade"  # key of the job that does the same where machine code is missing
)
ANSWER = "journeys.answer"  # the job that answers what is saved


class NotReady(Exception):  # noqa: N818 -- not an error: the page shows the work and looks again
    """Raised where events are still being sorted; `job` does it."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.title)
        self.job = job


def ready(journey: "Journey", tables: Mapping[str, int], *, by: Person) -> None:
    """Return where a question can be answered at once; else let the work for it be done, and say so."""
    here = workspace()
    if "events" not in newest_versions(here.facts_path):
        raise QuarterdeckError("There are no events yet.", "Import some under Facts, then ask again.")
    keep_kernels_in(here.path)
    from quarterdeck.insights.journeys.service.asked import columns_of  # slow import
    from quarterdeck.insights.journeys.service.readiness import is_ready  # slow import

    wanted = dict(tables) or newest_versions(here.facts_path)
    columns = columns_of(journey)
    digest = sha256(f"{sorted(wanted.items())} {sorted(columns)}".encode()).hexdigest()
    key = f"{PREPARE} {digest[:24]}"
    at_work = Job.objects.filter(key__in=(key, COMPILE), state__in=(State.WAITING, State.RUNNING)).first()
    if at_work is not None:
        # What is sorted is still being tried, which compiles what answers it; no reader need wait for both.
        raise NotReady(at_work)
    if is_ready(here, journey, tables):
        return
    last = Job.objects.filter(key=key).first()
    if last is not None and last.state == State.FAILED:
        raise QuarterdeckError(
            "The events could not be sorted for this question.",
            f"What went wrong stands at /jobs/{last.pk}/; an administrator can run it again.",
        )
    raise NotReady(
        ask(
            PREPARE,
            title="Sort the events for journeys",
            arguments={"tables": dict(tables), "columns": columns},
            key=key,
            by_id=by.pk,
        )
    )


def warm_up() -> None:
    """Load what answers questions, where events are sorted; what was never compiled is left to a job."""
    here = workspace()
    keep_kernels_in(here.path)
    if "events" not in newest_versions(here.facts_path):
        return
    from quarterdeck.insights.journeys.service.exploring import TRIED, try_a_question  # slow import
    from quarterdeck.insights.journeys.service.readiness import is_ready  # slow import

    if not is_ready(here, TRIED.journey(), {}):
        return
    if is_compiled():
        try_a_question(here, tables={})
    else:
        everything: dict[str, object] = {"tables": {}, "columns": []}
        ask(PREPARE, title="Compile what answers journeys", arguments=everything, key=COMPILE)
