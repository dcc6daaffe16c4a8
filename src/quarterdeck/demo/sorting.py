"""Which quotes have the people of the made-up company sorted by now?"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.demo.vocabulary import THEMES
from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.book import Book, open_book
from quarterdeck.records.models import Person

OF_EACH_THEME = 12
# The taxonomy of the company calls each theme as it was made up, but for these.
TAGS = {name: name.capitalize() for name in THEMES} | {"maps": "Maps and routes"}
# What was said lately is left for whoever opens the inbox.
SORTED_UNTIL = timedelta(days=14)


def write_demo_sorting(workspace: Workspace, cast: Mapping[str, Person], *, until: datetime) -> int:
    """Sort some older quotes of each theme under the theme that they were made up for; again adds nothing."""
    book, lead = open_book(workspace), cast["Success lead"]
    if book.decided.states:
        return 0
    wanted = list(_wanted(book, until - SORTED_UNTIL))
    for quote, tag in wanted:
        deciding.keep(quote=quote, tags=[tag], by=lead)
    return len(wanted)


def _wanted(book: Book, until: datetime) -> Iterator[tuple[str, str]]:
    sorted_of: Counter[str] = Counter()
    rows = book.table.select(["quote", "text", "time", "same_as"]).to_pylist()
    for row in rows:
        theme = None if row["same_as"] or row["time"] >= until else _theme_of(row["text"])
        if theme is not None and sorted_of[theme] < OF_EACH_THEME:
            sorted_of[theme] += 1
            yield row["quote"], TAGS[theme]


def _theme_of(text: str) -> str | None:
    """The theme whose sentence a text is; None for what goes around it."""
    plain = text.casefold()
    return next(
        (name for name, said in THEMES.items() if any(each.casefold() in plain for each in said)), None
    )
