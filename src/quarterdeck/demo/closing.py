"""Which customers of the made-up company were told that their wish shipped?"""

from collections.abc import Mapping

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.demo.loops import SHIPPED
from quarterdeck.feedback.backlog.service import closing, linking
from quarterdeck.records.models import Person

THEME = "Calendar"
TOLD = 0.7  # share of the list that was told by now, the largest customers first
SKIPPED_BECAUSE = "Told in the last call"


def write_demo_loop(workspace: Workspace, cast: Mapping[str, Person]) -> None:
    """Link the theme to the item that shipped, and tell most who asked; again adds nothing."""
    lead = cast["Success lead"]
    if not linking.link_theme(theme=THEME, item=SHIPPED, by=lead):
        return
    closing.draft_replies(workspace, SHIPPED)
    found = closing.reply_list(workspace, SHIPPED)
    numbers = [line.number for line in found.lines if line.number is not None] if found else []
    told = numbers[: round(TOLD * len(numbers))]
    for number in told:
        closing.mark_sent(number=number, by=lead)
    for number in numbers[len(told) : len(told) + 1]:
        closing.skip(number=number, reason=SKIPPED_BECAUSE, by=lead)
