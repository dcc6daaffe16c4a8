"""Which rows does a funnel look at, and for which of its steps and exclusions does each count?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.definitions.conditions import Pick
from quarterdeck.insights.journeys.definitions.journey import COHORT
from quarterdeck.insights.journeys.facts.conditions import counts, passes_all
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.facts.statement import Statement, listed

ONWARD = "RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING"
LATER = "RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"


@dataclass(frozen=True, kw_only=True, slots=True)
class FunnelRows:
    """The columns of the tables `marked` and `hits`.

    `marked` has every row of the period, `hits` those that count: `s0`, `s1` ... say for which step,
    `x0` ... for which exclusion, `v0` ... are the values of the breakdown, `c0` ... those held constant, and
    `worth` is the number that a conversion brings, as text. `owners` say who is counted: the unit, and its
    value too where each value walks apart. Who walks is told by `keys`: those, and what is held constant,
    unless steps are strict. `instant` is what may come in either order.
    """

    question: Question
    owners: tuple[str, ...]
    values: tuple[str, ...]
    held: tuple[str, ...] = ()

    @property
    def cuts_values(self) -> bool:
        """Does another value of what is held constant break an attempt?"""
        return bool(self.held) and self.question.journey.order == "strict"

    @property
    def keys(self) -> tuple[str, ...]:
        """Who walks."""
        return self.owners if self.cuts_values else (*self.owners, *self.held)

    @property
    def step_marks(self) -> list[str]:
        """The columns that say for which step a row counts."""
        return [f"s{step}" for step in range(self.steps)]

    @property
    def exclusion_marks(self) -> list[str]:
        """The columns that say for which exclusion a row counts."""
        return [f"x{number}" for number in range(len(self.question.journey.exclude))]

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(self.question.journey.steps)

    @property
    def exclusions(self) -> list[tuple[int, int]]:
        """Between which steps, counted from 0, each exclusion must not come."""
        last = max(self.steps, 2)
        return [(one.from_step - 1, (one.to_step or last) - 1) for one in self.question.journey.exclude]

    @property
    def counted(self) -> str:
        """The condition that a row counts for a step."""
        return " OR ".join(self.step_marks)

    @property
    def by_walker(self) -> str:
        """The window of one walker."""
        return f"PARTITION BY {listed(self.keys)}"

    def same_walker(self, left: str, right: str) -> str:
        """The condition that two rows are of one walker."""
        return " AND ".join(f"{left}.{key} = {right}.{key}" for key in self.keys)


def add_hits(statement: Statement, source: Source, question: Question, *, apart: bool) -> FunnelRows:
    """Add the tables `marked` and `hits`."""
    journey = question.journey
    values = [name for name in journey.by if not name.startswith(COHORT)]
    columns = tuple(f"v{place}" for place in range(len(values)))
    rows = FunnelRows(
        question=question,
        owners=("unit", *columns) if apart else ("unit",),
        values=columns,
        held=tuple(f"c{place}" for place in range(len(journey.same))),
    )
    marks = [f"{counts(source, pick)} AS s{place}" for place, pick in enumerate(journey.steps)]
    marks += [f"{counts(source, pick)} AS x{place}" for place, pick in enumerate(journey.exclude)]
    marks += [f"{source.column(name)} AS v{place}" for place, name in enumerate(values)]
    marks += [f"{source.column(name)} AS c{place}" for place, name in enumerate(journey.same)]
    if journey.value is not None:
        marks.append(f"{source.column(journey.value.field)} AS worth")
    allowed = f" AND {passes_all(source, journey.where)}" if journey.where else ""
    statement.add(
        "marked",
        f"SELECT unit, at, {_instant(question)} AS instant, place, {listed(marks)} FROM {source.rows} "
        f"WHERE at BETWEEN {question.period.since} AND {question.later_until}{allowed}",
    )
    apart_by = [f"COALESCE({column}, '') AS {column}" for column in columns] if apart else []
    found = ["unit", *apart_by, *rows.held, "at", "instant", "place", *rows.step_marks, *rows.exclusion_marks]
    if journey.order == "strict":
        statement.add("hits", f"SELECT {listed(found)} FROM marked")
    elif not rows.held:
        some = " OR ".join([*rows.step_marks, *rows.exclusion_marks])
        statement.add("hits", f"SELECT {listed(found)} FROM marked WHERE {some}")
    else:
        _hits_by_value(statement, rows, listed(found))
    return rows


def _hits_by_value(statement: Statement, rows: FunnelRows, found: str) -> None:
    """The rows of a step, each with the value that it holds; exclusions stand beside every value."""
    has_value = " AND ".join(f"{column} IS NOT NULL" for column in rows.held)
    own = f"SELECT {found} FROM marked WHERE ({rows.counted}) AND {has_value}"
    if not rows.exclusion_marks:
        statement.add("hits", own)
        return
    statement.add("stepping", own)
    statement.add("holding", f"SELECT DISTINCT {listed(rows.keys)} FROM stepping")
    beside = [f"h.{key}" for key in rows.keys] + ["m.at", "m.instant", "m.place"]
    beside += [f"FALSE AS {mark}" for mark in rows.step_marks]
    beside += [f"m.{mark}" for mark in rows.exclusion_marks]
    spoils = " OR ".join(f"m.{mark}" for mark in rows.exclusion_marks)
    steps = " OR ".join(f"m.{mark}" for mark in rows.step_marks)
    holds = " AND ".join(f"m.{column} = h.{column}" for column in rows.held)
    same = "".join(f" AND COALESCE(m.{key}, '') = h.{key}" for key in rows.owners[1:])
    statement.add(
        "hits",
        f"SELECT * FROM stepping UNION ALL SELECT {listed(beside)} FROM marked AS m JOIN holding AS h "
        f"ON m.unit = h.unit{same} "
        f"WHERE ({spoils}) AND NOT (COALESCE({holds}, FALSE) AND ({steps}))",
    )


def may_overlap(steps: Sequence[Pick]) -> bool:
    """May one event count for two steps? No, where their names alone forbid it."""
    names = [_names(step) for step in steps]
    return any(one is None or other is None or one & other for one, other in combinations(names, 2))


def _names(pick: Pick) -> frozenset[str] | None:
    if not pick.any_of:
        return frozenset(pick.events) or None
    parts = [_names(part) for part in pick.any_of]
    known = [part for part in parts if part is not None]
    return frozenset().union(*known) if len(known) == len(parts) else None


def _instant(question: Question) -> str:
    tie = question.dialect.tie_microseconds
    return "at" if tie == 1 else f"CAST(FLOOR(at / {tie}.0) AS BIGINT)"
