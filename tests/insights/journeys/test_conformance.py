"""Cases in the neutral format pass or fail, and say in what."""

import json

import pytest
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.insights.journeys.service.conformance.comparing import differences

CASE = {
    "id": "funnel:one",
    "type": "funnel",
    "project": {"timezone": "UTC"},
    "now": "2026-01-10T12:00:00Z",
    "query": {
        "date_from": "2026-01-01",
        "steps": [{"event": "open"}, {"event": "buy", "filters": [{"property": "plan", "value": ["pro"]}]}],
        "order": "ordered",
        "window": {"n": 7, "unit": "day"},
    },
    "users": [{"user": "al"}, {"user": "bo"}],
    "events": [
        {"user": "al", "event": "open", "timestamp": "2026-01-02T00:00:00Z"},
        {"user": "al", "event": "buy", "timestamp": "2026-01-03T00:00:00Z", "properties": {"plan": "pro"}},
        {"user": "bo", "event": "open", "timestamp": "2026-01-02T00:00:00Z"},
        {"user": "bo", "event": "buy", "timestamp": "2026-01-03T00:00:00Z", "properties": {"plan": "free"}},
    ],
    "expected": {
        "steps": [{"step": 0, "count": 2}, {"step": 1, "count": 1, "avg_seconds_from_previous": 86400}],
        "users_at": [{"step": -2, "users": ["bo"]}],
    },
}


@pytest.fixture(params=["kernel", "sql"])
def engine(request):
    return request.param


def outcome(tmp_path, *cases, engine="kernel"):
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(cases), "utf-8")
    done = CliRunner().invoke(build(), ["conformance", str(file), "--json", "--engine", engine])
    return done.exit_code, json.loads(done.output)


def test_what_is_expected_passes(tmp_path, engine):
    code, found = outcome(tmp_path, CASE, engine=engine)
    assert (code, found["passed"], found["failures"]) == (0, 1, [])


def test_what_is_expected_otherwise_fails_and_says_where(tmp_path, engine):
    wrong = {**CASE, "expected": {"steps": [{"step": 0, "count": 3}]}}
    code, found = outcome(tmp_path, CASE, wrong, engine=engine)
    assert (code, found["passed"], found["failed"]) == (1, 1, 1)
    [difference] = found["failures"][0]["differences"]
    assert difference == {"where": "steps[0].count", "expected": 3, "got": 2}


def test_what_cannot_be_asked_counts_as_failed(tmp_path):
    code, found = outcome(tmp_path, {**CASE, "type": "heat map"}, {**CASE, "expected": {"mood": 1}})
    assert (code, found["failed"]) == (1, 2)
    assert all(failure["unsupported"].startswith("unsupported") for failure in found["failures"])


def test_a_file_that_is_no_list_of_cases_is_refused(tmp_path):
    file = tmp_path / "cases.json"
    file.write_text("{}", "utf-8")
    done = CliRunner().invoke(build(), ["conformance", str(file)])
    assert "no list of cases" in str(done.exception)


def test_only_the_places_named_are_compared():
    assert not list(differences({"-1": 2, "length": 3}, [0, 1, 2]))
    assert [one.where for one in differences({"0": 1, "7": 1}, [0])] == ["[0]", "[7]"]
    assert not list(differences({"approx": 1.0}, 1.0000004))
    assert list(differences({"approx": 1.0}, 1.1))
    assert not list(differences({"any_order": [2, 1]}, [1.0, 2.0]))
    anywhere = {"0": {"any_order": {"count": 1}}, "1": {"any_order": {"count": 2}}}
    assert not list(differences(anywhere, [{"count": 2}, {"count": 1}]))
    assert list(differences(anywhere, [{"count": 2}, {"count": 2}]))


def of_groups(told, unit, **groups):
    """Two organizations, one of them with two people: who did both, and who did the first in finance."""
    events = [
        {"user": user, "event": event, "timestamp": f"2026-01-0{day}T00:00:00Z"}
        for user, event, day in (("al", "open", 2), ("bo", "buy", 3), ("cy", "open", 4))
    ]
    for event, key in zip(events, ("org:1", "org:1", "org:2"), strict=True):
        event["properties"] = {"$group_0": key}
    finance = [{"on": "group", "group_type": told, "property": "industry", "value": "finance"}]
    funnel = {**CASE["query"], "steps": [{"event": "open"}, {"event": "buy"}], "unit_of_analysis": unit}
    people = [{"user": user} for user in ("al", "bo", "cy")]
    walked = {**CASE, **groups, "query": funnel, "users": people, "events": events}
    walked["expected"] = {"steps": [{"step": 0, "count": 2}, {"step": 1, "count": 1}]}
    counted = {**walked, "type": "trend", "expected": {"series": {"0": {"count": 1}}}}
    counted["query"] = {"date_from": "2026-01-01", "series": [{"event": "open"}], "filters": finance}
    return walked, counted


INDUSTRIES = {"org:1": {"industry": "finance"}, "org:2": {"industry": "trade"}}


@pytest.mark.parametrize(
    ("told", "groups"),
    [
        (0, {"groups": [{"group_type": 0, "key": key, "properties": of} for key, of in INDUSTRIES.items()]}),
        ("organization", {"groups": {"organization": INDUSTRIES}}),
        ("organization", {"groups": {"0": INDUSTRIES}, "group_types": ["organization"]}),
        ("organization", {"groups": {"organization": INDUSTRIES}, "group_types": {"organization": 0}}),
        ("0", {"groups": {"organization": INDUSTRIES}, "group_types": {"0": "organization"}}),
    ],
)
def test_a_kind_of_group_is_told_by_number_or_by_name(tmp_path, engine, told, groups):
    for unit in (told, {"group_type": told}, "$group_0", "group"):
        code, found = outcome(tmp_path, *of_groups(told, unit, **groups), engine=engine)
        assert (code, found["failures"]) == (0, [])


def test_a_kind_of_group_that_there_is_not_stands_for_nobody(tmp_path, engine):
    walked, counted = of_groups("project", "$group_7", groups={"0": INDUSTRIES})
    _, found = outcome(tmp_path, walked, counted, engine=engine)
    first, second = found["failures"]
    assert first["differences"][0] == {"where": "steps[0].count", "expected": 2, "got": 0}
    assert second["unsupported"] == "unsupported: group type project"


def paths_of(query, *rows):
    pages = [("$pageview", "/"), ("$pageview", "/about/"), ("$pageview", "/about"), ("$pageview", "/buy/")]
    events = [
        {"user": "al", "event": event, "timestamp": f"2026-01-02T00:00:0{second}Z"} | properties
        for second, (event, properties) in enumerate(
            [(event, {"properties": {"$current_url": url}}) for event, url in pages]
            + [("opened", {}), ("$own", {}), ("closed", {})]
        )
    ]
    names = ("source", "target", "value", "average_conversion_time")
    expected = {"rows": {str(place): dict(zip(names, row, strict=True)) for place, row in enumerate(rows)}}
    query = {"date_from": "2026-01-01", **query}
    return {**CASE, "type": "paths", "query": query, "events": events, "expected": expected}


def test_a_page_is_one_with_and_without_a_slash_and_own_events_are_none_of_the_customs(tmp_path, engine):
    cases = (
        paths_of({}, ("1_/", "2_/about", 1, 1000), ("2_/about", "3_/buy", 1, 2000)),
        paths_of({"start_point": "/about"}, ("1_/about", "2_/buy", 1, 2000)),
        paths_of({"path_type": "custom_event"}, ("1_opened", "2_closed", 1, 2000)),
        paths_of({"path_type": "$autocapture"}),
    )
    _, found = outcome(tmp_path, *cases, engine=engine)
    assert [failure["unsupported"] for failure in found["failures"]] == [
        "unsupported: path type $autocapture"
    ]
