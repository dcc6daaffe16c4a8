"""Which found themes get a name from the company's model, and what may that model read?"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from django.conf import settings

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.feedback.intake.service.book import Book, open_book
from quarterdeck.feedback.themes.models import Note
from quarterdeck.feedback.themes.service.endpoint import draft_name
from quarterdeck.feedback.themes.service.noting import draft_words, notes
from quarterdeck.feedback.themes.service.untagged import FEWEST, Found, kept_found
from quarterdeck.jobs.queue import ask
from quarterdeck.records.models import Person

DRAFT, TITLE = "themes.draft", "Draft names of found themes"
MOST_THEMES, MOST_QUOTES, MOST_WORDS = 20, 5, 15
Tell = Callable[[int, int, str], None]


def may_draft(workspace: Workspace) -> bool:
    """Whether quarterdeck.yaml names a model."""
    return workspace.drafting is not None


def ask_for_names(*, workspace: Workspace, by: Person) -> None:
    """Let a job ask the model; nothing is sent before somebody says so."""
    if not may_draft(workspace):
        raise QuarterdeckError(
            "No model is named, and nothing leaves this machine.", "Name one: `drafting` in quarterdeck.yaml."
        )
    ask(DRAFT, title=TITLE, key=DRAFT, by_id=by.pk)


def draft_names(workspace: Workspace, *, tell: Tell = lambda done, of, saying: None) -> int:
    """Hold a name and a sentence for review of each theme that has none; how many were drafted."""
    drafting, kept = workspace.drafting, kept_found(workspace)
    if drafting is None or kept is None:
        return 0
    book, noted = open_book(workspace), notes()
    waiting = [each for each in kept.themes if _is_open(each, noted.get(each.key))][:MOST_THEMES]
    for place, each in enumerate(waiting):
        tell(place, len(waiting), each.name)
        words = draft_name(
            drafting,
            key=settings.QUARTERDECK_DRAFTING_KEY,
            words=each.words[:MOST_WORDS],
            said=quotable(book, each),
        )
        draft_words(theme=each.key, name=words.name, summary=words.summary, model=drafting.model)
    return len(waiting)


def quotable(book: Book, found: Found) -> list[str]:
    """Quotes of a theme as a model may read them: masked, and only of who agreed to be quoted."""
    quotes = (book.find(key) for key in (*found.typical, *found.quotes) if book.has(key))
    agreed = (quote.masked for quote in quotes if quote.may_be_shown_outside)
    return list(dict.fromkeys(islice(agreed, 2 * MOST_QUOTES)))[:MOST_QUOTES]


def _is_open(found: Found, note: Note | None) -> bool:
    if len(found.quotes) < FEWEST:
        return False
    return note is None or not (note.is_none or note.tag or note.name or note.drafted_name or note.drafted_by)
