"""Which rows does a funnel look at, and for which of its steps and exclusions does each count?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from quarterdeck.insights.journeys.calc.breakdown import COHORT
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.definitions.conditions import Pick
from quarterdeck.insights.journeys.facts.conditions import counts, passes_all
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.facts.statement import Statement, listed

ONWARD = "RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING"
LATER = "RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"


@dataclass(frozen=True, kw_only=True, slots=True)
class FunnelRows:
    """The columns of the tables `marked` and `hits`.

    `marked` has every row of the period, `hits` those that count: `s0`, `s1` ... say for which step,
    `x0` ... for which exclusion, `v0` ... are the values of the breakdown. Who walks is told by `keys`: the
    unit, and its value too where each value walks apart. `instant` is what may come in either order.
    """

    question: Question
    keys: tuple[str, ...]
    values: tuple[str, ...]

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
        return " OR ".join(f"s{step}" for step in range(self.steps))

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
    columns = [f"v{place}" for place in range(len(values))]
    marks = [f"{counts(source, pick)} AS s{place}" for place, pick in enumerate(journey.steps)]
    marks += [f"{counts(source, pick)} AS x{place}" for place, pick in enumerate(journey.exclude)]
    marks += [f"{source.column(name)} AS v{place}" for place, name in enumerate(values)]
    allowed = f" AND {passes_all(source, journey.where)}" if journey.where else ""
    statement.add(
        "marked",
        f"SELECT unit, at, {_instant(question)} AS instant, place, {listed(marks)} FROM {source.rows} "
        f"WHERE at BETWEEN {question.period.since} AND {question.later_until}{allowed}",
    )
    names = [f"s{place}" for place in range(len(journey.steps))]
    names += [f"x{place}" for place in range(len(journey.exclude))]
    apart_by = [f"COALESCE({column}, '') AS {column}" for column in columns] if apart else []
    every = "" if journey.order == "strict" else f" WHERE {' OR '.join(names)}"
    statement.add(
        "hits", f"SELECT {listed(['unit', *apart_by, 'at', 'instant', 'place', *names])} FROM marked{every}"
    )
    return FunnelRows(
        question=question,
        keys=("unit", *columns) if apart else ("unit",),
        values=tuple(columns),
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
