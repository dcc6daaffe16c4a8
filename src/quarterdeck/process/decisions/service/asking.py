"""How is a decision asked for, made, and corrected? Start reading here."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.service.book import read_journeys
from quarterdeck.insights.metrics.service.book import read_metrics
from quarterdeck.jobs.queue import ask as ask_for_work
from quarterdeck.process.decisions.calc.prediction import Prediction
from quarterdeck.process.decisions.calc.question import Evidence, Option, Question
from quarterdeck.process.decisions.models import EVIDENCE, OPTIONS, PREDICTION, Decision, DecisionState
from quarterdeck.process.decisions.service.subjects import ANSWERED_IN, decision_subject, link_as_written
from quarterdeck.process.decisions.service.wording import (
    MOST_CHARACTERS,
    MOST_TEXT,
    check,
    cleaned,
    line,
    person_called,
    tidy,
)
from quarterdeck.records.change_log import log_change
from quarterdeck.records.here import workspace
from quarterdeck.records.links import join
from quarterdeck.records.models import Person
from quarterdeck.records.subjects import Subject

__all__ = [
    "Decision",
    "Evidence",
    "Option",
    "Prediction",
    "Question",
    "answer",
    "answered_words",
    "ask",
    "decide",
    "edit",
    "picture",
    "version_of",
]

REVIEW = "decisions.review"
SOONEST_REVIEW = timedelta(14)  # a whole week lies between, wherever in a week the answer fell
# What is still open once a decision is made; question, answer and prediction then stay as they were.
STILL_OPEN = ("dissent", "flips_if", "evidence")
FROM_FACTS = frozenset({"metric", "journey", "account", "person", "feedback", "event", "change", "work_item"})


@transaction.atomic
def ask(*, written: Question, by: Person | None, at: datetime | None = None) -> Decision:
    """Put a question to its decider."""
    made = _new(written, by=by, at=at, fewest_options=2)
    made.save(force_insert=True)
    log_change(by=by, verb="asked", subject=decision_subject(made), after=picture(made))
    link_as_written(made, by=by)
    return made


@transaction.atomic
def answer(
    *,
    decision: Decision,
    option: str,
    by: Person,
    why: str = "",
    own_words: bool = False,
    brief: date | None = None,
    at: datetime | None = None,
) -> Decision:
    """Make the decision; of several answers the first one holds, and the others learn whose it was.

    `own_words` allows an answer that nobody had offered; `brief` is the brief that it was answered from.
    """
    locked = Decision.objects.select_for_update().get(pk=decision.pk)
    chosen = line(option)
    if not locked.is_open:
        if (locked.answer, locked.answered_by_id) == (chosen, by.pk):
            return locked
        raise Conflict(answered_words(locked), "Ask anew if it must be decided again.")
    _choose(locked, chosen, own_words=own_words)
    _move_review(locked, at or timezone.now())
    _settle(locked, chosen, why=why, by=by, at=at or timezone.now())
    locked.save()
    subject = decision_subject(locked)
    log_change(
        by=by,
        verb="answered",
        subject=subject,
        after={"answer": chosen, **({"why": locked.answer_why} if locked.answer_why else {})},
    )
    if brief is not None:
        join(source=subject, verb=ANSWERED_IN, target=Subject(type="brief", key=brief.isoformat()), by=by)
    _watch(locked, by)
    return locked


@transaction.atomic
def decide(
    *, written: Question, option: str, by: Person, why: str = "", at: datetime | None = None
) -> Decision:
    """Write down a decision that was made elsewhere, without asking for it first."""
    made = _new(written, by=by, at=at, fewest_options=1)
    chosen = line(option)
    _choose(made, chosen, own_words=False)
    _settle(made, chosen, why=why, by=by, at=made.asked_at)
    made.save(force_insert=True)
    log_change(
        by=by, verb="decided", subject=decision_subject(made), after={**picture(made), "answer": chosen}
    )
    link_as_written(made, by=by)
    _watch(made, by)
    return made


@transaction.atomic
def edit(*, decision: Decision, written: Question, by: Person, seen: str = "") -> Decision:
    """Change what is written; of a decision that is made only what does not touch its prediction.

    `seen` is the version that the writer looked at; where somebody else wrote since, nothing is overwritten.
    """
    locked = Decision.objects.select_for_update().get(pk=decision.pk)
    if seen and seen != version_of(locked):
        raise Conflict(
            "Somebody else changed this decision meanwhile.", "Look at it as it is now, then change it."
        )
    before = locked.written
    wanted = cleaned(written)
    if not locked.is_open:
        kept = replace(before, **{name: getattr(wanted, name) for name in STILL_OPEN})
        if kept != wanted:
            raise Conflict(
                "This decision is made: its question, answer and prediction stay as they were.",
                "Change dissent, evidence or what would flip it; or ask anew.",
            )
    check(wanted, workspace(), fewest_options=2 if locked.is_open else 1)
    pinned = replace(wanted, evidence=_pinned(wanted.evidence, before.evidence))
    if pinned == before:
        return locked
    old = picture(locked)
    _write(locked, pinned)
    locked.changed_at = timezone.now()
    locked.save()
    log_change(by=by, verb="edited", subject=decision_subject(locked), before=old, after=picture(locked))
    link_as_written(locked, by=by)
    return locked


def version_of(decision: Decision) -> str:
    """Which version of a decision somebody looks at."""
    return decision.changed_at.isoformat()


def answered_words(decision: Decision) -> str:
    """Who answered, and what."""
    return f"{decision.answered_as or 'Somebody'} answered this already: “{decision.answer}”."


def picture(decision: Decision) -> Mapping[str, Any]:
    """A decision as the change log shows it."""
    written = {
        "question": decision.question,
        "options": ", ".join(option.name for option in decision.written_options),
        "recommended": decision.recommended,
        "recommended why": decision.recommended_why,
        "waiting costs": decision.waiting_costs,
        "dissent": decision.dissent,
        "flips if": decision.flips_if,
        "decider": decision.decider,
        "due": decision.due,
        "evidence": ", ".join(f"{each.type} {each.key}" for each in decision.written_evidence),
        "prediction": _foreseen(decision.predicted),
    }
    return {name: value for name, value in written.items() if value}


def _foreseen(prediction: Prediction | None) -> str:
    if prediction is None:
        return ""
    low = "…" if prediction.low is None else f"{prediction.low:g}"
    high = "…" if prediction.high is None else f"{prediction.high:g}"
    return (
        f"{prediction.metric} {prediction.direction}, {prediction.measured} {low} to {high}, "
        f"reviewed on {prediction.review_on}"
    )


def _new(written: Question, *, by: Person | None, at: datetime | None, fewest_options: int) -> Decision:
    wanted = cleaned(written)
    check(wanted, workspace(), fewest_options=fewest_options)
    now = at or timezone.now()
    made = Decision(
        asked_at=now,
        changed_at=now,
        asked_by=by,
        asked_as=by.shown if by else "",
    )
    _write(made, replace(wanted, evidence=_pinned(wanted.evidence)))
    return made


def _write(decision: Decision, written: Question) -> None:
    for name in MOST_CHARACTERS:
        setattr(decision, name, getattr(written, name))
    decision.due = written.due
    decision.options = OPTIONS.dump_python(written.options, mode="json")
    decision.evidence = EVIDENCE.dump_python(written.evidence, mode="json")
    decision.decider_person = person_called(written.decider)
    foreseen = written.prediction
    decision.prediction = None if foreseen is None else PREDICTION.dump_python(foreseen, mode="json")
    decision.review_on = None if foreseen is None else foreseen.review_on


def _choose(decision: Decision, chosen: str, *, own_words: bool) -> None:
    """Take an answer that is open, or add one of the decider's own."""
    names = [option.name for option in decision.written_options]
    if chosen in names:
        return
    if not chosen or len(chosen) > MOST_CHARACTERS["recommended"]:
        raise QuarterdeckError("The answer is empty or too long.", f"Choose: {', '.join(names)}.")
    if not own_words:
        raise Conflict(f"'{chosen}' is none of the options now.", f"Choose: {', '.join(names)}.")
    added = (*decision.written_options, Option(name=chosen))
    decision.options = OPTIONS.dump_python(added, mode="json")


def _move_review(decision: Decision, at: datetime) -> None:
    """A late answer moves the review with it: the effect gets as long as it would have had."""
    day, foreseen = at.astimezone(workspace().zone).date(), decision.predicted
    if foreseen is None or foreseen.review_on > day:
        return
    decision.review_on = day + max(foreseen.review_on - decision.due, SOONEST_REVIEW)
    moved = replace(foreseen, review_on=decision.review_on)
    decision.prediction = PREDICTION.dump_python(moved, mode="json")


def _settle(decision: Decision, chosen: str, *, why: str, by: Person, at: datetime) -> None:
    reason = tidy(why)
    if len(reason) > MOST_TEXT:
        raise QuarterdeckError(f"The reason has {len(reason)} characters; {MOST_TEXT} fit.", "Shorten it.")
    if decision.review_on is not None and decision.review_on <= at.astimezone(workspace().zone).date():
        raise QuarterdeckError(
            f"The prediction would be reviewed on {decision.review_on}, before it could come true.",
            "Move the day of its review into the future first.",
        )
    decision.state = DecisionState.MADE.value
    decision.answer, decision.answer_why = chosen, reason
    decision.answered_by, decision.answered_as = by, by.shown
    decision.answered_at = decision.changed_at = at


def _watch(decision: Decision, by: Person) -> None:
    """Read the metric soon, so that the page shows where it stands."""
    if decision.prediction is not None:
        ask_for_work(REVIEW, title="Read what was predicted", key=REVIEW, by_id=by.pk)


def _pinned(evidence: tuple[Evidence, ...], before: tuple[Evidence, ...] = ()) -> tuple[Evidence, ...]:
    """Each piece that comes from facts with the versions of today; what was pinned stays so."""
    known = {(each.type, each.key): each for each in before if each.is_pinned}
    here = workspace()
    new = [each for each in evidence if each.type in FROM_FACTS and (each.type, each.key) not in known]
    tables = FactStore(here.facts_path).versions() if any(not each.is_pinned for each in new) else {}
    versions = _definition_versions({each.type for each in new})
    return tuple(
        _pin(each, known.get((each.type, each.key)), tables, versions) if each.type in FROM_FACTS else each
        for each in evidence
    )


def _pin(
    each: Evidence,
    before: Evidence | None,
    tables: Mapping[str, int],
    versions: Mapping[tuple[str, str], str],
) -> Evidence:
    if each.is_pinned:
        return each
    if before is not None:
        return replace(each, tables=before.tables, definition_version=before.definition_version)
    return replace(each, tables=dict(tables), definition_version=versions.get((each.type, each.key), ""))


def _definition_versions(types: set[str]) -> dict[tuple[str, str], str]:
    """The versions of the definitions of these types, by type and name."""
    here = workspace()
    metrics = read_metrics(here).versions if "metric" in types else {}
    journeys = read_journeys(here) if "journey" in types else {}
    return {
        **{("metric", name): version for name, version in metrics.items()},
        **{("journey", name): each.version for name, each in journeys.items()},
    }
