"""How does a query of the neutral format read as a journey?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.calc.buckets import Calendar, parse_moment
from quarterdeck.insights.journeys.calc.sessions import SESSION
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.conformance.grouping import kinds_of, number_of_kind, told_of

Json = Mapping[str, Any]

PROFILE = "profile"
HAS_PROFILE = {"property": PROFILE, "is": "yes"}
ELEMENTS = "$elements"
SUNDAY = 6

KINDS = {
    "funnel": "funnel",
    "funnel_trend": "funnel",
    "funnel_time_to_convert": "funnel",
    "retention": "retention",
    "trend": "trend",
    "lifecycle": "lifecycle",
    "stickiness": "stickiness",
    "paths": "paths",
}
SHOWS = {"funnel_trend": "trend", "funnel_time_to_convert": "times"}
OPERATORS = {
    "eq": "is",
    "exact": "is",
    "neq": "is_not",
    "is_not": "is_not",
    "icontains": "contains",
    "not_icontains": "contains_not",
    "regex": "matches",
    "not_regex": "matches_not",
    "gt": "above",
    "gte": "at_least",
    "lt": "below",
    "lte": "at_most",
    "date_before": "before",
    "is_date_before": "before",
    "date_after": "after",
    "is_date_after": "after",
    "date_exact": "on",
    "is_date_exact": "on",
    "date_eq": "on",
}
LISTS = {"is": "any_of", "is_not": "none_of"}
PLACES = {"event": "", "user": "person.", "person": "person.", "session": ""}
MEASURES: dict[str, dict[str, Any]] = {
    "count": {"measure": "count"},
    "total": {"measure": "count"},
    "dau": {"measure": "unique"},
    "unique": {"measure": "unique"},
    "weekly_active": {"measure": "weekly_active"},
    "monthly_active": {"measure": "monthly_active"},
    "sum": {"measure": "sum"},
    "avg": {"measure": "mean"},
    "min": {"measure": "min"},
    "max": {"measure": "max"},
    "median": {"measure": "percentile", "percentile": 50},
    "unique_session": {"measure": "unique", "property": SESSION},
}
ATTRIBUTIONS = {"first_touch": "first", "last_touch": "last", "all_events": "all", "step": "step"}
PAGE_STOP = "$page_stop"
STOPS = {"$screen": "$screen_name", "$pageview": PAGE_STOP}
CUSTOM = "custom_event"
MODES = {"recurring": "each", "first_time": "first", "first_ever": "first ever"}


class UnsupportedError(QuarterdeckError):
    """The neutral format asks for something that has no equivalent here."""


def read_journey(case: Json, calendar: Calendar, now: datetime) -> Journey:
    """The journey that a case asks for, in the dialect it names or that of its source."""
    kind, kinds = case["type"], kinds_of(case)
    if kind not in KINDS:
        raise UnsupportedError(f"unsupported: type {kind}")
    query = _numbered(case["query"], kinds)
    content: dict[str, Any] = {
        "kind": KINDS[kind],
        "dialect": case.get("dialect", "posthog"),
        "since": query.get("date_from") or "-7d",
        "where": read_filters(query.get("filters")) + read_filters(query.get("exclude_test_users")),
    }
    if query.get("date_to"):
        content["until"] = _until(query["date_to"], kind, calendar, now)
    if "interval" in query:
        content["grain"] = query["interval"]
    if (unit := query.get("unit_of_analysis")) is not None:
        content["unit"] = _unit(unit, kinds)
    if breakdown := query.get("breakdown"):
        content["by"] = _by(breakdown)
        content["limit"] = breakdown.get("limit", 25)
    match content["kind"]:
        case "funnel":
            content |= _funnel(query, kind)
        case "retention":
            content |= _retention(query, calendar, now)
        case "paths":
            content |= _paths(query)
            content["where"].extend(content.pop("only"))
        case _:
            content |= _series(query, kind)
    if content["kind"] != "trend":
        content["where"].append(HAS_PROFILE)
    return Journey.model_validate(content)


def _numbered(given: Any, kinds: tuple[str, ...]) -> Any:
    """A query with every kind of group by its number."""
    if isinstance(given, list):
        return [_numbered(each, kinds) for each in given]
    if not isinstance(given, Mapping):
        return given
    found = {key: _numbered(value, kinds) for key, value in given.items()}
    if given.get("on") == "group" or given.get("measure") == "unique_group":
        number = number_of_kind(told_of(given), kinds)
        if number is None:
            raise UnsupportedError(f"unsupported: group type {told_of(given)}")
        found["group_type"] = number
    return found


def read_filters(given: Any) -> list[dict[str, Any]]:
    """Several filters, or one of several, as conditions."""
    return [read_filter(each) for each in ([given] if isinstance(given, Mapping) else given or ())]


def read_filter(given: Json) -> dict[str, Any]:
    """One filter as a condition."""
    for key in ("all", "any"):
        if key in given:
            return {key: [read_filter(each) for each in given[key]]}
    place, operator, value = given.get("on", "event"), given.get("op", "eq"), given.get("value")
    if place == "cohort":
        return {"outside_cohort" if operator in ("neq", "not_in") else "cohort": str(value)}
    if place == "element":
        if OPERATORS.get(operator) != "is":
            raise UnsupportedError(f"unsupported: operator {operator} on an element")
        texts = value if isinstance(value, list) else [value]
        return {"any": [{"property": ELEMENTS, "element": {given["property"]: text}} for text in texts]}
    field = f"{_place(given)}{given['property']}"
    if operator in ("is_set", "is_not_set"):
        return {"property": field, "is_set": operator == "is_set"}
    if operator not in OPERATORS:
        raise UnsupportedError(f"unsupported: operator {operator}")
    name = OPERATORS[operator]
    if isinstance(value, list) and name in LISTS:
        return {"property": field, LISTS[name]: value}
    return {"property": field, name: value}


def _place(given: Json) -> str:
    place = given.get("on", "event")
    if place == "group":
        return f"group{told_of(given)}."
    if place not in PLACES:
        raise UnsupportedError(f"unsupported: filter on {place}")
    return PLACES[place]


def _unit(unit: Any, kinds: tuple[str, ...]) -> str:
    if unit in ("user", "person"):
        return "person"
    number = number_of_kind(told_of(unit) if isinstance(unit, Mapping) else unit, kinds)
    return str(unit) if number is None else f"$group_{number}"


def _by(breakdown: Json) -> list[str]:
    names = breakdown["by"]
    if isinstance(names, str) and names.startswith("["):
        names = json.loads(names)
    listed = names if isinstance(names, list) else [names]
    if breakdown.get("on") == "cohort":
        return [f"cohort:{name}" for name in listed]
    return [f"{_place(breakdown)}{name}" for name in listed]


def read_pick(given: Json) -> dict[str, Any]:
    """A step, a line or a start as a pick."""
    where = read_filters(given.get("filters"))
    if element := given.get("element"):
        where.append({"property": ELEMENTS, "element": dict(element)})
    if address := given.get("page_url"):
        where.append(read_filter({"property": "$current_url", "op": "icontains"} | _address(address)))
    pick: dict[str, Any] = {"where": where}
    if given.get("label"):
        pick["label"] = given["label"]
    if "any_of" in given:
        pick["any_of"] = [read_pick(each) for each in given["any_of"]]
    elif given.get("event") is not None:
        pick["event"] = given["event"]
    return pick


def _address(address: Json) -> dict[str, Any]:
    operator = {"contains": "icontains", "exact": "eq"}.get(address.get("op", ""), address.get("op", "eq"))
    return {"op": operator, "value": address["value"]}


def _funnel(query: Json, kind: str) -> dict[str, Any]:
    content: dict[str, Any] = {
        "steps": [read_pick(step) for step in query.get("steps", ())],
        "order": query.get("order", "ordered"),
        "show": SHOWS.get(kind, "steps"),
    }
    if window := query.get("window"):
        content["within"] = f"{window['n']} {window['unit']}s"
    exclusions = []
    for each in query.get("exclusions", ()):
        found = read_pick(each) | {"from_step": each.get("from_step", 0) + 1}
        if each.get("to_step") is not None:
            found["to_step"] = each["to_step"] + 1
        exclusions.append(found)
    content["exclude"] = exclusions
    if attribution := query.get("attribution"):
        content["attribution"] = ATTRIBUTIONS[attribution]
        if attribution == "step":
            content["attribution_step"] = query.get("attribution_step", 0) + 1
    for name in ("from_step", "to_step"):
        if query.get(name) is not None:
            content[name] = query[name] + 1
    if query.get("bins"):
        content["bins"] = query["bins"]
    return content


def _retention(query: Json, calendar: Calendar, now: datetime) -> dict[str, Any]:
    grain = query.get("period", "day")
    columns = query.get("total_intervals", 11)
    start = read_pick(query["start"])
    content: dict[str, Any] = {
        "grain": grain,
        "columns": columns,
        "start": start,
        "return": read_pick(query["return"]) if query.get("return") else start,
        "entry": MODES[query.get("mode", "recurring")],
        "rolling": query.get("window_mode") == "24h_from_first_start",
        "unbounded": query.get("counting") == "on_or_after",
        "brackets": query.get("brackets", ()),
    }
    if not query.get("date_from"):
        last = parse_moment(query["date_to"], now, calendar) if query.get("date_to") else now
        first = calendar.after(calendar.floor(last, grain), grain, 1 - columns)
        content["since"] = first.isoformat()
    return content


def _paths(query: Json) -> dict[str, Any]:
    kind = query.get("path_type") or "$pageview"
    if isinstance(kind, list) and len(kind) == 1:
        (kind,) = kind
    if kind == CUSTOM:
        content: dict[str, Any] = {"only": [{"property": "event", "matches_not": r"^\$"}]}
    elif isinstance(kind, str) and kind in STOPS:
        content = {"stops": STOPS[kind], "only": [{"property": "event", "is": kind}]}
    else:
        raise UnsupportedError(f"unsupported: path type {kind}")
    for name, key in (("start_point", "from_stop"), ("end_point", "to_stop"), ("step_limit", "longest")):
        if query.get(name):
            content[key] = query[name]
    return content


def _series(query: Json, kind: str) -> dict[str, Any]:
    content: dict[str, Any] = {"series": [_line(each, kind) for each in query["series"]]}
    if kind == "trend":
        content["formula"] = query.get("formula", "")
        content["smooth"] = query.get("smoothing_intervals", 1) or 1
        content["cumulative"] = str(query.get("display", "")).endswith("Cumulative")
    if kind in ("trend", "stickiness"):
        content["compare"] = str(query.get("compare_previous", "")).lower() == "true"
    return content


def _line(given: Json, kind: str) -> dict[str, Any]:
    line = read_pick(given)
    measure = given.get("measure") or "count"
    if kind != "trend":
        return line
    if measure.startswith("p") and measure[1:].isdecimal():
        line |= {"measure": "percentile", "percentile": int(measure[1:])}
    elif measure == "unique_group":
        line |= {"measure": "unique", "property": f"$group_{told_of(given)}"}
    elif measure in MEASURES:
        line |= MEASURES[measure]
    else:
        raise UnsupportedError(f"unsupported: measure {measure}")
    if field := given.get("measure_property"):
        line["property"] = field
        if field == "$session_duration":
            line["once_per"] = SESSION
    if line["measure"] in ("unique", "weekly_active", "monthly_active"):
        line["where"] = [*line["where"], HAS_PROFILE]
    return line


def _until(text: str, kind: str, calendar: Calendar, now: datetime) -> str:
    """The end of a period; midnight stands for its day, but in funnels, which know hours."""
    if KINDS[kind] == "funnel":
        return text
    moment = parse_moment(text, now, calendar, last=True)
    if moment == calendar.floor(moment, "day"):
        moment = calendar.after(moment, "day") - timedelta(microseconds=1)
    return moment.isoformat()
