"""Which work do themes ask for: tags for what is new before a page needs them?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from quarterdeck.feedback.themes.service.keeping import is_behind, keep_tags
from quarterdeck.jobs.tasks import Progress, Rhythm, Task, every
from quarterdeck.records.here import workspace

TAG = "themes.tag"


def tag_all(progress: Progress) -> Mapping[str, Any]:
    """Tag every quote by the taxonomy and what people corrected."""
    kept = keep_tags(workspace(), tell=lambda done, saying: progress.tell(done, saying=saying))
    return {} if kept is None else {"quotes": kept.quotes, "tagged": kept.tagged, "page": "/themes/"}


def something_is_untagged() -> bool:
    """Whether quotes, the taxonomy or corrections are newer than the tags."""
    return is_behind(workspace())


TASKS = (Task(name=TAG, run=tag_all, attempts=2),)
RHYTHMS = (
    Rhythm(
        name="themes",
        task=TAG,
        title="Tag what customers said",
        following=every(timedelta(minutes=2)),
        wanted=something_is_untagged,
    ),
)
