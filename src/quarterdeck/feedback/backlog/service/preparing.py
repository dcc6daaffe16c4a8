"""Are the quotes and their tags those of now, before anything is recommended by them?"""

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.backlog.service.gathering import gather
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.feedback.themes.service.keeping import is_behind, keep_tags
from quarterdeck.records.here import workspace


def prepare(here: Workspace) -> None:
    """Read new messages and tag what is new; nothing is done twice."""
    refresh(here)
    if is_behind(here):
        keep_tags(here)


def warm_up() -> None:
    """Count what the page of recommendations shows before somebody asks for it."""
    gather(workspace())
