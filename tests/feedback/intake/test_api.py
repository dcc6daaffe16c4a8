"""Programs send messages, list quotes in pages and decide, each as far as its rights go."""

import pytest

from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.records.tokens import make_token
from tests.feedback.intake.said import count
from tests.feedback.intake.test_deciding import INVITE, MAP, PHONE

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(client):
    """Asks as somebody, by a token."""

    def asks(who, method, path, body=None):
        scopes = ["read", "contribute"] if who.role != "viewer" else ["read"]
        _, secret = make_token(person=who, name="test", scopes=scopes, lasts_days=1, by=who)
        headers = {"Authorization": f"Bearer {secret}"}
        if method == "get":
            return client.get(f"/api{path}", headers=headers)
        return client.post(f"/api{path}", body, content_type="application/json", headers=headers)

    return asks


def test_quotes_are_listed_in_pages_and_masked(inbox, program, carol, alice):
    alice.sees_personal = True
    alice.save()
    found = program(carol, "get", "/quotes?limit=2&offset=1").json()
    assert found["count"] == 4
    assert [(each["quote"], each["text"]) for each in found["items"]] == [
        (INVITE, "the crew invite just spins."),
        (PHONE, "I had to phone [phone]."),
    ]
    assert [each["is_masked"] for each in found["items"]] == [False, True]
    assert program(alice, "get", "/quotes?account=a-1").json()["items"][1]["text"].endswith("1234567.")
    assert program(carol, "get", "/quotes?language=de").json()["count"] == 1
    assert program(carol, "get", "/quotes?show=later").status_code == 422


def test_a_message_is_sent_once(inbox, program, carol):
    body = {"text": "They want SSO.", "key": "crm-1", "account": "a-2", "time": "2026-11-17T09:00:00Z"}
    assert program(carol, "post", "/messages", body).json() == {"key": "crm-1"}
    assert program(carol, "post", "/messages", body).status_code == 409
    assert count(inbox) == [(5,)]
    refresh(inbox)
    assert open_book().find("crm-1#1").account == "a-2"
    for wrong in (
        {"text": ""},
        {"text": "x", "time": "2026-11-17T09:00:00"},
        {"text": "x", "score": 1e9},
        {"text": "x", "time": "0001-01-01T00:00:00+14:00"},
        {"text": "x", "time": "9999-12-31T23:59:59-14:00"},
    ):
        assert program(carol, "post", "/messages", wrong).status_code in (400, 422)


def test_a_decision_is_made_and_undone(inbox, program, carol):
    step = program(carol, "post", "/quotes/decide", {"quote": MAP, "verb": "keep", "tags": ["Map"]})
    assert (step.status_code, step.json()["after"]["tags"]) == (201, ["Map"])
    found = program(carol, "get", "/quotes/one?quote=m2%231").json()
    assert (found["state"], found["tags"]) == ("kept", ["Map"])
    undone = program(carol, "post", f"/quotes/steps/{step.json()['id']}/undo")
    assert undone.status_code == 201
    assert program(carol, "post", f"/quotes/steps/{step.json()['id']}/undo").status_code == 409
    for body in (
        {"quote": MAP, "verb": "split", "at": [18]},
        {"quote": PHONE, "verb": "merge", "into": INVITE},
        {"quote": PHONE, "verb": "unfold"},
        {"quote": INVITE, "verb": "leave out"},
    ):
        assert program(carol, "post", "/quotes/decide", body).status_code == 201, body
    assert program(carol, "post", "/quotes/decide", {"quote": "m9#1", "verb": "keep"}).status_code == 400


def test_viewers_send_and_decide_nothing(inbox, program, dave):
    assert program(dave, "get", "/quotes").status_code == 200
    assert program(dave, "post", "/messages", {"text": "x"}).status_code in (401, 403)
    assert program(dave, "post", "/quotes/decide", {"quote": MAP, "verb": "keep"}).status_code in (401, 403)
