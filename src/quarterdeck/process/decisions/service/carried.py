"""How does a decision, or a promise, stand in a file?

People stand in it by what they are called on shared pages, never by their address.
"""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from quarterdeck.process.decisions.calc.prediction import Graded, Prediction, Week
from quarterdeck.process.decisions.calc.question import Evidence, Option, Question
from quarterdeck.process.decisions.models import Action, Decision

FORMAT = 1


class DecisionRow(BaseModel):
    """Everything that is kept of a decision."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: UUID
    question: str
    options: tuple[Option, ...]
    recommended: str = ""
    recommended_why: str = ""
    waiting_costs: str = ""
    dissent: str = ""
    flips_if: str = ""
    evidence: tuple[Evidence, ...] = ()
    decider: str
    due: date
    prediction: Prediction | None = None
    state: Literal["asked", "made", "reviewed"] = "asked"
    asked_as: str = Field("", max_length=120)
    asked_at: AwareDatetime
    answer: str = Field("", max_length=200)
    answer_why: str = Field("", max_length=4000)
    answered_as: str = Field("", max_length=120)
    answered_at: AwareDatetime | None = None
    weeks: tuple[Week, ...] = ()
    pins: dict[str, Any] = Field(default_factory=dict)
    grade: Literal["", "came true", "did not", "cannot tell"] = ""
    graded: Graded | None = None
    reason: str = Field("", max_length=500)
    reviewed_at: AwareDatetime | None = None
    changed_at: AwareDatetime
    archived_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "DecisionRow":
        answered = bool(self.answer and self.answered_at)
        if (self.state == "asked") == answered:
            raise ValueError(f"it is {self.state}, but has {'an' if answered else 'no'} answer with its time")
        if (self.state == "reviewed") != bool(self.grade and self.graded and self.prediction):
            raise ValueError("a reviewed decision has a prediction and a grade, no other has")
        return self

    @property
    def written(self) -> Question:
        """What a person wrote into it."""
        return Question(
            question=self.question,
            options=self.options,
            decider=self.decider,
            due=self.due,
            recommended=self.recommended,
            recommended_why=self.recommended_why,
            waiting_costs=self.waiting_costs,
            dissent=self.dissent,
            flips_if=self.flips_if,
            evidence=self.evidence,
            prediction=self.prediction,
        )


class ActionRow(BaseModel):
    """Everything that is kept of a promise; `decision` is the reference of the one that it follows from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: UUID
    text: str
    owner: str
    due: date
    expected_effect: str = ""
    state: Literal["open", "done", "worked", "did not work", "dropped"] = "open"
    decision: UUID | None = None
    promised_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    changed_at: AwareDatetime
    archived_at: AwareDatetime | None = None


def decision_row(decision: Decision) -> DecisionRow:
    """A decision as it is kept."""
    return DecisionRow(
        reference=decision.reference,
        question=decision.question,
        options=decision.written_options,
        recommended=decision.recommended,
        recommended_why=decision.recommended_why,
        waiting_costs=decision.waiting_costs,
        dissent=decision.dissent,
        flips_if=decision.flips_if,
        evidence=decision.written_evidence,
        decider=decision.decider,
        due=decision.due,
        prediction=decision.predicted,
        state=decision.state,
        asked_as=decision.asked_as,
        asked_at=decision.asked_at,
        answer=decision.answer,
        answer_why=decision.answer_why,
        answered_as=decision.answered_as,
        answered_at=decision.answered_at,
        weeks=decision.seen_weeks,
        pins=decision.pins,
        grade=decision.grade,
        graded=decision.measured,
        reason=decision.reason,
        reviewed_at=decision.reviewed_at,
        changed_at=decision.changed_at,
        archived_at=decision.archived_at,
    )


def action_row(action: Action) -> ActionRow:
    """A promise as it is kept."""
    return ActionRow(
        reference=action.reference,
        text=action.text,
        owner=action.owner,
        due=action.due,
        expected_effect=action.expected_effect,
        state=action.state,
        decision=action.decision.reference if action.decision else None,
        promised_at=action.promised_at,
        finished_at=action.finished_at,
        changed_at=action.changed_at,
        archived_at=action.archived_at,
    )
