"""What belongs to others stays theirs, whoever is erased; what they wrote about the person is masked."""

from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quarterdeck.facts.delta import Delta
from quarterdeck.facts.erasing import erase_person
from quarterdeck.facts.store import FactStore
from tests.facts.conftest import Import

HEADER = "event_id,person,event,time,note,amount\n"
TIME = "2024-05-01T10:00:00Z"
OWN = "a1,{},view," + TIME + ",,1\n"
BROKEN_TIME = "long ago"


def test_a_short_id_takes_no_row_of_others_with_it(bring: Import, store: FactStore, ask) -> None:
    waits = "b1,bob,view,long ago,note about 5,5\n"
    bring(HEADER + OWN.format("5") + waits + "a2,5,view,long ago,,1\n" + "5,torn\n", map_text=None)
    proof = erase_person(store, "5")
    assert ask("SELECT raw FROM open_quarantine ORDER BY row_number") == [(waits.strip(),), ("5,torn",)]
    assert proof.rows["quarantine"] == (1, 0)
    assert proof.remaining == ()
    assert proof.others == {"quarantine.raw": 2}
    assert "2 in quarantine.raw" in proof.words()
    assert "again" not in proof.words()


def test_later_imports_leave_out_rows_of_the_person_alone(bring: Import, store: FactStore, ask) -> None:
    bring(HEADER + OWN.format("5"), map_text=None)
    erase_person(store, "5")
    feedback = (
        "feedback_id,person,time,text\nf1,bob,never,buy 5 apples\nf2,5,never,mine\nf3,5," + TIME + ",mine\n"
    )
    result = bring(feedback, name="feedback.csv", table="feedback", map_text=None)
    assert (result.read, result.erased, result.quarantined) == (3, 2, 1)
    assert ask("SELECT raw FROM open_quarantine") == [("f1,bob,never,buy 5 apples",)]


@pytest.mark.parametrize("name", ['o"brien7', "zoë-77", "a\\b-77", "tab\tbed-7", "line\nend-7", "😀-face-7"])
def test_an_id_is_found_however_it_is_written(bring: Import, store: FactStore, ask, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    written = orjson.dumps({"person": name}).decode().partition(":")[2][:-1]
    escaped = '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 65536 else c for c in name) + '"'
    bring(HEADER + f"a1,{quoted},view,{TIME},,1\na2,{quoted},view,{BROKEN_TIME},,1\n", map_text=None)
    objects = "".join(
        f'{{"event_id":"{key}","person":{spelled},"event":"view","time":"never"}}\n'
        f'{{"event_id":"b{key}","person":"bob","event":"view","time":"never","note":{spelled}}}\n'
        f'{{"torn":{spelled}\n'
        for key, spelled in (("w", written), ("e", escaped))
    )
    bring(objects, name="more.jsonl", map_text=None)
    proof = erase_person(store, name)
    assert proof.remaining == ()
    assert proof.rows["quarantine"] == (3, 0)
    kept = [raw for (raw,) in ask("SELECT raw FROM open_quarantine ORDER BY row_number")]
    assert kept == [
        '{"event_id":"bw","person":"bob","event":"view","time":"never","note":"[erased]"}',
        '{"torn":"[erased]"',
        '{"event_id":"be","person":"bob","event":"view","time":"never","note":"[erased]"}',
        '{"torn":"[erased]"',
    ]


def test_keys_and_amounts_of_others_stay_as_they_are(bring: Import, store: FactStore, ask) -> None:
    other = f"order-123456,u777777,view,{TIME},for 123456,123456\n"
    torn = "order-123456-b,u777777,view,never,for 123456,123456\n"
    bring(HEADER + OWN.format("123456") + other + torn, map_text=None)
    proof = erase_person(store, "123456")
    assert proof.remaining == ()
    assert proof.masked == {"events": {"properties.note": 1}, "quarantine": {"raw": 1}}
    assert proof.others == {"events.event_id": 1, "quarantine.raw": 1}
    assert ask("SELECT event_id, properties.note, properties.amount FROM events") == [
        ("order-123456", "for [erased]", 123456.0)
    ]
    assert ask("SELECT raw FROM quarantine") == [("order-123456-b,u777777,view,never,for [erased],123456",)]
    assert bring(HEADER + other, name="again.csv", map_text=None).present == 1


def test_erasing_twice_says_the_same_of_what_was_left(bring: Import, store: FactStore) -> None:
    bring(HEADER + OWN.format("123456") + f"order-123456,bob,view,{TIME},,123456\n", map_text=None)
    first = erase_person(store, "123456")
    versions = store.versions()
    second = erase_person(store, "123456")
    assert (second.others, second.remaining) == (first.others, ())
    assert store.versions() == versions


def test_a_property_named_by_the_id_gets_another_name(bring: Import, store: FactStore, ask) -> None:
    rows = (
        f'{{"event_id":"a","person":"user-0001","event":"view","time":"{TIME}","user-0001":"x"}}\n'
        f'{{"event_id":"b","person":"bob","event":"view","time":"{TIME}","likes user-0001":"y",'
        '"user-0001":"z"}\n'
        f'{{"event_id":"c","person":"bob","event":"view","time":"{TIME}","plan":"pro"}}\n'
    )
    bring(rows, name="a.jsonl", map_text=None)
    proof = erase_person(store, "user-0001")
    assert proof.remaining == ()
    assert ask("SELECT event_id, properties.erased, properties_rest FROM events ORDER BY 1") == [
        ("b", "z", '{"likes [erased]":"y"}'),
        ("c", None, None),
    ]
    assert not [f for f in store.path.rglob("*") if f.is_file() and b"user-0001" in f.read_bytes()]
    assert bring(rows + "\n", name="b.jsonl", map_text=None).present == 2
    assert proof.recomputable_from["events"] <= store.versions()["events"]


def test_the_first_of_several_columns_says_of_whom_a_row_is(bring: Import, store: FactStore, ask) -> None:
    rows = (
        '{"messageId":"1","userId":"bob","anonymousId":"anon-0007","event":"view","timestamp":"never"}\n'
        '{"messageId":"2","userId":"","anonymousId":" anon-0007 ","event":"view","timestamp":"never"}\n'
        f'{{"messageId":"3","anonymousId":"anon-0007","event":"view","timestamp":"{TIME}"}}\n'
    )
    bring(rows, name="segment.jsonl", preset="segment")
    assert erase_person(store, "anon-0007").remaining == ()
    assert ask("SELECT raw FROM quarantine") == [
        ('{"messageId":"1","userId":"bob","anonymousId":"[erased]","event":"view","timestamp":"never"}',)
    ]


def test_ids_that_are_numbers_in_json_are_ids(bring: Import, store: FactStore, ask) -> None:
    rows = "".join(
        f'{{"event_id":"{person}{time[:1]}","person":{person},"event":"view","time":"{time}","n":5}}\n'
        for person in (5, 6)
        for time in (TIME, "never")
    )
    bring(rows, name="numbers.jsonl", map_text=None)
    proof = erase_person(store, "5")
    assert (proof.rows["events"], proof.rows["quarantine"]) == ((1, 0), (1, 0))
    assert proof.remaining == ()
    assert ask("SELECT count(*) FROM quarantine") == [(1,)]


def test_rows_of_imports_that_noted_no_map_are_told_by_usual_names(
    bring: Import, store: FactStore, ask
) -> None:
    described = {"format": "csv", "delimiter": ",", "columns": ["event_id", "distinct_id", "note"]}
    bring(HEADER + OWN.format("5"), map_text=None)
    with store.snapshot() as snapshot:
        begun = snapshot.table("SELECT * FROM imports WHERE finished_at IS NULL")
        refused = bring(HEADER + "z,bob,view,never,,\n", name="z.csv", map_text=None)
    assert refused.quarantined == 1
    with store.snapshot() as snapshot:
        waiting = snapshot.table("SELECT * FROM quarantine").to_pylist()[0]
    old = begun.to_pylist()[0] | {"import_id": "old", "header": orjson.dumps(described).decode()}
    store.append("imports", [begun.schema.empty_table().from_pylist([old], begun.schema)], transaction="old")
    raws = [waiting | {"import_id": "old", "raw": raw} for raw in ("k1,5,", "k5,bob,5")]
    schema = store.delta("quarantine").open().schema().to_arrow()
    store.append("quarantine", [pa.Table.from_pylist(raws, schema=pa.schema(schema))], transaction="old")
    assert erase_person(store, "5").remaining == ()
    assert ask("SELECT raw FROM quarantine WHERE import_id = 'old'") == [("k5,bob,5",)]


def test_rows_of_parquet_and_rows_in_another_encoding_are_told_apart(
    bring: Import, store: FactStore, ask, tmp_path: Path
) -> None:
    people = pa.array([{"id": "user-0001"}, {"id": "bob"}])
    columns = {"event": ["view"] * 2, "time": ["never"] * 2, "who": people, "note": ["", "saw user-0001"]}
    pq.write_table(pa.table(columns), tmp_path / "rows.parquet")
    bring(name="rows.parquet", map_text="person: who.id\nevent: event\ntime: time\nproperties: [note]\n")
    latin = HEADER + "x1,user-0001,view,never,caf\xe9,1\nx2,bob,view,never,user-0001 \xe9,1\n"
    bring(latin.encode("latin-1"), name="latin.csv", map_text=None)
    proof = erase_person(store, "user-0001")
    assert (proof.rows["quarantine"], proof.remaining) == ((2, 0), ())
    assert ask("SELECT raw FROM quarantine ORDER BY file") == [
        ("x2,bob,view,never,[erased] é,1",),
        ('{"event":"view","time":"never","who":{"id":"bob"},"note":"saw [erased]"}',),
    ]


def test_a_bad_row_read_before_an_erasure_does_not_come_in_after_it(
    bring: Import, store: FactStore, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(HEADER + OWN.format("user-0001"), map_text=None)
    commit = Delta.commit

    def erasing_first(self, rows, **keywords):
        if self.name == "quarantine":
            monkeypatch.setattr(Delta, "commit", commit)
            erase_person(store, "user-0001")
        return commit(self, rows, **keywords)

    monkeypatch.setattr(Delta, "commit", erasing_first)
    bad = "b1,user-0001,view,never,,1\nb2,bob,view,never,user-0001,1\nb3,user-0001\n"
    bring(HEADER + bad, name="late.csv", map_text=None)
    assert ask("SELECT raw FROM quarantine ORDER BY row_number") == [
        ("b2,bob,view,never,user-0001,1",),
        ("b3,[erased]",),
    ]


def test_the_rows_of_both_columns_of_aliases_are_theirs(bring: Import, store: FactStore, ask) -> None:
    rows = "alias,person,valid_from\nanon-0001,user-0001,\nanon-0001,user-0001,never\nx,bob,never\n"
    bring(rows, name="aliases.csv", table="aliases", map_text=None)
    proof = erase_person(store, "user-0001")
    assert set(proof.ids) == {"user-0001", "anon-0001"}
    assert (proof.rows["aliases"], proof.rows["quarantine"]) == ((1, 0), (1, 0))
    assert ask("SELECT raw FROM quarantine") == [("x,bob,never",)]


def test_an_import_goes_on_after_an_older_log_was_removed(bring: Import, store: FactStore, ask) -> None:
    row = '{"event_id":"%s","person":"%s","event":"view","time":"' + TIME + '","user-0001":1}\n'
    bring(row % ("a", "user-0001") + row % ("b", "bob"), name="a.jsonl", map_text=None)
    erase_person(store, "user-0001")
    handle = store.delta("events").open()
    assert handle is not None
    assert handle.history()
    assert bring(row % ("b", "bob") + row % ("c", "bob"), name="b.jsonl", map_text=None).added == 1
    assert erase_person(store, "user-0001").remaining == ()
    assert ask("SELECT count(*) FROM events") == [(2,)]
