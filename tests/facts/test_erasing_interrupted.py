"""An erasure may be killed at any moment and repeated, and says so to whoever reads meanwhile."""

import signal
import subprocess
import sys

import pytest

from quarterdeck.errors import FactError
from quarterdeck.facts.erasing import erase_person
from quarterdeck.facts.sandbox import select
from quarterdeck.facts.store import FactStore
from tests.facts.conftest import Import

TIME = "2024-05-01T10:00:00Z"
# Kills itself before the given call of the given function.
ERASER = """
import os, signal, sys
from importlib import import_module
from pathlib import Path
from quarterdeck.facts.erasing import erase_person
from quarterdeck.facts.store import FactStore
module, _, path = sys.argv[2].partition(":")
owner = import_module(module)
*outer, name = path.split(".")
for part in outer:
    owner = getattr(owner, part)
function, calls = getattr(owner, name), 0
def killing(*arguments, **keywords):
    global calls
    calls += 1
    if calls == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return function(*arguments, **keywords)
setattr(owner, name, killing)
erase_person(FactStore(Path(sys.argv[1])), "user-0001")
"""
READER = """
import sys
from pathlib import Path
from quarterdeck.errors import FactError
from quarterdeck.facts.store import FactStore
with FactStore(Path(sys.argv[1])).snapshot() as snapshot:
    print("opened", flush=True)
    sys.stdin.readline()
    try:
        print(snapshot.rows("SELECT count(DISTINCT person) FROM events"))
    except FactError as error:
        print(error.message, error.hint)
"""


@pytest.fixture
def peopled(bring: Import, store: FactStore) -> FactStore:
    """Somebody in events, in quarantine, in the name of a property and in the words of others."""
    rows = "".join(
        f'{{"event_id":"{person}{number}","person":"{person}","event":"view","time":"{time}",'
        f'"note":"with user-0001","user-0001":"x"}}\n'
        for person in ("user-0001", "bob")
        for number, time in enumerate((TIME, "never"))
    )
    bring(rows, name="rows.jsonl", map_text=None)
    alias = '{"alias":"anon-0001","person":"user-0001"}\n'
    bring(alias, name="aliases.jsonl", table="aliases", map_text=None)
    (store.path.parent / "rows.jsonl").unlink()
    return store


@pytest.mark.parametrize(
    ("function", "call"),
    [
        ("quarterdeck.facts.tombstones:Tombstones._write", 1),
        ("quarterdeck.facts.delta:write_deltalake", 2),
        ("quarterdeck.facts.delta:DeltaTable.vacuum", 1),
        ("quarterdeck.facts.delta:DeltaTable.vacuum", 2),
        ("quarterdeck.facts.delta:DeltaTable.create_checkpoint", 1),
        ("pathlib:Path.unlink", 2),
        ("quarterdeck.facts.tombstones:Tombstones._write", 2),
    ],
)
def test_an_erasure_killed_anywhere_is_finished_by_repeating_it(
    peopled: FactStore, ask, function: str, call: int
) -> None:
    command = [sys.executable, "-c", ERASER, str(peopled.path), function, str(call)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert ask("SELECT count(*) FROM events WHERE person = 'bob'") == [(1,)]
    assert len(ask("SELECT raw FROM quarantine WHERE raw LIKE '%\"bob\"%'")) == 1
    proof = erase_person(peopled, "user-0001")
    assert proof.remaining == ()
    for file in peopled.path.rglob("*"):
        assert not file.is_file() or b"user-0001" not in file.read_bytes()
    assert ask("SELECT person, properties.note, properties.erased FROM events") == [
        ("bob", "with [erased]", "x")
    ]
    assert len(ask("SELECT raw FROM quarantine")) == 1


def test_a_snapshot_open_in_another_process_says_that_somebody_was_erased(peopled: FactStore) -> None:
    command = [sys.executable, "-c", READER, str(peopled.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "opened\n"
        erase_person(peopled, "user-0001")
        said, _ = reader.communicate("\n", timeout=60)
    assert "a person was erased meanwhile" in said
    assert "opens the facts anew" in said


def test_a_query_of_somebody_in_an_open_snapshot_says_so_too(peopled: FactStore) -> None:
    with peopled.snapshot() as snapshot:
        erase_person(peopled, "user-0001")
        with pytest.raises(FactError, match="Files of events, aliases, quarantine are gone"):
            select(snapshot, "SELECT count(DISTINCT person) FROM events")
        with pytest.raises(FactError, match="nowhere does not exist"):
            select(snapshot, "SELECT nothing FROM nowhere")


def test_a_version_whose_log_is_gone_says_until_when_it_could_be_read(peopled: FactStore) -> None:
    pins = peopled.versions()
    erase_person(peopled, "user-0001")
    with pytest.raises(FactError, match="was recomputable until"):
        peopled.snapshot(at={"events": pins["events"]})
