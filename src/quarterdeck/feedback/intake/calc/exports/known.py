"""Which exports are known, and which reader takes the records of each?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from quarterdeck.feedback.intake.calc.exports import intercom, notes, reviews, surveys, zendesk
from quarterdeck.feedback.intake.calc.message import Found, Record, plain_column

VERSION = 2
"""Goes up when a reader takes other messages out of the same file."""

ReadObject = Callable[[Record, Record], Iterator[Found]]
ReadRow = Callable[[Record], Iterator[Found]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """How one kind of export is read, as objects, as rows of a table or as text; None where it has none.

    `columns` are those that its table has, one of each kind at least.
    """

    lists: tuple[str, ...] = ()
    read_object: ReadObject | None = None
    read_row: ReadRow | None = None
    read_text: Callable[[str], Iterator[Found]] | None = None
    are_letters: bool = True
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def missing(self, columns: Sequence[str]) -> str:
        """What a table does not tell that such an export does; nothing where it may be one."""
        there = {plain_column(name) for name in columns}
        lacking = [what for what, names in self.columns.items() if there.isdisjoint(names)]
        return lacking[0] if lacking else ""


def _survey_object(answer: Record, _page: Record) -> Iterator[Found]:
    return surveys.read_answer(answer)


EXPORTS: Mapping[str, Export] = MappingProxyType(
    {
        "zendesk": Export(
            lists=zendesk.LISTS,
            read_object=zendesk.read_ticket,
            read_row=zendesk.read_view,
            columns={"number": zendesk.NUMBERS, "words": zendesk.WORDS, "time": zendesk.TIMES},
        ),
        "intercom": Export(lists=intercom.LISTS, read_object=intercom.read_conversation),
        "app-store": Export(
            lists=reviews.LISTS,
            read_object=reviews.read_app_store,
            read_row=reviews.read_plain,
            are_letters=False,
            columns={"number": reviews.NUMBERS, "words": reviews.WORDS, "time": reviews.TIMES},
        ),
        "google-play": Export(
            read_row=reviews.read_google_play, are_letters=False, columns={"time": reviews.TIMES_OF_PLAY}
        ),
        "nps": Export(
            lists=("responses", "data", "survey_responses"),
            read_object=_survey_object,
            read_row=surveys.read_answer,
            are_letters=False,
            columns={"time": surveys.TIMES},
        ),
        "notes": Export(
            read_text=notes.read_notes,
            read_row=notes.read_row,
            are_letters=False,
            columns={"words": notes.WORDS, "time": notes.TIMES},
        ),
    }
)
