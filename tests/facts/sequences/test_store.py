"""Sequences are the events of a snapshot, sorted by person and time, however they came to be."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.facts.sequences import building, sorting
from quarterdeck.facts.sequences.manifest import read_manifest
from quarterdeck.facts.sequences.store import SequenceStore
from quarterdeck.facts.store import FactStore

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("open", "buy", "leave")


def events(rows, plan=None):
    """Rows of (person, minute, event), as a table of facts."""
    count = len(rows)
    content = {
        "person": pa.array([person for person, _, _ in rows], pa.string()),
        "event": pa.array([event for _, _, event in rows], pa.string()),
        "time": pa.array([BEGIN + timedelta(minutes=m) for _, m, _ in rows], pa.timestamp("us", "UTC")),
    }
    if plan is not None:
        content["properties"] = pa.array(
            [{"plan": value} for value in plan], pa.struct([("plan", pa.string())])
        )
    assert len(content["person"]) == count
    return pa.table(content)


def bring(store, rows, name, plan=None):
    store.append("events", [events(rows, plan)], transaction=name)


def listed(sequences):
    """Every row as (person, minute, event)."""
    rows = []
    for unit, person in enumerate(sequences.units.to_pylist()):
        for row in range(sequences.offsets[unit], sequences.offsets[unit + 1]):
            minute = (int(sequences.time[row]) - BEGIN.timestamp() * 1e6) // 60_000_000
            rows.append((person, int(minute), sequences.event.values[sequences.event.codes[row]]))
    return rows


def opened(store, path, columns=()):
    with store.snapshot() as snapshot:
        return SequenceStore(path).open(snapshot, columns)


@pytest.fixture
def store(tmp_path: Path) -> FactStore:
    return FactStore(tmp_path / "facts")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sequences"


def test_rows_are_sorted_by_person_time_and_name(store, path):
    bring(store, [("bo", 5, "buy"), ("al", 9, "open"), ("bo", 5, "open"), ("bo", 1, "open")], "one")
    assert listed(opened(store, path)) == [
        ("al", 9, "open"),
        ("bo", 1, "open"),
        ("bo", 5, "buy"),
        ("bo", 5, "open"),
    ]


def test_nothing_is_there_before_the_first_event(store, path):
    store.append("people", [pa.table({"person": ["al"]})], transaction="people")
    found = opened(store, path, ("account",))
    assert len(found.units) == 0
    assert len(found.time) == 0


@settings(max_examples=15)
@given(
    parts=st.lists(
        st.lists(
            st.tuples(st.sampled_from("abcde"), st.integers(0, 20), st.sampled_from(NAMES)), max_size=12
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_grew_bit_by_bit_is_what_is_built_at_once(parts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("grown")
    store = FactStore(folder / "facts")
    store.append("people", [pa.table({"person": ["al"]})], transaction="people")
    for number, rows in enumerate(parts):
        bring(store, rows, f"part {number}")
        grown = listed(opened(store, folder / "grown"))
    at_once = listed(opened(store, folder / "at once"))
    everything = sorted(row for rows in parts for row in rows)
    # People who came later stand behind the others.
    assert sorted(grown) == at_once == everything
    people = [person for person, _, _ in grown]
    assert [list(filter(lambda row, who=who: row[0] == who, grown)) for who in sorted(set(people))] == [
        list(filter(lambda row, who=who: row[0] == who, at_once)) for who in sorted(set(people))
    ]


def test_late_events_are_merged_without_sorting_all_of_them_again(store, path, monkeypatch):
    bring(store, [("al", 5, "open"), ("al", 50, "leave")], "one")
    opened(store, path)
    bring(store, [("al", 7, "buy"), ("cy", 1, "open")], "two")
    monkeypatch.setattr(building, "build", None)
    assert listed(opened(store, path)) == [
        ("al", 5, "open"),
        ("al", 7, "buy"),
        ("al", 50, "leave"),
        ("cy", 1, "open"),
    ]


def test_an_alias_joins_what_two_ids_did(store, path):
    bring(store, [("anonymous", 1, "open"), ("al", 2, "buy")], "one")
    assert len(opened(store, path).units) == 2
    store.append("aliases", [pa.table({"alias": ["anonymous"], "person": ["al"]})], transaction="alias")
    found = opened(store, path, ("id",))
    assert listed(found) == [("al", 1, "open"), ("al", 2, "buy")]
    raw = found.columns["id"]
    assert [raw.values[code] for code in raw.codes] == ["anonymous", "al"]


def test_an_id_that_was_two_people_is_each_in_its_time(store, path):
    bring(store, [("shared", 1, "open"), ("shared", 90, "buy")], "one")
    aliases = {
        "alias": ["shared", "shared"],
        "person": ["al", "bo"],
        "valid_from": pa.array([BEGIN, BEGIN + timedelta(hours=1)], pa.timestamp("us", "UTC")),
    }
    store.append("aliases", [pa.table(aliases)], transaction="aliases")
    assert listed(opened(store, path)) == [("al", 1, "open"), ("bo", 90, "buy")]


def test_a_property_stands_beside_its_event_after_late_ones_came(store, path):
    bring(store, [("bo", 5, "buy"), ("al", 9, "open")], "one", ["pro", "free"])
    opened(store, path, ("plan",))
    bring(store, [("al", 2, "buy")], "two", [None])
    plan = opened(store, path, ("plan",)).columns["plan"]
    assert [plan.values[code] if code >= 0 else None for code in plan.codes] == [None, "free", "pro"]


def test_accounts_and_people_are_as_of_then(store, path):
    bring(store, [("al", 1, "open"), ("al", 90, "buy"), ("bo", 5, "open")], "one")
    times = pa.array([BEGIN, BEGIN + timedelta(hours=1)], pa.timestamp("us", "UTC"))
    people = {"person": ["al", "al"], "role": ["trial", "admin"], "account": ["x", "y"], "valid_from": times}
    store.append("people", [pa.table(people)], transaction="people")
    accounts = {"account": ["x", "y"], "valid_from": times, "plan": ["free", "pro"]}
    store.append("accounts", [pa.table(accounts)], transaction="accounts")
    found = opened(store, path, ("account", "person.role", "account.plan")).columns

    def texts(name):
        column = found[name]
        return [column.values[code] if code >= 0 else None for code in column.codes]

    assert texts("account") == ["x", "y", None]
    assert texts("person.role") == ["trial", "admin", None]
    assert texts("account.plan") == ["free", "pro", None]


def test_a_build_that_dies_leaves_the_one_before(store, path, monkeypatch):
    bring(store, [("al", 5, "open")], "one")
    opened(store, path)
    before = read_manifest(path)
    bring(store, [("al", 7, "buy")], "two")

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(building.Writer, "finish", die)
    with pytest.raises(KeyboardInterrupt):
        opened(store, path)
    assert read_manifest(path) == before
    monkeypatch.undo()
    assert listed(opened(store, path)) == [("al", 5, "open"), ("al", 7, "buy")]
    assert len(list(path.glob("build-*"))) == 1


def test_more_rows_than_one_bucket_holds_come_out_sorted(store, path, monkeypatch):
    monkeypatch.setattr(sorting.cut_units, "__defaults__", (7,))
    rows = [(f"p{number % 9}", (number * 37) % 101, NAMES[number % 3]) for number in range(100)]
    bring(store, rows, "one")
    assert listed(opened(store, path)) == sorted(rows)
    bring(store, [("p4", 3, "buy")] * 5, "two")
    assert listed(opened(store, path)) == sorted([*rows, *[("p4", 3, "buy")] * 5])


def test_somebody_who_did_very_much_is_sorted_too(store, path):
    rows = [("al", (number * 7919) % 500, NAMES[number % 3]) for number in range(400)]
    bring(store, rows, "one")
    assert listed(opened(store, path)) == sorted(rows)


def test_columns_are_mapped_from_disk(store, path):
    bring(store, [("al", 5, "open")], "one")
    found = opened(store, path)
    assert isinstance(found.time, np.memmap)
    assert isinstance(found.event.codes, np.memmap)


def test_codes_are_no_wider_than_there_are_names(store, path):
    names = [f"e{number:03}" for number in range(127)]
    bring(store, [("al", minute, name) for minute, name in enumerate(names)], "one", plan=names)
    found = opened(store, path, ["plan"])
    assert (found.event.codes.dtype, found.columns["plan"].codes.dtype) == (np.int8, np.int8)
    bring(store, [("al", 5, "one more"), ("bo", 1, "e000")], "two")
    found = opened(store, path)
    assert found.event.codes.dtype == np.int16
    assert sorted(event for _, _, event in listed(found)) == sorted([*names, "one more", "e000"])


def test_a_person_is_as_old_as_their_profile(store, path):
    bring(store, [("al", 5, "open"), ("bo", 6, "open")], "one")
    made = pa.array([BEGIN - timedelta(days=9)], pa.timestamp("us", "UTC"))
    store.append("people", [pa.table({"person": ["al"], "created_at": made})], transaction="people")
    born = opened(store, path).born
    assert born[0] == (BEGIN - timedelta(days=9)).timestamp() * 1e6
    assert born[1] == (BEGIN + timedelta(minutes=6)).timestamp() * 1e6


def test_ages_follow_what_is_said_of_people_later_and_are_read_once(store, path, monkeypatch):
    bring(store, [("al", 5, "open")], "one")
    assert opened(store, path).born[0] == (BEGIN + timedelta(minutes=5)).timestamp() * 1e6
    made = pa.array([BEGIN - timedelta(days=9)], pa.timestamp("us", "UTC"))
    store.append("people", [pa.table({"person": ["al"], "created_at": made})], transaction="people")
    assert opened(store, path).born[0] == (BEGIN - timedelta(days=9)).timestamp() * 1e6
    monkeypatch.delattr("quarterdeck.facts.sequences.store.births")
    assert opened(store, path).born[0] == (BEGIN - timedelta(days=9)).timestamp() * 1e6
    assert len(list(path.rglob("born-*.npy"))) == 1
