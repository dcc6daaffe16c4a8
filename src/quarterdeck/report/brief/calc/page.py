"""What stands on the Monday page, section by section?"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from quarterdeck.insights.metrics.service.dossiers import Judgement, Role, Side

Confidence = Literal["confirmed", "likely", "unknown"]
SectionName = Literal[
    "decisions", "promises", "scoreboard", "moved", "journeys", "customers", "launches", "risks"
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """What is said, and the page that proves it (a path relative to the brief)."""

    text: str
    evidence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """A question that somebody must answer: what is recommended, what waiting costs, who decides and when.

    One that was answered since it was asked stays with its answer, and is asked of nobody any more.
    """

    question: Sentence
    recommended: Sentence
    waiting_costs: Sentence
    decider: str
    by: date
    answer: str = ""
    answered_as: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """Something promised for last week and what became of it."""

    promised: Sentence
    state: Literal["done", "late", "dropped"]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerVoice:
    """A theme in a customer's own words with its accounts and revenue; without a source, a closed loop."""

    words: Sentence
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class JourneyTold:
    """What a pinned journey found: its sentence, of how many, and the share that reached each step."""

    said: Sentence
    base: str = ""
    shares: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One line of judgement that the owner of a metric added by hand."""

    metric: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """Whether the owner stands behind the definition that a metric was read by, and since when."""

    metric: str
    standing: str
    by: str = ""
    on: date | None = None
    version: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidencePage:
    """A page that another capability adds to the evidence: a claim, its drawing, its rows, and their query.

    `figure` is markup, made by a drawing of ours; `pins` are the versions that the rows were read at.
    """

    file: str
    title: str
    claim: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    query: str = ""
    measure: str = ""
    figure: str = ""
    pins: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """What another capability gives to the brief, most important first in each section."""

    decisions: tuple[Decision, ...] = ()
    promises: tuple[Promise, ...] = ()
    journeys: tuple[JourneyTold, ...] = ()
    customers: tuple[CustomerVoice, ...] = ()
    launches: tuple[Sentence, ...] = ()
    risks: tuple[Sentence, ...] = ()
    remarks: tuple[Remark, ...] = ()
    signed: tuple[Signed, ...] = ()
    evidence: tuple[EvidencePage, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreRow:
    """One metric on the scoreboard, in words, with the plain numbers beside them."""

    name: str
    title: Sentence
    role: Role
    value_text: str
    base_text: str
    expected_text: str
    target_text: str
    state: str
    judgement: Judgement
    side: Side
    week_start: date
    owner: str
    remark: str
    signed: Signed | None
    value: float | None
    base: float | None
    expected_low: float | None
    expected_high: float | None
    target: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """A metric that moved, told in full or briefly; then how sure the cause is, and what is next."""

    name: str
    full: tuple[Sentence, ...]
    brief: tuple[Sentence, ...]
    confidence: Confidence
    then: tuple[Sentence, ...]
    told_briefly: bool = False

    @property
    def told(self) -> tuple[Sentence, ...]:
        return self.brief if self.told_briefly else self.full


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """The one chart: its claim, what it measures, and every word drawn inside it."""

    metric: str
    claim: str
    measure: str
    words: tuple[str, ...]
    evidence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """Something true that the page had no room for."""

    section: SectionName
    said: Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Footer:
    """How far the data can be trusted, what is normal, and the way to everything."""

    trust: tuple[Sentence, ...]
    normal: Sentence | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """The Monday page; an empty section is absent."""

    as_of: date
    week_start: date
    company: str
    made_up: bool
    headline: tuple[Sentence, Sentence]
    scoreboard: tuple[ScoreRow, ...]
    footer: Footer
    decisions: tuple[Decision, ...] = ()
    promises: tuple[Promise, ...] = ()
    moved: tuple[Movement, ...] = ()
    figure: Figure | None = None
    journeys: tuple[JourneyTold, ...] = ()
    customers: tuple[CustomerVoice, ...] = ()
    launches: tuple[Sentence, ...] = ()
    risks: tuple[Sentence, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def decisions_heading(self) -> str:
        """What the section of decisions is called: by those that still wait."""
        waiting = sum(not decision.answer for decision in self.decisions)
        return {0: "Decided", 1: "Decision needed"}.get(waiting, "Decisions needed")
