"""The proof finds what a removal with a fault leaves behind: each test takes one step of the removal away."""

from collections.abc import Callable

import pytest

from quarterdeck.facts.erasing import erase_person
from quarterdeck.facts.mentions import Mentions
from quarterdeck.facts.proving import search_files
from quarterdeck.facts.raw_rows import RawReader
from quarterdeck.facts.rewriting import TableSearch
from quarterdeck.facts.store import FactStore
from tests.facts.conftest import Import

TIME = "2024-05-01T10:00:00Z"
NAME = 'zo\u00eb"77'
ESCAPED = 'zo\\u00eb\\"77'


@pytest.fixture
def peopled(bring: Import, store: FactStore) -> FactStore:
    """Somebody in events, quarantine, a torn row, the name of a property and what others wrote."""
    rows = "".join(
        f'{{"event_id":"{number}","person":"{person}","event":"view","time":"{time}","note":"{note}"}}\n'
        for number, (person, time, note) in enumerate(
            ((ESCAPED, TIME, ""), (ESCAPED, "never", ""), ("bob", TIME, ESCAPED), ("bob", "never", ESCAPED))
        )
    )
    named = f'{{"event_id":"n","person":"bob","event":"view","time":"{TIME}","{ESCAPED}":1}}\n'
    bring(rows + named + f'{{"torn":"{ESCAPED}"\n', name="rows.jsonl", map_text=None)
    doubled = '"' + NAME.replace('"', '""') + '"'
    header = "event_id,person,event,time,note\n"
    bring(f"{header}c1,{doubled},view,never,\nc2,bob,view,never,{doubled}\n", map_text=None)
    return store


def same(self: object, text: str, *_: object) -> str:
    return text


@pytest.mark.parametrize(
    ("owner", "step", "instead", "left"),
    [
        (Mentions, "masked", same, {"events.properties.note", "quarantine.raw"}),
        (Mentions, "masked_key", same, {"events.properties (a name in it)"}),
        (RawReader, "masked", same, {"quarantine.raw"}),
        (RawReader, "owners", lambda *_: frozenset(), {"quarantine.raw"}),
        (RawReader, "owners", lambda *_: None, {"quarantine.raw"}),
        (TableSearch, "_theirs", lambda _: "false", {"events.person"}),
    ],
)
def test_a_step_that_is_left_out_is_found(
    peopled: FactStore,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    step: str,
    instead: Callable[..., object],
    left: set[str],
) -> None:
    if instead is not same and step == "owners":
        monkeypatch.setattr(RawReader, "masked", lambda _, raw, mentions: raw)
    monkeypatch.setattr(owner, step, instead)
    proof = erase_person(peopled, NAME)
    assert left <= set(proof.remaining)
    assert "Still found in" in proof.words()
    monkeypatch.undo()
    assert erase_person(peopled, NAME).remaining == ()


def test_nobody_is_found_who_was_never_there(peopled: FactStore) -> None:
    searched = search_files(peopled.path, ["carol-0001"])
    assert (dict(searched.left), dict(searched.others), searched.tables) == ({}, {}, frozenset())
    assert searched.files > 10


@pytest.mark.parametrize(
    "name", ["2024-05-01", "part-00000", "104857600", "100000", "_delta_log", "[erased]"]
)
def test_ids_like_words_of_the_engine_end_well(bring: Import, store: FactStore, name: str) -> None:
    rows = f"event_id,person,event,time\n1,{name},view,{TIME}\n2,bob,view,{TIME}\n3,{name},view,never\n"
    bring(rows, map_text=None)
    proof = erase_person(store, name)
    assert proof.remaining == ()
    assert proof.rows["quarantine"] == (1, 0)
