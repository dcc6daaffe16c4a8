"""Which SQL counts who came back after how many periods?"""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from quarterdeck.insights.journeys.calc.breakdown import EVERYBODY, OTHER, Value, cohorts_asked
from quarterdeck.insights.journeys.calc.question import MICROSECONDS, Question
from quarterdeck.insights.journeys.calc.retention import HOUR, columns_of, followed_edges
from quarterdeck.insights.journeys.calc.sequence import Rows
from quarterdeck.insights.journeys.definitions.conditions import Pick
from quarterdeck.insights.journeys.definitions.journey import SECONDS
from quarterdeck.insights.journeys.facts.bucketing import in_buckets
from quarterdeck.insights.journeys.facts.conditions import counts, passes_all
from quarterdeck.insights.journeys.facts.source import Source, text
from quarterdeck.insights.journeys.facts.statement import Statement, listed
from quarterdeck.insights.journeys.facts.weighing import add_homes, arr_of, weighed
from quarterdeck.insights.journeys.facts.witnesses import is_shown


def retention_sql(source: Source, question: Question, shown: Collection[Value] | None = None) -> exp.Expr:
    """The SELECT of how many units came back: value `g0` ..., `cohort`, `column_number`, `units`."""
    statement = Statement(source)
    table, names = _add_returned(statement, source, question, shown)
    whole = listed([*names, "cohort", "column_number"])
    return statement.select(
        f"SELECT {whole}, COUNT(DISTINCT unit) AS units FROM {table} GROUP BY {whole} ORDER BY {whole}"
    )


def retention_weights_sql(
    source: Source, question: Question, shown: Collection[Value] | None = None
) -> exp.Expr:
    """The SELECT of the ARR behind each cell: value `g0` ..., `cohort`, `column_number`, `arr`."""
    statement = Statement(source)
    table, names = _add_returned(statement, source, question, shown)
    add_homes(statement, source, question)
    return statement.select(arr_of(statement, table, [*names, "cohort", "column_number"]))


def retention_weighed_sql(
    source: Source, question: Question, shown: Collection[Value] | None = None
) -> exp.Expr:
    """The SELECT of what everybody is worth who entered: value `g0` ..., and its figures."""
    statement = Statement(source)
    table, names = _add_returned(statement, source, question, shown)
    add_homes(statement, source, question)
    began = statement.add("began", f"SELECT * FROM {table} WHERE column_number = 0")
    return statement.select(weighed(statement, began, names))


def _add_returned(
    statement: Statement, source: Source, question: Question, shown: Collection[Value] | None
) -> tuple[str, list[str]]:
    """Add the table of who is in which cell, column 0 being the start; its name and the columns of values."""
    journey = question.journey
    edges = followed_edges(question, columns_of(journey)[-1][1])
    asked = cohorts_asked(question)
    values = (
        []
        if asked
        else [f"COALESCE({source.column(name)}, '') AS g{place}" for place, name in enumerate(journey.by)]
    )
    start = journey.start or Pick(event=None)
    picks = {"starts": start, "returns": journey.back or start}
    picks["named"] = start if start.any_of else Pick(event=start.event)
    marks = [f"{counts(source, pick)} AS {name}" for name, pick in picks.items()]
    since = f"at >= {int(edges[0])} AND " if journey.entry == "each" else ""
    where = f"{since}at <= {int(edges[-1]) - 1} AND {passes_all(source, journey.where)}"
    seen = f"SELECT unit, at, place, {listed([*values, *marks])} FROM {source.rows} WHERE {where}"
    if asked:
        seen = " UNION ALL ".join(_of_cohort(source, seen, name) for name in asked)
    statement.add("seen", seen)
    names = ["g0"] if asked else [f"g{place}" for place in range(len(journey.by))]
    keys = [*names, "unit"]
    _add_starts(statement, question, edges, keys, values=bool(values))
    _add_columns(statement, question)
    reached = (
        _calendar(statement, question, edges, keys)
        if not journey.rolling
        else _rolling(statement, question, keys)
    )
    if journey.unbounded:
        furthest = listed([*keys, "cohort", "MAX(column_number) AS furthest"])
        statement.add("furthest", f"SELECT {furthest} FROM {reached} GROUP BY {listed(keys)}, cohort")
        statement.add("numbers", "SELECT DISTINCT column_number FROM columns_by_distance")
        of = listed([*(f"f.{key}" for key in keys), "f.cohort", "n.column_number"])
        reached = statement.add(
            "unbounded",
            f"SELECT {of} FROM furthest AS f JOIN numbers AS n "
            "ON n.column_number >= 1 AND n.column_number <= f.furthest",
        )
    statement.add(
        "witnesses",
        f"SELECT {listed(keys)}, cohort, column_number FROM {reached} "
        f"UNION ALL SELECT {listed(keys)}, cohort, 0 AS column_number FROM entered",
    )
    if not values:
        return "witnesses", names if asked else []
    return _limited(statement, is_shown(names, journey.limit, shown), names), names


def _limited(statement: Statement, kept: str, names: list[str]) -> str:
    """The values to be shown; the others together, in which each unit counts once in a cell."""
    values = listed(names)
    statement.add("sizes", f"SELECT {values}, COUNT(*) AS size FROM entered GROUP BY {values}")
    statement.add("sized", f"SELECT *, ROW_NUMBER() OVER (ORDER BY size DESC, {values}) AS rank FROM sizes")
    named = [f"CASE WHEN {kept} THEN w.{names[0]} ELSE {text(OTHER)} END AS {names[0]}"]
    named += [f"CASE WHEN {kept} THEN w.{name} END AS {name}" for name in names[1:]]
    same = " AND ".join(f"s.{name} = w.{name}" for name in names)
    return statement.add(
        "named",
        f"SELECT {listed(named)}, w.unit, w.cohort, w.column_number "
        f"FROM witnesses AS w JOIN sized AS s ON {same}",
    )


def _of_cohort(source: Source, seen: str, name: str) -> str:
    only = "" if name == EVERYBODY else f" AND {source.picked(name)}"
    return f"SELECT {text(name)} AS g0, {seen.removeprefix('SELECT ')}{only}"


def _add_starts(
    statement: Statement, question: Question, edges: Rows, keys: list[str], *, values: bool
) -> None:
    """The table `entered`: who is in which cohort, from which event on."""
    journey, cohorts = question.journey, len(question.buckets)
    columns = listed([*keys, "at", "place"])
    by = listed(keys)
    if journey.entry == "each":
        statement.add("possible", "SELECT * FROM seen WHERE starts")
    else:
        named = "named" if journey.entry == "first ever" else "starts"
        # Who enters once only stands under the value of that event; a cohort walks whole.
        walker = "unit" if values else by
        first = f"ROW_NUMBER() OVER (PARTITION BY {walker} ORDER BY place) AS nth"
        statement.add("firsts", f"SELECT *, {first} FROM seen WHERE {named}")
        statement.add("possible", "SELECT * FROM firsts WHERE nth = 1 AND starts")
    statement.add("dated", in_buckets(statement, edges, "possible", columns, "start_buckets"))
    within = by if journey.rolling else f"{by}, bucket"
    first = f"ROW_NUMBER() OVER (PARTITION BY {within} ORDER BY place) AS nth_start"
    statement.add(
        "ordered", f"SELECT {columns}, bucket AS cohort, {first} FROM dated WHERE bucket < {cohorts}"
    )
    statement.add("entered", f"SELECT {columns}, cohort FROM ordered WHERE nth_start = 1")


def _add_columns(statement: Statement, question: Question) -> None:
    """The table of columns: which one a period so far behind the start falls into."""
    distances = [
        (distance, number)
        for number, (first, last) in enumerate(columns_of(question.journey))
        for distance in range(first, last + 1)
    ]
    statement.add(
        "columns_by_distance",
        " UNION ALL ".join(
            f"SELECT {far} AS distance, {number} AS column_number" for far, number in distances
        ),
    )


def _calendar(statement: Statement, question: Question, edges: Rows, keys: list[str]) -> str:
    """Who came back in which period of the calendar."""
    statement.add("returned", f"SELECT {listed(keys)}, at FROM seen WHERE returns")
    statement.add("back_dated", in_buckets(statement, edges, "returned", listed(keys), "return_buckets"))
    statement.add("backs", f"SELECT DISTINCT {listed(keys)}, bucket FROM back_dated")
    same = " AND ".join(f"b.{key} = e.{key}" for key in keys)
    of = listed([*(f"e.{key}" for key in keys), "e.cohort", "c.column_number"])
    return statement.add(
        "came_back",
        f"SELECT DISTINCT {of} FROM entered AS e JOIN backs AS b ON {same} "
        "JOIN columns_by_distance AS c ON c.distance = b.bucket - e.cohort WHERE b.bucket > e.cohort",
    )


def _rolling(statement: Statement, question: Question, keys: list[str]) -> str:
    """Who came back in which period counted from each one's own start."""
    length = SECONDS.get(question.journey.grain, SECONDS["month"]) * MICROSECONDS
    zero = f"FLOOR(e.at / {HOUR}.0) * {HOUR}" if question.dialect.hourly_rolling else "e.at"
    same = " AND ".join(f"b.{key} = e.{key}" for key in keys)
    of = listed([*(f"e.{key}" for key in keys), "e.cohort"])
    statement.add(
        "distances",
        f"SELECT {of}, CAST(FLOOR((b.at - {zero}) / {length}.0) AS BIGINT) AS distance FROM entered AS e "
        f"JOIN seen AS b ON {same} WHERE b.returns AND b.place > e.place",
    )
    of = listed([*(f"d.{key}" for key in keys), "d.cohort", "c.column_number"])
    return statement.add(
        "came_back",
        f"SELECT DISTINCT {of} FROM distances AS d JOIN columns_by_distance AS c ON c.distance = d.distance "
        "WHERE d.distance > 0",
    )
