"""What stands in an insights brief?

No words of customers stand in it but the keys of their quotes, so that a frozen brief keeps nobody's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from quarterdeck.feedback.backlog.calc.matrix import Spot
from quarterdeck.stats.figures import listed


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """What is said, and the page that proves it, empty where it proves itself."""

    text: str
    evidence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """A theme that moved, or only seems to."""

    theme: str
    verdict: str
    said: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class FactorTold:
    """One factor of a score, with its bounds and where they come from."""

    name: str
    value: str
    brief: str
    bounds: str
    source: tuple[Sentence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Traded:
    """Something else that could be done, and what speaks against it."""

    name: str
    against: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One recommended change of the backlog, with its rationale."""

    number: int
    theme: str
    verb: str
    title: str
    owner: str
    claim: Sentence
    score: str
    point: str
    between: str
    sum: str
    bands: str
    factors: tuple[FactorTold, ...]
    alternatives: tuple[Traded, ...]
    not_apart: tuple[str, ...]
    quotes: tuple[str, ...]

    @property
    def apart(self) -> str:
        """Those whose score may be the same, in a sentence."""
        return listed(self.not_apart) if self.not_apart else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Became:
    """What became of something that the last brief recommended."""

    title: str
    state: str
    said: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class BriefDocument:
    """An insights brief: two sentences, what moved, what to change, and what became of the last."""

    as_of: date
    company: str
    made_up: bool
    headline: tuple[Sentence, ...]
    movements: tuple[Movement, ...]
    quiet: str
    changes: tuple[Change, ...]
    watched: tuple[Sentence, ...]
    together: Sentence
    spots: tuple[Spot, ...]
    since: date | None
    became: tuple[Became, ...]
    pins: Mapping[str, str]
