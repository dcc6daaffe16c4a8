"""Are the quotes and their tags those of now, before anything is recommended by them?"""

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.backlog.service.gathering import count_passing, gather
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.feedback.themes.service.keeping import is_behind, keep_tags
from quarterdeck.records.here import workspace


def prepare(here: Workspace) -> None:
    """Read new messages, tag what is new, count who goes through journeys; nothing is done twice."""
    refresh(here)
    if is_behind(here):
        keep_tags(here)
    count_passing(here)


def warm_up() -> None:
    """Count what the page of recommendations shows before somebody asks for it."""
    gather(workspace())
