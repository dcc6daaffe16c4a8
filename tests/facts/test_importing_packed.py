"""A file is known by what is in it, packed or not, and one import by two processes is counted once."""

import bz2
import gzip
import hashlib
from pathlib import Path

import pytest
import zstandard

from quarterdeck.errors import FactError
from quarterdeck.facts.delta import Delta
from quarterdeck.facts.reading.bytes_of import digests
from quarterdeck.facts.store import FactStore
from tests.facts.conftest import EVENTS_MAP, GOOD, HEADER, Import
from tests.facts.test_importing_once import WITHOUT_KEY, finish, start, write_events

TEXT = (HEADER + GOOD + GOOD).encode()
PACKERS = {
    "events.csv.gz": gzip.compress,
    "events.csv.bz2": bz2.compress,
    "events.csv.zst": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("name", PACKERS)
def test_the_same_rows_packed_and_plain_come_in_once_in_either_order(bring: Import, ask, name: str) -> None:
    assert bring(TEXT, map_text=WITHOUT_KEY).added == 2
    assert bring(PACKERS[name](TEXT), name=name, map_text=WITHOUT_KEY).same_file
    other = TEXT.replace(b"ann", b"bob")
    assert bring(PACKERS[name](other), name=f"other.{name}", map_text=WITHOUT_KEY).added == 2
    assert bring(other, name="other.csv", map_text=WITHOUT_KEY).same_file
    assert ask("SELECT count(*) FROM events") == [(4,)]


def test_packed_twice_in_one_archive_is_the_same_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(TEXT[:30]) + gzip.compress(TEXT[30:]))
    found = digests(tmp_path / "a")
    assert found.content == hashlib.sha256(TEXT).hexdigest()
    assert found.packed == hashlib.sha256((tmp_path / "a").read_bytes()).hexdigest()


def test_what_stands_behind_the_end_of_an_archive_counts_for_the_packed_digest_alone(tmp_path: Path) -> None:
    (tmp_path / "a.bz2").write_bytes(bz2.compress(TEXT) + b"junk" * 1_000_000)
    found = digests(tmp_path / "a.bz2")
    assert found.content == hashlib.sha256(TEXT).hexdigest()
    assert found.packed == hashlib.sha256((tmp_path / "a.bz2").read_bytes()).hexdigest()


def test_a_packed_file_that_an_earlier_version_took_is_not_taken_again(
    bring: Import, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = gzip.compress(TEXT)
    with monkeypatch.context() as earlier:
        # Until then the digest of the packed bytes was noted, and files were cut by another version.
        earlier.setattr(
            "quarterdeck.facts.importing.digest_of",
            lambda store, table, file: hashlib.sha256(file.read_bytes()).hexdigest(),
        )
        earlier.setattr("quarterdeck.facts.importing.READER_VERSION", 2)
        assert bring(packed, name="k.csv.gz", map_text=WITHOUT_KEY).added == 2
    again = bring(packed, name="k.csv.gz", map_text=WITHOUT_KEY)
    assert (again.same_file, again.added, again.present) == (True, 0, 2)
    with pytest.raises(FactError, match="with another map"):
        bring(packed, name="k.csv.gz", map_text=WITHOUT_KEY.replace(", amount", ""))
    assert ask("SELECT count(*) FROM events") == [(2,)]


def test_a_packed_import_that_was_interrupted_goes_on_from_the_plain_file(
    bring: Import, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck.facts.reading.lines.LineBlocks.__init__.__defaults__", (60,))
    rows = (HEADER + "".join(GOOD.replace("1,", f"{i},", 1) for i in range(6))).encode()
    commit = Delta.commit

    def killed(self, rows, *, transaction, number, select=None):
        if self.name == "events" and number == 3:
            raise KeyboardInterrupt
        return commit(self, rows, transaction=transaction, number=number, select=select)

    with monkeypatch.context() as patched:
        patched.setattr(Delta, "commit", killed)
        with pytest.raises(KeyboardInterrupt):
            bring(gzip.compress(rows), name="k.csv.gz", map_text=WITHOUT_KEY)
    came_in = ask("SELECT count(*) FROM events")[0][0]
    result = bring(rows, name="k.csv", map_text=WITHOUT_KEY)
    assert 0 < came_in < 6
    assert (result.read, result.added) == (6, 6)
    assert f"{came_in} of the rows added came in before an interruption." in result.notes
    assert ask("SELECT count(*) FROM events") == [(6,)]


@pytest.mark.parametrize("map_text", [WITHOUT_KEY, EVENTS_MAP])
def test_two_processes_at_one_file_at_once_report_each_what_it_added(tmp_path: Path, map_text: str) -> None:
    store = FactStore(tmp_path / "facts")
    file = write_events(tmp_path / "events.csv", 0, 6_000)
    (tmp_path / "map.yaml").write_text(map_text)
    with store.delta("imports").lock():
        processes = [start(store.path, tmp_path / "map.yaml", file) for _ in range(2)]
    told = [finish(process) for process in processes]
    with store.snapshot() as snapshot:
        rows = snapshot.rows("SELECT count(*) FROM events")[0][0]
        noted = snapshot.rows("SELECT rows_added FROM imports WHERE finished_at IS NOT NULL")
    assert rows == sum(1 for i in range(6_000) if i % 97)
    assert sum(added for _, added, _, _ in told) == rows
    assert all(read == added + present + quarantined for read, added, present, quarantined in told)
    assert noted == [(rows,)]


def test_who_comes_to_an_import_under_way_calls_nothing_an_interruption(
    bring: Import, store: FactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck.facts.reading.lines.LineBlocks.__init__.__defaults__", (60,))
    rows = HEADER + "".join(GOOD.replace("1,", f"{i},", 1) for i in range(6))
    commit, met = Delta.commit, []

    def joined(self, rows_, *, transaction, number, select=None):
        if self.name == "events" and number == 3 and not met:
            met.append(None)
            met.append(bring(rows, map_text=WITHOUT_KEY))
        return commit(self, rows_, transaction=transaction, number=number, select=select)

    monkeypatch.setattr(Delta, "commit", joined)
    first = bring(rows, map_text=WITHOUT_KEY)
    second = met[1]
    assert first.added + second.added == 6
    assert first.added > 0
    assert second.added > 0
    assert first.present == second.added
    assert not any("interruption" in note for note in (*first.notes, *second.notes))
    assert any("another import" in note for note in second.notes)
    assert not list(store.path.glob("*.importing"))
