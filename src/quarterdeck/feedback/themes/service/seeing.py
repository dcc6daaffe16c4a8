"""How does a theme look: its claim, its weeks, who speaks of it, and in which words?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from quarterdeck.charts.line import BRIEF_NARROW, PAGE_WIDE, LineChart, draw_line_chart
from quarterdeck.charts.series import Line, Point
from quarterdeck.charts.sparkline import draw_sparkline
from quarterdeck.charts.svg import Drawing
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.themes.calc.measuring import Mask, Score, Tally
from quarterdeck.feedback.themes.calc.quality import FEWEST
from quarterdeck.feedback.themes.calc.trending import Precision, Trend
from quarterdeck.feedback.themes.service.board import (
    LATELY,
    WEEK,
    WEEKS,
    Board,
    Reading,
    Theme,
    marks_of,
    read_board,
    read_said,
    said_lately,
    theme_of,
)
from quarterdeck.feedback.themes.service.keeping import kept_tags
from quarterdeck.stats.figures import Notation, axis_labels, counted, notation, short_date, whole
from quarterdeck.stats.interval import wilson_interval

MOST_QUOTES, MOST_ACCOUNTS = 8, 10
LATELY_WORDS = "four weeks"
HALF_PAGE = replace(PAGE_WIDE, width=560.0, height=240.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What was said lately, in words."""

    mentions: str
    people: str
    accounts: str
    arr: str
    arr_at_risk: str
    score: str
    rating: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeLine(Figures):
    """A theme as a row of the board, its weeks as a small drawing."""

    name: str
    parent: str
    product_area: str
    owner: str
    trend: str
    verdict: str
    drawing: Drawing | None


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardSeen:
    """The board as its page shows it."""

    claim: str
    lines: tuple[ThemeLine, ...]
    together: Figures
    quotes: int
    untagged: int
    since: date
    until: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """One quote: its words as the reader may see them, by whom, where and when."""

    key: str
    words: str
    account: str
    channel: str
    time: datetime
    sure: str
    may_be_shown: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Speaker:
    """A customer that speaks of a theme."""

    name: str
    arr: str
    mentions: int
    renewal: date | None
    is_soon: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeSeen:
    """A theme as its page shows it."""

    line: ThemeLine
    description: str
    claim: str
    measure: str
    channels: tuple[tuple[str, int, int], ...]
    speakers: tuple[Speaker, ...]
    accounts: int
    quotes: tuple[Voice, ...]
    drawing: Drawing | None
    since: date
    until: date
    checked: str


def see_board(workspace: Workspace) -> BoardSeen | None:
    """The board; None where nothing is tagged yet."""
    board = read_board(workspace)
    if board is None:
        return None
    amounts = notation("currency", [board.together.arr], currency=workspace.currency)
    return BoardSeen(
        claim=claim_of_board(board, workspace.currency),
        lines=tuple(_line(theme, board.moment, amounts) for theme in board.themes),
        together=_figures(board.together, amounts),
        quotes=board.quotes,
        untagged=board.untagged,
        since=board.since,
        until=board.until,
    )


def see_theme(workspace: Workspace, name: str, *, sees_personal: bool) -> ThemeSeen | None:
    """One theme; None where there is none of that name, or nothing is tagged yet."""
    kept = kept_tags(workspace)
    reading = None if kept is None else read_said(workspace, kept)
    tag = next((tag for tag in reading.taxonomy.tags if tag.name == name), None) if reading else None
    if reading is None or tag is None:
        return None
    theme, spoken, now = theme_of(reading, tag), marks_of(reading, name), said_lately(reading)
    amounts = notation("currency", [theme.lately.arr], currency=workspace.currency)
    line = _line(theme, reading.until, amounts)
    return ThemeSeen(
        line=line,
        description=theme.tag.description,
        claim=claim_of(theme, workspace.currency),
        measure=f"Quotes about it in each of the last {WEEKS} weeks.",
        channels=tuple(_channels(reading, spoken & now, now)),
        speakers=tuple(_speakers(reading, spoken & now, workspace.currency)),
        accounts=theme.lately.accounts,
        quotes=tuple(voices(reading, spoken, sees_personal=sees_personal)),
        drawing=draw_weeks(theme, reading.until),
        since=(reading.until - LATELY * WEEK).date(),
        until=reading.until.date(),
        checked=checked_words(reading.precision[name]),
    )


def checked_words(precision: Precision) -> str:
    """How far a theme's tag can be believed, and what was looked at to say so."""
    if not precision.looked_at:
        return "nobody has sorted quotes that the tagger would give this theme; its interval allows for that"
    right = f"of {counted(precision.looked_at, 'checked quote')} {whole(precision.right)} were right"
    if precision.looked_at < FEWEST:
        return f"{right}; too few to say, and the interval allows for that"
    low, high = wilson_interval(precision.right, precision.looked_at)
    return f"{right} ({100 * low:.0f} to {100 * high:.0f} %)"


def claim_of(theme: Theme, currency: str) -> str:
    """A theme in one sentence: where it goes, who speaks of it, and what they are worth."""
    lately = theme.lately
    who = _who(lately, currency)
    name = theme.tag.name
    if theme.trend.verdict == "rises":
        return f"{name} rises: {times(theme.trend)} as often as before, by {who}"
    if theme.trend.verdict == "falls":
        return f"{name} falls: {times(theme.trend)} as often as before, by {who}"
    if theme.trend.verdict == "by channel":
        return f"{name} only seems to move: {theme.channel} as a whole did; {who} speak of it"
    return f"{name}: {who} speak of it, {counted(lately.mentions, 'time')} in {LATELY_WORDS}"


def _who(lately: Tally, currency: str) -> str:
    if not lately.accounts:
        return "people whose company is not known"
    worth = f" with {money(lately.arr, currency)} a year" if lately.arr else " without revenue on record"
    return counted(lately.accounts, "customer") + worth


def claim_of_board(board: Board, currency: str) -> str:
    """The theme that rises and is worth most, or else the one that is worth most."""
    rising = [theme for theme in board.themes if theme.trend.verdict == "rises"]
    first = (rising or list(board.themes))[0]
    claim = claim_of(first, currency)
    at_risk = first.lately.arr_at_risk
    return f"{claim}, {money(at_risk, currency)} of it up for renewal" if at_risk else claim


def money(value: float, currency: str) -> str:
    """An amount as a reader takes it in."""
    return notation("currency", [value], currency=currency).full(value)


def times(trend: Trend) -> str:
    """How much more often, and between which bounds."""
    return f"{trend.ratio:.1f} times ({trend.low:.1f} to {trend.high:.1f})"


def _line(theme: Theme, until: datetime, amounts: Notation) -> ThemeLine:
    return ThemeLine(
        **asdict(_figures(theme.lately, amounts)),
        name=theme.tag.name,
        parent=theme.tag.parent or "",
        product_area=theme.tag.product_area,
        owner=theme.tag.owner,
        trend=trend_words(theme),
        verdict=theme.trend.verdict,
        drawing=_weeks(theme.weeks, until, theme.tag.name),
    )


def _figures(lately: Tally, amounts: Notation) -> Figures:
    return Figures(
        mentions=whole(lately.mentions),
        people=whole(lately.people),
        accounts=whole(lately.accounts),
        arr=amounts.full(lately.arr),
        arr_at_risk=amounts.full(lately.arr_at_risk),
        score=_score(lately.score),
        rating=_rating(lately.rating),
    )


def trend_words(theme: Theme) -> str:
    """How a theme stands against the weeks before, with its interval."""
    trend = theme.trend
    if trend.verdict == "too few":
        return "too few to say"
    if trend.verdict == "by channel":
        return f"explained by {theme.channel or 'the channels'}"
    return f"{trend.verdict}, × {trend.ratio:.1f} ({trend.low:.1f} to {trend.high:.1f})"


def _score(score: Score | None) -> str:
    if score is None:
        return ""
    value, low, high = (_signed(each) for each in (score.value, score.low, score.high))
    return f"{value} ({low} to {high})"


def _rating(rating: Score | None) -> str:
    return "" if rating is None else f"{rating.value:.1f} ({rating.low:.1f} to {rating.high:.1f})"


def _signed(points: float) -> str:
    near = round(points)
    return "0" if near == 0 else f"{near:+d}".replace("-", "−")


def _weeks(weeks: Sequence[int], until: datetime, key: str) -> Drawing | None:
    sentence = f"Mentions a week: {', '.join(map(str, weeks))}"
    return draw_sparkline(_points(weeks, until), key=key, sentence=sentence)


def _points(weeks: Sequence[int], until: datetime) -> tuple[Point, ...]:
    return tuple(
        Point(when=(until - timedelta(days=7 * (len(weeks) - place))).date(), value=float(count))
        for place, count in enumerate(weeks)
    )


def draw_weeks(theme: Theme, until: datetime) -> Drawing:
    """Mentions a week on the two sizes of paper, each week at its first day."""
    points = _points(theme.weeks, until)
    named = [points[place].when for place in (0, len(points) // 2, len(points) - 1)]
    chart = LineChart(
        key="mentions",
        sentence=f"Mentions of {theme.tag.name} a week: {', '.join(map(str, theme.weeks))}",
        lines=(Line(label="", points=points),),
        write=lambda values: axis_labels("count", values),
        dates=tuple((day, short_date(day)) for day in named),
        from_zero=True,
        whole=True,
    )
    return Drawing(draw_line_chart(chart, HALF_PAGE) + draw_line_chart(chart, BRIEF_NARROW))


def _channels(reading: Reading, spoken: Mask, now: Mask) -> list[tuple[str, int, int]]:
    said = reading.said
    return [
        (name, int((spoken & (said.channel == code)).sum()), int((now & (said.channel == code)).sum()))
        for code, name in enumerate(reading.channels)
        if (now & (said.channel == code)).any()
    ]


def _speakers(reading: Reading, spoken: Mask, currency: str) -> list[Speaker]:
    said = reading.said
    accounts, mentions = np.unique(said.account[spoken & (said.account >= 0)], return_counts=True)
    order = np.lexsort((accounts, -said.arr[accounts]))[:MOST_ACCOUNTS]
    found = []
    for place in order.tolist():
        code = int(accounts[place])
        worth = reading.worth.get(reading.accounts[code])
        found.append(
            Speaker(
                name=worth.name if worth else reading.accounts[code],
                arr=money(worth.arr, currency) if worth else "",
                mentions=int(mentions[place]),
                renewal=worth.renewal if worth else None,
                is_soon=bool(said.at_risk[code]),
            )
        )
    return found


def voices(reading: Reading, spoken: Mask, *, sees_personal: bool) -> list[Voice]:
    """Those that are latest and that the tagger is surest of, of each customer one before a second."""
    rows = np.flatnonzero(spoken)
    recency = np.clip(reading.said.period[rows] / WEEKS, 0, 1)
    ordered = rows[np.lexsort((rows, -(reading.confidence[rows] + recency)))]
    accounts = reading.said.account[ordered]
    _, first = np.unique(np.where(accounts < 0, -2 - np.arange(len(accounts)), accounts), return_index=True)
    again = np.ones(len(ordered), bool)
    again[first] = False
    chosen = ordered[np.argsort(again, kind="stable")][:MOST_QUOTES].tolist()
    quotes = reading.book.at([int(reading.places[row]) for row in chosen])
    return [
        Voice(
            key=quote.quote,
            words=quote.words(sees_personal=sees_personal),
            account=quote.account_name or quote.account or "nobody known",
            channel=quote.channel or "",
            time=quote.time,
            sure=f"{100 * reading.confidence[row]:.0f} %",
            may_be_shown=quote.may_be_shown_outside,
        )
        for row, quote in zip(chosen, quotes, strict=True)
    ]
