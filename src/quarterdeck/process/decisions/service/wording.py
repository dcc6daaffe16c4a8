"""Can a question, a prediction or a promise be kept as it is written?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import isfinite

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.insights.metrics.service.book import read_metrics
from quarterdeck.process.decisions.calc.prediction import Prediction
from quarterdeck.process.decisions.calc.question import Evidence, Option, Question
from quarterdeck.records.models import MOST_KEY, Person

MOST_OPTIONS = 9
MOST_EVIDENCE = 30
MOST_TEXT = 4000
# What fits on a page, by field; whatever is longer is a text of its own.
MOST_CHARACTERS = {
    "question": 300,
    "recommended": 200,
    "recommended_why": MOST_TEXT,
    "waiting_costs": 300,
    "dissent": MOST_TEXT,
    "flips_if": MOST_TEXT,
    "decider": 120,
}
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2200, 1, 1)
LARGEST = 1e15


def cleaned(written: Question) -> Question:
    """The same without spaces round its words, and without options that have no name."""
    texts = {name: tidy(getattr(written, name)) for name in MOST_CHARACTERS}
    options = tuple(
        Option(name=line(option.name), why_rejected=tidy(option.why_rejected))
        for option in written.options
        if line(option.name)
    )
    evidence = tuple(
        replace(each, type=line(each.type), key=line(each.key), title=line(each.title))
        for each in written.evidence
    )
    return replace(written, **{**texts, "options": options, "evidence": evidence})  # type: ignore[arg-type]


def check(written: Question, workspace: Workspace, *, fewest_options: int = 2) -> None:
    """Raise what is wrong with a question, in the words of its form."""
    check_words(written, fewest_options=fewest_options)
    if written.prediction is not None:
        known = read_metrics(workspace).metrics
        if written.prediction.metric not in known:
            hint = did_you_mean(written.prediction.metric, known) or f"Known: {', '.join(known) or 'none'}."
            raise QuarterdeckError(f"No metric is named '{written.prediction.metric[:80]}'.", hint)


def check_words(written: Question, *, fewest_options: int) -> None:
    """The same, but for whether the metric is known here: what is carried in may speak of another."""
    for name, most in MOST_CHARACTERS.items():
        text = getattr(written, name)
        if len(text) > most:
            field = name.replace("_", " ")
            raise QuarterdeckError(
                f"The field '{field}' has {len(text)} characters; {most} fit.", "Shorten it."
            )
    if not written.question:
        raise QuarterdeckError("The question is empty.", "Ask it in one sentence.")
    if not written.decider:
        raise QuarterdeckError("Nobody is to decide.", "Name the decider by what they are: Head of product.")
    check_day(written.due, "The day it is due")
    _check_options(written, fewest_options)
    _check_evidence(written.evidence)
    if written.prediction is not None:
        _check_prediction(written.prediction)


def check_day(day: date, what: str) -> None:
    """A day that calendars and people agree upon."""
    if not FIRST_DAY <= day < LAST_DAY:
        raise QuarterdeckError(
            f"{what} is {day}.", f"Name a day between {FIRST_DAY.year} and {LAST_DAY.year}."
        )


def person_called(name: str) -> Person | None:
    """Who is meant by a title, or by a name, if it is exactly one."""
    for field in ("title", "name"):
        found = list(Person.objects.filter(is_active=True, **{f"{field}__iexact": name})[:2])
        if found:
            return found[0] if len(found) == 1 else None
    return None


def tidy(text: str) -> str:
    """Words without spaces around them; no database keeps a NUL."""
    return text.replace("\x00", "�").replace("\r\n", "\n").strip()


def line(text: str) -> str:
    """Words on one line."""
    return " ".join(tidy(text).split())


def _check_options(written: Question, fewest: int) -> None:
    names = [option.name for option in written.options]
    if not fewest <= len(names) <= MOST_OPTIONS:
        said = f"{len(names)} option{'' if len(names) == 1 else 's'}"
        raise QuarterdeckError(
            f"There {'is' if len(names) == 1 else 'are'} {said}.",
            f"Give {fewest} to {MOST_OPTIONS}; 'leave it as it is' is one.",
        )
    if len({name.casefold() for name in names}) < len(names):
        raise QuarterdeckError("Two options have the same name.", "Name each one differently.")
    for option in written.options:
        if len(option.name) > MOST_CHARACTERS["recommended"] or len(option.why_rejected) > MOST_TEXT:
            raise QuarterdeckError(f"The option '{option.name[:40]}…' is too long.", "Shorten it.")
    if written.recommended and written.recommended not in names:
        hint = did_you_mean(written.recommended, names) or f"Options: {', '.join(names)}."
        raise QuarterdeckError(f"'{written.recommended}' is recommended, but is no option.", hint)


def _check_evidence(evidence: Sequence[Evidence]) -> None:
    if len(evidence) > MOST_EVIDENCE:
        raise QuarterdeckError(f"{len(evidence)} pieces of evidence.", f"At most {MOST_EVIDENCE} are kept.")
    for each in evidence:
        if not each.type or not each.key or len(each.type) > 40 or len(each.key) > MOST_KEY:
            raise QuarterdeckError(
                f"'{f'{each.type} {each.key}'.strip()[:60]}' is no evidence.",
                "Write its type and its key: metric activation, brief 2026-11-16, account a-17.",
            )


def _check_prediction(prediction: Prediction) -> None:
    if not prediction.metric or len(prediction.metric) > MOST_KEY:
        raise QuarterdeckError("The prediction names no metric.", "Choose one, or predict nothing.")
    check_day(prediction.review_on, "The day of the review")
    low, high = prediction.low, prediction.high
    for bound in (low, high):
        if bound is not None and not (isfinite(bound) and abs(bound) <= LARGEST):
            raise QuarterdeckError("A bound of the prediction is no number.", "Leave it out, or write one.")
    if low is not None and high is not None and low > high:
        raise QuarterdeckError("The prediction's lower bound is above its upper one.", "Exchange them.")
    if prediction.measured == "level" and low is None and high is None:
        raise QuarterdeckError(
            "A level has no bound.", "Say the level it is to reach, or how far it changes."
        )
    if prediction.measured == "change" and min(low or 0, high or 0) < 0:
        raise QuarterdeckError(
            "A change is a size.", "Choose 'falls' and write how far, instead of a negative number."
        )
