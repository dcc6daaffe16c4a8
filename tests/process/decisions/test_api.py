from datetime import timedelta

import pytest

from quarterdeck.process.decisions.models import Decision


@pytest.fixture
def api(client, carol):
    client.force_login(carol)

    def call(method, path, body=None):
        answer = client.generic(method, f"/api{path}", body or b"", content_type="application/json")
        return answer.status_code, answer.json() if answer.content else None

    return lambda method, path, **body: call(method, path, _json(body) if method != "GET" else None)


def _json(body):
    import json

    return json.dumps(body, default=str)


@pytest.fixture
def question_body(today):
    return {
        "question": "Do we switch it on?",
        "options": [{"name": "Yes"}, {"name": "No", "why_rejected": "Too slow."}],
        "decider": "Growth lead",
        "due": today + timedelta(2),
        "evidence": [{"type": "metric", "key": "activation"}],
        "prediction": {"metric": "activation", "review_on": today + timedelta(60), "low": 0.05},
    }


def test_a_program_asks_answers_and_reads(api, question_body):
    status, made = api("POST", "/decisions", **question_body)
    assert (status, made["state"], made["evidence"][0]["tables"]) == (201, "asked", {"events": 1})
    address = f"/decisions/{made['id']}"
    status, edited = api("PUT", address, **question_body, dissent="No.", seen=made["version"])
    assert (status, edited["dissent"]) == (200, "No.")
    status, told = api("PUT", address, **question_body, dissent="Yes.", seen=made["version"])
    assert (status, told["status"]) == (409, 409)
    status, answered = api("POST", f"{address}/answer", option="Yes", brief="2026-11-16")
    assert (status, answered["state"], answered["answered_as"]) == (200, "made", "Core lead")
    assert api("POST", f"{address}/answer", option="No")[0] == 409
    assert api("GET", address)[1]["answer"] == "Yes"
    assert api("GET", "/decisions?state=made")[1]["count"] == 1
    assert api("GET", "/decisions?state=asked")[1]["items"] == []
    assert api("GET", "/decisions/rate")[1]["sentence"] == "No prediction is graded yet."
    Decision.objects.update(grade="came true")
    low, high = api("GET", "/decisions/rate")[1]["interval"]
    assert 0.2 < low < high == 1
    assert api("GET", "/decisions/export")[1]["decisions"][0]["answer"] == "Yes"


def test_a_program_writes_a_made_decision_down(api, question_body):
    status, made = api("POST", "/decisions", **question_body, answer="No", answer_why="Cheap.")
    assert (status, made["state"], made["answer"]) == (201, "made", "No")


def test_a_program_promises_and_settles(api, asked, today):
    body = {"text": "Ship it", "owner": "Core lead", "due": today, "decision_id": asked.pk}
    status, made = api("POST", "/actions", **body)
    assert (status, made["state"], made["decision_id"]) == (201, "open", asked.pk)
    assert api("PUT", f"/actions/{made['id']}", **{**body, "text": "Ship both"})[1]["text"] == "Ship both"
    assert api("GET", "/actions?show=mine")[1]["count"] == 1
    assert api("POST", f"/actions/{made['id']}/state", state="done")[1]["state"] == "done"
    assert api("GET", "/actions?show=finished")[1]["count"] == 1
    assert api("GET", "/actions?show=all")[1]["count"] == 1


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"options": []}, 422),
        ({"question": "\x00"}, 400),
        ({"question": " "}, 400),
        ({"question": "\ud800"}, 422),
        ({"due": "9999-12-31"}, 400),
        ({"due": "1-1-1"}, 422),
        ({"decider": "x" * 121}, 422),
        ({"prediction": {"metric": "m", "review_on": "2027-01-01"}}, 400),
        ({"prediction": {"metric": "activation", "review_on": "2027-01-01", "low": 1e300}}, 400),
        ({"answer": "Perhaps"}, 409),
    ],
)
def test_odd_requests_are_answered_not_crashed_upon(changed, status, api, question_body):
    answered = api("POST", "/decisions", **{**question_body, **changed})
    assert answered[0] == status, answered


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
def test_a_number_beyond_a_databases_integers_names_nothing(number, api, asked, today):
    assert api("GET", f"/decisions/{number}")[0] == 404
    assert api("POST", f"/actions/{number}/state", state="done")[0] == 404
    body = {"text": "x", "owner": "y", "due": today, "decision_id": number}
    assert api("POST", "/actions", **body)[0] == 400
    assert Decision.objects.count() == 1


def test_the_document_of_the_api_names_no_list_of_schemas_where_one_belongs(api):
    from quarterdeck.site.api import api as documented

    rate = documented.get_openapi_schema()["components"]["schemas"]["RateOut"]["properties"]["interval"]
    assert rate["anyOf"][0] == {"type": "array", "items": {"type": "number"}}
