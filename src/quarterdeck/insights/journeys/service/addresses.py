"""Which question does an address ask, what do buttons make of it, and which address has a saved funnel?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.definitions.conditions import Condition, Pick
from quarterdeck.insights.journeys.definitions.journey import WINDOW, Exclusion, Journey
from quarterdeck.insights.journeys.service.asking import (
    LISTS,
    MEETS,
    MOST_BREAKDOWNS,
    MOST_STEPS,
    NOT_IN_THE_FORM,
    PATHS,
    PLAIN,
    WORDS,
    Asked,
    AskedStep,
    Filter,
    LeftOut,
)

Given = Mapping[str, Sequence[str]]
MOST_OF_A_KIND = 10  # filters of a step, events that leave out, alternatives
MOST_PLACES = 100_000
LONGEST = 200
LONGEST_REST = 1000
A_DAY = "day"  # what the form's choice of days says where a day is named beside it
NOT_ASKED = {"title", "description", "owner", "no_lint"}


def asked_of(given: Given) -> Asked:
    """What an address asks for."""
    events = [_text(event) for event in given.get("step", ())][: MOST_STEPS + 1]
    steps = tuple(_step(given, number, event) for number, event in enumerate(events, 1) if event)
    usual = Asked()
    plain = {name: _one(given, name) for name in PLAIN}
    plain["kind"] = PATHS if plain["kind"] == PATHS else ""
    if plain["since"] == A_DAY:
        plain["since"] = _one(given, "from")
    numbers = {name: _place(plain.pop(name)) for name in ("stop", "who", "moved_at")}
    numbers |= {name: _place(plain[name]) for name in ("longest", "pause") if plain[name]}
    plain = {name: value for name, value in plain.items() if name not in ("longest", "pause")}
    rest = given.get("also", ("",))[-1].replace("\0", "")[:LONGEST_REST]
    within = plain["within"] or usual.within
    if not re.fullmatch(WINDOW, within):
        raise QuarterdeckError(f"'{within}' is no length of time.", "Write it like 7 days.")
    told = {name: value for name, value in plain.items() if value}
    by = dict.fromkeys(_text(name) for name in given.get("by", ()))
    return replace(
        usual,
        **(told | {"also": rest} | numbers),  # type: ignore[arg-type]
        steps=steps[:MOST_STEPS],
        filters=_filters(given, "where", "is", "equal"),
        by=tuple(name for name in by if name)[:MOST_BREAKDOWNS],
        left_out=tuple(
            LeftOut(event=event, from_step=max(1, _place(begin)), to_step=_place(end))
            for event, begin, end in _rows(given, "leave_out", "leave_from", "leave_to")
            if event
        ),
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


def asked_by(journey: Journey, name: str = "") -> Asked | None:
    """The address of a saved funnel, or of paths; None where it says more than a form can hold."""
    forms = {"funnel": _form_of, PATHS: _paths_form_of}
    if journey.kind not in forms or len(journey.steps) > MOST_STEPS:
        return None
    try:
        asked = forms[journey.kind](journey, name)
        again = asked.journey()
    except (_NoFormError, QuarterdeckError):
        return None
    return asked if _said(again) == _said(journey) else None


class _NoFormError(Exception):
    """A part of a question that the form has no fields for."""


def _form_of(journey: Journey, name: str) -> Asked:
    said = journey.model_dump(mode="json", exclude_defaults=True)
    rest = {key: said[key] for key in sorted(NOT_IN_THE_FORM & set(said))}
    if len(journey.by) > MOST_BREAKDOWNS or len(journey.same) > 1:
        raise _NoFormError
    attribution = journey.attribution
    return Asked(
        steps=tuple(_asked_step(step) for step in journey.steps),
        filters=_filters_of(journey),
        left_out=tuple(_left_out(one) for one in journey.exclude),
        cohort=_cohort_of(journey),
        within=journey.within,
        unit=journey.unit,
        since=journey.since,
        until=journey.until or "",
        by=journey.by,
        attribution=f"step {journey.attribution_step}" if attribution == "step" else attribution,
        order=journey.order,
        count=journey.count,
        same=next(iter(journey.same), ""),
        value=journey.value.field if journey.value else "",
        compare="1" if journey.compare else "",
        weigh=journey.weigh or "",
        dialect=journey.dialect,
        also=json.dumps(rest, separators=(",", ":")) if rest else "",
        name=name,
    )


def _paths_form_of(journey: Journey, name: str) -> Asked:
    stops = {meet: getattr(journey, f"{meet}_stop") for meet in MEETS}
    told = {meet: stop for meet, stop in stops.items() if stop is not None}
    if len(told) > 1:
        raise _NoFormError
    return Asked(
        kind=PATHS,
        meet=next(iter(told), MEETS[0]),
        at=next(iter(told.values()), ""),
        stops=journey.stops or "",
        longest=journey.longest,
        pause=journey.pause_minutes,
        filters=_filters_of(journey),
        cohort=_cohort_of(journey),
        unit=journey.unit,
        since=journey.since,
        until=journey.until or "",
        name=name,
    )


def _filters_of(journey: Journey) -> tuple[Filter, ...]:
    return tuple(_filter(each) for each in journey.where if not _is_of_cohort(each))


def _cohort_of(journey: Journey) -> str:
    cohorts = [each.cohort or f"!{each.outside_cohort}" for each in journey.where if _is_of_cohort(each)]
    if len(cohorts) > 1:
        raise _NoFormError
    return next(iter(cohorts), "")


def _is_of_cohort(condition: Condition) -> bool:
    return bool(condition.cohort or condition.outside_cohort)


def _said(journey: Journey) -> Mapping[str, object]:
    """What a journey asks, with the order of conditions left out of account."""
    said = journey.model_dump(mode="json", exclude=NOT_ASKED, exclude_defaults=True, exclude_none=True)
    if not said.get("by"):
        said.pop("attribution", None)
    said["where"] = sorted(json.dumps(each, sort_keys=True) for each in said.get("where", ()))
    return said


def _asked_step(pick: Pick) -> AskedStep:
    if pick.any_of or not pick.events:
        raise _NoFormError
    first, *others = pick.events
    filters = tuple(_filter(each) for each in pick.where)
    return AskedStep(event=first, others=tuple(others), filters=filters, label=pick.label or "")


def _left_out(one: Exclusion) -> LeftOut:
    if one.any_of or one.where or one.label or len(one.events) != 1:
        raise _NoFormError
    return LeftOut(event=one.events[0], from_step=one.from_step, to_step=one.to_step or 0)


def _filter(condition: Condition) -> Filter:
    if condition.field is None:
        raise _NoFormError
    name, value = condition.comparison
    if name == "is_set":
        return Filter(field=condition.field, comparison="is_set" if value else "is_unset")
    if name not in WORDS or (name not in LISTS and isinstance(value, tuple)):
        raise _NoFormError
    parts = value if isinstance(value, tuple) else (value,)
    words = [f"{part:g}" if isinstance(part, float) else str(part) for part in parts]
    return Filter(field=condition.field, comparison=name, value=", ".join(words))


def _step(given: Given, number: int, event: str) -> AskedStep:
    others = [_text(other) for other in given.get(f"or{number}", ())]
    return AskedStep(
        event=event,
        others=tuple(dict.fromkeys(other for other in others if other and other != event))[:MOST_OF_A_KIND],
        filters=_filters(given, f"where{number}", f"is{number}", f"value{number}"),
        label=_one(given, f"label{number}")[:80],
    )


def _filters(given: Given, *names: str) -> tuple[Filter, ...]:
    return tuple(
        Filter(field=field, comparison=comparison if comparison in WORDS else "equals", value=value)
        for field, comparison, value in _rows(given, *names)
        if field
    )


def _rows(given: Given, *names: str) -> Iterable[tuple[str, ...]]:
    columns = [[_text(value) for value in given.get(name, ())][:MOST_OF_A_KIND] for name in names]
    return zip_longest(*columns, fillvalue="")


def _one(given: Given, name: str) -> str:
    values = given.get(name, ())
    return _text(values[-1]) if values else ""


def _text(value: str) -> str:
    return value.replace("\0", "").strip()[:LONGEST]


def _place(text: str) -> int:
    return min(int(text), MOST_PLACES) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
