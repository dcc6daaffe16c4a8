"""What stands on the desk of the explorer: the choices of its form, its addresses, and what is saved?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.service.addresses import A_DAY, asked_by
from quarterdeck.insights.journeys.service.asking import MOST_BREAKDOWNS, PATHS, WORDS, Asked
from quarterdeck.insights.journeys.service.book import read_cohorts, read_journeys
from quarterdeck.insights.journeys.service.pinning import pinned_journeys
from quarterdeck.insights.journeys.service.saving import is_changed
from quarterdeck.insights.journeys.service.written import BEGINNINGS, yaml_of
from quarterdeck.records.about import told_about
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.subjects import Subject

WITHIN = ("1 hour", "1 day", "3 days", "7 days", "14 days", "30 days", "90 days")
SINCE = {
    "-7d": "the last 7 days",
    "-30d": "the last 30 days",
    "-60d": "the last 60 days",
    "-90d": "the last 90 days",
    "-8w": "the last 8 weeks",
    "mStart": "this month",
    "all": "all the time",
}
ORDERS = {
    "ordered": "in this order",
    "strict": "in this order, nothing between",
    "unordered": "in any order",
}
KINDS = (*BEGINNINGS, PATHS)
MEETS = {"around": "Around", "from": "From", "to": "Up to"}
LENGTHS = range(3, 11)
MOVE = ("moved_from", "moved_to", "moved_at")
UNITS = {"person": "People", "account": "Accounts"}
COUNTS = {"people": "once, at their best", "conversions": "each time they begin anew"}
ATTRIBUTIONS = {
    "first": "the first value",
    "last": "the last value",
    "all": "every value they had",
}
DIALECTS = {"quarterdeck": "Quarterdeck", "posthog": "PostHog", "amplitude": "Amplitude"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question on the desk: as the form has it, or as text; `looked` is what of its answer is looked at."""

    looked: Asked
    text: str = ""

    @property
    def is_text(self) -> bool:
        """Is it written as text?"""
        return bool(self.text)

    def address(self, **changes: Any) -> str:
        """The query of the address, with some of what is looked at changed."""
        looked = replace(self.looked, **changes)
        if not self.is_text:
            return looked.address
        pairs = [("text", self.text)]
        pairs += [
            (name, str(value))
            for name in ("name", "stop", "reason", "who", *MOVE, "pins")
            if (value := getattr(looked, name))
        ]
        return urlencode(pairs, safe="~:")


def choices(question: Question, journey: Any) -> Mapping[str, Any]:
    """What the fields of the form offer."""
    asked = question.looked
    kind = journey.kind if journey is not None else asked.kind
    by_day = bool(re.match(r"\d", asked.since)) or bool(asked.until)
    since = dict(SINCE) if asked.since in SINCE or by_day else {**SINCE, asked.since: f"from {asked.since}"}
    steps = [f"step {number}" for number in range(1, len(asked.steps) + 1)]
    return {
        "words": WORDS.items(),
        "withins": dict.fromkeys((*WITHIN, asked.within)),
        "sinces": {**since, A_DAY: "from a day on…"}.items(),
        "chosen_since": A_DAY if by_day else asked.since,
        "by_day": by_day,
        "most_breakdowns": MOST_BREAKDOWNS,
        "orders": ORDERS.items(),
        "units": {**UNITS, **({} if asked.unit in UNITS else {asked.unit: asked.unit})}.items(),
        "counts": COUNTS.items(),
        "attributions": {**ATTRIBUTIONS, **{each: f"the value at {each}" for each in steps}}.items(),
        "dialects": DIALECTS.items(),
        "cohorts": _cohorts(),
        "kinds": KINDS,
        "meets": MEETS.items(),
        "lengths": sorted({*LENGTHS, asked.longest}),
        "heading": "New paths" if kind == PATHS else f"A new {kind}",
        "form_address": _form_address(question, journey),
        "text_address": _text_address(question, journey),
    }


def addresses(request: HttpRequest, question: Question, versions: Mapping[str, int] | None) -> dict[str, str]:
    """Where the links of the answer lead."""
    pinned = ""
    if versions is not None:
        pins = "~".join(f"{table}.{version}" for table, version in sorted(versions.items()))
        query = question.address(pins=question.looked.pins or pins)
        pinned = request.build_absolute_uri(f"{request.path}?{query}")
    return {
        "pinned": pinned,
        "query": question.address(),
        "address": f"{request.path}?{question.address()}",
        "newest_address": f"{request.path}?{question.address(pins='')}",
        "stop_address": f"{request.path}?{question.address(stop=0, reason='', who=0)}",
        "reason_address": f"{request.path}?{question.address(reason='', who=0)}",
        "move_address": f"{request.path}?{question.address(**dict.fromkeys(MOVE, ''))}",
        "who_address": f"{request.path}?{question.address(who=0)}",
    }


def saved_as(name: str, journey: Any, person: Person) -> Mapping[str, Any]:
    """The saved journey that a question began as, whether it asks something else by now, what rests on it."""
    try:
        saved = read_journeys(workspace()).get(name) if name else None
    except QuarterdeckError:
        saved = None
    changed = saved is not None and journey is not None and is_changed(saved.model, journey)
    if saved is None:
        return {"saved": None}
    return {
        "saved": saved,
        "changed": changed,
        "in_brief": name in pinned_journeys(),
        "about": told_about(Subject(type="journey", key=name), person),
    }


def _cohorts() -> tuple[tuple[str, str], ...]:
    try:
        return tuple((name, each.model.title) for name, each in read_cohorts(workspace()).items())
    except QuarterdeckError:
        return ()


def _form_address(question: Question, journey: Any) -> str:
    """The same question in the form; empty where it says more than that holds."""
    if not question.is_text or journey is None:
        return ""
    asked = asked_by(journey, question.looked.name)
    return asked.address if asked is not None else ""


def _text_address(question: Question, journey: Any) -> str:
    if question.is_text or journey is None:
        return ""
    return urlencode([("text", yaml_of(journey)), ("name", question.looked.name)])
