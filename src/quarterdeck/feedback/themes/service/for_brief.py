"""Which themes does the week's brief tell, in whose words, and with what behind them?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from quarterdeck.charts.svg import Drawing
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.themes.service.board import (
    WEEKS,
    Board,
    Reading,
    Theme,
    board_of,
    marks_of,
    read_said,
    said_lately,
)
from quarterdeck.feedback.themes.service.keeping import kept_tags
from quarterdeck.feedback.themes.service.seeing import claim_of, draw_weeks, money, trend_words, voices
from quarterdeck.stats.figures import counted, whole

MOST_TOLD = 2  # a page of one sheet holds no more
WORDS_AT_MOST = 24
Cells = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeTold:
    """A theme in a customer's words, with who else says it, and the rows of its evidence."""

    name: str
    words: str
    source: str
    claim: str
    measure: str
    columns: Cells
    rows: tuple[Cells, ...]
    drawing: Drawing
    pins: tuple[tuple[str, str], ...]


def told_in_brief(workspace: Workspace, as_of: date) -> tuple[ThemeTold, ...]:
    """The themes that rise, then those of which most is up for renewal; each with words that may be shown."""
    until = datetime(as_of.year, as_of.month, as_of.day, tzinfo=workspace.zone)
    kept = kept_tags(workspace)
    reading = None if kept is None else read_said(workspace, kept, min(until, datetime.now(UTC)))
    if kept is None or reading is None:
        return ()
    board = board_of(reading, kept.encoder)
    ordered = sorted(board.themes, key=lambda theme: theme.trend.verdict != "rises")
    told: list[ThemeTold] = []
    for theme in ordered:
        words = _words(reading, theme) if theme.lately.accounts else ""
        if words:
            pins = (("Taxonomy", kept.taxonomy), ("Tagger", kept.encoder))
            told.append(_told(theme, words, board, workspace.currency, pins))
        if len(told) == MOST_TOLD:
            break
    return tuple(told)


def _words(reading: Reading, theme: Theme) -> str:
    """The words of somebody who agreed to be quoted, of the last weeks, short enough for the page."""
    spoken = marks_of(reading, theme.tag.name) & said_lately(reading)
    found = voices(reading, spoken, sees_personal=False)
    fitting = (voice.words for voice in found if voice.may_be_shown)
    return next((words for words in fitting if len(words.split()) <= WORDS_AT_MOST), "")


def _told(
    theme: Theme, words: str, board: Board, currency: str, pins: tuple[tuple[str, str], ...]
) -> ThemeTold:
    lately = theme.lately
    return ThemeTold(
        name=theme.tag.name,
        words=words,
        source=f"{theme.tag.name} · {counted(lately.accounts, 'account')}, {money(lately.arr, currency)} ARR",
        claim=claim_of(theme, currency),
        measure=f"Mentions in each of the {WEEKS} weeks before {board.until.isoformat()}",
        columns=("What", "Of the last four weeks"),
        rows=(
            ("Mentions", whole(lately.mentions)),
            ("Against the twelve weeks before", trend_words(theme)),
            ("People", whole(lately.people)),
            ("Accounts, each once", whole(lately.accounts)),
            ("Their ARR", money(lately.arr, currency)),
            ("Of it, up for renewal within 120 days", money(lately.arr_at_risk, currency)),
        ),
        drawing=draw_weeks(theme, datetime(board.until.year, board.until.month, board.until.day, tzinfo=UTC)),
        pins=pins,
    )
