"""Which funnel or which paths does a form ask for, and which address says the whole of it?

The whole question stands in the address: what a page shows can be sent as a link, and a form without
JavaScript asks as well as one with it. What belongs to the second step ends in 2: `where2`, `is2`, `value2`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from pydantic import ValidationError

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.bounds import refuse_endless

MOST_STEPS, MOST_BREAKDOWNS = 12, 3
SINCE = "-60d"
NUMBERS = ("above", "at_least", "below", "at_most")
LISTS = ("any_of", "none_of")
SET = {"is_set": True, "is_unset": False}
WORDS = {
    "equals": "is",
    "is_not": "is not",
    "any_of": "is one of",
    "none_of": "is none of",
    "contains": "contains",
    "contains_not": "does not contain",
    "matches": "matches",
    "matches_not": "does not match",
    "above": "is above",
    "at_least": "is at least",
    "below": "is below",
    "at_most": "is at most",
    "before": "is before",
    "after": "is after",
    "on": "is on",
    "is_set": "has a value",
    "is_unset": "has no value",
}
PATHS = "paths"
MEETS = ("around", "from", "to")
Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """One condition as a form has it: a property, a comparison and a value.

    One that has no value yet asks for nothing: the form is still being filled in.
    """

    field: str = ""
    comparison: str = "equals"
    value: str = ""

    @property
    def is_whole(self) -> bool:
        """Does it say everything that a condition needs?"""
        return bool(self.field) and (bool(self.value) or self.comparison in SET)

    @property
    def words(self) -> str:
        """How it reads: "device is android"."""
        return f"{self.field} {WORDS[self.comparison]} {self.value}".rstrip() if self.is_whole else ""

    def condition(self) -> dict[str, object]:
        """As a journey has it."""
        if self.comparison in SET:
            return {"property": self.field, "is_set": SET[self.comparison]}
        return {"property": self.field, self.comparison: self._value()}

    def _value(self) -> object:
        if self.comparison in LISTS:
            return [part.strip() for part in self.value.split(",") if part.strip()]
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
    """One step as a form has it: an event, or any of several, under some conditions."""

    event: str
    others: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    label: str = ""

    @property
    def is_unfinished(self) -> bool:
        """Does one of its conditions wait for a value?"""
        return not all(each.is_whole for each in self.filters)

    @property
    def words(self) -> str:
        """What the step asks beyond its event."""
        others = [f"or {other}" for other in self.others]
        return ", ".join([*others, *(each.words for each in self.filters if each.words)])

    def pick(self) -> dict[str, object]:
        """As a journey has it."""
        asked: dict[str, object] = {"event": [self.event, *self.others] if self.others else self.event}
        if conditions := _conditions(self.filters):
            asked["where"] = conditions
        if self.label:
            asked["label"] = self.label
        return asked


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """An event that leaves out whoever does it between two steps; 0 is the last step."""

    event: str
    from_step: int = 1
    to_step: int = 0

    def exclusion(self, steps: int) -> dict[str, object]:
        """As a journey has it."""
        asked: dict[str, object] = {"event": self.event}
        if 1 < self.from_step < steps:
            asked["from_step"] = self.from_step
        if 1 < self.to_step <= steps and self.to_step > self.from_step:
            asked["to_step"] = self.to_step
        return asked


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A funnel, or paths, as an address asks for it, and what of its answer is looked at.

    Paths are met `meet` (around, from or to) the stop `at`: an event, or a value of the property `stops`.
    Without a stop they are whole.

    `stop` is the step before which people stopped, `reason` why, `who` one of them by place in the list: an
    address names nobody. `moved_from`, `moved_to` and `moved_at` say which move of a path is looked at, 0 any
    of them. `pins` are the versions of tables, as metrics write them; `name` is the saved journey that it
    began as; `also` holds, as JSON, what the form has no field for.
    """

    steps: tuple[AskedStep, ...] = ()
    filters: tuple[Filter, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    cohort: str = ""
    within: str = "14 days"
    unit: str = "person"
    since: str = SINCE
    until: str = ""
    by: tuple[str, ...] = ()
    attribution: str = "first"
    order: str = "ordered"
    count: str = "people"
    same: str = ""
    value: str = ""
    compare: str = ""
    weigh: str = ""
    dialect: str = "quarterdeck"
    also: str = ""
    name: str = ""
    stop: int = 0
    reason: str = ""
    who: int = 0
    kind: str = "funnel"
    meet: str = "around"
    at: str = ""
    stops: str = ""
    longest: int = 5
    pause: int = 30
    moved_from: str = ""
    moved_to: str = ""
    moved_at: int = 0
    pins: str = ""

    @property
    def pairs(self) -> list[Pair]:
        """Everything that an address says; what is as usual is left out."""
        found: list[Pair] = []
        for number, step in enumerate(self.steps, 1):
            found.append(("step", step.event))
            found += [(f"or{number}", other) for other in step.others]
            found += _filter_pairs(step.filters, str(number))
            if step.label:
                found.append((f"label{number}", step.label))
        found += _filter_pairs(self.filters, "")
        for one in self.left_out:
            found += [("leave_out", one.event), ("leave_from", str(one.from_step))]
            found.append(("leave_to", str(one.to_step)))
        found += [("by", name) for name in self.by]
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

    @property
    def waiting(self) -> tuple[str, ...]:
        """Properties that wait for a value."""
        every = [*self.filters, *(each for step in self.steps for each in step.filters)]
        names = [self.stops, *(each.field for each in every)]
        return tuple(dict.fromkeys(name for name in names if name))

    def journey(self, title: str = "") -> Journey:
        """The question itself."""
        if self.kind == PATHS:
            return checked({**dict(self._paths()), "title": title})
        if not self.steps:
            raise QuarterdeckError("A funnel needs a step.", "Choose the event that it begins with.")
        asked: dict[str, object] = {
            "kind": "funnel",
            "steps": [step.pick() for step in self.steps],
            "within": self.within,
            "since": self.since,
            "unit": self.unit,
            "order": self.order,
            **dict(self._beyond_the_usual()),
            **self._also(),
        }
        if title:
            asked["title"] = title
        return checked(asked)

    def _paths(self) -> Iterator[tuple[str, object]]:
        yield from (("kind", PATHS), ("since", self.since), ("unit", self.unit))
        yield from (("longest", self.longest), ("pause_minutes", self.pause))
        if conditions := [*_conditions(self.filters), *_of_cohort(self.cohort)]:
            yield "where", conditions
        meet = self.meet if self.meet in MEETS else MEETS[0]
        beyond = {f"{meet}_stop": self.at, "until": self.until, "stops": self.stops}
        yield from ((name, told) for name, told in beyond.items() if told)

    def _beyond_the_usual(self) -> Iterator[tuple[str, object]]:
        if conditions := [*_conditions(self.filters), *_of_cohort(self.cohort)]:
            yield "where", conditions
        if len(self.steps) > 1 and (left_out := [one.exclusion(len(self.steps)) for one in self.left_out]):
            yield "exclude", left_out
        yield from self._broken_down()
        beyond = {
            "value": {"property": self.value} if self.value else None,
            "same": (self.same,) if self.same else None,
            "compare": bool(self.compare),
            "until": self.until,
            "weigh": self.weigh,
            "count": self.count if self.count != "people" else "",
            "dialect": self.dialect if self.dialect != "quarterdeck" else "",
        }
        yield from ((name, told) for name, told in beyond.items() if told)

    def _broken_down(self) -> Iterator[tuple[str, object]]:
        if not self.by:
            return
        yield "by", self.by
        if self.attribution.startswith("step "):
            yield "attribution", "step"
            yield "attribution_step", min(_number(self.attribution[5:]) or 1, len(self.steps))
        elif self.attribution != "first":
            yield "attribution", self.attribution

    def _also(self) -> Mapping[str, object]:
        if not self.also:
            return {}
        try:
            more = json.loads(self.also)
        except ValueError as error:
            raise QuarterdeckError("The link is not whole.", "Copy it again, all of it.") from error
        if not isinstance(more, dict) or not set(more) <= NOT_IN_THE_FORM:
            raise QuarterdeckError("The link asks for what no funnel has.", "Copy it again, all of it.")
        return more


NOT_IN_THE_FORM = frozenset({"grain", "limit", "show", "from_step", "to_step", "bins"})
OF_MANY = frozenset({"steps", "filters", "left_out", "by"})
PLAIN = tuple(field.name for field in fields(Asked) if field.name not in OF_MANY)


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


def _conditions(filters: tuple[Filter, ...]) -> list[dict[str, object]]:
    return [each.condition() for each in filters if each.is_whole]


def _of_cohort(cohort: str) -> Iterator[dict[str, object]]:
    if cohort.startswith("!"):
        yield {"outside_cohort": cohort[1:]}
    elif cohort:
        yield {"cohort": cohort}


def _filter_pairs(filters: tuple[Filter, ...], number: str) -> Iterator[Pair]:
    for each in filters:
        yield f"where{number}", each.field
        yield f"is{number}", each.comparison
        yield f"value{number}" if number else "equal", each.value


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
