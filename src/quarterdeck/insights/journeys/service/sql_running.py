"""What does a journey of a workspace find by SQL, and which SQL is that?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from quarterdeck.definitions.workspace import open_workspace
from quarterdeck.facts.pins import parse_pins
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.definitions.journey import DialectName
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.facts.statement import SqlDialect, written
from quarterdeck.insights.journeys.facts.telling import statements_of
from quarterdeck.insights.journeys.service.answers import JourneyAnswer, answer
from quarterdeck.insights.journeys.service.opening import Opened
from quarterdeck.insights.journeys.service.running import moment_asked, read_query
from quarterdeck.insights.journeys.service.sql_opening import open_sql


def run_by_sql(
    path: Path,
    query: str,
    *,
    dialect: DialectName | None = None,
    as_of: datetime | None = None,
    pins: Iterable[str] = (),
) -> JourneyAnswer:
    """The answer to a journey, read from the fact tables by DuckDB; no sequence is built."""
    with _opened(path, query, dialect, as_of, pins) as (opened, _):
        return answer(opened)


def journey_sql(
    path: Path,
    query: str,
    *,
    written_for: SqlDialect = "duckdb",
    dialect: DialectName | None = None,
    as_of: datetime | None = None,
    pins: Iterable[str] = (),
) -> list[str]:
    """What a journey is as SQL on the fact tables: whose versions, then one statement for each line."""
    with _opened(path, query, dialect, as_of, pins) as (opened, source):
        journey = opened.question.journey
        versions = ", ".join(f"{table} {version}" for table, version in opened.versions.items())
        statements = statements_of(source, opened.question)
        return [
            f"-- {journey.title or query}: {journey.kind}. Read from {versions}.",
            *(f"{written(statement, written_for)};" for statement in statements),
        ]


@contextmanager
def _opened(
    path: Path, query: str, dialect: DialectName | None, as_of: datetime | None, pins: Iterable[str]
) -> Iterator[tuple[Opened, Source]]:
    workspace = open_workspace(path)
    journey = read_query(workspace, query)
    if dialect is not None:
        journey = journey.model_copy(update={"dialect": dialect})
    with FactStore(workspace.facts_path).snapshot(at=parse_pins(pins)) as snapshot:
        yield open_sql(workspace, snapshot, journey, moment_asked(workspace, as_of))
