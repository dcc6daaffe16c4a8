"""Which exports are known, and which reader takes the records of each?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quarterdeck.feedback.intake.calc.exports import intercom, notes, reviews, surveys, zendesk
from quarterdeck.feedback.intake.calc.message import Found, Record

VERSION = 1
"""Goes up when a reader takes other messages out of the same file."""

ReadObject = Callable[[Record, Record], Iterator[Found]]
ReadRow = Callable[[Record], Iterator[Found]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """How one kind of export is read, as objects, as rows of a table or as text; None where it has none."""

    lists: tuple[str, ...] = ()
    read_object: ReadObject | None = None
    read_row: ReadRow | None = None
    read_text: Callable[[str, str], Iterator[Found]] | None = None
    are_letters: bool = True


def _survey_object(answer: Record, _page: Record) -> Iterator[Found]:
    return surveys.read_answer(answer)


EXPORTS: Mapping[str, Export] = MappingProxyType(
    {
        "zendesk": Export(lists=zendesk.LISTS, read_object=zendesk.read_ticket, read_row=zendesk.read_view),
        "intercom": Export(lists=intercom.LISTS, read_object=intercom.read_conversation),
        "app-store": Export(
            lists=reviews.LISTS,
            read_object=reviews.read_app_store,
            read_row=reviews.read_plain,
            are_letters=False,
        ),
        "google-play": Export(read_row=reviews.read_google_play, are_letters=False),
        "nps": Export(
            lists=("responses", "data", "survey_responses"),
            read_object=_survey_object,
            read_row=surveys.read_answer,
            are_letters=False,
        ),
        "notes": Export(read_text=notes.read_notes, read_row=notes.read_row, are_letters=False),
    }
)
