"""How far came each attempt at a funnel, under which value does it stand, and why did it end?"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from quarterdeck.insights.journeys.calc.breakdown import EVERYBODY, OTHER, Value, cohorts_asked
from quarterdeck.insights.journeys.calc.kernels.attempts import (
    BROKEN,
    CONVERTED,
    EXCLUDED,
    NEVER,
    OPEN,
    TOO_LATE,
)
from quarterdeck.insights.journeys.calc.question import MICROSECONDS, Question
from quarterdeck.insights.journeys.facts.chains import add_chains
from quarterdeck.insights.journeys.facts.hits import FunnelRows, add_hits, may_overlap
from quarterdeck.insights.journeys.facts.source import Source, text
from quarterdeck.insights.journeys.facts.statement import Statement, either, listed


def add_witnesses(
    statement: Statement,
    source: Source,
    question: Question,
    *,
    many: bool,
    shown: Collection[Value] | None = None,
) -> FunnelRows:
    """Add the table `witnesses`: who, under which value `g0` ..., how far, why no further, by which events.

    Each unit's best attempt, the earliest of equals; or, if `many`, every attempt.
    """
    journey = question.journey
    asked = cohorts_asked(question)
    plain = not journey.by or bool(asked)
    apart = not plain and journey.attribution == "all"
    rows = add_hits(statement, source, question, apart=apart)
    if not plain and journey.attribution == "step" and question.dialect.every_step_value:
        _under_every_value(statement, rows, many=many)
    else:
        _attempts(statement, rows, many=many)
        if asked:
            _by_cohort(statement, source, asked)
        elif plain:
            statement.add("grouped", "SELECT * FROM attempts")
        elif apart:
            values = [f"{column} AS g{place}" for place, column in enumerate(rows.values)]
            statement.add("grouped", f"SELECT *, {listed(values)} FROM attempts")
        elif journey.attribution == "step":
            _by_witness(statement, rows)
        else:
            _by_touch(statement, rows)
    if plain:
        statement.add("witnesses", "SELECT * FROM grouped")
    else:
        _limit(statement, rows, many=many, shown=shown)
    return rows


def columns_shown(rows: FunnelRows, values: int) -> list[str]:
    """The columns of a witness."""
    steps = range(rows.steps)
    return [
        *(f"g{place}" for place in range(values)),
        *("unit", "at_0", "depth", "reason"),
        *(f"place_{step}" for step in steps),
        *(f"seconds_{step}" for step in steps),
    ]


def _attempts(statement: Statement, rows: FunnelRows, *, many: bool, start_step: int = -1) -> str:
    """Judge every chain by its window and what came between; keep the best, unless all are asked for."""
    turn = "" if start_step < 0 else f"_{start_step}"
    chains = add_chains(statement, rows, start_step)
    question, steps = rows.question, rows.steps
    closes = f"at_0 + {question.window}"
    ends = [f"WHEN at_{step} IS NULL OR at_{step} > {closes} THEN {step}" for step in range(1, steps)]
    depth = either(ends, str(steps))
    statement.add(
        f"deep{turn}", f"SELECT *, {depth} AS came, {_spoiled(rows, depth)} AS spoiled FROM {chains}"
    )
    kept = ["*", "CASE WHEN spoiled THEN 0 ELSE came END AS depth", f"{_reason(rows)} AS reason"]
    for step in range(1, steps):
        lasted = f"at_{step} - at_{step - 1}"
        kept.append(f"CASE WHEN NOT spoiled AND came > {step} THEN {lasted} ELSE 0 END AS micros_{step}")
    statement.add(f"judged{turn}", f"SELECT {listed(kept)} FROM deep{turn}")
    seconds = ["0.0 AS seconds_0"]
    for step in range(1, steps):
        if many:
            seconds.append(f"micros_{step} / {MICROSECONDS}.0 AS seconds_{step}")
        else:
            equal = f"{rows.by_walker}, depth"
            mean = f"SUM(micros_{step}) OVER ({equal}) / (COUNT(*) OVER ({equal}) * {MICROSECONDS}.0)"
            seconds.append(f"CAST({mean} AS DOUBLE) AS seconds_{step}")
    best = f"ROW_NUMBER() OVER ({rows.by_walker} ORDER BY depth DESC, place_0) AS best"
    columns = ["*", *seconds, best]
    statement.add(f"ranked{turn}", f"SELECT {listed(columns)} FROM judged{turn}")
    found = [*rows.keys, "at_0", "depth", "reason", "place_0", "seconds_0"]
    for step in range(1, steps):
        found.append(f"CASE WHEN depth > {step} THEN place_{step} END AS place_{step}")
        found.append(f"seconds_{step}")
    only = "" if many else " WHERE best = 1"
    return statement.add(f"attempts{turn}", f"SELECT {listed(found)} FROM ranked{turn}{only}")


def _spoiled(rows: FunnelRows, depth: str) -> str:
    """Does an exclusion come strictly between its steps, or in time where the latter was not reached?"""
    found = []
    for number, (begin, end) in enumerate(rows.exclusions):
        if begin >= rows.steps:
            continue
        by = f"at_0 + {rows.question.window + 1}"
        if end < rows.steps:
            by = f"CASE WHEN {depth} > {end} THEN at_{end} ELSE {by} END"
        found.append(f"({depth} > {begin} AND y{number} < {by})")
    return f"COALESCE({' OR '.join(found)}, FALSE)" if found else "FALSE"


def _reason(rows: FunnelRows) -> str:
    steps, question = rows.steps, rows.question
    cases = [f"WHEN spoiled THEN {EXCLUDED}", f"WHEN came = {steps} THEN {CONVERTED}"]
    if question.journey.order != "unordered" or not may_overlap(question.journey.steps):
        cases += [
            f"WHEN came = {step} AND place_{step} IS NOT NULL THEN {TOO_LATE}" for step in range(1, steps)
        ]
    cases.append(f"WHEN at_0 + {question.window} > {question.period.known_until} THEN {OPEN}")
    if question.journey.order == "strict":
        cases.append(f"WHEN next_at <= at_0 + {question.window} THEN {BROKEN}")
    return either(cases, str(NEVER))


def _by_cohort(statement: Statement, source: Source, cohorts: list[str]) -> None:
    parts = []
    for name in cohorts:
        only = "" if name == EVERYBODY else f" WHERE {source.picked(name)}"
        parts.append(f"SELECT *, {text(name)} AS g0 FROM attempts{only}")
    statement.add("grouped", " UNION ALL ".join(parts))


def _by_touch(statement: Statement, rows: FunnelRows) -> None:
    """Each unit stands under the first, or last, value that one of its events has that count."""
    journey = rows.question.journey
    some = " OR ".join(f"COALESCE({column}, '') <> ''" for column in rows.values)
    # Where steps are strict, every event counts.
    seen = f"({some})" if journey.order == "strict" else f"({some}) AND ({rows.counted})"
    direction = " DESC" if journey.attribution == "last" else ""
    statement.add(
        "touches",
        f"SELECT unit, {listed(rows.values)}, "
        f"ROW_NUMBER() OVER (PARTITION BY unit ORDER BY place{direction}) AS touch FROM marked WHERE {seen}",
    )
    _join_values(statement, rows, "LEFT JOIN touches AS t ON t.unit = a.unit AND t.touch = 1")


def _by_witness(statement: Statement, rows: FunnelRows) -> None:
    """Each attempt stands under the value of the event that witnesses the step."""
    place = f"a.place_{rows.question.journey.attribution_step - 1}"
    depth = f"a.depth >= {rows.question.journey.attribution_step}"
    _join_values(
        statement, rows, f"LEFT JOIN marked AS t ON t.unit = a.unit AND t.place = {place} AND {depth}"
    )


def _join_values(statement: Statement, rows: FunnelRows, join: str) -> None:
    values = [f"COALESCE(t.{column}, '') AS g{place}" for place, column in enumerate(rows.values)]
    statement.add("grouped", f"SELECT a.*, {listed(values)} FROM attempts AS a {join}")


def _under_every_value(statement: Statement, rows: FunnelRows, *, many: bool) -> None:
    """Each unit stands under each value that an event of the step ever had.

    In any order each step takes its turn as the first, and the steps behind it are counted on from there.
    """
    journey = rows.question.journey
    step = journey.attribution_step - 1
    values = [f"COALESCE({column}, '') AS g{place}" for place, column in enumerate(rows.values)]
    names = [f"g{place}" for place in range(len(rows.values))]
    turns = range(rows.steps) if journey.order == "unordered" else (-1,)
    parts = []
    for turn in turns:
        attempts = _attempts(statement, rows, many=many, start_step=turn)
        of_step = (max(turn, 0) + step) % rows.steps
        pairs = statement.add(
            f"values_{of_step}", f"SELECT DISTINCT unit, {listed(values)} FROM marked WHERE s{of_step}"
        )
        taken = listed(f"p.{name}" for name in names)
        parts.append(
            f"SELECT a.*, {taken}, {turn} AS turn FROM {attempts} AS a JOIN {pairs} AS p ON p.unit = a.unit"
        )
    statement.add("turned", " UNION ALL ".join(parts))
    if journey.order != "unordered":
        statement.add("grouped", "SELECT * FROM turned")
        return
    best = f"ROW_NUMBER() OVER (PARTITION BY {listed(names)}, unit ORDER BY depth DESC, at_0, turn) AS nth"
    statement.add("grouped", f"SELECT * FROM (SELECT *, {best} FROM turned) AS ranked_turns WHERE nth = 1")


def is_shown(names: Sequence[str], limit: int, shown: Collection[Value] | None) -> str:
    """The condition that a value `s` is one of the largest, or of those to be shown."""
    if shown is None:
        return f"s.rank <= {limit}"
    wanted = [
        " AND ".join(f"s.{name} = {text(part)}" for name, part in zip(names, value, strict=True))
        for value in shown
        if len(value) == len(names)
    ]
    return f"({' OR '.join(wanted)})" if wanted else "FALSE"


def _limit(statement: Statement, rows: FunnelRows, *, many: bool, shown: Collection[Value] | None) -> None:
    """The largest values by name, or those to be shown; the others together, every unit once."""
    names = [f"g{place}" for place in range(len(rows.values))]
    listed_names = listed(names)
    began = "COUNT(CASE WHEN depth > 0 THEN 1 END)"
    statement.add("sizes", f"SELECT {listed_names}, {began} AS size FROM grouped GROUP BY {listed_names}")
    rank = f"ROW_NUMBER() OVER (ORDER BY size DESC, {listed_names}) AS rank"
    statement.add("sized", f"SELECT *, {rank} FROM sizes")
    kept = is_shown(names, rows.question.journey.limit, shown)
    others = [f"CASE WHEN {kept} THEN a.{name} ELSE {text(OTHER)} END AS {name}" for name in names[:1]]
    others += [f"CASE WHEN {kept} THEN a.{name} END AS {name}" for name in names[1:]]
    columns = columns_shown(rows, 0)
    same = " AND ".join(f"s.{name} = a.{name}" for name in names)
    statement.add(
        "named",
        f"SELECT {listed(others)}, {listed(f'a.{each}' for each in columns)}, "
        f"CASE WHEN {kept} THEN 0 ELSE 1 END AS other "
        f"FROM grouped AS a JOIN sized AS s ON {same} WHERE NOT {kept} OR s.size > 0",
    )
    if many:
        statement.add("witnesses", "SELECT * FROM named")
        return
    best = f"ROW_NUMBER() OVER (PARTITION BY unit, other, {listed_names} ORDER BY depth DESC, at_0) AS nth"
    once = "other = 0 OR nth = 1"
    statement.add("witnesses", f"SELECT * FROM (SELECT *, {best} FROM named) AS ranked_names WHERE {once}")
