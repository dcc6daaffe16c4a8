"""What does somebody write who asks for a decision, or makes one?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from quarterdeck.process.decisions.calc.prediction import Prediction


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One answer that is open, and why it is not the recommended one."""

    name: str
    why_rejected: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What a decision rests on: a thing by type and key, and the versions it was read at."""

    type: str
    key: str
    title: str = ""
    tables: Mapping[str, int] = field(default_factory=dict)
    definition_version: str = ""

    @property
    def is_pinned(self) -> bool:
        return bool(self.tables or self.definition_version)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question with all that its decider needs; `due` is the day by which it must be answered."""

    question: str
    options: tuple[Option, ...]
    decider: str
    due: date
    recommended: str = ""
    recommended_why: str = ""
    waiting_costs: str = ""
    dissent: str = ""
    flips_if: str = ""
    evidence: tuple[Evidence, ...] = ()
    prediction: Prediction | None = None
