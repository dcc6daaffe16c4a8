"""Which customers of the made-up company were told that their wish shipped?"""

from collections.abc import Mapping

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.demo.loops import ON_ITS_WAY, SHIPPED
from quarterdeck.feedback.backlog.service import closing, linking
from quarterdeck.feedback.themes.service.seeing import see_theme
from quarterdeck.records.models import Person

THEME, NEXT_THEME = "Calendar", "Offline schedule"
LINKED = 3  # quotes that ask for what is on its way
TOLD = 0.7  # share of the list that was told by now, the largest customers first
SKIPPED_BECAUSE = "Told in the last call"


def write_demo_loop(workspace: Workspace, cast: Mapping[str, Person]) -> None:
    """Link the theme to the item that shipped, and tell most who asked; again adds nothing."""
    lead = cast["Success lead"]
    if not linking.link_theme(theme=THEME, item=SHIPPED, by=lead):
        return
    wished = see_theme(workspace, NEXT_THEME, sees_personal=False)
    for voice in wished.quotes[:LINKED] if wished else ():
        linking.link_quote(quote=voice.key, item=ON_ITS_WAY, by=lead)
    closing.draft_replies(workspace, SHIPPED)
    found = closing.reply_list(workspace, SHIPPED)
    numbers = [line.number for line in found.lines if line.number is not None] if found else []
    told = numbers[: round(TOLD * len(numbers))]
    for number in told:
        closing.mark_sent(number=number, by=lead)
    for number in numbers[len(told) : len(told) + 1]:
        closing.skip(number=number, reason=SKIPPED_BECAUSE, by=lead)
