"""What stands in brief.json, and what may a file of pins say?"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Evidence = Annotated[str, Field(description="The page that proves it, relative to the brief.")]


BriefState = Literal["draft", "annotated", "published"]


class Shape(BaseModel):
    """What all parts of the document share: no unknown fields, no change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Pins(Shape):
    """All that decides the content of a brief; the same pins give the same bytes."""

    as_of: date = Field(description="Only what happened before this local day counts.")
    company: str = Field(description="The company's name.")
    timezone: str = Field(description="Where the workspace's days begin.")
    week_start: str = Field(description="The first day of its week.")
    currency: str = Field(description="ISO 4217 code of its money.")
    tables: dict[str, int] = Field(description="Version of each fact table that was read.")
    definitions: dict[str, str] = Field(description="Version of each metric's definition, by its name.")


class SaidWithEvidence(Shape):
    """A sentence and the page that proves it."""

    text: str
    evidence: Evidence


class DecisionEntry(Shape):
    """A question that somebody must answer."""

    question: SaidWithEvidence
    recommended: SaidWithEvidence
    waiting_costs: SaidWithEvidence
    decider: str
    by: date
    answer: str = Field("", description="The answer, where it was given before the brief was published.")
    answered_as: str = ""


class PromiseEntry(Shape):
    """Something promised for last week."""

    promised: SaidWithEvidence
    state: Literal["done", "late", "dropped"]


class SignedEntry(Shape):
    """Who stands behind the definition of a metric, as far as the records of the deck knew."""

    standing: str = Field(description="signed, proposed, signature lost, not signed and the like.")
    by: str = Field(description="What the signer was; empty where nobody signed.")
    on: date | None
    version: str = Field(description="The version that was signed; it holds for that one alone.")


class ScoreEntry(Shape):
    """One metric of the scoreboard; `value` is null where there is no data or it cannot be known yet."""

    metric: str
    title: str
    role: Literal["north star", "input", "guardrail", "other"]
    week_start: date = Field(description="The week it is judged by: the last one, or the last mature one.")
    value: float | None
    base: float | None = Field(description="What a share is a share of.")
    expected_low: float | None
    expected_high: float | None
    target: float | None
    verdict: Literal["moved", "within noise", "too little data", "not mature yet", "no data"]
    side: Literal["above", "below", ""] = Field(description="Side of the expected range, where it moved.")
    written: str = Field(description="The value as the page writes it.")
    owner: str
    remark: str = Field(description="The owner's line of judgement, added by hand.")
    signed: SignedEntry | None = Field(
        None, description="Sign-off of the definition; null where the brief was written without records."
    )
    evidence: Evidence


class MovedEntry(Shape):
    """A metric that moved, told in sentences."""

    metric: str
    sentences: tuple[SaidWithEvidence, ...]
    confidence: Literal["confirmed", "likely", "unknown"]


class CustomerEntry(Shape):
    """A customer's own words, or a loop that was closed."""

    words: SaidWithEvidence
    source: str


class JourneyEntry(Shape):
    """What a journey that was pinned to the brief found."""

    said: SaidWithEvidence
    base: str = Field(description="Of how many, in words.")


class FigureEntry(Shape):
    """The one chart."""

    metric: str
    claim: str
    measure: str
    evidence: Evidence


class LeftOutEntry(Shape):
    """Something true that the page had no room for."""

    section: str
    said: SaidWithEvidence


class SizeEntry(Shape):
    """How much a reader must read."""

    words: int = Field(le=350)
    numbers: int = Field(le=40)


class BriefDocument(Shape):
    """The Monday page as data; an absent section is an empty list."""

    format: Literal[1] = 1
    company: str
    made_up: bool = Field(description="True for a demo company.")
    state: BriefState = Field("draft", description="How far the ritual of the week has come.")
    week_start: date
    week_end: date
    pins: Pins
    headline: tuple[SaidWithEvidence, ...]
    decisions: tuple[DecisionEntry, ...]
    promises: tuple[PromiseEntry, ...]
    scoreboard: tuple[ScoreEntry, ...] = Field(max_length=6)
    moved: tuple[MovedEntry, ...] = Field(max_length=3)
    figure: FigureEntry | None
    journeys: tuple[JourneyEntry, ...] = ()
    customers: tuple[CustomerEntry, ...]
    launches: tuple[SaidWithEvidence, ...]
    risks: tuple[SaidWithEvidence, ...]
    footer: tuple[SaidWithEvidence, ...]
    left_out: tuple[LeftOutEntry, ...]
    size: SizeEntry
