"""Two values for one name: a row is set aside or both are kept, and nothing is lost in silence."""

import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.facts.erasing import erase_person
from quarterdeck.facts.reading.json_row import parse_row
from quarterdeck.facts.store import FactStore
from tests.facts.conftest import EVENTS_MAP, HEADER, Import

ALL = "event_id: id\nperson: who\nevent: what\ntime: at\nproperties: all\n"
BEGIN = '{"id": "1", "what": "view", "at": "2026-01-02T00:00:00Z", '


def kept(ask) -> list[tuple[dict[str, object], dict[str, object]]]:
    rows = ask("SELECT properties, properties_rest FROM events ORDER BY event_id")
    return [({k: v for k, v in p.items() if v is not None}, json.loads(rest or "{}")) for p, rest in rows]


def test_a_key_with_a_dot_and_a_field_of_that_path_are_both_kept(bring: Import, ask) -> None:
    row = BEGIN + '"who": "ann", "a.b": 1, "a": {"b": 2}, "c.d": "x", "c": {"d": "x"}}\n'
    result = bring(row, name="e.jsonl", map_text=ALL)
    assert (result.added, result.overflow) == (1, 1)
    assert kept(ask) == [({"a.b": 1.0, "c.d": "x"}, {"a.b": 2.0})]


def test_three_values_of_three_kinds_under_one_key_are_all_kept(bring: Import, ask) -> None:
    row = (
        BEGIN + '"who": "ann", "p": 1, "properties": {"p": true}, "properties.p": "x", "p.q": [1], "p": 1}\n'
    )
    row = row.replace(', "p": 1}', ', "p.q.r": 0}')
    assert bring(row, name="e.jsonl", map_text=ALL).added == 1
    [(columns, rest)] = kept(ask)
    values = [*columns.values(), *rest.values()]
    assert all(value in values for value in (1.0, True, "x", [1], 0.0))


def test_a_column_with_two_values_sets_the_row_aside(bring: Import, ask, store: FactStore) -> None:
    dotted = ALL.replace("who", "user.id")
    rows = (
        BEGIN + '"user.id": "ann-12345", "user": {"id": "bob-12345"}}\n',
        BEGIN.replace('"1"', '"2"') + '"user.id": "7", "user": {"id": 7}}\n',
        BEGIN.replace('"1"', '"3"') + '"user.id": null, "user": {"id": "eve"}}\n',
    )
    result = bring("".join(rows), name="e.jsonl", map_text=dotted)
    assert (result.added, result.quarantined) == (2, 1)
    assert "`user.id` has two values" in next(iter(result.reasons))
    assert ask("SELECT person FROM events ORDER BY person") == [("7",), ("eve",)]
    # It may be of either: it goes with each of them.
    proof = erase_person(store, "bob-12345")
    assert not proof.remaining
    assert ask("SELECT count(*) FROM quarantine") == [(0,)]


TWICE = [
    '"who": "ann-12345", "who": "bob-12345"}',
    '"who": "ann-12345", "n": {"x": 1, "x": 2}}',
    '"who": "ann-12345", "n": [{"x": 1, "x": 2}]}',
    '"who": "ann-12345", "x" : 1, "\\u0078": 2}',
    '"who": "ann-12345", "x": "\\u0022:", "x": 2}',
    '"who": 123456789012345678901, "x": 1, "x": 2}',
]


@pytest.mark.parametrize("end", TWICE)
def test_a_key_that_stands_twice_sets_the_row_aside_for_good(
    bring: Import, ask, store: FactStore, end: str
) -> None:
    result = bring(BEGIN + end + "\n", name="e.jsonl", map_text=ALL)
    assert (result.added, result.quarantined) == (0, 1)
    assert "stands twice in one object" in next(iter(result.reasons))
    assert ask("SELECT raw FROM quarantine") == [(BEGIN + end,)]
    proof = erase_person(store, "ann-12345") if "ann-12345" in end else None
    assert proof is None or not proof.remaining
    assert not ask("SELECT raw FROM quarantine WHERE raw LIKE '%ann-12345%'")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values), st.booleans(), st.sampled_from([None, 1]))
def test_every_honest_object_is_read_as_python_reads_it(
    value: dict[str, object], escaped: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=escaped, indent=indent)
    assert parse_row(text.encode()) == value


@pytest.mark.parametrize("deep", [300, 2_000, 100_000])
def test_a_row_nested_without_end_is_set_aside(bring: Import, deep: int) -> None:
    row = BEGIN + f'"who": "ann", "deep": {"[" * deep}{"]" * deep}}}\n'
    result = bring(row + BEGIN + '"who": "bob"}\n', name="e.jsonl", map_text=ALL)
    assert (result.added, result.quarantined) == (1, 1)


def test_two_columns_of_one_property_are_both_kept(bring: Import, ask) -> None:
    text = HEADER.strip() + ",properties.plan\n1,ann,view,2024-05-01T10:00:00Z,pro,1.5,free\n"
    bring(text, map_text=EVENTS_MAP.replace("[plan, amount]", "all"))
    assert kept(ask) == [({"plan": "pro", "amount": 1.5}, {"plan": "free"})]


def test_a_parquet_column_and_a_field_of_that_path_are_both_kept(bring: Import, ask, tmp_path) -> None:
    row = {"id": "1", "who": "ann", "what": "view", "at": "2026-01-02T00:00:00Z", "a.b": "x", "a": {"b": "y"}}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "e.parquet")
    bring(None, name="e.parquet", map_text=ALL)
    assert kept(ask) == [({"a.b": "x"}, {"a.b": "y"})]


def test_decimals_beyond_a_double_keep_their_digits_and_are_counted(bring: Import, ask, tmp_path) -> None:
    amounts = [Decimal("12.50"), Decimal("12345678901234567.89"), Decimal("0.30"), None]
    table = pa.table(
        {
            "id": ["1", "2", "3", "4"],
            "who": ["ann"] * 4,
            "what": ["buy"] * 4,
            "at": ["2026-01-02T00:00:00Z"] * 4,
            "amount": pa.array(amounts, pa.decimal128(38, 2)),
        }
    )
    pq.write_table(table, tmp_path / "e.parquet")
    assert bring(None, name="e.parquet", map_text=ALL).overflow == 1
    assert kept(ask) == [
        ({"amount": 12.5}, {}),
        ({}, {"amount": "12345678901234567.89"}),
        ({"amount": 0.3}, {}),
        ({}, {}),
    ]
