"""What do customers speak of lately: each theme with who speaks of it, their worth, and where it goes?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter, ValidationError

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.newest import newest_versions
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.intake.service.book import Book, open_book
from quarterdeck.feedback.themes.calc.measuring import Said, Tally, mentions_by_period, tally
from quarterdeck.feedback.themes.calc.trending import Precision, Trend, trend_of
from quarterdeck.feedback.themes.definitions import Tag, Taxonomy
from quarterdeck.feedback.themes.facts import Worth, worth_of_accounts
from quarterdeck.feedback.themes.service.book import read_taxonomy
from quarterdeck.feedback.themes.service.keeping import FOLDER, KeptTags, judged_quotes, kept_tags, tag_table
from quarterdeck.feedback.themes.service.quality import NOTHING_CHECKED, precision_of
from quarterdeck.stats.promoters import LEAST, MOST

if TYPE_CHECKING:
    from numpy.typing import NDArray

compute: Any = pc  # its stubs know no columns in chunks
WEEKS, LATELY = 26, 4
BEFORE = 12  # weeks that the last ones are held against: what grows slowly shows, and chance less
RULES = 4  # counted up where the same quotes give another board
RENEWS_WITHIN = timedelta(days=120)
SURVEY, RATINGS = "nps", "csat"  # the channels whose scores go from 0 to 10, and say how an answer was liked
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """One theme: its definition, what was said of it lately, how that compares, and how much in each week."""

    tag: Tag
    lately: Tally
    trend: Trend
    channel: str
    weeks: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """All themes of the last weeks, those of which most is up for renewal first.

    `together` counts the customers of all themes once each; `untagged` quotes have no theme. `worth` and the
    tallies are as of `until`.
    """

    themes: tuple[Theme, ...]
    together: Tally
    quotes: int
    untagged: int
    since: date
    until: date
    moment: datetime
    encoder: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptBoard:
    """A board, and which tags, customers and hour it is of."""

    of: str
    board: Board


KEPT = TypeAdapter(KeptBoard)
BOARD = FOLDER / "board.json"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The quotes that have tags, as columns, with what their codes stand for.

    Which of them people tagged, and how often the tagger was right of each theme, bear on its interval.
    """

    said: Said
    places: NDArray[np.int64]
    confidence: NDArray[np.float32]
    by_people: NDArray[np.bool_]
    precision: Mapping[str, Precision]
    channels: Sequence[str]
    accounts: Sequence[str]
    worth: Mapping[str, Worth]
    taxonomy: Taxonomy
    until: datetime
    book: Book


def moment_of(workspace: Workspace) -> datetime:
    """Until when is listened: the beginning of the day the workspace stands at, else now."""
    day = workspace.stands_at
    if day is None:
        return datetime.now(UTC)
    return datetime(day.year, day.month, day.day, tzinfo=workspace.zone)


def read_board(workspace: Workspace) -> Board | None:
    """The board; None where there is no taxonomy, or nothing was tagged yet.

    It is kept until the tags, the customers or the hour are others: nobody waits for a million quotes.
    """
    kept, taxonomy = kept_tags(workspace), read_taxonomy(workspace)
    if kept is None or taxonomy is None:
        return None
    of = f"{RULES} {kept.of} {taxonomy.version} {_version_of_accounts(workspace)} {_end_of_hour(workspace)}"
    try:
        told = KEPT.validate_json((workspace.path / BOARD).read_bytes())
    except (FileNotFoundError, ValidationError):
        told = None
    if told is not None and told.of == of:
        return told.board
    reading = read_said(workspace, kept)
    if reading is None:
        return None
    board = board_of(reading, kept.encoder)
    write_atomically(workspace.path / BOARD, KEPT.dump_json(KeptBoard(of=of, board=board)).decode())
    return board


def read_said(workspace: Workspace, kept: KeptTags, until: datetime | None = None) -> Reading | None:
    """Every tagged quote of the last weeks before a moment; what was read last stays at hand."""
    taxonomy, book = read_taxonomy(workspace), open_book(workspace)
    if taxonomy is None:
        return None
    moment = until or _end_of_hour(workspace)
    accounts = _version_of_accounts(workspace)
    key = (kept.of, book.version, taxonomy.version, accounts, moment, workspace.currency)
    last = _at_hand.get(workspace.path)
    if last is not None and last[0] == key:
        return last[1]
    reading = _read(workspace, kept, taxonomy.model, book, moment)
    _at_hand[workspace.path] = (key, reading)
    return reading


_at_hand: dict[Path, tuple[tuple[object, ...], Reading]] = {}


def _end_of_hour(workspace: Workspace) -> datetime:
    """Until when is listened, the same for an hour, so that what was read can stay."""
    moment = moment_of(workspace)
    if workspace.stands_at is not None:
        return moment
    return moment.replace(minute=59, second=59, microsecond=999_999)


def _version_of_accounts(workspace: Workspace) -> int:
    return newest_versions(workspace.facts_path).get("accounts", -1)


def _read(workspace: Workspace, kept: KeptTags, taxonomy: Taxonomy, book: Book, until: datetime) -> Reading:
    tagged = tag_table(workspace, kept)
    # Quotes that came, or were cut, since the tags were given wait for the next round.
    place = compute.index_in(tagged["quote"], value_set=book.table["quote"].combine_chunks())
    there = compute.is_valid(place)
    tagged, place = tagged.filter(there), place.filter(there)
    rows = book.table.select(["time", "message", "account", "person", "channel", "score"]).take(place)
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        worth = worth_of_accounts(snapshot, until)
    account, accounts = _coded(rows["account"])
    person, _ = _coded(rows["person"])
    channel, channels = _coded(rows["channel"])
    score = rows["score"].to_numpy(zero_copy_only=False).astype(float)
    on_scale = (score >= LEAST) & (score <= MOST)
    first = np.datetime64((until - WEEKS * WEEK).astimezone(UTC).replace(tzinfo=None), "us")
    since = rows["time"].to_numpy().astype("datetime64[us]") - first
    period = np.floor(since / np.timedelta64(7, "D")).astype(np.int32)
    known = [worth.get(name) for name in accounts]
    soon = until.date() + RENEWS_WITHIN
    return Reading(
        said=Said(
            period=period,
            account=account,
            person=person,
            channel=channel,
            message=_coded(rows["message"])[0],
            score=score,
            is_survey=on_scale & (channel == (channels.index(SURVEY) if SURVEY in channels else -2)),
            is_rating=channel == (channels.index(RATINGS) if RATINGS in channels else -2),
            tags=_marks(tagged["tags"], taxonomy.names),
            arr=np.array([each.arr if each else 0.0 for each in known]),
            at_risk=np.array(
                [bool(each and each.renewal and until.date() <= each.renewal <= soon) for each in known], bool
            ),
        ),
        places=place.to_numpy(zero_copy_only=False).astype(np.int64),
        confidence=tagged["confidence"].to_numpy(zero_copy_only=False),
        by_people=tagged["by_people"].to_numpy(zero_copy_only=False),
        precision=precision_of(taxonomy, judged_quotes(workspace, kept)),
        channels=channels,
        accounts=accounts,
        worth=worth,
        taxonomy=taxonomy,
        until=until,
        book=book,
    )


def board_of(reading: Reading, encoder: str) -> Board:
    """Every theme of the taxonomy, with what its parts say counted as its own."""
    said, now = reading.said, said_lately(reading)
    themes = sorted((theme_of(reading, tag) for tag in reading.taxonomy.tags), key=_rank)
    tagged = said.tags.any(axis=1)
    return Board(
        themes=tuple(themes),
        together=tally(said, tagged & now),
        quotes=int(now.sum()),
        untagged=int((now & ~tagged).sum()),
        since=(reading.until - LATELY * WEEK).date(),
        until=reading.until.date(),
        moment=reading.until,
        encoder=encoder,
    )


def theme_of(reading: Reading, tag: Tag) -> Theme:
    """What is said of one theme, and of its parts."""
    said, spoken = reading.said, marks_of(reading, tag.name)
    before, longer = said_before(reading)
    trend = trend_of(
        said,
        spoken,
        said_lately(reading),
        before,
        reading.precision.get(tag.name, NOTHING_CHECKED),
        reading.by_people,
        longer=longer,
    )
    return Theme(
        tag=tag,
        lately=tally(said, spoken & said_lately(reading)),
        trend=trend,
        channel=reading.channels[trend.channel] if trend.channel is not None else "",
        weeks=tuple(mentions_by_period(said, spoken, WEEKS).tolist()),
    )


def said_lately(reading: Reading) -> NDArray[np.bool_]:
    """Which quotes are of the last weeks."""
    return reading.said.within(WEEKS - LATELY, WEEKS - 1)


def said_before(reading: Reading) -> tuple[NDArray[np.bool_], float]:
    """Which quotes are of the weeks before those, and how many times as long they are."""
    first = max(int(reading.said.period.min(initial=WEEKS)), WEEKS - LATELY - BEFORE)
    weeks = max(WEEKS - LATELY - first, 1)
    return reading.said.within(WEEKS - LATELY - weeks, WEEKS - LATELY - 1), weeks / LATELY


def _rank(theme: Theme) -> tuple[float, float, int, str]:
    """What may be lost first, then what is at stake at all; a whole before its part."""
    return -theme.lately.arr_at_risk, -theme.lately.arr, -theme.lately.mentions, theme.tag.name


def marks_of(reading: Reading, name: str) -> NDArray[np.bool_]:
    """Which quotes speak of a theme or of a part of it."""
    names = reading.taxonomy.names
    family = {name}
    # As deep as the taxonomy is: a part of a part belongs to the whole.
    for _ in names:
        family |= {tag.name for tag in reading.taxonomy.tags if tag.parent in family}
    columns = [names.index(each) for each in sorted(family)]
    return np.asarray(reading.said.tags[:, columns].any(axis=1), bool)


def _coded(column: Any) -> tuple[NDArray[np.int32], list[str]]:
    encoded = column.combine_chunks().dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return codes, encoded.dictionary.to_pylist()


def _marks(column: Any, names: Sequence[str]) -> NDArray[np.bool_]:
    """Which quote has which tag, (n, t); tags that the taxonomy lost are nobody's."""
    lists = column.combine_chunks()
    marks = np.zeros((len(lists), len(names)), bool)
    tags = compute.index_in(lists.flatten(), value_set=pa.array(names, pa.string()))
    rows = compute.list_parent_indices(lists)
    known = compute.is_valid(tags).to_numpy(zero_copy_only=False)
    marks[rows.to_numpy()[known], tags.drop_null().to_numpy()] = True
    return marks
