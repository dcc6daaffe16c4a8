"""Which statements answer a journey, for somebody who wants to read or run them elsewhere?"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.trends import BACK_DAYS
from quarterdeck.insights.journeys.definitions.journey import Journey, Series
from quarterdeck.insights.journeys.facts.answering import (
    attended_span,
    lifecycle_buckets,
    refuse_unknown,
    window_of,
)
from quarterdeck.insights.journeys.facts.attendance import (
    Tell,
    all_weighed,
    lifecycle_sql,
    stickiness_sql,
    units_of,
)
from quarterdeck.insights.journeys.facts.gathering import width_of
from quarterdeck.insights.journeys.facts.paths import paths_sql
from quarterdeck.insights.journeys.facts.retention import (
    retention_sql,
    retention_weighed_sql,
    retention_weights_sql,
)
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.facts.statement import Statement, listed
from quarterdeck.insights.journeys.facts.trends import measured_sql, recent_sql, weighed_sql, weights_sql
from quarterdeck.insights.journeys.facts.weighing import add_homes, arr_of, weighed
from quarterdeck.insights.journeys.facts.witnesses import add_witnesses, steps_valued, witnesses_sql


def statements_of(source: Source, question: Question) -> Iterator[exp.Expr]:
    """The statements of a journey: one, or one for each line."""
    refuse_unknown(question)
    journey = question.journey
    match journey.kind:
        case "funnel":
            yield from _funnel_sql(source, question)
        case "retention":
            yield from _retention_sql(source, question)
        case "lifecycle":
            buckets, by_profile = lifecycle_buckets(question), question.dialect.new_by_profile
            for tell in _told_of(journey):
                yield lifecycle_sql(source, question, buckets, by_profile=by_profile, tell=tell)
        case "stickiness":
            for series in journey.series:
                for tell in _told_of(journey):
                    span = attended_span(question)
                    yield stickiness_sql(source, question, series, question.buckets, span, tell=tell)
        case "trend":
            for series in journey.series:
                yield from _line_sql(source, question, series)
        case _:
            yield paths_sql(source, question)


def _told_of(journey: Journey) -> tuple[Tell, ...]:
    return (units_of,) if journey.weigh is None else (units_of, arr_of, all_weighed)


def _funnel_sql(source: Source, question: Question) -> Iterator[exp.Expr]:
    journey = question.journey
    if journey.show != "steps":
        yield witnesses_sql(source, question, many=journey.show == "trend")
        return
    yield steps_sql(source, question)
    if journey.weigh is not None:
        yield steps_weighed_sql(source, question)


def _retention_sql(source: Source, question: Question) -> Iterator[exp.Expr]:
    yield retention_sql(source, question)
    if question.journey.weigh is not None:
        yield retention_weights_sql(source, question)
        yield retention_weighed_sql(source, question)


def _line_sql(source: Source, question: Question, series: Series) -> Iterator[exp.Expr]:
    window = window_of(question, series) if series.measure in BACK_DAYS else None
    if window is None:
        yield measured_sql(source, question, series)
    else:
        yield recent_sql(source, question, series, window)
    if question.journey.weigh is not None:
        yield weights_sql(source, question, series, window)
        yield weighed_sql(source, question, series, window)


def steps_sql(source: Source, question: Question) -> exp.Expr:
    """The SELECT of how many reached each step, and how long after the one before, counted from 1.

    Where conversions are worth something, also the sum of the numbers that the events of a step brought.
    """
    statement = Statement(source)
    rows = add_witnesses(statement, source, question, many=False)
    names = _names(question)
    figures = [
        f"COUNT(CASE WHEN depth >= {step} THEN 1 END) AS reached_{step}" for step in range(1, rows.steps + 1)
    ]
    figures += [
        f"AVG(CASE WHEN depth >= {step} THEN seconds_{step - 1} END) AS mean_seconds_{step}"
        for step in range(2, rows.steps + 1)
    ]
    tables = "witnesses AS w"
    for step in steps_valued(question):
        worth = f"CASE WHEN depth > {step} THEN TRY_CAST(n{step}.worth AS DOUBLE) END"
        figures.append(f"SUM({worth}) AS value_{step + 1}")
        tables += f" LEFT JOIN marked AS n{step} ON n{step}.unit = w.unit AND n{step}.place = w.place_{step}"
    grouped = f" GROUP BY {listed(names)} ORDER BY {listed(names)}" if names else ""
    return statement.select(f"SELECT {listed([*names, *figures])} FROM {tables}{grouped}")


def steps_weighed_sql(source: Source, question: Question) -> exp.Expr:
    """The SELECT of what those are worth who reached each step: value `g0` ..., `step`, and the figures."""
    statement = Statement(source)
    rows = add_witnesses(statement, source, question, many=False)
    add_homes(statement, source, question)
    steps = " UNION ALL ".join(f"SELECT {step} AS step" for step in range(1, rows.steps + 1))
    statement.add("steps", steps)
    names = _names(question)
    reached = statement.add(
        "reached",
        f"SELECT DISTINCT {listed([*names, 'unit', 'step'])} FROM witnesses CROSS JOIN steps "
        "WHERE depth >= step",
    )
    return statement.select(weighed(statement, reached, [*names, "step"]))


def _names(question: Question) -> list[str]:
    return [f"g{place}" for place in range(width_of(question))]
