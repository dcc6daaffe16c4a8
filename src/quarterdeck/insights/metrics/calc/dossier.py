"""What stands behind one metric's line: its weeks, its days, its slices and the proof of its numbers?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from quarterdeck.insights.metrics.calc.measures import Measure


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """One day or week; `value` is None where there is no data, `known` False while it cannot be known yet."""

    start: date
    value: float | None
    base: float | None
    low: float | None
    high: float | None
    known: bool

    @property
    def outside(self) -> str:
        """On which side of its expected range the value stands."""
        if not self.known or self.value is None or self.low is None or self.high is None:
            return ""
        if self.value > self.high:
            return "above"
        return "below" if self.value < self.low else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SliceSeries:
    """The days of one slice, and of its week where they cannot be added up."""

    dimension: str
    value: str
    share_of_change: float
    days: tuple[Bucket, ...]
    week: Bucket | None

    @property
    def outside(self) -> bool:
        """Does it end outside its expected range? More than one of its last seven days says so."""
        return sum(bool(day.outside) for day in self.days[-7:]) > 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """Everything a metric's evidence page shows, oldest bucket first; the holder is the first slice."""

    measure: Measure
    description: str
    status: str
    reason: str
    interval: tuple[float, float] | None
    weeks: tuple[Bucket, ...]
    days: tuple[Bucket, ...]
    slices: tuple[SliceSeries, ...]
    rest: tuple[Bucket, ...]
    sql: str
    rows_sql: str
    versions: Mapping[str, int]
    definition: str
    definition_version: str
