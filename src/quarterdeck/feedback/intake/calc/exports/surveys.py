"""What did customers say in a survey: a score, and in words why?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from quarterdeck.feedback.intake.calc.message import (
    NO_WORDS,
    Found,
    LeftOut,
    Message,
    Record,
    Unreadable,
    as_moment,
    named_plainly,
)
from quarterdeck.stats.promoters import LEAST, MOST

_KEYS = (
    "response id",
    "respondent id",
    "survey response id",
    "submission id",
    "feedback id",
    "id",
    "#",
    "token",
)
TIMES = (
    "created at", "responded at", "response date", "date submitted", "submitted at", "submit date (utc)",
    "end date", "start date", "completed at", "survey time", "timestamp", "date", "time",
)  # fmt: skip
_SCORES = ("nps score", "nps", "score", "rating", "recommendation score")
_WORDS = (
    "comment", "comments", "feedback", "verbatim", "text", "reason", "answer", "open-ended response",
    "follow up", "additional comments", "response text",
)  # fmt: skip
_PEOPLE = (
    "person id", "customer id", "user id", "contact id", "external id", "person", "email", "email address",
    "respondent email",
)  # fmt: skip
_ACCOUNTS = (
    "account",
    "account id",
    "company id",
    "company",
    "organization",
    "organisation",
    "customer",
    "custom data 1",
)
_CONSENTS = ("consent", "testimonial consent", "may we quote you", "quotable", "permission to publish")
_NAMES = {
    "first name",
    "last name",
    "person name",
    "name",
    "full name",
    "ip address",
    "phone",
    "phone number",
    "email",
    "email address",
}
_HOW_LIKELY = re.compile(
    r"how likely|recommend|wahrscheinlich|weiterempfehl|recommander|recomend|raccomander|aanbevelen",
    re.IGNORECASE,
)
_SECOND_HEADER = {"response", "open-ended response", "score", "open ended response"}
_QUESTION_CHARACTERS = 15


def read_answer(row: Record) -> Iterator[Found]:
    """One answer; columns by their usual names, a question by its question mark."""
    named = named_plainly(row)
    if is_second_header(named):
        return
    taken: set[str] = set()
    score = _first(named, _SCORES, taken) or _score_of_question(named, taken)
    words = _words(named, taken)
    if words is None:
        yield LeftOut(reason=NO_WORDS)
        return
    if _is_number(score) and not LEAST <= float(score) <= MOST:
        yield Unreadable(reason=f"a score that is not from {LEAST} to {MOST}: {score!r}")
        return
    moment = as_moment(_first(named, TIMES, taken))
    person = _first(named, _PEOPLE, taken)
    key = _first(named, _KEYS, taken)
    if key is None:
        key = hashlib.sha256("|".join((moment, person or "", score or "", words)).encode()).hexdigest()[:16]
    consent = _first(named, _CONSENTS, taken)
    yield Message(
        key=f"nps-{key}",
        time=moment,
        text=words,
        channel="nps",
        account=_first(named, _ACCOUNTS, taken),
        person=person,
        score=score,
        consent=None if consent is None else consent.lower() in ("yes", "true", "1", "ja", "oui", "y"),
        properties={
            name.replace(" ", "_"): value
            for name, value in named.items()
            if name and name not in taken and name not in _NAMES
        },
    )


def _is_number(score: str | None) -> TypeGuard[str]:
    return score is not None and re.fullmatch(r"-?\d+(?:\.\d+)?", score) is not None


def is_second_header(named: Mapping[str, str | None]) -> bool:
    """The line below the header in which SurveyMonkey says what kind of answer each question takes."""
    present = [value.lower() for value in named.values() if value]
    return (
        bool(present)
        and any(value in _SECOND_HEADER for value in present)
        and not any(named.get(name) for name in (*_KEYS, *TIMES))
    )


def _first(named: Mapping[str, str | None], names: Sequence[str], taken: set[str]) -> str | None:
    for name in names:
        if value := named.get(name):
            taken.add(name)
            return value
    return None


def _score_of_question(named: Mapping[str, str | None], taken: set[str]) -> str | None:
    for name, value in named.items():
        if value and _HOW_LIKELY.search(name) and re.fullmatch(r"\d{1,2}(?: ?-.*)?", value):
            taken.add(name)
            return re.match(r"\d+", value)[0]  # type: ignore[index]
    return None


def _words(named: Mapping[str, str | None], taken: set[str]) -> str | None:
    """What was said in words; several open questions are paragraphs."""
    found = _first(named, _WORDS, taken)
    if found is not None:
        return found
    questions = [
        name
        for name, value in named.items()
        if value
        and name not in taken
        and len(name) >= _QUESTION_CHARACTERS
        and "?" in name
        and not value.isdecimal()
    ]
    taken.update(questions)
    return "\n\n".join(str(named[name]) for name in questions) or None
