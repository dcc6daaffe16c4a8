"""Which work do metrics ask for: a reading of all of them, whenever facts or definitions are newer?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from quarterdeck.insights.metrics.service.kept import READ, is_due, keep_reading
from quarterdeck.insights.metrics.service.suggest import SUGGEST, keep_suggestions
from quarterdeck.jobs.tasks import Progress, Rhythm, Task, every
from quarterdeck.records.here import workspace

SUGGESTING_STEPS = 2


def read_metrics_now(progress: Progress, anew: bool = False) -> Mapping[str, Any]:
    """Read every metric if something is newer than the last reading, or if somebody asked for it."""
    here, now = workspace(), timezone.now()
    if not (anew or is_due(here, now=now)):
        return {"read": "nothing, for nothing is newer"}
    progress.tell(0, saying="Reading every metric")
    kept = keep_reading(here, today=now.astimezone(here.zone).date())
    return {"metrics": len(kept.dossiers), "as of": kept.as_of.isoformat()}


def suggest_metrics(progress: Progress) -> Mapping[str, Any]:
    """Look at how the events are used, and keep what they suggest to measure."""
    steps = iter(range(SUGGESTING_STEPS))
    kept = keep_suggestions(
        workspace(), tell=lambda saying: progress.tell(next(steps), SUGGESTING_STEPS, saying)
    )
    return {"suggestions": len(kept.suggestions), "page": "/start/suggestions/"}


def something_is_newer() -> bool:
    """Whether a reading would say something new."""
    return is_due(workspace(), now=timezone.now())


TASKS = (
    Task(name=READ, run=read_metrics_now, attempts=3),
    Task(name=SUGGEST, run=suggest_metrics, attempts=3),
)
RHYTHMS = (
    Rhythm(
        name="metrics",
        task=READ,
        title="Read the metrics",
        following=every(timedelta(minutes=1)),
        wanted=something_is_newer,
    ),
)
