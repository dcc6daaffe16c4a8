"""A short id goes where a property says who somebody is, and stays where it is a word or a number."""

import json

import pytest

from quarterdeck.facts.erasing import erase_person
from quarterdeck.facts.mentions import Mentions
from quarterdeck.facts.proving_words import stands_in
from quarterdeck.facts.store import FactStore
from tests.facts.conftest import Import

MAP = "event_id: id\nperson: member\nevent: what\ntime: at\nproperties: all\n"
ROW = {"id": "1", "member": "ann", "what": "invite", "at": "2026-01-02T00:00:00Z"}


def test_a_short_id_under_a_name_for_people_is_masked_and_elsewhere_it_stays(
    bring: Import, store: FactStore, ask
) -> None:
    rows = [
        {
            **ROW,
            "user_id": "bob",
            "context": {"userId": " bob ", "team": "bob"},
            "list": [{"email": "bob", "n": "bob"}],
        },
        {**ROW, "id": "2", "quantity": "42", "user_id": "ann", "note": "bob and 42", "bob": "x"},
        {**ROW, "id": "3", "member": "bob"},
        # It waits: without a time it is no row.
        {**ROW, "id": "4", "at": "soon", "user_id": "bob", "team": "bob", "items": [{"distinct_id": "bob"}]},
    ]
    bring("\n".join(map(json.dumps, rows)), name="e.jsonl", map_text=MAP)
    proof = erase_person(store, "bob")
    assert not proof.remaining
    found = ask("SELECT properties, properties_rest FROM events ORDER BY event_id")
    first = {key: value for key, value in found[0][0].items() if value is not None}
    assert first == {"user_id": "[erased]", "context.userId": "[erased]", "context.team": "bob"}
    assert json.loads(found[0][1]) == {"list": [{"email": "[erased]", "n": "bob"}]}
    assert found[1][0]["note"] == "bob and 42"
    [(raw,)] = ask("SELECT raw FROM quarantine")
    waiting = json.loads(raw)
    assert (waiting["user_id"], waiting["team"], waiting["items"]) == (
        "[erased]",
        "bob",
        [{"distinct_id": "[erased]"}],
    )
    assert erase_person(store, "bob").others == proof.others


def test_a_number_stays_unless_it_stands_where_somebody_is_named(
    bring: Import, store: FactStore, ask
) -> None:
    rows = [
        {**ROW, "id": "1", "quantity": "42", "user_id": 42, "list": [{"user": 42, "n": 42}]},
        {**ROW, "id": "2", "member": "42"},
        {**ROW, "id": "4", "at": "soon", "quantity": 42, "user_id": 42, "userid": 4.2e1},
    ]
    bring("\n".join(map(json.dumps, rows)), name="e.jsonl", map_text=MAP)
    # Here another column says who did it; a map has declared `member`, too.
    other = "event_id: id\nperson: who\nevent: what\ntime: at\nproperties: all\n"
    bring(json.dumps({**ROW, "id": "3", "who": "eve", "member": "42"}), name="f.jsonl", map_text=other)
    assert not erase_person(store, "42").remaining
    found = ask(
        "SELECT event_id, properties.quantity, properties.user_id, properties.member FROM events ORDER BY 1"
    )
    assert found == [("1", 42.0, None, None), ("3", None, None, None)]
    assert json.loads(ask("SELECT properties_rest FROM events WHERE event_id = '1'")[0][0]) == {
        "list": [{"user": "[erased]", "n": 42}]
    }
    waiting = json.loads(ask("SELECT raw FROM quarantine")[0][0])
    assert [waiting[name] for name in ("quantity", "user_id", "userid")] == [42, "[erased]", "[erased]"]


def test_an_account_is_no_person_whatever_its_column_is_called(bring: Import, store: FactStore, ask) -> None:
    account = MAP + "account: customer_id\n"
    rows = [
        {**ROW, "id": "1", "at": "soon", "customer_id": "42"},
        {**ROW, "id": "2", "member": "42", "customer_id": "7"},
    ]
    bring("\n".join(map(json.dumps, rows)), name="e.jsonl", map_text=account)
    text = "id,member,what,at,customer_id,email\n3,ann,x,soon,42,42\n"
    bring(text, name="e.csv", map_text=account)
    assert not erase_person(store, "42").remaining
    assert ask("SELECT raw FROM quarantine ORDER BY 1") == [
        ("3,ann,x,soon,42,[erased]",),
        (json.dumps(rows[0]),),
    ]


@pytest.mark.parametrize("text", ["call 123456_home", "user_123456", "_123456_", "a-123456_b"])
def test_an_underscore_ends_a_word(text: str) -> None:
    assert "123456" not in Mentions(["123456"]).masked(text)
    assert stands_in("123456", text)
    assert Mentions(["123456"]).masked("x123456y_1234567") == "x123456y_1234567"
    assert not stands_in("123456", "x123456y_1234567")


@pytest.mark.parametrize("person", ["[erased]", 'a"b\\c-1', "é", "_", "0"])
def test_an_odd_id_is_erased_for_good(bring: Import, store: FactStore, ask, person: str) -> None:
    rows = [
        {**ROW, "id": "1", "user_id": person, "list": [{"email": person}]},
        {**ROW, "id": "2", "member": person},
        {**ROW, "id": "3", "at": "soon", "user": {"email": person}},
    ]
    bring("\n".join(map(json.dumps, rows)), name="e.jsonl", map_text=MAP)
    assert not erase_person(store, person).remaining
    assert ask("SELECT count(*) FROM events") == [(1,)]
