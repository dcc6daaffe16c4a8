"""What may be done with a theme that was found: make a tag of it, say that it is none, call it by a name?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.themes.models import MOST_NAME, MOST_SUMMARY, Note
from quarterdeck.feedback.themes.service.drafting import draft_change, text_at_hand
from quarterdeck.feedback.themes.service.reshaping import Part, Reshaping
from quarterdeck.feedback.themes.service.untagged import Found, kept_found
from quarterdeck.records.change_log import log_change
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.subjects import Subject

MOST_EXAMPLES = 3
LONGEST_EXAMPLE = 300
WORDS_IN_DESCRIPTION = 10


def notes() -> Mapping[str, Note]:
    """What was said of found themes, by their ids."""
    return {note.theme: note for note in Note.objects.all()}


@transaction.atomic
def dismiss(*, theme: str, by: Person) -> Note:
    """Say that a found theme is none."""

    def change(note: Note) -> None:
        note.is_none = True

    return _note(theme, "said it is no theme", by, change)


@transaction.atomic
def take_back(*, theme: str, by: Person) -> Note:
    """Let a found theme be looked at again."""

    def change(note: Note) -> None:
        note.is_none = False

    return _note(theme, "said it may be a theme", by, change)


@transaction.atomic
def make_tag(*, theme: str, by: Person) -> str:
    """Draft a tag of a found theme, with its words and a few quotes; the address of the draft.

    The quotes are masked, and nobody's who said no to being quoted: a definition goes into git.
    """
    found = found_theme(theme)
    note = Note.objects.filter(theme=theme).first()
    name = (note.name if note else "") or found.name.capitalize().replace("|", " ")
    summary = note.summary if note else ""
    change = Reshaping(
        verb="add",
        parts=(Part(name=name, description=summary or ", ".join(found.words[:WORDS_IN_DESCRIPTION])),),
        examples=_examples(found),
    )
    address = draft_change(change=change, shown=text_at_hand(by), by=by)

    def made(note: Note) -> None:
        note.tag = name

    _note(theme, "made a tag of it", by, made)
    return address


@transaction.atomic
def draft_words(*, theme: str, name: str, summary: str, model: str) -> Note:
    """Hold what a model wrote of a theme for review."""

    def change(note: Note) -> None:
        note.drafted_name, note.drafted_summary = name[:MOST_NAME], summary[:MOST_SUMMARY]
        note.drafted_by = model[:MOST_NAME]

    return _note(theme, "drafted by AI", None, change)


@transaction.atomic
def review_words(*, theme: str, take: bool, by: Person) -> Note:
    """Take over what a model wrote, as one's own word, or turn it down."""

    def change(note: Note) -> None:
        if not note.drafted_name:
            raise Conflict("There is nothing to review.", "Somebody did it already.")
        if take:
            note.name, note.summary = note.drafted_name, note.drafted_summary
        note.drafted_name = note.drafted_summary = ""

    return _note(theme, "took AI words over" if take else "turned AI words down", by, change)


def found_theme(theme: str) -> Found:
    """The found theme of an id."""
    kept = kept_found(workspace())
    for each in kept.themes if kept else ():
        if each.key == theme:
            return each
    raise QuarterdeckError(f"There is no found theme '{theme[:40]}'.", "It may be gone since the last look.")


def _note(theme: str, verb: str, by: Person | None, change: Callable[[Note], None]) -> Note:
    found = found_theme(theme)
    note, _ = Note.objects.select_for_update().get_or_create(theme=theme)
    before = note.picture
    change(note)
    note.save()
    subject = Subject(type="found theme", key=theme, title=found.name)
    log_change(by=by, verb=verb, subject=subject, before=before, after=note.picture)
    return note


def _examples(found: Found) -> tuple[str, ...]:
    book = open_book()
    quotes = (book.find(key) for key in found.typical if book.has(key))
    said = [quote.masked for quote in quotes if quote.consent is not False]
    return tuple(words for words in said if len(words) <= LONGEST_EXAMPLE)[:MOST_EXAMPLES]
