"""Which SQL measures a series: by bucket, by value, and in all?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlglot import exp

from quarterdeck.insights.journeys.calc.breakdown import EVERYBODY, OTHER, Value, cohorts_asked
from quarterdeck.insights.journeys.calc.buckets import Buckets
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.sessions import DURATION, SESSION
from quarterdeck.insights.journeys.calc.trends import since_of
from quarterdeck.insights.journeys.definitions.journey import Series
from quarterdeck.insights.journeys.facts.bucketing import in_buckets
from quarterdeck.insights.journeys.facts.conditions import counts, passes_all
from quarterdeck.insights.journeys.facts.source import Source, text
from quarterdeck.insights.journeys.facts.statement import Statement, listed
from quarterdeck.insights.journeys.facts.weighing import add_homes, arr_of, weighed
from quarterdeck.insights.journeys.facts.witnesses import is_shown

AGGREGATES = {"sum": "SUM", "mean": "AVG", "min": "MIN", "max": "MAX"}
UNIT_DAY = ("unit", "bucket")
NUMBERED = "number AS bucket"
NO_BUCKET = "CAST(NULL AS BIGINT) AS bucket"
BOUND = 1.7976931348623157e308


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Until which day each bucket is looked at, and how many days back: for recently active units.

    `days` are counted from the first that can matter; bucket b ends with day `last_days[b]` and begins with
    `first_days[b]`.
    """

    days: Buckets
    back: int
    first_days: tuple[int, ...]
    last_days: tuple[int, ...]


def measured_sql(
    source: Source, question: Question, series: Series, shown: Collection[Value] | None = None
) -> exp.Expr:
    """The SELECT of a measure: value `g0` ..., `bucket` (NULL for all of them together), `measured`."""
    statement = Statement(source)
    names = _add_rows(statement, source, question, series, since_of(question), shown)
    columns = listed([*names, "unit", "place", "number", "named", "once"])
    statement.add("dated", in_buckets(statement, question.buckets.edges, "lined", columns))
    found = "COUNT(*)"
    table = "dated"
    if series.measure == "unique":
        found = "COUNT(DISTINCT named)" if series.field else "COUNT(DISTINCT unit)"
    elif series.measure != "count":
        found = _aggregate(series)
        kept = f"number IS NOT NULL{'' if series.once_per is None else ' AND once IS NOT NULL'}"
        table = statement.add("numbers", f"SELECT * FROM dated WHERE {kept}")
    by_bucket, whole = table, table
    if series.once_per is not None and series.measure not in ("count", "unique"):
        by_bucket = _once(statement, table, [*names, "bucket", "once"], "once_in_bucket")
        whole = _once(statement, table, [*names, "once"], "once_at_all")
    keys = listed([*names, "bucket"])
    every = (
        f"SELECT {listed([*names, 'CAST(NULL AS BIGINT) AS bucket', f'{found} AS measured'])} FROM {whole}"
    )
    if names:
        every += f" GROUP BY {listed(names)}"
    return statement.select(
        f"SELECT {keys}, {found} AS measured FROM {by_bucket} GROUP BY {keys} UNION ALL {every}"
    )


def recent_sql(
    source: Source,
    question: Question,
    series: Series,
    window: Window,
    shown: Collection[Value] | None = None,
) -> exp.Expr:
    """The SELECT of recently active units: value `g0` ..., `bucket`, `measured`, and who was there in it."""
    statement = Statement(source)
    names = _add_recent(statement, source, question, series, window, shown)
    keys = listed([*names, "number"])
    here = "COUNT(CASE WHEN bucket >= first_day THEN 1 END)"
    return statement.select(
        f"SELECT {listed([*names, NUMBERED])}, COUNT(DISTINCT unit) AS measured, {here} AS here "
        f"FROM recent GROUP BY {keys}"
    )


def _add_recent(
    statement: Statement,
    source: Source,
    question: Question,
    series: Series,
    window: Window,
    shown: Collection[Value] | None,
) -> list[str]:
    """Add the table `recent`: who was there on a day that a bucket looks at; the columns of values."""
    since = min(since_of(question), int(window.days.edges[0]))
    names = _add_rows(statement, source, question, series, since, shown)
    statement.add(
        "dated", in_buckets(statement, window.days.edges, "lined", listed([*names, "unit"]), "days")
    )
    statement.add("attended", f"SELECT DISTINCT {listed([*names, *UNIT_DAY])} FROM dated")
    spans = " UNION ALL ".join(
        f"SELECT {bucket} AS number, {max(first, window.back)} AS first_day, {last} AS last_day"
        for bucket, (first, last) in enumerate(zip(window.first_days, window.last_days, strict=True))
    )
    statement.add("spans", spans)
    statement.add(
        "recent",
        f"SELECT * FROM attended JOIN spans ON attended.bucket BETWEEN last_day - {window.back} AND last_day",
    )
    return names


def weights_sql(
    source: Source,
    question: Question,
    series: Series,
    window: Window | None,
    shown: Collection[Value] | None = None,
) -> exp.Expr:
    """The SELECT of the ARR behind each bucket, or the days up to its end: `g0` ..., `bucket`, `arr`."""
    statement = Statement(source)
    table, names = _add_present(statement, source, question, series, window, shown)
    add_homes(statement, source, question)
    return statement.select(arr_of(statement, table, [*names, "bucket"]))


def weighed_sql(
    source: Source,
    question: Question,
    series: Series,
    window: Window | None,
    shown: Collection[Value] | None = None,
) -> exp.Expr:
    """The SELECT of what all units are worth, or those of the last days: `g0` ..., and its figures."""
    statement = Statement(source)
    table, names = _add_present(statement, source, question, series, window, shown)
    add_homes(statement, source, question)
    if window is not None:
        last = len(window.last_days) - 1
        table = statement.add("latest", f"SELECT * FROM {table} WHERE bucket = {last}")
    return statement.select(weighed(statement, table, names))


def _add_present(
    statement: Statement,
    source: Source,
    question: Question,
    series: Series,
    window: Window | None,
    shown: Collection[Value] | None,
) -> tuple[str, list[str]]:
    """Add the table of who was there in which bucket, or in the days up to its end; its name and values."""
    if window is None:
        names = _add_rows(statement, source, question, series, since_of(question), shown)
        columns = listed([*names, "unit"])
        statement.add("dated", in_buckets(statement, question.buckets.edges, "lined", columns))
        return statement.add("present", f"SELECT DISTINCT {columns}, bucket FROM dated"), names
    names = _add_recent(statement, source, question, series, window, shown)
    columns = listed([*names, "unit", "number AS bucket"])
    return statement.add("present", f"SELECT DISTINCT {columns} FROM recent"), names


def values_sql(
    source: Source, question: Question, series: Series, shown: Collection[Value] | None = None
) -> exp.Expr:
    """The SELECT of the values of a breakdown that have a line: `g0` ..."""
    statement = Statement(source)
    names = _add_rows(statement, source, question, series, since_of(question), shown)
    return statement.select(f"SELECT DISTINCT {listed(names)} FROM lined")


def _add_rows(
    statement: Statement,
    source: Source,
    question: Question,
    series: Series,
    since: int,
    shown: Collection[Value] | None,
) -> list[str]:
    """Add the table `lined`: the rows that count, under the value `g0` ... of their line; those columns."""
    journey = question.journey
    asked = cohorts_asked(question)
    values = (
        []
        if asked
        else [f"COALESCE({source.column(name)}, '') AS v{place}" for place, name in enumerate(journey.by)]
    )
    columns = ["unit", "at", "place", *values, *_numbers(source, series)]
    where = f"{counts(source, series)} AND {passes_all(source, journey.where)}"
    rows = source.rows
    if series.field == DURATION:
        rows = _with_durations(statement, source)
    statement.add(
        "counted",
        f"SELECT {listed(columns)} FROM {rows} "
        f"WHERE at BETWEEN {since} AND {question.period.until} AND {where}",
    )
    if asked:
        parts = (f"SELECT *, {text(name)} AS g0 FROM counted{_only(source, name)}" for name in asked)
        statement.add("lined", " UNION ALL ".join(parts))
        return ["g0"]
    if not values:
        statement.add("lined", "SELECT * FROM counted")
        return []
    return _limited(statement, question, shown)


def _only(source: Source, cohort: str) -> str:
    return "" if cohort == EVERYBODY else f" WHERE {source.picked(cohort)}"


def _limited(statement: Statement, question: Question, shown: Collection[Value] | None) -> list[str]:
    """The largest values by name, or those to be shown, and one for the others together."""
    places = range(len(question.journey.by))
    values = listed(f"v{place}" for place in places)
    names = [f"v{place}" for place in places]
    kept = is_shown(names, question.journey.limit, shown)
    statement.add(
        "sizes",
        f"SELECT {values}, COUNT(*) AS size FROM counted WHERE at >= {since_of(question)} GROUP BY {values}",
    )
    rank = f"ROW_NUMBER() OVER (ORDER BY size DESC, {values}) AS rank"
    statement.add("sized", f"SELECT *, {rank} FROM sizes")
    named = [f"CASE WHEN {kept} THEN c.v0 ELSE {text(OTHER)} END AS g0"]
    named += [f"CASE WHEN {kept} THEN c.v{place} END AS g{place}" for place in places[1:]]
    same = " AND ".join(f"s.v{place} = c.v{place}" for place in places)
    columns = listed(f"c.{name}" for name in ("unit", "at", "place", "number", "named", "once"))
    statement.add("lined", f"SELECT {columns}, {listed(named)} FROM counted AS c JOIN sized AS s ON {same}")
    return [f"g{place}" for place in places]


def _numbers(source: Source, series: Series) -> list[str]:
    """What is measured of a row: its number, what is counted once, and for what numbers count once."""
    column = "duration" if series.field == DURATION else source.column(series.field or "")
    value = f"TRY_CAST({column} AS DOUBLE)"
    number = f"CASE WHEN ABS({value}) <= {BOUND!r} AND NOT ISNAN({value}) THEN {value} END"
    once = source.column(series.once_per) if series.once_per else "CAST(NULL AS VARCHAR)"
    return [f"{number} AS number", f"{column} AS named", f"{once} AS once"]


def _with_durations(statement: Statement, source: Source) -> str:
    """The rows with how long their session lasted, in seconds, from its first event to its last."""
    session = source.column(SESSION)
    lasted = f"(MAX(at) OVER (PARTITION BY {session}) - MIN(at) OVER (PARTITION BY {session})) / 1000000.0"
    return statement.add(
        "with_durations",
        f"SELECT *, CASE WHEN {session} IS NOT NULL THEN CAST({lasted} AS VARCHAR) END AS duration "
        f"FROM {source.rows}",
    )


def _once(statement: Statement, table: str, keys: list[str], name: str) -> str:
    """The first number of each session."""
    first = f"ROW_NUMBER() OVER (PARTITION BY {listed(keys)} ORDER BY unit, place) AS nth"
    return statement.add(
        name, f"SELECT * FROM (SELECT *, {first} FROM {table}) AS firsts_{name} WHERE nth = 1"
    )


def _aggregate(series: Series) -> str:
    if series.measure in AGGREGATES:
        return f"{AGGREGATES[series.measure]}(number)"
    return f"QUANTILE_CONT(number, {series.percentile / 100!r})"
