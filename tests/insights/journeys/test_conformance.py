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
