"""What do the pages of recommendations show?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.backlog.calc.document import Change, Sentence
from quarterdeck.feedback.backlog.calc.grounds import Weighed
from quarterdeck.feedback.backlog.models.recommending import Recommendation
from quarterdeck.feedback.backlog.service.briefing import (
    change_of,
    spots_of,
    together_of,
    watched_words,
)
from quarterdeck.feedback.backlog.service.drawing import Matrix, draw_matrix
from quarterdeck.feedback.backlog.service.items import WorkItem, work_items
from quarterdeck.feedback.backlog.service.recommending import (
    Recommended,
    items_of,
    recommend,
    weighed_then,
)
from quarterdeck.feedback.backlog.service.similar import similar_to_text
from quarterdeck.feedback.backlog.service.telling import money
from quarterdeck.feedback.backlog.service.writing import Voice, voices_of
from quarterdeck.feedback.themes.service.book import name_now, read_taxonomy

MOST_ITEMS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A change as a row of the table, with what it would keep."""

    change: Change
    at_risk: str
    owner: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnderWay:
    """What was accepted, and the work items that do it."""

    record: Recommendation
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """Everything that is recommended now, as its page shows it."""

    claim: str
    rows: tuple[Row, ...]
    watched: tuple[tuple[str, Sentence], ...]
    matrix: Matrix | None
    under_way: tuple[UnderWay, ...]
    declined: tuple[Recommendation, ...]
    together: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One recommendation: what is said of it, in whose words, and which work items may be meant."""

    change: Change
    voices: Sequence[Voice]
    record: Recommendation | None
    before: Recommendation | None
    is_open: bool
    suggested: tuple[WorkItem, ...]
    items: tuple[str, ...]
    pins: tuple[tuple[str, str], ...]


def see_board(here: Workspace) -> Board | None:
    """What is recommended now; None where nothing is tagged."""
    found = recommend(here)
    if found is None:
        return None
    first = found.changes[0] if found.changes else None
    return Board(
        claim=_claim(first, here.currency),
        rows=tuple(
            Row(
                change=change_of(each, here.currency),
                at_risk=money(each.weighed.grounds.arr_at_risk, here.currency),
                owner=each.weighed.grounds.owner,
            )
            for each in found.changes
        ),
        watched=tuple(
            (each.weighed.grounds.theme, watched_words(each, here.currency)) for each in found.watched
        ),
        matrix=draw_matrix(tuple(spots_of(found))),
        under_way=tuple(UnderWay(record=record, items=items_of(record)) for record in found.under_way),
        declined=found.declined,
        together=together_of(found, here.currency).text,
    )


def see_theme(here: Workspace, theme: str) -> Shown | None:
    """What is recommended about a theme now; None where nothing is tagged."""
    found = recommend(here)
    if found is None:
        return None
    each = found.find(theme)
    change = change_of(each, here.currency)
    return Shown(
        change=change,
        voices=voices_of(change),
        record=each.record,
        before=each.before,
        is_open=True,
        suggested=_suggested(here, theme, each.weighed),
        items=each.weighed.grounds.items,
        pins=tuple(found.pins.items()),
    )


def see_record(here: Workspace, record: Recommendation) -> Shown | None:
    """A recommendation as it was when it was decided about; None where it was never weighed."""
    then = weighed_then(record)
    if then is None:
        return None
    told = Recommended(
        rank=1,
        title=record.title,
        weighed=then,
        not_apart=(),
        following=None,
        record=record,
        before=None,
    )
    change = replace(change_of(told, here.currency), alternatives=())
    return Shown(
        change=change,
        voices=voices_of(change),
        record=record,
        before=None,
        is_open=False,
        suggested=_suggested(here, name_now(here, record.theme), then),
        items=items_of(record),
        pins=tuple(record.pins.items()),
    )


def _claim(first: Recommended | None, currency: str) -> str:
    if first is None:
        return "Nothing is recommended: no theme has enough behind it."
    grounds = first.weighed.grounds
    if grounds.arr_at_risk:
        return f"{first.title} first: {money(grounds.arr_at_risk, currency)} a year is up for renewal with it"
    return f"{first.title} first: {grounds.accounts} customers speak of it"


def _suggested(here: Workspace, theme: str, weighed: Weighed) -> tuple[WorkItem, ...]:
    """Work items that may be meant, those that are not finished."""
    taxonomy = read_taxonomy(here)
    tags = taxonomy.model.tags if taxonomy else ()
    description = next((tag.description for tag in tags if tag.name == theme), "")
    if not work_items(here).by_key:
        return ()
    found = similar_to_text(here, f"{theme}. {description}", most=4 * MOST_ITEMS)
    fitting = [each.item for each in found if each.item.stage in ("to do", "doing")]
    return tuple(item for item in fitting if item.key not in weighed.grounds.items)[:MOST_ITEMS]
