"""What must a page know of a metric to place it, to judge it and to say what moved?"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from quarterdeck.stats.figures import Notation, Unit, notation

Role = Literal["north star", "input", "guardrail", "other"]
Judgement = Literal["moved", "within noise", "too little data", "not mature yet", "no data"]
Side = Literal["above", "below", ""]


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """The one slice that holds most of a movement, with its own week."""

    dimension: str
    value: str
    figure: float | None
    base: float | None
    low: float | None
    high: float | None

    @property
    def name(self) -> str:
        """Dimension and value as people say them: "Plan starter"."""
        word = self.dimension.rsplit(".", 1)[-1].replace("_", " ")
        return f"{word[:1].upper()}{word[1:]} {self.value}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One metric in the week that was read, or in an `earlier` one, the last that is mature.

    `last_seen` is the last day that had data.
    """

    name: str
    title: str
    role: Role
    unit: Unit
    higher_is: Literal["better", "worse", "neither"]
    owner: str
    currency: str
    value: float | None
    base: float | None
    low: float | None
    high: float | None
    target: float | None
    judgement: Judgement
    side: Side
    week_start: date
    last_seen: date | None
    since: date | None = None
    until: date | None = None
    holder: Holder | None = None
    dimensions: tuple[str, ...] = ()
    earlier: bool = False

    @property
    def moved(self) -> bool:
        return self.judgement == "moved"

    @property
    def judged(self) -> bool:
        return self.judgement in ("moved", "within noise")

    @property
    def welcome(self) -> bool:
        """Did it move the way its owner wants?"""
        return (self.side, self.higher_is) in (("above", "better"), ("below", "worse"))

    @property
    def notation(self) -> Notation:
        """How its numbers are written; finer where the value would seem to stand on its range's edge."""
        written = notation(self.unit, (self.value, self.low, self.high, self.target), currency=self.currency)
        edge = self.high if self.side == "above" else self.low
        while self.side and self.value is not None and edge is not None and not written.whole:
            if self.value == edge or written.bare(self.value) != written.bare(edge):
                break
            written = replace(written, decimals=written.decimals + 1)
        return written
