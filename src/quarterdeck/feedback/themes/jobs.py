"""Which work do themes ask for: tags for what is new, themes among what has none?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from quarterdeck.feedback.themes.service.board import read_board
from quarterdeck.feedback.themes.service.keeping import is_behind, keep_tags
from quarterdeck.feedback.themes.service.untagged import FIND, TITLE, is_stale, keep_found
from quarterdeck.feedback.themes.service.wording import DRAFT, draft_names
from quarterdeck.jobs.tasks import Progress, Rhythm, Task, every
from quarterdeck.records.here import workspace

TAG = "themes.tag"


def tag_all(progress: Progress) -> Mapping[str, Any]:
    """Tag every quote by the taxonomy and what people corrected."""
    kept = keep_tags(workspace(), tell=lambda done, saying: progress.tell(done, saying=saying))
    read_board(workspace())  # before somebody waits for it
    return {} if kept is None else {"quotes": kept.quotes, "tagged": kept.tagged, "page": "/themes/"}


def find_all(progress: Progress) -> Mapping[str, Any]:
    """Find themes among the quotes without a tag."""
    kept = keep_found(workspace(), tell=lambda done, saying: progress.tell(done, saying=saying))
    return {} if kept is None else {"themes": len(kept.themes), "page": "/themes/new/"}


def name_all(progress: Progress) -> Mapping[str, Any]:
    """Let the company's model draft names, to be reviewed."""
    drafted = draft_names(workspace(), tell=lambda done, of, saying: progress.tell(done, of, saying))
    return {"drafted": drafted, "page": "/themes/new/"}


def tags_are_newer() -> bool:
    """Whether quotes were tagged since themes were found."""
    return is_stale(workspace())


def something_is_untagged() -> bool:
    """Whether quotes, the taxonomy or corrections are newer than the tags."""
    return is_behind(workspace())


TASKS = (
    Task(name=TAG, run=tag_all, attempts=2),
    Task(name=FIND, run=find_all, attempts=2),
    Task(name=DRAFT, run=name_all, attempts=1),
)
RHYTHMS = (
    Rhythm(
        name="themes",
        task=TAG,
        title="Tag what customers said",
        following=every(timedelta(minutes=2)),
        wanted=something_is_untagged,
    ),
    Rhythm(
        name="found themes",
        task=FIND,
        title=TITLE,
        following=every(timedelta(hours=6)),
        wanted=tags_are_newer,
    ),
)
