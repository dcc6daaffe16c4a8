"""Decisions come in by the browser and by programs: looked at first, row by row, nothing lost."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from quarterdeck.process.decisions.models import Action, Decision
from quarterdeck.process.decisions.service.acting import Promise, promise
from quarterdeck.process.decisions.service.carrying import written_csv, written_json
from quarterdeck.records.models import Change, Link

PAGE = "/decisions/bring-in/"


@pytest.fixture
def exported(asked, alice):
    """Everything in two exports, and nothing left here."""
    promise(
        written=Promise(text="Ship it", owner="Core lead", due=date(2026, 11, 20), decision=asked), by=alice
    )
    texts = written_json(), written_csv("decisions")
    for kept in (Action, Decision, Link, Change):
        kept.objects.all().delete()
    return texts


def send(client, text, name="all.json", **more):
    return client.post(PAGE, {"file": SimpleUploadedFile(name, text.encode()), "do": "look", **more})


def test_a_file_is_looked_at_before_anything_is_kept(exported, client, bob):
    client.force_login(bob)
    page = send(client, exported[0]).content.decode()
    assert "What all.json would bring" in page
    assert "Keep 2 new" in page
    assert not Decision.objects.exists()
    assert not Change.objects.filter(verb="carried in").exists()
    kept = client.post(PAGE, {"name": "all.json", "text": exported[0], "do": "keep"}).content.decode()
    assert "<dt>Came in</dt><dd>2</dd>" in kept
    assert written_json() == exported[0]
    assert set(Change.objects.filter(verb="carried in").values_list("by", flat=True)) == {bob.pk}
    again = send(client, exported[0]).content.decode()
    assert "<dt>Here already</dt><dd>2</dd>" in again
    assert 'value="keep"' not in again


def test_a_bad_row_is_told_with_its_line_and_its_text_stays_to_be_mended(exported, client, bob):
    client.force_login(bob)
    content = json.loads(exported[0])
    content["actions"].append({"text": "half"})
    broken = json.dumps(content, indent=1)
    line = 1 + broken[: broken.index('"half"')].count("\n")
    page = send(client, broken).content.decode()
    assert f'<td class="num">{line - 1}</td>' in page
    kept = client.post(PAGE, {"name": "all.json", "text": broken, "do": "keep"}).content.decode()
    assert (Decision.objects.count(), Action.objects.count()) == (1, 1)
    assert "&quot;half&quot;" in kept
    assert "reference: Field required" in kept


def test_a_table_comes_in_with_the_line_ends_of_a_form(exported, client, bob):
    client.force_login(bob)
    assert "Keep 1 new" in send(client, exported[1], "decisions.csv").content.decode()
    client.post(PAGE, {"name": "decisions.csv", "text": exported[1], "do": "keep"})
    assert written_csv("decisions") == exported[1]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("all.json", b"{", "this is no JSON"),
        ("all.json", b"[" * 100_000, "this is no JSON"),
        ("all.json", b"\xff\xfe{}", "is not UTF-8"),
        ("all.txt", b"hello", "is no export"),
        ("all.csv", b"hello,there\n1,2\n", "no column of decisions is named"),
        ("all.csv", b"", "is empty|No file came|no column"),
        ("all.json", b" " * 2_000_001, "larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_export_says_why_and_keeps_nothing(client, bob, name, content, words):
    import re

    client.force_login(bob)
    answer = client.post(PAGE, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 400
    assert re.search(words, answer.content.decode())
    assert client.post(PAGE, {"do": "keep"}).status_code == 400
    assert not Decision.objects.exists()


def test_a_nul_is_told_for_its_row(exported, client, bob):
    client.force_login(bob)
    page = send(client, exported[0].replace("Ship it", "Ship\\u0000it")).content.decode()
    assert "It holds a NUL character" in page


def test_only_editors_bring_in(client, carol, dave):
    for person in (carol, dave):
        client.force_login(person)
        assert client.get(PAGE).status_code == 403
        assert "Bring in" not in client.get("/decisions/").content.decode()


def test_a_program_looks_first_then_takes_in(exported, client, bob):
    client.force_login(bob)

    def post(**given):
        return client.post("/api/decisions/import", given, content_type="application/json")

    looked = post(kind="json", text=exported[0], preview=True)
    assert looked.json() == {"added": 2, "there": 0, "bad": []}
    assert not Decision.objects.exists()
    assert post(kind="json", text=exported[0]).json()["added"] == 2
    assert post(kind="csv", text=exported[1]).json() == {"added": 0, "there": 1, "bad": []}
    refused = post(kind="json", text="{")
    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "application/problem+json"
