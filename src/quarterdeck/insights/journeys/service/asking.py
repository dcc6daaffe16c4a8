"""Which funnel does an address ask for, and which address asks for a funnel?

The whole question stands in the address: what a page shows can be sent as a link, and a form without
JavaScript asks as well as one with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from urllib.parse import urlencode

from pydantic import ValidationError

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.definitions.conditions import Condition
from quarterdeck.insights.journeys.definitions.journey import WINDOW, Journey
from quarterdeck.insights.journeys.service.bounds import refuse_endless

MOST_STEPS = 12
MOST_PLACES = 100_000
LONGEST = 200
NUMBERS = ("above", "at_least", "below", "at_most")
WORDS = {
    "equals": "is",
    "is_not": "is not",
    "contains": "contains",
    "above": "is above",
    "at_least": "is at least",
    "below": "is below",
    "at_most": "is at most",
}
WITHIN = ("1 hour", "1 day", "3 days", "7 days", "14 days", "30 days", "90 days")
Given = Mapping[str, Sequence[str]]
Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """One condition as a form has it: a property, a comparison and a value."""

    field: str = ""
    comparison: str = "equals"
    value: str = ""

    @property
    def words(self) -> str:
        """How it reads: "device is android"."""
        return f"{self.field} {WORDS[self.comparison]} {self.value}" if self.field else ""

    def conditions(self) -> list[dict[str, object]]:
        """As a journey has it."""
        if not self.field:
            return []
        return [{"property": self.field, self.comparison: self._value()}]

    def _value(self) -> object:
        if self.comparison not in NUMBERS:
            return self.value
        try:
            return float(self.value)
        except ValueError as error:
            raise QuarterdeckError(
                f"'{self.value}' is no number, and {self.field} {WORDS[self.comparison]} needs one.",
                "Write it like 12 or 3.5.",
            ) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedStep:
    """One step as a form has it."""

    event: str
    filter: Filter = Filter()


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A funnel as an address asks for it, and what of its answer is looked at.

    `stop` is the step before which people stopped, `reason` why, `who` one of them by place in the list:
    an address names nobody. `pins` are the versions of tables, as metrics write them.
    """

    steps: tuple[AskedStep, ...] = ()
    filter: Filter = Filter()
    within: str = "14 days"
    unit: str = "person"
    since: str = "-60d"
    until: str = ""
    by: str = ""
    order: str = "ordered"
    leave_out: str = ""
    stop: int = 0
    reason: str = ""
    who: int = 0
    pins: str = ""

    @property
    def pairs(self) -> list[Pair]:
        """Everything that an address says; what is as usual is left out."""
        found: list[Pair] = []
        for step in self.steps:
            found += [("step", step.event), ("step_property", step.filter.field)]
            found += [("step_is", step.filter.comparison), ("step_value", step.filter.value)]
        if not any(step.filter.field for step in self.steps):
            found = [pair for pair in found if pair[0] == "step"]
        if self.filter.field:
            found += [("property", self.filter.field), ("is", self.filter.comparison)]
            found += [("value", self.filter.value)]
        usual = Asked()
        for name in PLAIN:
            value = str(getattr(self, name))
            if value != str(getattr(usual, name)):
                found.append((name, value))
        return found

    @property
    def address(self) -> str:
        """The query of the address."""
        return urlencode(self.pairs, safe="~:")

    def journey(self, title: str = "") -> Journey:
        """The question itself."""
        if not self.steps:
            raise QuarterdeckError("A funnel needs a step.", "Choose the event that it begins with.")
        asked: dict[str, object] = {
            "kind": "funnel",
            "steps": [_step(step) for step in self.steps],
            "within": self.within,
            "since": self.since,
            "unit": self.unit,
            "order": self.order,
        }
        if self.until:
            asked["until"] = self.until
        if self.by:
            asked["by"] = (self.by,)
        if self.filter.field:
            asked["where"] = self.filter.conditions()
        if self.leave_out and len(self.steps) > 1:
            asked["exclude"] = [{"event": self.leave_out}]
        if title:
            asked["title"] = title
        return checked(asked)


QUESTION = ("within", "unit", "since", "until", "by", "order", "leave_out")
PLAIN = (*QUESTION, "stop", "reason", "who", "pins")


def checked(asked: Mapping[str, object]) -> Journey:
    """A journey, or what is wrong with it in one sentence."""
    try:
        journey = Journey.model_validate(asked)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the question"
        raise QuarterdeckError(
            f"The question cannot be asked: {where}: {first['msg']}.", "Change that part of it."
        ) from error
    refuse_endless(journey)
    return journey


def asked_of(given: Given) -> Asked:
    """What an address asks for."""
    rows = zip_longest(
        *(_all(given, name) for name in ("step", "step_property", "step_is", "step_value")), fillvalue=""
    )
    steps = tuple(
        AskedStep(event=event, filter=_filter(field, comparison, value))
        for event, field, comparison, value in rows
        if event
    )
    usual = Asked()
    within = _one(given, "within") or usual.within
    if not re.fullmatch(WINDOW, within):
        raise QuarterdeckError(f"'{within}' is no length of time.", "Write it like 7 days.")
    return Asked(
        steps=steps[:MOST_STEPS],
        filter=_filter(_one(given, "property"), _one(given, "is"), _one(given, "value")),
        within=within,
        unit=_one(given, "unit") or usual.unit,
        since=_one(given, "since") or usual.since,
        until=_one(given, "until"),
        by=_one(given, "by"),
        order=_one(given, "order") or usual.order,
        leave_out=_one(given, "leave_out"),
        stop=_place(_one(given, "stop")),
        reason=_one(given, "reason"),
        who=_place(_one(given, "who")),
        pins=_one(given, "pins"),
    )


def rearranged(asked: Asked, wanted: str) -> Asked:
    """The question after a button: "up 2", "down 1" or "remove 3"."""
    verb, _, number = wanted.partition(" ")
    place = _place(number) - 1
    steps = list(asked.steps)
    if not 0 <= place < len(steps):
        return asked
    step = steps.pop(place)
    if verb == "up":
        steps.insert(max(0, place - 1), step)
    elif verb == "down":
        steps.insert(place + 1, step)
    return replace(asked, steps=tuple(steps), stop=0, reason="", who=0)


def asked_by(journey: Journey) -> Asked | None:
    """The address of a saved funnel; None where it says more than a form can hold."""
    if journey.kind != "funnel" or not all(isinstance(step.event, str) for step in journey.steps):
        return None
    filters = [_form(step.where) for step in journey.steps]
    whole = _form(journey.where)
    excluded = [one.event for one in journey.exclude]
    asked = Asked(
        steps=tuple(
            AskedStep(event=str(step.event), filter=each or Filter())
            for step, each in zip(journey.steps, filters, strict=True)
        ),
        filter=whole or Filter(),
        within=journey.within,
        unit=journey.unit,
        since=journey.since,
        until=journey.until or "",
        by=journey.by[0] if journey.by else "",
        order=journey.order,
        leave_out=str(excluded[0]) if excluded else "",
    )
    plain = {"title", "description", "owner", "no_lint", "grain", "limit", "to_step", "from_step"}
    told = journey.model_dump(exclude=plain, exclude_defaults=True)
    again = asked.journey().model_dump(exclude=plain, exclude_defaults=True)
    for step in told["steps"]:
        step.pop("label", None)
    return asked if told == again else None


def _form(conditions: Sequence[Condition]) -> Filter | None:
    if len(conditions) != 1 or conditions[0].field is None:
        return None
    name, value = conditions[0].comparison
    if name not in WORDS:
        return None
    return Filter(
        field=conditions[0].field,
        comparison=name,
        value=f"{value:g}" if isinstance(value, float) else str(value),
    )


def _step(step: AskedStep) -> dict[str, object]:
    conditions = step.filter.conditions()
    return {"event": step.event, "where": conditions} if conditions else {"event": step.event}


def _filter(field: str, comparison: str, value: str) -> Filter:
    return Filter(field=field, comparison=comparison if comparison in WORDS else "equals", value=value)


def _all(given: Given, name: str) -> list[str]:
    return [_text(value) for value in given.get(name, ())][: MOST_STEPS + 1]


def _one(given: Given, name: str) -> str:
    values = given.get(name, ())
    return _text(values[-1]) if values else ""


def _text(value: str) -> str:
    return value.replace("\0", "").strip()[:LONGEST]


def _place(text: str) -> int:
    return min(int(text), MOST_PLACES) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
