"""What became of the effects that decisions were made for?"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.service.reader import MetricReader
from quarterdeck.insights.metrics.service.week import last_week_end
from quarterdeck.process.decisions.calc.prediction import (
    MOST_WEEKS,
    WEEK,
    Graded,
    Prediction,
    Unit,
    Week,
    grade,
)
from quarterdeck.process.decisions.calc.words import reason_words
from quarterdeck.process.decisions.models import GRADED, WEEKS, Decision, DecisionState
from quarterdeck.process.decisions.service.subjects import decision_subject
from quarterdeck.records.change_log import log_change
from quarterdeck.records.here import today as company_day
from quarterdeck.records.here import workspace

# Facts come late and definitions break: only after this long is "no data" the last word.
PATIENCE = timedelta(28)
PASSING = ("too young", "no data", "gone")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A metric's weeks round a decision, and what recomputes them; `patience_days` until it is final."""

    weeks: tuple[Week, ...]
    unit: Unit
    tables: dict[str, int]
    definition_version: str
    patience_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """What a review did."""

    read: int
    graded: int


def review(*, today: date | None = None, decisions: Iterable[Decision] | None = None) -> Reviewed:
    """Read the metric of every made decision, and grade those whose review date has come.

    Safe to run twice: a graded decision is not graded again, and the same weeks are not written again.
    """
    here = workspace()
    day = today or company_day()
    waiting = (
        list(decisions)
        if decisions is not None
        else list(Decision.objects.filter(state=DecisionState.MADE, prediction__isnull=False))
    )
    if not waiting:
        return Reviewed(read=0, graded=0)
    with FactStore(here.facts_path).snapshot() as snapshot:
        reader = MetricReader(here, snapshot, day)
        read = [(decision, _read(reader, here, decision, day)) for decision in waiting]
    graded = sum(_keep(decision.pk, reading, day, here) for decision, reading in read)
    return Reviewed(read=len(read), graded=graded)


def decided_on(decision: Decision, here: Workspace) -> date:
    """The company's day on which a decision was made."""
    at: datetime = decision.answered_at or decision.asked_at
    return at.astimezone(here.zone).date()


def _read(reader: MetricReader, here: Workspace, decision: Decision, day: date) -> Reading | None:
    """The weeks before the decision and up to its review; None where the metric cannot be read."""
    prediction = decision.predicted
    if prediction is None:
        return None
    made = last_week_end(here, decided_on(decision, here))
    until = last_week_end(here, min(day, prediction.review_on))
    since = made - MOST_WEEKS * WEEK
    with suppress(QuarterdeckError):
        series = reader.series(prediction.metric, "week", since, max(until, made))
        return Reading(
            weeks=tuple(
                Week(start=point.start, value=point.value, base=point.base, mature=point.mature)
                for point in series.points[None]
            ),
            unit=series.metric.unit,
            tables=dict(series.proof.versions),
            definition_version=series.proof.definition_version,
            patience_days=reader.book.matures_after_days(prediction.metric),
        )
    return None


@transaction.atomic
def _keep(number: int, reading: Reading | None, day: date, here: Workspace) -> bool:
    """Write what was read, and the grade if it is due; whether it was graded."""
    decision = Decision.objects.select_for_update().get(pk=number)
    prediction = decision.predicted
    if decision.state != DecisionState.MADE or prediction is None:
        return False
    if reading is not None:
        weeks = WEEKS.dump_python(reading.weeks, mode="json")
        pins = {
            "tables": reading.tables,
            "definition": prediction.metric,
            "definition_version": reading.definition_version,
        }
        if (decision.weeks, decision.pins) != (weeks, pins):
            decision.weeks, decision.pins = weeks, pins
            decision.save(update_fields=["weeks", "pins"])
    if day < prediction.review_on:
        return False
    graded = _grade(decision, prediction, reading, here)
    patience = PATIENCE + timedelta(reading.patience_days if reading else 0)
    if graded.because in PASSING and day < prediction.review_on + patience:
        return False
    decision.grade, decision.graded = graded.grade, GRADED.dump_python(graded, mode="json")
    decision.reason = reason_words(
        graded, prediction, reading.unit if reading else "number", currency=here.currency
    )
    decision.state = DecisionState.REVIEWED.value
    decision.reviewed_at = decision.changed_at = timezone.now()
    decision.save()
    log_change(
        by=None,
        verb="graded",
        subject=decision_subject(decision),
        after={"grade": decision.grade, "reason": decision.reason, "read at": _pins_in_words(decision)},
    )
    return True


def _grade(decision: Decision, prediction: Prediction, reading: Reading | None, here: Workspace) -> Graded:
    if reading is None:
        return Graded(grade="cannot tell", because="gone")
    return grade(reading.weeks, prediction, decided_on=decided_on(decision, here), unit=reading.unit)


def _pins_in_words(decision: Decision) -> str:
    tables = [f"{table} {version}" for table, version in decision.pins.get("tables", {}).items()]
    return ", ".join([f"definition {decision.pins.get('definition_version', '')}".strip(), *tables])
