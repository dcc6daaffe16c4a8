"""Which SQL counts who was there in which bucket: lifecycle and stickiness?"""

from __future__ import annotations

from sqlglot import exp

from quarterdeck.insights.journeys.calc.buckets import Buckets
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.definitions.conditions import Pick
from quarterdeck.insights.journeys.facts.bucketing import in_buckets
from quarterdeck.insights.journeys.facts.conditions import counts, passes_all
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.facts.statement import Statement


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


def lifecycle_sql(source: Source, question: Question, buckets: Buckets, *, by_profile: bool) -> exp.Expr:
    """The SELECT of how many units are of which status in each bucket: `status`, `bucket`, `units`."""
    statement = Statement(source)
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
        "ELSE 'resurrecting' END AS status, bucket FROM around "
        "UNION ALL SELECT 'dormant' AS status, around.bucket + 1 AS bucket FROM around "
        "WHERE later IS NULL OR later <> around.bucket + 1",
    )
    return statement.select(
        "SELECT status, bucket, COUNT(*) AS units FROM statuses "
        f"WHERE bucket BETWEEN 1 AND {len(buckets) - 1} GROUP BY status, bucket ORDER BY status, bucket"
    )


def stickiness_sql(
    source: Source, question: Question, pick: Pick, buckets: Buckets, span: tuple[int, int]
) -> exp.Expr:
    """The SELECT of how many units were there in exactly so many buckets: `times`, `units`."""
    statement = Statement(source)
    add_attendance(statement, source, question, pick, buckets, span)
    statement.add("present", "SELECT unit, COUNT(*) AS times FROM attended GROUP BY unit")
    return statement.select("SELECT times, COUNT(*) AS units FROM present GROUP BY times ORDER BY times")
