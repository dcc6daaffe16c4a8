"""What does a journey of a workspace find? Start reading here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from quarterdeck.definitions.workspace import Workspace, open_workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.pins import parse_pins
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.definitions.journey import DialectName, Journey
from quarterdeck.insights.journeys.service.answers import JourneyAnswer, answer
from quarterdeck.insights.journeys.service.book import find_journey, read_file
from quarterdeck.insights.journeys.service.bounds import refuse_endless
from quarterdeck.insights.journeys.service.explaining import Explained, explain
from quarterdeck.insights.journeys.service.flipping import Moved, moved
from quarterdeck.insights.journeys.service.moving import MovedSeen, moved_between
from quarterdeck.insights.journeys.service.opening import FOLDER, PINNED, Opened, open_journey


def run_journey(
    path: Path,
    query: str,
    *,
    dialect: DialectName | None = None,
    as_of: datetime | None = None,
    pins: Iterable[str] = (),
) -> JourneyAnswer:
    """The answer to a journey, saved in a workspace or written in a file."""
    workspace = open_workspace(path)
    journey = read_query(workspace, query)
    if dialect is not None:
        journey = journey.model_copy(update={"dialect": dialect})
    with _opened(workspace, journey, as_of, pins) as opened:
        return answer(opened)


def explain_person(path: Path, query: str, person: str, *, as_of: datetime | None = None) -> Explained:
    """How far one person came through a funnel, and why no further."""
    workspace = open_workspace(path)
    with _opened(workspace, read_query(workspace, query), as_of, ()) as opened:
        return explain(opened, person)


def moved_people(
    path: Path,
    query: str,
    stops: tuple[str, str],
    *,
    dialect: DialectName | None = None,
    as_of: datetime | None = None,
    pins: Iterable[str] = (),
) -> MovedSeen:
    """Who went from one stop of a path to another."""
    workspace = open_workspace(path)
    journey = read_query(workspace, query)
    if dialect is not None:
        journey = journey.model_copy(update={"dialect": dialect})
    with _opened(workspace, journey, as_of, pins) as opened:
        return moved_between(opened, *stops, sees_personal=True)


def compare_journey(
    path: Path,
    query: str,
    *,
    dialect: DialectName | None = None,
    pins: Iterable[str] = (),
    as_of: datetime | None = None,
) -> Moved:
    """What a funnel counts now, after what it counted by another tool's rules or at earlier versions."""
    workspace = open_workspace(path)
    journey = read_query(workspace, query)
    other = journey if dialect is None else journey.model_copy(update={"dialect": dialect})
    pinned = tuple(pins)
    if other == journey and not pinned:
        raise QuarterdeckError("There is nothing to compare with.", "Give --dialect, or --at TABLE=VERSION.")
    with (
        _opened(workspace, other, as_of, pinned) as before,
        _opened(workspace, journey, as_of, ()) as after,
    ):
        names = ("then", "now") if pinned else (other.dialect, journey.dialect)
        return moved(before, after, names)


def read_query(workspace: Workspace, query: str) -> Journey:
    """A saved journey by name, or the one in a file."""
    is_file = query.endswith((".yaml", ".yml"))
    journey = read_file(Path(query)).model if is_file else find_journey(workspace, query).model
    refuse_endless(journey)
    return journey


@contextmanager
def _opened(
    workspace: Workspace, journey: Journey, as_of: datetime | None, pins: Iterable[str]
) -> Iterator[Opened]:
    now, pinned = moment_asked(workspace, as_of), parse_pins(pins)
    with (
        FactStore(workspace.facts_path).snapshot(at=pinned) as snapshot,
        open_journey(workspace, snapshot, journey, now, folder=PINNED if pinned else FOLDER) as opened,
    ):
        yield opened


def moment_asked(workspace: Workspace, as_of: datetime | None) -> datetime:
    """Until when a question looks: the moment before the day asked for, or the one it stands at; else now.

    As everywhere: as of a day means what was known when it began.
    """
    day = as_of.date() if as_of is not None else workspace.stands_at
    if day is None:
        return datetime.now(UTC)
    begin = datetime(day.year, day.month, day.day, tzinfo=workspace.zone)
    return (begin - timedelta(microseconds=1)).astimezone(UTC)
