"""Which attempts at a funnel count, how far did each come, and why no further?

The rules are those of `calc/attempts.py`: everybody's best, or every one that does not overlap another; and,
where a property is held constant, those of one value of it.
"""

from __future__ import annotations

from quarterdeck.insights.journeys.calc.kernels.attempts import (
    BROKEN,
    CONVERTED,
    EXCLUDED,
    NEVER,
    OPEN,
    TOO_LATE,
)
from quarterdeck.insights.journeys.calc.question import MICROSECONDS
from quarterdeck.insights.journeys.facts.chains import add_chains
from quarterdeck.insights.journeys.facts.hits import FunnelRows, may_overlap
from quarterdeck.insights.journeys.facts.statement import TAKE_TURNS, Statement, either, listed

BEST = "depth DESC, at_0, place_0"


def add_attempts(statement: Statement, rows: FunnelRows, *, many: bool, start_step: int = -1) -> str:
    """Add the table of the attempts that count, all of them if `many`; its name."""
    turn = "" if start_step < 0 else f"_{start_step}"
    conversions = rows.question.journey.count == "conversions"
    _judged(statement, rows, turn, add_chains(statement, rows, start_step))
    tried = _tried(statement, rows, turn, own_times=many or conversions or rows.cuts_values)
    name = f"attempts{turn}"
    if conversions:
        return _without_overlap(statement, rows, turn, tried)
    if many:
        return statement.add(name, f"SELECT * FROM {tried}")
    # Strict steps look at the rows of all values, one after the other; others at those of one value.
    by_value = rows.keys == rows.owners or rows.question.dialect.counts_held_values
    best = statement.add(f"best{turn}", _first(tried, rows.keys))
    return statement.add(name, f"SELECT * FROM {best}" if by_value else _first(best, rows.owners))


def _first(table: str, keys: tuple[str, ...]) -> str:
    best = f"best_{len(keys)}"
    rank = f"ROW_NUMBER() OVER (PARTITION BY {listed(keys)} ORDER BY {BEST}) AS {best}"
    return f"SELECT * FROM (SELECT t.*, {rank} FROM {table} AS t) AS r WHERE {best} = 1"


def _judged(statement: Statement, rows: FunnelRows, turn: str, chains: str) -> None:
    """Judge every chain by its window and what came between."""
    steps = rows.steps
    closes = f"at_0 + {rows.question.window}"
    ends = [f"WHEN at_{step} IS NULL OR at_{step} > {closes} THEN {step}" for step in range(1, steps)]
    deep = either(ends, str(steps))
    statement.add(f"deep{turn}", f"SELECT *, {deep} AS came, {_spoiled(rows, deep)} AS spoiled FROM {chains}")
    reached = "CASE WHEN kept < came THEN kept ELSE came END" if rows.cuts_values else "came"
    statement.add(
        f"judged{turn}",
        f"SELECT *, CASE WHEN spoiled THEN 0 ELSE {reached} END AS depth, {_reason(rows)} AS reason "
        f"FROM deep{turn}",
    )


def _tried(statement: Statement, rows: FunnelRows, turn: str, *, own_times: bool) -> str:
    """Every attempt with the events of its steps and its times: its own, or means over those as deep."""
    steps = range(1, rows.steps)
    lasted = [
        f"CASE WHEN depth > {step} THEN at_{step} - at_{step - 1} ELSE 0 END AS micros_{step}"
        for step in steps
    ]
    statement.add(f"timed{turn}", f"SELECT {listed(['*', *lasted])} FROM judged{turn}")
    found = [*rows.keys, "at_0", "depth", "reason", "place_0", "0.0 AS seconds_0"]
    equal = f"{rows.by_walker}, depth"
    for step in steps:
        found += [
            f"CASE WHEN depth > {step} THEN {part}_{step} END AS {part}_{step}" for part in ("place", "at")
        ]
        seconds = f"micros_{step} / {MICROSECONDS}.0"
        if not own_times:
            seconds = f"SUM(micros_{step}) OVER ({equal}) / (COUNT(*) OVER ({equal}) * {MICROSECONDS}.0)"
        found.append(f"CAST({seconds} AS DOUBLE) AS seconds_{step}")
    return statement.add(f"tried_all{turn}", f"SELECT {listed(found)} FROM timed{turn}")


def _without_overlap(statement: Statement, rows: FunnelRows, turn: str, tried: str) -> str:
    """Total conversions: the deepest first, of equals the earliest; none that overlaps one already taken.

    One that did not come through lasts until its window closes, unless a strict order was broken.
    """
    steps = range(1, rows.steps)
    first, last = ["place_0"], ["place_0"]
    begins = ["at_0"]
    for step in steps:
        first.append(f"COALESCE(place_{step}, place_0)")
        last.append(f"COALESCE(place_{step}, place_0)")
        begins.append(f"COALESCE(at_{step}, at_0)")
    begin = _outer("LEAST", begins)
    waits = f"reason NOT IN ({CONVERTED}, {BROKEN})"
    closes = f"CASE WHEN {waits} THEN at_0 + {rows.question.window} ELSE {begin} - 1 END"
    spans = ["-depth", _outer("LEAST", first), "place_0", begin, _outer("GREATEST", last), closes]
    turns = statement.add(
        f"turns_taken{turn}",
        f"SELECT {listed(rows.keys)}, {TAKE_TURNS}({listed(f'CAST({each} AS BIGINT)' for each in spans)}) "
        f"AS taken FROM {tried} GROUP BY {listed(rows.keys)}",
    )
    return statement.add(
        f"attempts{turn}",
        f"SELECT t.* FROM {tried} AS t JOIN {turns} AS u ON {rows.same_walker('u', 't')} "
        "WHERE ARRAY_CONTAINS(u.taken, t.place_0)",
    )


def _outer(function: str, parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{function}({listed(parts)})"


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
    cases = [f"WHEN spoiled THEN {EXCLUDED}"]
    if rows.cuts_values:
        cases.append(f"WHEN kept < came THEN {BROKEN}")
    cases.append(f"WHEN came = {steps} THEN {CONVERTED}")
    if question.journey.order != "unordered" or not may_overlap(question.journey.steps):
        cases += [
            f"WHEN came = {step} AND place_{step} IS NOT NULL THEN {TOO_LATE}" for step in range(1, steps)
        ]
    cases.append(f"WHEN at_0 + {question.window} > {question.period.known_until} THEN {OPEN}")
    if question.journey.order == "strict":
        cases.append(f"WHEN next_at <= at_0 + {question.window} THEN {BROKEN}")
    return either(cases, str(NEVER))
