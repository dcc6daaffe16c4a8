"""What is kept of a decision and of a promise?"""

from enum import StrEnum
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from pydantic import TypeAdapter

from quarterdeck.process.decisions.calc.prediction import Graded, Prediction, Week
from quarterdeck.process.decisions.calc.question import Evidence, Option, Question

OPTIONS = TypeAdapter(tuple[Option, ...])
EVIDENCE = TypeAdapter(tuple[Evidence, ...])
PREDICTION = TypeAdapter(Prediction)
GRADED = TypeAdapter(Graded)
WEEKS = TypeAdapter(tuple[Week, ...])


class DecisionState(StrEnum):
    """Where a decision stands."""

    ASKED = "asked"
    MADE = "made"
    REVIEWED = "reviewed"


class ActionState(StrEnum):
    """What became of a promise; late is not kept, it is an open one past its day."""

    OPEN = "open"
    DONE = "done"
    WORKED = "worked"
    DID_NOT_WORK = "did not work"
    DROPPED = "dropped"


class Decision(models.Model):
    """A question, its answer, and what became of the effect that was predicted.

    People are kept as accounts and by what they were called then: titles change, the ledger stays.
    """

    reference = models.UUIDField(unique=True, default=uuid4, editable=False)
    question = models.CharField(max_length=300)
    options = models.JSONField(default=list)
    recommended = models.CharField(max_length=200, blank=True)
    recommended_why = models.TextField(blank=True)
    waiting_costs = models.CharField(max_length=300, blank=True)
    dissent = models.TextField(blank=True)
    flips_if = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    decider = models.CharField(max_length=120)
    decider_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due = models.DateField()
    prediction = models.JSONField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)

    state = models.CharField(max_length=10, default=DecisionState.ASKED.value)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_as = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=200, blank=True)
    answer_why = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_as = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    # The metric's weeks as they were last read, what recomputes them, and the grade from them.
    weeks = models.JSONField(default=list)
    pins = models.JSONField(default=dict)
    grade = models.CharField(max_length=20, blank=True)
    graded = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["state", "due"], name="decisions_by_state"),
            models.Index(fields=["state", "review_on"], name="decisions_to_review"),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def is_open(self) -> bool:
        return self.state == DecisionState.ASKED

    @property
    def written_options(self) -> tuple[Option, ...]:
        return OPTIONS.validate_python(self.options)

    @property
    def written_evidence(self) -> tuple[Evidence, ...]:
        return EVIDENCE.validate_python(self.evidence)

    @property
    def predicted(self) -> Prediction | None:
        return None if self.prediction is None else PREDICTION.validate_python(self.prediction)

    @property
    def measured(self) -> Graded | None:
        return None if self.graded is None else GRADED.validate_python(self.graded)

    @property
    def seen_weeks(self) -> tuple[Week, ...]:
        return WEEKS.validate_python(self.weeks)

    @property
    def written(self) -> Question:
        """Everything that a person wrote into it."""
        return Question(
            question=self.question,
            options=self.written_options,
            decider=self.decider,
            due=self.due,
            recommended=self.recommended,
            recommended_why=self.recommended_why,
            waiting_costs=self.waiting_costs,
            dissent=self.dissent,
            flips_if=self.flips_if,
            evidence=self.written_evidence,
            prediction=self.predicted,
        )


class Action(models.Model):
    """Something that somebody promised to do by a day."""

    reference = models.UUIDField(unique=True, default=uuid4, editable=False)
    text = models.CharField(max_length=300)
    owner = models.CharField(max_length=120)
    owner_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due = models.DateField()
    expected_effect = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=20, default=ActionState.OPEN.value)
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    promised_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due", "pk"]
        indexes: ClassVar = [models.Index(fields=["state", "due"], name="actions_by_state")]

    def __str__(self) -> str:
        return self.text

    @property
    def is_open(self) -> bool:
        return self.state == ActionState.OPEN
