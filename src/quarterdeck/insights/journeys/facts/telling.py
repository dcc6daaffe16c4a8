"""Which statements answer a journey, for somebody who wants to read or run them elsewhere?"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from quarterdeck.insights.journeys.calc.breakdown import cohorts_asked
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.trends import BACK_DAYS
from quarterdeck.insights.journeys.facts.answering import (
    attended_span,
    lifecycle_buckets,
    refuse_unknown,
    window_of,
)
from quarterdeck.insights.journeys.facts.attendance import lifecycle_sql, stickiness_sql
from quarterdeck.insights.journeys.facts.paths import paths_sql
from quarterdeck.insights.journeys.facts.retention import retention_sql
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.facts.statement import Statement, listed
from quarterdeck.insights.journeys.facts.trends import measured_sql, recent_sql
from quarterdeck.insights.journeys.facts.witnesses import add_witnesses, witnesses_sql


def statements_of(source: Source, question: Question) -> Iterator[exp.Expr]:
    """The statements of a journey: one, or one for each line."""
    refuse_unknown(question)
    journey = question.journey
    match journey.kind:
        case "funnel" if journey.show == "steps":
            yield steps_sql(source, question)
        case "funnel":
            yield witnesses_sql(source, question, many=journey.show == "trend")
        case "retention":
            yield retention_sql(source, question)
        case "lifecycle":
            buckets = lifecycle_buckets(question)
            yield lifecycle_sql(source, question, buckets, by_profile=question.dialect.new_by_profile)
        case "stickiness":
            for series in journey.series:
                yield stickiness_sql(source, question, series, question.buckets, attended_span(question))
        case "trend":
            for series in journey.series:
                if series.measure in BACK_DAYS:
                    yield recent_sql(source, question, series, window_of(question, series))
                else:
                    yield measured_sql(source, question, series)
        case _:
            yield paths_sql(source, question)


def steps_sql(source: Source, question: Question) -> exp.Expr:
    """The SELECT of how many reached each step, and how long after the one before, counted from 1."""
    statement = Statement(source)
    rows = add_witnesses(statement, source, question, many=False)
    names = [f"g{place}" for place in range(1 if cohorts_asked(question) else len(question.journey.by))]
    figures = [
        f"COUNT(CASE WHEN depth >= {step} THEN 1 END) AS reached_{step}" for step in range(1, rows.steps + 1)
    ]
    figures += [
        f"AVG(CASE WHEN depth >= {step} THEN seconds_{step - 1} END) AS mean_seconds_{step}"
        for step in range(2, rows.steps + 1)
    ]
    grouped = f" GROUP BY {listed(names)} ORDER BY {listed(names)}" if names else ""
    return statement.select(f"SELECT {listed([*names, *figures])} FROM witnesses{grouped}")
