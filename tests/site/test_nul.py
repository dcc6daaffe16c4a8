"""A text with a NUL, which PostgreSQL does not keep, is refused at every door before anything is done."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from quarterdeck.records.models import Comment

COMMENT = {"type": "metric", "key": "x", "text": "a"}


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/octet-stream", ""])
@pytest.mark.parametrize("nul", ["\\u0000", "\x00"])
def test_the_api_refuses_it_whatever_the_body_is_called(client, alice, kind, nul):
    client.force_login(alice)
    body = f'{{"type": "metric", "key": "x", "text": "a{nul}b"}}'
    answer = client.generic("POST", "/api/comments", body, content_type=kind)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Comment.objects.exists()


def test_a_plain_body_without_one_passes(client, alice):
    client.force_login(alice)
    assert client.post("/api/comments", COMMENT, content_type="application/json").status_code == 201


def test_a_form_is_refused_in_either_encoding(client, alice):
    client.force_login(alice)
    ask = {"question": "a\x00b", "decider": "x", "due": "2026-11-20"}
    for answer in (
        client.post("/decisions/ask/", ask),
        client.post(
            "/decisions/ask/",
            "question=a%00b&decider=x",
            content_type="application/x-www-form-urlencoded",
        ),
        client.get("/search/?q=a%00"),
    ):
        assert answer.status_code == 400
        assert "holds a NUL character" in answer.content.decode()


def test_a_file_may_hold_what_it_holds(client, alice):
    client.force_login(alice)
    file = SimpleUploadedFile("events.csv", b"person,event,time\na\x00,b,2026-11-16\n")
    assert client.post("/facts/upload/", {"table": "events", "file": file}).status_code in (302, 400)
    beside = {"table": "ev\x00ents", "file": SimpleUploadedFile("e.csv", b"x")}
    assert "holds a NUL character" in client.post("/facts/upload/", beside).content.decode()


def test_a_stranger_is_sent_to_the_door(client, db):
    beside = {"table": "events", "file": SimpleUploadedFile("e.csv", b"x")}
    assert client.post("/facts/upload/", beside).headers["Location"].startswith("/sign-in/")
