"""A person who is erased is nowhere any more, and does not come back."""

import datetime as dt
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from quarterdeck.errors import FactError
from quarterdeck.facts.delta import Delta
from quarterdeck.facts.erasing import erase_person, traces_of
from quarterdeck.facts.rewriting import TableSearch
from quarterdeck.facts.store import FactStore
from tests.facts.conftest import Import

NOON = pa.scalar(dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC), pa.timestamp("us", "UTC"))
HEADER = "event_id,person,event,time,note\n"


def rows(count: int) -> str:
    return "".join(
        f"{i},user-{i % 5:03},view,2024-05-01T10:00:00Z,seen with user-{(i + 1) % 5:03}\n"
        for i in range(count)
    )


@pytest.fixture
def peopled(bring: Import, store: FactStore) -> FactStore:
    """Five people; user-001 has another id, shares a phone, is in quarantine, and is talked about."""
    bring(HEADER + rows(100) + "x,user-001,view\n" + '{"broken for": "user-002"},a\n', map_text=None)
    bring(HEADER + rows(120), name="more.csv", map_text=None)
    since = pa.array([None, NOON.as_py()], pa.timestamp("us", "UTC"))
    store.append("aliases", [pa.table({"alias": ["anonym-77"], "person": ["user-001"]})], transaction="a")
    held = pa.table(
        {"alias": ["phone-1", "phone-1"], "person": ["user-000", "user-001"], "valid_from": since}
    )
    store.append("aliases", [held], transaction="b")
    hours = [NOON.as_py() + dt.timedelta(hours=h) for h in (-3, 3)]
    calls = pa.table(
        {"person": ["phone-1", "phone-1"], "event": ["call"] * 2, "time": pa.array(hours, NOON.type)}
    )
    store.append("events", [calls], transaction="c")
    store.append(
        "people", [pa.table({"person": ["user-001", "user-002"], "account": ["A", "A"]})], transaction="d"
    )
    said = pa.table(
        {
            "feedback_id": ["f1", "f2"],
            "person": ["anonym-77", "user-002"],
            "time": pa.array([NOON.as_py()] * 2, NOON.type),
            "text": ["mine", "user-001 helped me"],
        }
    )
    store.append("feedback", [said], transaction="e")
    (store.path.parent / "sequences").mkdir()
    (store.path.parent / "sequences" / "people.bin").write_bytes(b"user-001")
    return store


def found(folder: Path, name: str) -> list[str]:
    """Files that hold a text, looked through without any of the code under test."""
    holding = []
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".parquet":
            text = str(
                duckdb.connect().sql(f"SELECT * FROM read_parquet('{file}')").to_arrow_table().to_pylist()
            )
        else:
            text = file.read_bytes().decode("latin-1") if file.is_file() else ""
        if name in text:
            holding.append(file.name)
    return holding


def test_no_trace_remains_in_tables_versions_logs_quarantine_and_projections(peopled: FactStore, ask) -> None:
    traces = traces_of(peopled, "user-001")
    assert traces.ids == ("user-001", "anonym-77")
    assert {name: count for name, count in traces.rows.items() if count} == {
        "events": 25,
        "aliases": 2,
        "people": 1,
        "feedback": 1,
    }
    assert traces.mentions["quarantine"] == {"raw": 1}
    folder = peopled.path.parent
    proof = erase_person(peopled, "user-001", projections=(folder / "sequences",))
    assert proof.remaining == ()
    assert proof.rows["events"] == (25, 0)
    (folder / "events.csv").unlink()
    (folder / "more.csv").unlink()
    for name in ("user-001", "anonym-77"):
        assert found(folder, name) == []
    assert found(folder, "user-002")
    assert ask("SELECT count(*) FROM events") == [(97,)]
    assert ask("SELECT text FROM feedback") == [("[erased] helped me",)]
    assert ask("SELECT count(*) FROM events WHERE properties.note = 'seen with [erased]'") == [(24,)]


def test_a_shared_id_loses_only_what_was_theirs(peopled: FactStore, ask) -> None:
    erase_person(peopled, "user-001")
    assert ask("SELECT time < $1 FROM events WHERE person = 'phone-1'", NOON.as_py()) == [(True,)]


def test_any_id_of_the_person_will_do(peopled: FactStore) -> None:
    assert set(erase_person(peopled, "anonym-77").ids) == {"user-001", "anonym-77"}


def test_importing_the_old_file_again_does_not_bring_them_back(
    peopled: FactStore, bring: Import, ask
) -> None:
    erase_person(peopled, "user-001")
    assert bring(None, name="events.csv", map_text=None).same_file
    result = bring(HEADER + rows(120) + "y,user-001,view\n", name="again.csv", map_text=None)
    assert (result.added, result.present, result.erased, result.quarantined) == (0, 96, 24, 1)
    assert ask("SELECT raw FROM open_quarantine WHERE file = 'again.csv'") == [("y,[erased],view",)]
    assert ask("SELECT count(*) FROM events WHERE person = 'user-001'") == [(0,)]


def test_older_versions_say_until_when_they_could_be_recomputed(peopled: FactStore) -> None:
    pins = peopled.versions()
    first_readable = erase_person(peopled, "user-001").recomputable_from["events"]
    with pytest.raises(FactError, match=r"was recomputable until \d{4}-\d\d-\d\d"):
        peopled.snapshot(at={"events": pins["events"]})
    with peopled.snapshot(at={"events": first_readable}) as snapshot:
        assert snapshot.rows("SELECT count(*) FROM events") == [(97,)]


def test_what_was_imported_stays_exactly_once_after_erasing(peopled: FactStore, ask) -> None:
    before = ask("SELECT count(*) FROM aliases")
    erase_person(peopled, "user-003")
    peopled.append("aliases", [pa.table({"alias": ["anonym-77"], "person": ["user-001"]})], transaction="a")
    assert ask("SELECT count(*) FROM aliases") == before


def test_erasing_somebody_unknown_changes_nothing(peopled: FactStore) -> None:
    pins = peopled.versions()
    with pytest.raises(FactError, match="No person 'nobody-9' in any table"):
        erase_person(peopled, "nobody-9")
    assert peopled.versions() == pins
    with peopled.snapshot(at=pins) as snapshot:
        assert snapshot.versions == pins


def test_an_import_under_way_while_somebody_is_erased_does_not_bring_them_back(
    peopled: FactStore, bring: Import, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Delta.commit

    def erasing_first(self, rows, **keywords):
        if self.name == "events":
            monkeypatch.setattr(Delta, "commit", commit)
            erase_person(peopled, "user-001")
        return commit(self, rows, **keywords)

    monkeypatch.setattr(Delta, "commit", erasing_first)
    result = bring(HEADER + "new1,user-001,view,2024-05-01T10:00:00Z,\n", name="late.csv", map_text=None)
    assert (result.added, result.erased) == (0, 1)
    assert ask("SELECT count(*) FROM events WHERE person = 'user-001'") == [(0,)]


@pytest.mark.parametrize("stopped_at", ["events", "people", "feedback", "aliases"])
def test_an_interrupted_erasure_repeated_finds_every_id(
    peopled: FactStore, monkeypatch: pytest.MonkeyPatch, stopped_at: str
) -> None:
    rewrite = TableSearch.rewrite

    def stop(search: TableSearch) -> int:
        done = rewrite(search)
        if search._delta.name == stopped_at:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(TableSearch, "rewrite", stop)
    with pytest.raises(KeyboardInterrupt):
        erase_person(peopled, "user-001")
    monkeypatch.undo()
    if stopped_at != "aliases":
        erase_person(peopled, "user-001")
    assert found(peopled.path, "anonym-77") == []
    assert found(peopled.path, "user-001") == []
