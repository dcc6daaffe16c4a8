"""What is known of a metric: its points, slices, verdict, movement and proof?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Role = Literal["north star", "input", "guardrail", "other"]


Unit = Literal["count", "share", "currency", "seconds", "number"]


VerdictKind = Literal["moved", "within noise", "too little data", "not mature yet", "no data"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One bucket of a metric: `value` is None where there is no data; `base` is what a rate is a share of."""

    start: date
    value: float | None
    base: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    mature: bool = True

    @property
    def outside(self) -> Literal["above", "below", ""]:
        """On which side of its expected range the value stands."""
        if not self.mature or self.value is None or self.expected_low is None or self.expected_high is None:
            return ""
        if self.value > self.expected_high:
            return "above"
        return "below" if self.value < self.expected_low else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Did the metric move in the week read? `reason` is one plain sentence."""

    kind: VerdictKind
    reason: str
    direction: Literal["above", "below", ""] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """One value of one dimension, with its own days and its share of the whole movement.

    `week` is the slice's own week; days cannot be added up to it where people are counted once.
    """

    dimension: str
    value: str
    share_of_change: float
    points: tuple[Point, ...]
    week: Point | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """Since which day a metric moved, and the one dimension value that holds most of it, if any does.

    `until` is the first day after it, None where it lasts to the week's end.
    """

    since: date
    until: date | None = None
    direction: Literal["above", "below"]
    holder: Slice | None
    rest: tuple[Point, ...] = ()
    others: tuple[Slice, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What recomputes a number: the SQL, the table versions it read, the definition and its version.

    `rows_sql` lists the rows behind the last bucket; of a ratio, those of its denominator.
    """

    sql: str
    rows_sql: str
    versions: Mapping[str, int]
    definition: str
    definition_version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One metric read at one week, with 13 weeks and 6 weeks of days, oldest first.

    Where that is not the last whole week but the last mature one, it is `earlier`, and what cannot be known
    yet follows it in `weeks` and `days`.
    """

    name: str
    title: str
    description: str
    role: Role
    unit: Unit
    higher_is: Literal["better", "worse", "neither"]
    owner: str
    target: float | None
    status: Literal["draft", "signed", "retired"]
    week: Point
    earlier: bool
    interval: tuple[float, float] | None
    verdict: Verdict
    weeks: tuple[Point, ...]
    days: tuple[Point, ...]
    movement: Movement | None
    proof: Proof
    dimensions: tuple[str, ...] = ()
