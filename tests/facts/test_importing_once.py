"""Exactly once: repeated, killed and simultaneous imports leave what one undisturbed import leaves."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quarterdeck.errors import FactError
from quarterdeck.facts.delta import Delta
from quarterdeck.facts.store import FactStore
from tests.facts.conftest import EVENTS_MAP, GOOD, HEADER, Import

WITHOUT_KEY = EVENTS_MAP.replace("event_id: id\n", "")

# The block size is small, so that a short file has many blocks to be killed between.
IMPORTER = """
import sys
from pathlib import Path
from quarterdeck.facts.reading import lines
lines.LineBlocks.__init__.__defaults__ = (20_000,)
from quarterdeck.facts.importing import import_file, table_named
from quarterdeck.facts.maps import read_map
from quarterdeck.facts.store import FactStore
store = FactStore(Path(sys.argv[1]))
table = table_named(store, "events")
fact_map = read_map(table, Path(sys.argv[2]))
for file in sys.argv[3:]:
    result = import_file(store, table, Path(file), fact_map)
    print(result.read, result.added, result.present, result.quarantined)
"""


def start(store: Path, map_file: Path, *files: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", IMPORTER, str(store), str(map_file), *map(str, files)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> list[int]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return [int(word) for word in out.split()]


def write_events(path: Path, first: int, count: int) -> Path:
    lines = [HEADER]
    for i in range(first, first + count):
        person = "" if i % 97 == 0 else f"p{i % 50}"
        lines.append(f"{i},{person},view,2024-05-01T10:00:{i % 60:02}Z,pro,{i}\n")
        if i % 89 == 0:
            lines.append(f'{i},"open,view\n')
    path.write_text("".join(lines))
    return path


def content(store: FactStore) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    with store.snapshot() as snapshot:
        return (
            snapshot.rows("SELECT * EXCLUDE (properties), properties.amount FROM events ORDER BY ALL"),
            snapshot.rows("SELECT row_number, reason, raw FROM quarantine ORDER BY ALL"),
        )


def test_the_same_file_again_adds_nothing_under_any_name(bring: Import, ask) -> None:
    assert bring(HEADER + GOOD).added == 1
    again = bring(HEADER + GOOD, name="other.csv")
    assert (again.added, again.present, again.same_file) == (0, 1, True)
    assert ask("SELECT count(*) FROM events") == [(1,)]


def test_rows_with_a_known_key_are_already_there(bring: Import, ask) -> None:
    bring(HEADER + GOOD)
    result = bring(HEADER + GOOD + GOOD.replace("1,", "2,", 1) + GOOD.replace("1,", "2,", 1), name="b.csv")
    assert (result.read, result.added, result.present) == (3, 1, 2)
    assert ask("SELECT event_id FROM events ORDER BY 1") == [("1",), ("2",)]


def test_rows_without_a_key_are_taken_as_they_come_and_the_import_says_so(bring: Import) -> None:
    result = bring(HEADER + GOOD + GOOD, map_text=WITHOUT_KEY)
    assert (result.added, result.deduplicates_rows) == (2, False)


def test_a_file_without_keys_is_not_taken_again_by_another_map(bring: Import) -> None:
    bring(HEADER + GOOD, map_text=WITHOUT_KEY)
    other = WITHOUT_KEY.replace("[plan, amount]", "[plan]")
    with pytest.raises(FactError) as caught:
        bring(None, map_text=other)
    assert "--quarantine" in caught.value.hint
    assert "--again" in caught.value.hint
    assert bring(None, map_text=other, again=True).added == 1


def test_killed_ten_times_and_run_again_equals_an_undisturbed_import(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(WITHOUT_KEY)
    file = write_events(tmp_path / "events.csv", 0, 8_000)
    whole = finish(start(tmp_path / "undisturbed", tmp_path / "map.yaml", file))
    chance = random.Random(7)
    partial = 0
    for _ in range(10):
        before = commits(tmp_path / "killed")
        process = start(tmp_path / "killed", tmp_path / "map.yaml", file)
        while process.poll() is None and commits(tmp_path / "killed") == before:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.01))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        with FactStore(tmp_path / "killed").snapshot() as snapshot:
            rows = snapshot.rows("SELECT count(*) FROM events")[0][0]
        partial += 0 < rows < whole[1]
    assert partial >= 5  # killed between its blocks, not before the first nor after the last
    resumed = finish(start(tmp_path / "killed", tmp_path / "map.yaml", file))
    assert resumed == whole
    assert counts(FactStore(tmp_path / "killed")) == counts(FactStore(tmp_path / "undisturbed"))
    assert content(FactStore(tmp_path / "killed")) == content(FactStore(tmp_path / "undisturbed"))
    assert whole[0] == 8_000 + 8_000 // 89 + 1


def counts(store: FactStore) -> list[tuple[object, ...]]:
    with store.snapshot() as snapshot:
        return snapshot.rows(
            "SELECT rows_read, rows_added, rows_present, rows_quarantined, rows_erased FROM imports "
            "WHERE finished_at IS NOT NULL"
        )


def test_an_import_taken_up_again_counts_what_came_in_before(
    bring: Import, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck.facts.reading.lines.LineBlocks.__init__.__defaults__", (60,))
    bring(HEADER + GOOD, name="other.csv")
    rows = HEADER + "".join(GOOD.replace("1,", f"{i},", 1) for i in range(6)) + "7,ann,view\n"
    commit = Delta.commit

    def killed(self, rows, *, transaction, number, select=None):
        if self.name == "events" and number == 3:
            raise KeyboardInterrupt
        return commit(self, rows, transaction=transaction, number=number, select=select)

    with monkeypatch.context() as patched:
        patched.setattr(Delta, "commit", killed)
        with pytest.raises(KeyboardInterrupt):
            bring(rows)
    came_in = ask("SELECT count(*) FROM events")[0][0] - 1
    result = bring(rows)
    assert 0 < came_in < 5
    assert (result.read, result.added, result.present, result.quarantined) == (7, 5, 1, 1)
    assert f"{came_in} of the rows added came in before an interruption." in result.notes
    again = bring(rows)
    assert (again.same_file, again.present, again.quarantined) == (True, 6, 1)


def test_of_two_imports_of_one_file_without_keys_by_two_maps_at_once_one_is_refused(tmp_path: Path) -> None:
    store = FactStore(tmp_path / "facts")
    file = write_events(tmp_path / "events.csv", 0, 200)
    maps = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for path, text in zip(maps, (WITHOUT_KEY, WITHOUT_KEY.replace(", amount", "")), strict=True):
        path.write_text(text)
    # Held up where they note that they begin, both have looked already whether the file is known.
    with store.delta("imports").lock():
        processes = [start(store.path, path, file) for path in maps]
        time.sleep(2.5)
        assert [process.poll() for process in processes] == [None, None]
    told = [process.communicate(timeout=60)[1] for process in processes]
    assert sorted(process.returncode for process in processes) == [0, 1]
    assert "with another map" in "".join(told)
    with store.snapshot() as snapshot:
        assert snapshot.rows("SELECT count(*) FROM events") == [(sum(1 for i in range(200) if i % 97),)]


def commits(store: Path) -> int:
    """How often anything was written to the table of events."""
    return len(list((store / "events" / "_delta_log").glob("*.json")))


def test_several_processes_may_import_and_query_at_once(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(EVENTS_MAP)
    files = [write_events(tmp_path / f"events{k}.csv", 2_000 * k, 4_000) for k in range(3)]
    processes = [start(tmp_path / "facts", tmp_path / "map.yaml", *order) for order in (files, files[::-1])]
    store = FactStore(tmp_path / "facts")
    seen = [0]
    while any(process.poll() is None for process in processes):
        with store.snapshot() as snapshot:
            rows, keys = snapshot.rows("SELECT count(*), count(DISTINCT event_id) FROM events")[0]
        assert rows == keys
        assert rows >= seen[-1]
        seen.append(rows)
    for process in processes:
        finish(process)
    expected = sum(1 for i in range(8_000) if i % 97)
    with store.snapshot() as snapshot:
        assert snapshot.rows("SELECT count(*), count(DISTINCT event_id) FROM events") == [
            (expected, expected)
        ]


def test_many_small_imports_are_compacted_and_no_version_is_lost(
    bring: Import, ask, store: FactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck.facts.delta.COMPACT_ABOVE_FILES", 5)
    for i in range(8):
        bring(HEADER + GOOD.replace("1,", f"{i},", 1), name=f"{i}.csv")
    with store.snapshot() as snapshot:
        assert len(snapshot.files["events"]) <= 6
        assert snapshot.rows("SELECT count(*) FROM events") == [(8,)]
    with store.snapshot(at={"events": 2}) as snapshot:
        assert snapshot.rows("SELECT count(*) FROM events") == [(1,)]
    assert bring(None, name="3.csv").same_file


def test_files_that_are_whole_are_not_joined_however_many(
    bring: Import, store: FactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck.facts.delta.COMPACT_ABOVE_FILES", 2)
    monkeypatch.setattr("quarterdeck.facts.delta.WHOLE_FILE_BYTES", 1000)
    for i in range(5):
        bring(HEADER + GOOD.replace("1,", f"{i},", 1), name=f"{i}.csv")
    with store.snapshot() as snapshot:
        assert len(snapshot.files["events"]) == 5
