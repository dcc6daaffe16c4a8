"""Programs read recommendations with their grounds, decide about them, and read briefs."""

import json

import pytest

from tests.feedback.backlog.heard import BILLING, OFFLINE, PRAISE, hear


@pytest.fixture
def api(standing, carol, client):
    hear(standing, by=carol)
    client.force_login(carol)

    def call(method, path, body=None, status=200):
        answer = client.generic(
            method,
            f"/api/{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
        )
        assert answer.status_code == status, answer.content.decode()
        return answer.json() if answer.content else None

    return call


def test_recommendations_come_ranked_with_what_was_counted(api):
    items = api("GET", "recommendations")["items"]
    assert [(item["rank"], item["theme"], item["verb"]) for item in items] == [
        (1, OFFLINE, "do"), (2, BILLING, "do"), (3, PRAISE, "watch"),
    ]  # fmt: skip
    assert items[0]["score"]["low"] <= items[0]["score"]["point"] <= items[0]["score"]["high"]
    assert items[1]["score"] is None
    assert items[0]["grounds"]["accounts"] == 12
    assert api("GET", f"recommendations/about?theme={BILLING}")["effort_band"] == "unknown"
    assert api("GET", "recommendations/about?theme=None", status=400)["title"]


def test_an_effort_an_acceptance_and_a_decline_are_kept(api):
    made = api("POST", "recommendations/effort", {"theme": BILLING, "weeks": 2, "low": 1}, status=201)
    assert (made["effort"], made["effort_low"], made["effort_high"]) == (2, 1, 2)
    assert made["weighed"]["score"] is not None
    accepted = api(
        "POST", "recommendations/accept", {"theme": OFFLINE, "reason": "Yes.", "item": "W-open"}, status=201
    )
    assert (accepted["state"], accepted["items"], accepted["decided_as"]) == (
        "accepted",
        ["W-open"],
        "Core lead",
    )
    assert api("GET", f"recommendations/{accepted['id']}")["reason"] == "Yes."
    api("POST", "recommendations/decline", {"theme": BILLING, "reason": "No."}, status=201)
    assert [each["theme"] for each in api("GET", "recommendations/decided?state=declined")["items"]] == [
        BILLING
    ]


def test_what_cannot_be_is_refused_with_words(api):
    api("POST", "recommendations/accept", {"theme": OFFLINE}, status=201)
    assert api("POST", "recommendations/accept", {"theme": OFFLINE}, status=409)["title"]
    for body in ({"theme": "Nope", "reason": "x"}, {"theme": BILLING, "reason": "\u0000"}):
        api("POST", "recommendations/decline", body, status=400)
    api("POST", "recommendations/effort", {"theme": BILLING, "weeks": 0}, status=422)
    api("POST", "recommendations/effort", {"theme": BILLING, "weeks": 2, "low": 3}, status=400)
    api("GET", "recommendations/99999999999999", status=422)


def test_a_work_item_is_linked_to_what_was_accepted(api):
    accepted = api("POST", "recommendations/accept", {"theme": OFFLINE}, status=201)
    linked = api("POST", f"recommendations/{accepted['id']}/items", {"item": "W-open"}, status=201)
    assert linked["items"] == ["W-open"]


def test_briefs_are_written_once_and_read(api):
    first = api("POST", "insights-briefs", {}, status=201)
    assert api("POST", "insights-briefs", {}, status=201) == first
    assert first["document"]["changes"][0]["theme"] == OFFLINE
    assert [each["as_of"] for each in api("GET", "insights-briefs")["items"]] == ["2026-11-16"]
    assert api("GET", "insights-briefs/2026-11-16")["pins"] == first["pins"]
    api("GET", "insights-briefs/2026-11-17", status=404)
