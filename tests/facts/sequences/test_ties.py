"""Events of one person, name and instant stand in the order of what they say, however they came."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.facts.sequences import ties
from quarterdeck.facts.sequences.store import SequenceStore
from quarterdeck.facts.store import FactStore

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = ("plan", "seats", "account", "id")

rows = st.lists(
    st.tuples(
        st.sampled_from(["al", "anna", "bo"]),
        st.sampled_from(["open", "buy"]),
        st.sampled_from(["pro", "free", None]),
        st.sampled_from([1.0, 20.0, None]),
        st.sampled_from(["acme", "bolt", None]),
    ),
    max_size=12,
)


def table(listed, keys=None):
    people, names, plans, seats, accounts = zip(*listed, strict=True)
    content = {
        "person": pa.array(people, pa.string()),
        "event": pa.array(names, pa.string()),
        "time": pa.array([MIDNIGHT] * len(listed), pa.timestamp("us", "UTC")),
        "account": pa.array(accounts, pa.string()),
        "properties": pa.array(
            [{"plan": plan, "seats": number} for plan, number in zip(plans, seats, strict=True)],
            pa.struct([("plan", pa.string()), ("seats", pa.float64())]),
        ),
    }
    return pa.table(content | ({} if keys is None else {"event_id": pa.array(keys, pa.string())}))


def told(store, path):
    """Every row with who did it and what it says, in the order of the sequences."""
    with store.snapshot() as snapshot:
        known = [name for name in COLUMNS if name in ("account", "id", *snapshot.property_types())]
        found = SequenceStore(path).open(snapshot, known)
    units = np.repeat(found.units.to_pylist(), np.diff(found.offsets)).tolist()
    read = {name: [(*one.values, None)[code] for code in one.codes] for name, one in found.columns.items()}
    names = [found.event.values[code] for code in found.event.codes]
    nothing = [None] * len(units)
    return list(zip(units, names, *(read.get(name, nothing) for name in COLUMNS), strict=True))


def filled(folder, parts, keys=None):
    """What the sequences tell that grew with every part; Anna turns out to be Al at the start."""
    store = FactStore(folder / "facts")
    store.append("aliases", [pa.table({"alias": ["anna"], "person": ["al"]})], transaction="aliases")
    for number, part in enumerate(part for part in parts if part):
        store.append("events", [table(part, keys)], transaction=f"part {number}")
        told(store, folder / "sequences")
    return told(store, folder / "sequences")


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_order_in_which_files_came_does_not_matter(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ties")
    listed = data.draw(rows)
    shuffled = data.draw(st.permutations(listed))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(listed)), max_size=2)))
    parts = [shuffled[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(listed)], strict=True)]
    if listed:
        assert filled(folder / "shuffled", parts) == filled(folder / "at once", [listed])


def test_a_key_of_the_source_tells_rows_apart_before_what_they_say(tmp_path):
    listed = [("al", "open", plan, None, None) for plan in ("c", "b", "a")]
    found = filled(tmp_path, [listed], keys=["2", "1", "3"])
    assert [plan for _, _, plan, *_ in found] == ["b", "c", "a"]


def test_runs_of_equal_rows_end_with_their_person():
    offsets = np.array([0, 2, 2, 9, 10])
    time = np.array([5, 5, 5, 5, 5, 6, 6, 7, 8, 8])
    event = np.array([1, 1, 1, 1, 1, 2, 2, 2, 2, 2], np.int8)
    found, runs = ties._tied(offsets, time, event, 0, 10)
    assert found.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert runs.tolist() == [0, 0, 2, 2, 2, 5, 5]


@pytest.mark.parametrize("rows_at_once", [1, 2, 5, 100])
def test_rows_are_settled_alike_in_whatever_pieces(tmp_path, monkeypatch, rows_at_once):
    monkeypatch.setattr(ties, "ROWS_AT_ONCE", rows_at_once)
    plans = ["c", "b", "a"]
    listed = [(person, "open", plan, None, None) for plan in plans for person in ("al", "bo", "cy")]
    found = filled(tmp_path, [listed[:4], listed[4:]])
    assert [plan for _, _, plan, *_ in found] == ["a", "b", "c"] * 3


@pytest.mark.parametrize("later", ["zed", "abe"])
def test_people_stand_in_the_order_of_their_names_whenever_they_came(tmp_path, later):
    found = filled(tmp_path, [[("bo", "open", None, None, None)], [(later, "open", None, None, None)]])
    assert [person for person, *_ in found] == sorted(["bo", later])


def test_values_of_a_column_stand_in_their_order(tmp_path):
    store = FactStore(tmp_path / "facts")
    listed = [("al", "open", plan, None, None) for plan in ("pro", "free", "basic")]
    store.append("events", [table(listed)], transaction="one")
    with store.snapshot() as snapshot:
        assert SequenceStore(tmp_path / "s").open(snapshot, ["plan"]).columns["plan"].values == (
            *("basic", "free", "pro"),
        )
