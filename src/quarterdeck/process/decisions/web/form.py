"""What stands in the forms of a decision and of a promise, and what does somebody send with them?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import cast

from django.http import QueryDict

from quarterdeck.errors import QuarterdeckError
from quarterdeck.process.decisions.calc.prediction import Direction, Measured, Prediction, Unit
from quarterdeck.process.decisions.calc.question import Evidence, Option, Question
from quarterdeck.process.decisions.calc.written import read_bound, read_evidence, write_bound, write_evidence
from quarterdeck.process.decisions.models import Action, Decision
from quarterdeck.process.decisions.service.acting import Promise
from quarterdeck.process.decisions.service.asking import version_of
from quarterdeck.process.decisions.service.page import MetricChoice, metric_choices
from quarterdeck.records.here import today

ROWS = 5  # of options; more come with the next page where they are all used
DIRECTIONS = ("rises", "falls")
MEASURES = {"change": "by", "level": "to a level of"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One option in the form."""

    name: str = ""
    why_rejected: str = ""
    recommended: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """Everything in the fields of a decision's form."""

    rows: tuple[Row, ...]
    texts: Mapping[str, str]
    metrics: tuple[MetricChoice, ...]


TEXTS = (
    "question",
    "decider",
    "due",
    "recommended_why",
    "waiting_costs",
    "dissent",
    "flips_if",
    "evidence",
    "metric",
    "direction",
    "measured",
    "low",
    "high",
    "review_on",
    "answer_why",
    "seen",
)


def empty_form(given: QueryDict) -> Form:
    """A new question; what the address says stands in it already."""
    texts = {name: given.get(name, "") for name in TEXTS}
    texts["due"] = texts["due"] or (today() + timedelta(7)).isoformat()
    return Form(rows=_rows(()), texts=texts, metrics=metric_choices())


def sent_form(sent: QueryDict) -> Form:
    """What was sent, so that nobody types it again."""
    chosen = sent.get("recommended", "")
    rows = tuple(
        Row(name=option.name, why_rejected=option.why_rejected, recommended=chosen == str(number))
        for number, option in enumerate(_options(sent))
    )
    return Form(
        rows=_rows(rows), texts={name: sent.get(name, "") for name in TEXTS}, metrics=metric_choices()
    )


def form_of(decision: Decision) -> Form:
    """A decision as it stands."""
    metrics, written = metric_choices(), decision.written
    foreseen = written.prediction
    texts = {
        **{name: str(getattr(written, name)) for name in TEXTS[:7]},
        "evidence": write_evidence(written.evidence),
        "seen": version_of(decision),
    }
    if foreseen is not None:
        unit = _unit(foreseen.metric, metrics)
        texts |= {
            "metric": foreseen.metric,
            "direction": foreseen.direction,
            "measured": foreseen.measured,
            "low": write_bound(foreseen.low, unit),
            "high": write_bound(foreseen.high, unit),
            "review_on": foreseen.review_on.isoformat(),
        }
    rows = tuple(
        Row(
            name=option.name,
            why_rejected=option.why_rejected,
            recommended=option.name == written.recommended,
        )
        for option in written.options
    )
    return Form(rows=_rows(rows), texts=texts, metrics=metrics)


def read_question(sent: QueryDict, decision: Decision | None = None) -> Question:
    """The question that was sent; of a decision that is made only what may still change."""
    evidence = _evidence(sent)
    if decision is not None and not decision.is_open:
        dissent, flips_if = sent.get("dissent", ""), sent.get("flips_if", "")
        return replace(decision.written, dissent=dissent, flips_if=flips_if, evidence=evidence)
    options = _options(sent)
    chosen = sent.get("recommended", "")
    recommended = options[int(chosen)].name if chosen in map(str, range(len(options))) else ""
    return Question(
        question=sent.get("question", ""),
        options=options,
        decider=sent.get("decider", ""),
        due=read_day(sent.get("due", ""), "the day it is due"),
        recommended=" ".join(recommended.split()),
        recommended_why=sent.get("recommended_why", ""),
        waiting_costs=sent.get("waiting_costs", ""),
        dissent=sent.get("dissent", ""),
        flips_if=sent.get("flips_if", ""),
        evidence=evidence,
        prediction=_prediction(sent),
    )


def read_promise(sent: QueryDict, decision: Decision | None) -> Promise:
    """The promise that was sent."""
    return Promise(
        text=sent.get("text", ""),
        owner=sent.get("owner", ""),
        due=read_day(sent.get("due", ""), "the day it is due"),
        expected_effect=sent.get("expected_effect", ""),
        decision=decision,
    )


def promise_texts(action: Action) -> Mapping[str, str]:
    """A promise as it stands in its form."""
    return {
        "text": action.text,
        "owner": action.owner,
        "due": action.due.isoformat(),
        "expected_effect": action.expected_effect,
        "decision": str(action.decision_id or ""),
    }


def read_day(text: str, what: str) -> date:
    """A day that is written as calendars give it."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise QuarterdeckError(
            f"'{text[:20]}' is not {what}." if text.strip() else f"There is no {what[4:]}.",
            "Write it like 2026-11-23.",
        ) from error


def _prediction(sent: QueryDict) -> Prediction | None:
    metric = sent.get("metric", "").strip()
    if not metric:
        return None
    unit = _unit(metric, metric_choices())
    direction, measured = sent.get("direction", ""), sent.get("measured", "")
    return Prediction(
        metric=metric,
        review_on=read_day(sent.get("review_on", ""), "the day of the review"),
        direction=cast("Direction", direction if direction in DIRECTIONS else "rises"),
        measured=cast("Measured", measured if measured in MEASURES else "change"),
        low=read_bound(sent.get("low", ""), unit),
        high=read_bound(sent.get("high", ""), unit),
    )


def _unit(metric: str, metrics: Sequence[MetricChoice]) -> Unit:
    return next((each.unit for each in metrics if each.name == metric), "number")


def _options(sent: QueryDict) -> tuple[Option, ...]:
    """Every row as it was sent, so that their numbers stay; rows without a name are left out later."""
    names, reasons = sent.getlist("option"), sent.getlist("why_rejected")
    pairs = zip_longest(names, reasons[: len(names)], fillvalue="")
    return tuple(Option(name=name, why_rejected=reason) for name, reason in pairs)


def _evidence(sent: QueryDict) -> tuple[Evidence, ...]:
    return read_evidence(sent.get("evidence", ""))


def _rows(filled: Sequence[Row]) -> tuple[Row, ...]:
    room = max(ROWS, len(filled) + 1)
    return (*filled, *(Row() for _ in range(room - len(filled))))
