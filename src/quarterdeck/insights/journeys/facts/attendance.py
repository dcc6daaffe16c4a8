"""Which SQL counts who was there in which bucket: lifecycle and stickiness?"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from quarterdeck.insights.journeys.calc.buckets import Buckets
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.definitions.conditions import Pick
from quarterdeck.insights.journeys.facts.bucketing import in_buckets
from quarterdeck.insights.journeys.facts.conditions import counts, passes_all
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.facts.statement import Statement, listed
from quarterdeck.insights.journeys.facts.weighing import add_homes, weighed

Tell = Callable[[Statement, str, Iterable[str]], str]


def add_attendance(
    statement: Statement,
    source: Source,
    question: Question,
    pick: Pick,
    buckets: Buckets,
    span: tuple[int, int],
) -> None:
    """Add the table `attended`: each unit once in each bucket in which a pick counts it."""
    since, until = span
    asked = f"{counts(source, pick)} AND {passes_all(source, question.journey.where)}"
    statement.add(
        "counted", f"SELECT unit, at FROM {source.rows} WHERE at BETWEEN {since} AND {until} AND {asked}"
    )
    statement.add("dated", in_buckets(statement, buckets.edges, "counted", "unit"))
    statement.add("attended", "SELECT DISTINCT unit, bucket FROM dated")


def units_of(_statement: Statement, table: str, keys: Iterable[str]) -> str:
    """The SELECT of how many units of a table stand under each key: the keys, and `units`."""
    names = listed(list(keys))
    return f"SELECT {names}, COUNT(*) AS units FROM {table} GROUP BY {names} ORDER BY {names}"


def all_weighed(statement: Statement, table: str, _keys: Iterable[str]) -> str:
    """The SELECT of what all units of a table are worth, whatever they stand under."""
    return weighed(statement, table, [])


def lifecycle_sql(
    source: Source, question: Question, buckets: Buckets, *, by_profile: bool, tell: Tell = units_of
) -> exp.Expr:
    """The SELECT by `status` and `bucket` of how many `units` are there, or the `arr` behind them."""
    statement = Statement(source)
    stated = _add_statuses(statement, source, question, buckets, by_profile=by_profile)
    return _told(statement, source, question, stated, ["status", "bucket"], tell)


def _add_statuses(
    statement: Statement, source: Source, question: Question, buckets: Buckets, *, by_profile: bool
) -> str:
    """Add the table of each unit's status in each bucket but the first; its name."""
    span = int(buckets.edges[0]), int(buckets.edges[-1]) - 1
    add_attendance(statement, source, question, question.journey.series[0], buckets, span)
    firsts = f"SELECT unit, MIN(at) AS born FROM {source.rows} GROUP BY unit"
    statement.add("born", source.born if by_profile and source.born else firsts)
    statement.add(
        "begun",
        in_buckets(statement, buckets.edges, "(SELECT unit, born AS at FROM born) AS b", "unit", "born_in"),
    )
    order = "OVER (PARTITION BY a.unit ORDER BY a.bucket)"
    statement.add(
        "around",
        f"SELECT a.unit, a.bucket, b.bucket AS begun, LAG(a.bucket) {order} AS earlier, "
        f"LEAD(a.bucket) {order} AS later FROM attended AS a LEFT JOIN begun AS b ON b.unit = a.unit",
    )
    statement.add(
        "statuses",
        "SELECT CASE WHEN begun = bucket THEN 'new' WHEN earlier = bucket - 1 THEN 'returning' "
        "ELSE 'resurrecting' END AS status, bucket, unit FROM around "
        "UNION ALL SELECT 'dormant' AS status, around.bucket + 1 AS bucket, around.unit FROM around "
        "WHERE later IS NULL OR later <> around.bucket + 1",
    )
    inside = f"bucket BETWEEN 1 AND {len(buckets) - 1}"
    return statement.add("stated", f"SELECT status, bucket, unit FROM statuses WHERE {inside}")


def stickiness_sql(
    source: Source,
    question: Question,
    pick: Pick,
    buckets: Buckets,
    span: tuple[int, int],
    *,
    tell: Tell = units_of,
) -> exp.Expr:
    """The SELECT of how many `units` were there in exactly `times` buckets, or the `arr` behind them."""
    statement = Statement(source)
    add_attendance(statement, source, question, pick, buckets, span)
    present = statement.add("present", "SELECT unit, COUNT(*) AS times FROM attended GROUP BY unit")
    return _told(statement, source, question, present, ["times"], tell)


def _told(
    statement: Statement, source: Source, question: Question, table: str, keys: list[str], tell: Tell
) -> exp.Expr:
    if tell is not units_of:
        add_homes(statement, source, question)
    return statement.select(tell(statement, table, keys))
