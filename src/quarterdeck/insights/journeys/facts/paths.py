"""Which SQL counts the moves of units from stop to stop?"""

from __future__ import annotations

from sqlglot import exp

from quarterdeck.insights.journeys.calc.paths import MOST_EDGES
from quarterdeck.insights.journeys.calc.question import MICROSECONDS, Question
from quarterdeck.insights.journeys.facts.conditions import passes_all
from quarterdeck.insights.journeys.facts.source import Source, text
from quarterdeck.insights.journeys.facts.statement import Statement


def stops_sql(source: Source, question: Question, name: str) -> exp.Expr:
    """The SELECT that has a row if anybody was ever at a stop."""
    return Statement(source).select(
        f"SELECT 1 AS found FROM {source.rows} WHERE {_stop(source, question)} = {text(name)} LIMIT 1"
    )


def paths_sql(source: Source, question: Question) -> exp.Expr:
    """The SELECT of the moves made most often: `step`, `source`, `target`, `moves`, `seconds`,
    and `all_moves` of the step."""
    journey, period = question.journey, question.period
    statement = Statement(source)
    stop = _stop(source, question)
    statement.add(
        "stops",
        f"SELECT unit, at, place, {stop} AS stop FROM {source.rows} WHERE at BETWEEN {period.since} "
        f"AND {period.until} AND {stop} IS NOT NULL AND {passes_all(source, journey.where)}",
    )
    pause = journey.pause_minutes * 60 * MICROSECONDS
    statement.add(
        "gaps",
        "SELECT *, CASE WHEN at - LAG(at) OVER (PARTITION BY unit ORDER BY place) > "
        f"{pause} THEN 1 ELSE 0 END AS pause FROM stops",
    )
    statement.add("parted", "SELECT *, SUM(pause) OVER (PARTITION BY unit ORDER BY place) AS path FROM gaps")
    statement.add(
        "compared",
        "SELECT *, LAG(stop) OVER (PARTITION BY unit, path ORDER BY place) AS earlier FROM parted",
    )
    statement.add(
        "visits",
        "SELECT unit, path, at, place, stop, "
        "ROW_NUMBER() OVER (PARTITION BY unit, path ORDER BY place) AS visit "
        "FROM compared WHERE earlier IS NULL OR earlier <> stop",
    )
    _bound(statement, question)
    move = "OVER (PARTITION BY unit, path ORDER BY visit)"
    statement.add(
        "moves",
        "SELECT visit - begins + 1 AS step, stop AS source, "
        f"LEAD(stop) {move} AS target, LEAD(at) {move} - at AS micros FROM bounded",
    )
    statement.add(
        "counted",
        "SELECT step, source, target, COUNT(*) AS moves, "
        f"CAST(SUM(micros) AS DOUBLE) / {MICROSECONDS}.0 AS seconds FROM moves WHERE target IS NOT NULL "
        "GROUP BY step, source, target",
    )
    return statement.select(
        "SELECT step, source, target, moves, seconds, SUM(moves) OVER (PARTITION BY step) AS all_moves "
        f"FROM counted ORDER BY moves DESC, step, source, target LIMIT {MOST_EDGES}"
    )


def _stop(source: Source, question: Question) -> str:
    return source.column(question.journey.stops or "event")


def _bound(statement: Statement, question: Question) -> None:
    """Of each path what is looked at: from a stop on, around it or up to one, so many stops at most."""
    journey = question.journey
    path = "OVER (PARTITION BY unit, path)"
    begins = "1"
    if journey.met_stop is not None:
        begins = (
            f"MIN(CASE WHEN stop = {text(journey.met_stop)} THEN visit END) {path} - {journey.stops_before}"
        )
    statement.add("begun", f"SELECT *, {begins} AS begins_at FROM visits")
    if journey.to_stop is None:
        statement.add(
            "ended", f"SELECT *, begins_at AS begins, begins_at + {journey.longest - 1} AS ends FROM begun"
        )
    else:
        arrives = (
            f"MIN(CASE WHEN stop = {text(journey.to_stop)} AND visit >= begins_at THEN visit END) {path}"
        )
        statement.add("arrived", f"SELECT *, {arrives} AS ends FROM begun")
        latest = f"ends - {journey.longest - 1}"
        statement.add(
            "ended",
            f"SELECT *, CASE WHEN begins_at > {latest} THEN begins_at ELSE {latest} END AS begins "
            "FROM arrived",
        )
    statement.add("bounded", "SELECT * FROM ended WHERE visit BETWEEN begins AND ends")
