"""What is the whole of the message that a quote stands in?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.intake.calc.personal import find_personal, masked, within
from quarterdeck.feedback.intake.facts.messages import message_of
from quarterdeck.feedback.intake.service.book import Quote, open_book
from quarterdeck.feedback.intake.service.inbox import channel_name
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of a message: the quote asked for, another one, or what lies between."""

    words: str
    quote: str = ""
    is_asked: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A message in pieces that, joined, are the message, in words that its reader may see."""

    quote: Quote
    pieces: tuple[Piece, ...]
    person: str
    channel: str


def whole_message(quote: str, *, by: Person) -> Whole:
    """The message round a quote."""
    book = open_book()
    asked = book.find(quote)
    with FactStore(workspace().facts_path).snapshot() as snapshot:
        found = message_of(snapshot, asked.message)
    if found is None:
        raise QuarterdeckError("The message is gone.", "It was removed with the person who wrote it.")
    text, names = found
    quotes = sorted(book.of_message(asked.message), key=lambda each: each.start)
    edges = [0, *(edge for each in quotes for edge in (each.start, each.end)), len(text)]
    starts = {each.start: each for each in quotes}
    personal = find_personal(text, names)
    pieces = []
    for begin, end in pairwise(edges):
        if begin == end:
            continue
        words = text[begin:end]
        if not by.sees_personal:
            words = masked(words, within(personal, begin, end))
        own = starts.get(begin) if begin in starts and starts[begin].end == end else None
        pieces.append(
            Piece(
                words=own.masked if own and not by.sees_personal else words,
                quote=own.quote if own else "",
                is_asked=own is not None and own.quote == quote,
            )
        )
    return Whole(
        quote=asked,
        pieces=tuple(pieces),
        person=(asked.person or "") if by.sees_personal else "",
        channel=channel_name(asked.channel),
    )
