"""The store's own promises: once, typed, pinned."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.errors import FactError
from quarterdeck.facts.properties import MAX_PROPERTIES, conform
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore

NOON = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)


def events(*people: str, **properties: list[object]) -> pa.Table:
    columns = {
        "person": pa.array(people, pa.string()),
        "event": pa.array(["view"] * len(people)),
        "time": pa.array([NOON] * len(people), pa.timestamp("us", "UTC")),
    }
    if properties:
        arrays = [pa.array(values) for values in properties.values()]
        columns["properties"] = pa.StructArray.from_arrays(arrays, names=list(properties))
    return pa.table(columns)


def test_appending_the_same_transaction_again_adds_only_what_is_missing(store: FactStore) -> None:
    first = store.append("events", [events("ann")], transaction="t")
    more = store.append("events", [events("ann"), events("bob")], transaction="t")
    assert (first.added, more.added, more.repeated_blocks) == (1, 1, 1)
    with store.snapshot() as snapshot:
        assert snapshot.rows("SELECT person FROM events ORDER BY 1") == [("ann",), ("bob",)]


def test_every_table_is_there_and_typed_before_anything_is_imported(store: FactStore) -> None:
    with store.snapshot() as snapshot:
        assert snapshot.versions == {}
        for name, table in TABLES.items():
            columns = [row[0] for row in snapshot.rows(f"DESCRIBE {name}")]
            assert columns == table.arrow_schema.names
            assert snapshot.rows(f"SELECT * FROM {name}") == []
        assert snapshot.rows("SELECT * FROM identified_events") == []
        assert "valid_to" in [row[0] for row in snapshot.rows("DESCRIBE account_periods")]


def test_a_snapshot_stays_where_it_was_pinned(store: FactStore) -> None:
    store.append("events", [events("ann")], transaction="1")
    pins = store.versions()
    store.append("events", [events("bob", plan=["pro"])], transaction="2")
    with store.snapshot(at=pins) as pinned, store.snapshot() as latest:
        assert pinned.rows("SELECT count(*) FROM events") == [(1,)]
        assert latest.rows("SELECT person, properties.plan FROM events ORDER BY 1") == [
            ("ann", None),
            ("bob", "pro"),
        ]
    with pytest.raises(FactError, match="no version 99; the latest is"):
        store.snapshot(at={"events": 99})
    with pytest.raises(FactError, match="does not exist yet"):
        store.snapshot(at={"feedback": 0})


def test_a_required_value_cannot_be_left_out(store: FactStore) -> None:
    with pytest.raises(Exception, match=r"(?i)null"):
        store.append("events", [events("ann").drop_columns(["time"])], transaction="t")


def test_aliases_lead_to_one_person_and_rings_to_their_least(store: FactStore) -> None:
    store.append("events", [events("a", "b", "c", "x", "y", "lone")], transaction="e")
    store.append(
        "aliases",
        [pa.table({"alias": ["a", "b", "x", "y"], "person": ["b", "c", "y", "x"]})],
        transaction="a",
    )
    with store.snapshot() as snapshot:
        people = [person for (person,) in snapshot.rows("SELECT person FROM identified_events ORDER BY 1")]
    assert people == ["c", "c", "c", "lone", "x", "x"]


def test_a_shared_alias_belongs_to_who_held_it_at_the_time(store: FactStore) -> None:
    hours = [
        pa.table(
            {
                "person": ["phone"],
                "event": ["view"],
                "time": pa.array([NOON + dt.timedelta(hours=h)], pa.timestamp("us", "UTC")),
            }
        )
        for h in (-9, 0, 9)
    ]
    store.append("events", hours, transaction="e")
    since = pa.array([NOON - dt.timedelta(hours=1), NOON + dt.timedelta(hours=1)], pa.timestamp("us", "UTC"))
    held = pa.table({"alias": ["phone", "phone"], "person": ["ann", "bob"], "valid_from": since})
    store.append("aliases", [held], transaction="a")
    with store.snapshot() as snapshot:
        rows = snapshot.rows("SELECT person FROM identified_events ORDER BY time")
    assert rows == [("ann",), ("ann",), ("bob",)]


def test_the_account_of_an_event_comes_from_its_person_where_it_has_none(store: FactStore) -> None:
    own = events("ann", "bob").append_column("account", pa.array(["own", None], pa.string()))
    store.append("events", [own], transaction="e")
    store.append("people", [pa.table({"person": ["ann", "bob"], "account": ["A", "B"]})], transaction="p")
    with store.snapshot() as snapshot:
        rows = snapshot.rows("SELECT person, account FROM identified_events ORDER BY 1")
    assert rows == [("ann", "own"), ("bob", "B")]


def test_identified_events_are_the_events_themselves_where_nothing_is_to_be_done(store: FactStore) -> None:
    store.append("events", [events("ann")], transaction="e")
    with store.snapshot() as snapshot:
        explained = snapshot.connection.sql("EXPLAIN SELECT person, account FROM identified_events")
        plan = "\n".join(row[1] for row in explained.fetchall())
    assert "JOIN" not in plan


def test_whole_numbers_come_back_as_int(store: FactStore) -> None:
    with store.snapshot() as snapshot:
        ((total, count, nothing),) = snapshot.rows(
            "SELECT sum(x), count(*), sum(x) FILTER (x > 9) FROM range(4) t(x)"
        )
    assert (total, count, nothing) == (6, 4, None)
    assert type(total) is int


def test_an_unknown_property_is_told_with_a_guess(store: FactStore) -> None:
    store.append("events", [events("ann", plan=["pro"])], transaction="e")
    with store.snapshot() as snapshot, pytest.raises(FactError) as caught:
        snapshot.property_sql("plam", "text")
    assert caught.value.hint == "Did you mean 'plan'?"


def test_names_that_other_engines_cannot_read_and_keys_beyond_the_limit_go_to_the_rest(
    store: FactStore,
) -> None:
    many = {f"k{i}": [i] for i in range(MAX_PROPERTIES + 3)}
    done = store.append("events", [events("ann", **{"we ird": ["x"]}, **many, K1=["upper"])], transaction="e")
    assert done.overflow == 5
    with store.snapshot() as snapshot:
        assert len(snapshot.property_types()) == MAX_PROPERTIES
        for key, value in (
            ("we ird", "x"),
            (f"k{MAX_PROPERTIES + 2}", str(MAX_PROPERTIES + 2)),
            ("K1", "upper"),
        ):
            assert snapshot.rows(f"SELECT {snapshot.property_sql(key, 'text')} FROM events") == [(value,)]


values = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text(max_size=5)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "A", "c d"]), values), min_size=1, max_size=6))
def test_no_property_value_is_lost_whatever_its_type(rows: list[dict[str, object]]) -> None:
    from quarterdeck.facts.reading.property_columns import PropertyColumns

    columns = PropertyColumns(len(rows))
    for number, row in enumerate(rows):
        columns.add_object(number, "", row)
    arrays = list(columns.arrays())
    table = events(*["ann"] * len(rows))
    if arrays:
        struct = pa.StructArray.from_arrays([array for _, array in arrays], names=[key for key, _ in arrays])
        table = table.append_column("properties", struct)
    done = conform(table, TABLES["events"].arrow_schema, {})
    import orjson

    for row, stored in zip(rows, done.rows.to_pylist(), strict=True):
        kept = {key: value for key, value in (stored.get("properties") or {}).items() if value is not None}
        kept |= orjson.loads(stored["properties_rest"] or "{}")
        wanted = {
            key: str(v) if type(v) is int and abs(v) > 2**53 else v for key, v in row.items() if v is not None
        }
        assert kept == wanted
