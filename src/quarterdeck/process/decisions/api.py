"""How do programs read, ask for, answer and export decisions and actions?"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from quarterdeck.errors import QuarterdeckError
from quarterdeck.process.decisions.calc.prediction import Prediction
from quarterdeck.process.decisions.calc.question import Evidence, Option, Question
from quarterdeck.process.decisions.models import Action, ActionState, Decision
from quarterdeck.process.decisions.service import acting, asking, carrying, ledger
from quarterdeck.records.api_doors import asking as asking_person
from quarterdeck.records.api_doors import needs
from quarterdeck.records.paging import Paging
from quarterdeck.records.permissions import Permission

router = Router()

Bound = Annotated[float | None, Field(description="In the metric's own unit; a share as 0.05. None is open.")]


class OptionShape(Schema):
    """One answer that is open."""

    name: str = Field(min_length=1, max_length=200)
    why_rejected: str = Field("", max_length=4000)


class EvidenceIn(Schema):
    """What a decision rests on; what comes from facts is pinned at the versions of now."""

    type: str = Field(min_length=1, max_length=40, description="metric, brief, account, page, ...")
    key: str = Field(min_length=1, max_length=200)
    title: str = Field("", max_length=300)


class EvidenceOut(EvidenceIn):
    """The same with its pins."""

    tables: dict[str, int]
    definition_version: str


class PredictionShape(Schema):
    """What a decision is to do to a metric, by a day."""

    metric: str = Field(min_length=1, max_length=200)
    review_on: date
    direction: Literal["rises", "falls"] = "rises"
    measured: Literal["change", "level"] = "change"
    low: Bound = None
    high: Bound = None


class QuestionIn(Schema):
    """A question with all that its decider needs."""

    question: str = Field(min_length=1, max_length=300)
    options: list[OptionShape] = Field(min_length=1, max_length=9)
    decider: str = Field(min_length=1, max_length=120, description="What they are: Head of product.")
    due: date
    recommended: str = Field("", max_length=200)
    recommended_why: str = Field("", max_length=4000)
    waiting_costs: str = Field("", max_length=300)
    dissent: str = Field("", max_length=4000)
    flips_if: str = Field("", max_length=4000)
    evidence: list[EvidenceIn] = Field(default_factory=list, max_length=30)
    prediction: PredictionShape | None = None

    def as_question(self) -> Question:
        return Question(
            question=self.question,
            decider=self.decider,
            due=self.due,
            recommended=self.recommended,
            recommended_why=self.recommended_why,
            waiting_costs=self.waiting_costs,
            dissent=self.dissent,
            flips_if=self.flips_if,
            options=tuple(Option(name=each.name, why_rejected=each.why_rejected) for each in self.options),
            evidence=tuple(
                Evidence(type=each.type, key=each.key, title=each.title) for each in self.evidence
            ),
            prediction=Prediction(**self.prediction.model_dump()) if self.prediction else None,
        )


class DecisionIn(QuestionIn):
    """A question to ask; with an answer, a decision that is made already."""

    answer: str = Field("", max_length=200, description="One of the options, if it is decided already.")
    answer_why: str = Field("", max_length=4000)


class QuestionChange(QuestionIn):
    """A question as it is to be; `seen` is the `version` of what you looked at."""

    seen: str = Field("", max_length=40)


class AnswerIn(Schema):
    """An answer; `own_words` allows one that nobody had offered."""

    option: str = Field(min_length=1, max_length=200)
    why: str = Field("", max_length=4000)
    own_words: bool = False
    brief: date | None = Field(None, description="The brief that it was answered from.")


class DecisionOut(Schema):
    """A decision as it is kept."""

    id: int
    reference: str
    question: str
    options: list[OptionShape]
    recommended: str
    recommended_why: str
    waiting_costs: str
    dissent: str
    flips_if: str
    evidence: list[EvidenceOut]
    decider: str
    due: date
    prediction: PredictionShape | None
    state: Literal["asked", "made", "reviewed"]
    asked_as: str
    asked_at: datetime
    answer: str
    answer_why: str
    answered_as: str
    answered_at: datetime | None
    grade: Literal["", "came true", "did not", "cannot tell"]
    graded: dict[str, Any] | None
    reason: str
    pins: dict[str, Any]
    reviewed_at: datetime | None
    version: str = Field(description="Send it back as `seen` with a change.")
    archived_at: datetime | None

    @staticmethod
    def resolve_reference(decision: Decision) -> str:
        return str(decision.reference)

    @staticmethod
    def resolve_version(decision: Decision) -> str:
        return asking.version_of(decision)


class ActionIn(Schema):
    """A promise."""

    text: str = Field(min_length=1, max_length=300)
    owner: str = Field(min_length=1, max_length=120)
    due: date
    expected_effect: str = Field("", max_length=300)
    decision_id: int | None = None


class ActionOut(ActionIn):
    """A promise as it is kept."""

    id: int
    reference: str
    state: ActionState
    promised_at: datetime
    finished_at: datetime | None
    archived_at: datetime | None

    @staticmethod
    def resolve_reference(action: Action) -> str:
        return str(action.reference)


class StateIn(Schema):
    """What became of a promise."""

    state: ActionState


class CarriedIn(Schema):
    """An export to take in, as `export` gives it."""

    kind: Literal["json", "csv"]
    text: str = Field(min_length=1, max_length=2_000_000)
    preview: bool = Field(False, description="Only say what it would bring; nothing is kept.")


class BadRowOut(Schema):
    """A row that cannot be used."""

    line: int
    trouble: str


class CarriedOut(Schema):
    """What came in, was there already and stays, or cannot be used."""

    added: int
    there: int
    bad: list[BadRowOut]


class RateOut(Schema):
    """How often predictions came true, over all decisions."""

    came_true: int
    did_not: int
    cannot_tell: int
    interval: list[float] | None = Field(description="Between which two shares the true rate lies.")
    sentence: str


@router.get("/decisions", auth=needs(Permission.READ), response=list[DecisionOut], tags=["decisions"])
@paginate(Paging)
def list_decisions(
    request: HttpRequest, state: Literal["", "asked", "made", "reviewed"] = "", archived: bool = False
) -> "QuerySet[Decision]":
    """Decisions, the latest first."""
    found = ledger.decisions(archived=archived)
    return found.filter(state=state) if state else found


@router.get("/decisions/rate", auth=needs(Permission.READ), response=RateOut, tags=["decisions"])
def show_rate(request: HttpRequest) -> Any:
    """How often predictions came true, over all graded decisions."""
    return ledger.base_rate()


@router.get("/decisions/export", auth=needs(Permission.READ), response=dict[str, Any], tags=["decisions"])
def export_decisions(request: HttpRequest) -> HttpResponse:
    """Every decision and action as one document, for `quarterdeck decisions import`."""
    return HttpResponse(carrying.written_json(), content_type="application/json")


@router.post("/decisions", auth=needs(Permission.CONTRIBUTE), response={201: DecisionOut}, tags=["decisions"])
def add_decision(request: HttpRequest, decision: DecisionIn) -> Status[Decision]:
    """Ask for a decision, or write down one that is made."""
    written, person = decision.as_question(), asking_person(request)
    if not decision.answer:
        return Status(201, asking.ask(written=written, by=person))
    made = asking.decide(written=written, option=decision.answer, why=decision.answer_why, by=person)
    return Status(201, made)


@router.post("/decisions/import", auth=needs(Permission.EDIT), response=CarriedOut, tags=["decisions"])
def import_decisions(request: HttpRequest, given: CarriedIn) -> carrying.Carried:
    """Take in an export of decisions, of actions, or of both; what is here already stays as it is."""
    found = carrying.read_rows(f"import.{given.kind}", given.text)
    return carrying.preview(found) if given.preview else carrying.take_in(found, by=asking_person(request))


@router.get("/decisions/{decision_id}", auth=needs(Permission.READ), response=DecisionOut, tags=["decisions"])
def show_decision(request: HttpRequest, decision_id: int) -> Decision:
    """One decision."""
    return _decision(decision_id)


@router.put(
    "/decisions/{decision_id}", auth=needs(Permission.CONTRIBUTE), response=DecisionOut, tags=["decisions"]
)
def edit_decision(request: HttpRequest, decision_id: int, change: QuestionChange) -> Decision:
    """Change what is written; of a made decision only dissent, evidence and what would flip it."""
    found = _decision(decision_id)
    person = asking_person(request)
    return asking.edit(decision=found, written=change.as_question(), by=person, seen=change.seen)


@router.post(
    "/decisions/{decision_id}/answer",
    auth=needs(Permission.CONTRIBUTE),
    response=DecisionOut,
    tags=["decisions"],
)
def answer_decision(request: HttpRequest, decision_id: int, answer: AnswerIn) -> Decision:
    """Answer; where somebody answered already, the problem says who."""
    return asking.answer(
        decision=_decision(decision_id),
        option=answer.option,
        why=answer.why,
        own_words=answer.own_words,
        brief=answer.brief,
        by=asking_person(request),
    )


@router.get("/actions", auth=needs(Permission.READ), response=list[ActionOut], tags=["decisions"])
@paginate(Paging)
def list_actions(
    request: HttpRequest, show: ledger.Which | Literal["all"] = "all", archived: bool = False
) -> "QuerySet[Action]":
    """Actions: all, open ones, one's own, late ones, or finished ones; archived ones where asked."""
    if show == "all" or archived:
        return ledger.actions(archived=archived)
    return ledger.list_actions(show, asking_person(request))


@router.post("/actions", auth=needs(Permission.CONTRIBUTE), response={201: ActionOut}, tags=["decisions"])
def add_action(request: HttpRequest, action: ActionIn) -> Status[Action]:
    """Promise something."""
    return Status(201, acting.promise(written=_promise(action), by=asking_person(request)))


@router.put("/actions/{action_id}", auth=needs(Permission.CONTRIBUTE), response=ActionOut, tags=["decisions"])
def edit_action(request: HttpRequest, action_id: int, action: ActionIn) -> Action:
    """Change an open promise."""
    return acting.change(action=_action(action_id), written=_promise(action), by=asking_person(request))


@router.post(
    "/actions/{action_id}/state", auth=needs(Permission.CONTRIBUTE), response=ActionOut, tags=["decisions"]
)
def settle_action(request: HttpRequest, action_id: int, wanted: StateIn) -> Action:
    """Say what became of a promise."""
    return acting.settle(action=_action(action_id), state=wanted.state, by=asking_person(request))


def _promise(given: ActionIn) -> acting.Promise:
    decision = None
    if given.decision_id is not None:
        decision = Decision.objects.filter(pk=given.decision_id).first()
        if decision is None:
            raise QuarterdeckError(f"There is no decision {given.decision_id}.", "Leave it out, or name one.")
    return acting.Promise(
        text=given.text,
        owner=given.owner,
        due=given.due,
        expected_effect=given.expected_effect,
        decision=decision,
    )


def _decision(number: int) -> Decision:
    return get_object_or_404(Decision, pk=number)


def _action(number: int) -> Action:
    return get_object_or_404(Action, pk=number)
