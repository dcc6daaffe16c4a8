"""How far came each attempt at a funnel, under which value does it stand, and why did it end?"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlglot import exp

from quarterdeck.insights.journeys.calc.breakdown import EVERYBODY, OTHER, Value, cohorts_asked
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.facts.attempts import add_attempts
from quarterdeck.insights.journeys.facts.hits import FunnelRows, add_hits
from quarterdeck.insights.journeys.facts.source import Source, text
from quarterdeck.insights.journeys.facts.statement import Statement, listed
from quarterdeck.insights.journeys.facts.weighing import add_homes


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
        add_attempts(statement, rows, many=many)
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


def witnesses_sql(
    source: Source, question: Question, *, many: bool, shown: Collection[Value] | None = None
) -> exp.Expr:
    """The SELECT of the witnesses of a funnel, with what each is worth where that is asked."""
    statement = Statement(source)
    rows = add_witnesses(statement, source, question, many=many, shown=shown)
    values = [f"g{place}" for place in range(1 if cohorts_asked(question) else len(question.journey.by))]
    columns = [f"w.{name}" for name in columns_shown(rows, len(values))]
    joins = ""
    for step in steps_valued(question):
        columns.append(f"n{step}.worth AS worth_{step}")
        joins += f" LEFT JOIN marked AS n{step} ON n{step}.unit = w.unit AND n{step}.place = w.place_{step}"
    if question.journey.weigh is not None:
        homes = add_homes(statement, source, question)
        columns += ["h.account", "h.arr"]
        joins += f" LEFT JOIN {homes} AS h ON h.unit = w.unit"
    order = listed(f"w.{name}" for name in (*values, "unit", "place_0"))
    return statement.select(f"SELECT {listed(columns)} FROM witnesses AS w{joins} ORDER BY {order}")


def lost_or_reached_sql(source: Source, question: Question, step: int) -> str:
    """The SELECT of the units that reached a step, counted from 1; with -step, that were lost before it."""
    statement = Statement(source)
    add_witnesses(statement, source, question, many=False)
    which = f"depth = {-step - 1}" if step < 0 else f"depth >= {max(step, 1)}"
    return statement.select(f"SELECT DISTINCT unit FROM witnesses WHERE {which}").sql(dialect="duckdb")


def steps_valued(question: Question) -> list[int]:
    """The steps, counted from 0, whose events bring the number that conversions are worth."""
    value = question.journey.value
    if value is None:
        return []
    return list(range(len(question.journey.steps))) if value.of_step is None else [value.of_step - 1]


def columns_shown(rows: FunnelRows, values: int) -> list[str]:
    """The columns of a witness."""
    steps = range(rows.steps)
    return [
        *(f"g{place}" for place in range(values)),
        *("unit", "depth", "reason"),
        *(f"{part}_{step}" for part in ("place", "at", "seconds") for step in steps),
    ]


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
        attempts = add_attempts(statement, rows, many=many, start_step=turn)
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
    once = _once(rows, names)
    best = f"ROW_NUMBER() OVER (PARTITION BY {once} ORDER BY depth DESC, at_0, place_0, turn) AS nth"
    statement.add("grouped", f"SELECT * FROM (SELECT *, {best} FROM turned) AS ranked_turns WHERE nth = 1")


def _once(rows: FunnelRows, names: Sequence[str]) -> str:
    """What is counted once: each unit, or each of its attempts."""
    attempt = ["place_0"] if rows.question.journey.count == "conversions" else []
    return listed([*names, "unit", *attempt])


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
    own = [f"a.{name} AS own_{name}" for name in names]
    same = " AND ".join(f"s.{name} = a.{name}" for name in names)
    statement.add(
        "named",
        f"SELECT {listed(others)}, {listed(f'a.{each}' for each in columns)}, {listed(own)}, "
        f"CASE WHEN {kept} THEN 0 ELSE 1 END AS other "
        f"FROM grouped AS a JOIN sized AS s ON {same} WHERE NOT {kept} OR s.size > 0",
    )
    if many:
        statement.add("witnesses", "SELECT * FROM named")
        return
    order = listed(["depth DESC, at_0, place_0", *(f"own_{name}" for name in names)])
    once = _once(rows, ["other", *names])
    best = f"ROW_NUMBER() OVER (PARTITION BY {once} ORDER BY {order}) AS nth"
    kept = "other = 0 OR nth = 1"
    statement.add("witnesses", f"SELECT * FROM (SELECT *, {best} FROM named) AS ranked_names WHERE {kept}")
