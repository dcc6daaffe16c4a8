"""How do the people and events of a neutral case become a view?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from quarterdeck.insights.journeys.calc.buckets import microseconds
from quarterdeck.insights.journeys.calc.conditions import Cohorts, moment_of, passing
from quarterdeck.insights.journeys.calc.sequence import Coded, Mask, SequenceView, code, walked_by
from quarterdeck.insights.journeys.definitions.conditions import Condition
from quarterdeck.insights.journeys.service.conformance.grouping import kinds_of, number_of_kind, told_of
from quarterdeck.insights.journeys.service.conformance.translating import (
    ELEMENTS,
    PAGE_STOP,
    PROFILE,
    Json,
    read_filter,
)

PAGE = "$current_url"
FOREVER = np.iinfo(np.int64).max


def gather(case: Json, unit: str) -> SequenceView:
    """The events of a case, sorted by unit and time; what comes at once keeps the order it came in."""
    events: Sequence[Json] = case["events"]
    people = {person["user"]: person for person in case["users"]}
    columns = {
        "person": code([event["user"] for event in events]),
        "distinct_id": code([event.get("distinct_id") or event["user"] for event in events]),
        PROFILE: code(["no" if event.get("no_profile") else "yes" for event in events]),
        ELEMENTS: code([json.dumps(event["element"]) if event.get("element") else None for event in events]),
    }
    columns |= _columns("", [_properties(event) for event in events])
    if PAGE in columns:
        columns[PAGE_STOP] = _without_slash(columns[PAGE])
    columns |= _columns("person.", [_properties(people.get(event["user"])) for event in events])
    for index, groups in _groups(case).items():
        keys = [str(_properties(event).get(f"$group_{index}")) for event in events]
        columns |= _columns(f"group{index}.", [groups.get(key, {}) for key in keys])
    for kind in sorted({kind for event in events for kind in event.get("group_properties") or {}}):
        given = [(event.get("group_properties") or {}).get(kind) for event in events]
        number = number_of_kind(kind, kinds_of(case))
        columns |= _columns(f"group{number}.", [each if isinstance(each, Mapping) else {} for each in given])
    whole = SequenceView(
        units=("everybody",),
        offsets=np.array([0, len(events)]),
        time=np.array([_stamp(event["timestamp"]) for event in events], np.int64),
        event=code([event["event"] for event in events]),
        columns=columns,
    )
    # A unit that no event tells of is nobody's: it never stands for people.
    view = walked_by(whole, columns[unit] if unit in columns else code([None] * len(events)))
    return replace(view, created=_created(view, people))


def cohorts_of(case: Json, view: SequenceView) -> Cohorts:
    """Who is in each cohort of a case."""
    return {str(number): _members(cohort, view) for number, cohort in (case.get("cohorts") or {}).items()}


def cohort_names(case: Json) -> dict[str, str]:
    """What readers call the cohorts of a case."""
    named = {str(number): cohort.get("name", "") for number, cohort in (case.get("cohorts") or {}).items()}
    return {"all": "all users"} | named


def as_text(value: object) -> str | None:
    """A property's value as its source shows it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _columns(prefix: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = sorted({name for row in rows for name in row})
    return {f"{prefix}{name}": code([as_text(row.get(name)) for row in rows]) for name in names}


def _without_slash(pages: Coded) -> Coded:
    """Addresses of pages without the slash at their end, but where it is all they have."""
    return code([None if at < 0 else re.sub("(.)/$", r"\1", pages.values[at]) for at in pages.codes.tolist()])


def _properties(owner: Json | None) -> Mapping[str, Any]:
    return (owner or {}).get("properties") or {}


def _groups(case: Json) -> dict[int, dict[str, Mapping[str, Any]]]:
    """For each kind of group, by number, its properties by key."""
    given = case.get("groups") or []
    if isinstance(given, Mapping):
        given = [
            {"group_type": kind, "key": key, "properties": properties}
            for kind, groups in given.items()
            for key, properties in groups.items()
        ]
    kinds = kinds_of(case)
    found: dict[int, dict[str, Mapping[str, Any]]] = {}
    for group in given:
        number = number_of_kind(told_of(group), kinds)
        if number is not None:
            key = str(group.get("key", group.get("group_key", "")))
            found.setdefault(number, {})[key] = group.get("properties") or {}
    return found


def _stamp(text: str) -> int:
    moment = moment_of(text)
    return 0 if moment is None else microseconds(moment)


def _created(view: SequenceView, people: Mapping[str, Json]) -> Any:
    known = [(people.get(str(unit)) or {}).get("created_at") for unit in view.units]
    made = np.array([_stamp(text) if text else FOREVER for text in known], np.int64)
    return np.where(made == FOREVER, view.first_seen, made) if len(made) else None


def _members(cohort: Json, view: SequenceView) -> Mask:
    """Any of its groups, in each of which every condition must hold; or a list of people."""
    if listed := cohort.get("users") or cohort.get("people"):
        return np.isin(np.array(view.units, object), list(listed))
    found = np.zeros(len(view.units), np.bool_)
    for group in cohort.get("groups") or ():
        given = group.get("properties", ()) if isinstance(group, Mapping) else group
        conditions = [Condition.model_validate(condition) for condition in _conditions(given)]
        rows = passing(view, conditions, {})
        if rows is None:
            continue
        some = view.offsets[:-1] < view.offsets[1:]
        found[some] |= rows[view.offsets[:-1][some]]
    return found


def _conditions(given: Iterable[Json]) -> list[dict[str, Any]]:
    return [
        read_filter(
            {
                "on": "user" if each.get("type", "person") == "person" else each["type"],
                "property": each["key"],
                "op": each.get("operator") or "eq",
                "value": each.get("value"),
            }
        )
        for each in given
    ]


def now_of(case: Json) -> datetime:
    """When a case takes place."""
    found = moment_of(case["now"])
    if found is None:
        raise ValueError(case["now"])
    return found
