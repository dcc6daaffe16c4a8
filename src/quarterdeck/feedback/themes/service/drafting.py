"""How does a changed taxonomy become a draft that others read before it counts?"""

from __future__ import annotations

from quarterdeck.errors import Conflict
from quarterdeck.feedback.themes.service.book import TAXONOMY
from quarterdeck.feedback.themes.service.reshaping import Reshaping, reshaped
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.workshop import drafting
from quarterdeck.records.workshop.shelf import Place, Shelf

NAME = "taxonomy"


def text_at_hand(by: Person) -> str:
    """What somebody's change begins from: the own draft that is open, else the file."""
    shelf, place = _place()
    draft = drafting.open_draft(place)
    return draft.text if draft is not None and draft.author_id == by.pk else shelf.on_disk(place).text


def has_draft() -> bool:
    """Whether somebody is at the taxonomy already."""
    return drafting.open_draft(_place()[1]) is not None


def draft_change(*, change: Reshaping, shown: str, by: Person) -> str:
    """Save a change as a draft; the address where it is read and promoted.

    `shown` is the text that its preview was told of: another one by now is a Conflict.
    """
    shelf, place = _place()
    text = reshaped(shown, change)
    if text_at_hand(by) != shown:
        raise Conflict("The taxonomy was changed meanwhile.", "Look at the change anew, then save it.")
    draft = drafting.open_draft(place)
    if draft is None:
        draft = drafting.begin(shelf=shelf, place=place, by=by)
    drafting.save(draft=draft, text=text, version=draft.version, by=by)
    return f"{place.path}edit/"


def _place() -> tuple[Shelf, Place]:
    shelf = Shelf(path=workspace().path, kinds=(TAXONOMY,))
    return shelf, shelf.place(TAXONOMY.name, NAME)
