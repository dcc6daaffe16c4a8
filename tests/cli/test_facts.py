"""The verbs of the fact store, as typed."""

import gzip
import json
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from quarterdeck.cli.main import run

CLEAN = """event_id,person,event,time,plan
1,ann,view,2024-05-01T10:00:00Z,pro
2,bob,view,2024-05-01T10:00:00Z,=1
"""
LOCAL = "event_id,person,event,time,plan\n3,ann,view,2024-05-01 10:00,pro\n"


@pytest.fixture
def quarterdeck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a command in a workspace: standard output and standard error, the exit code as expected."""

    def run_command(*arguments: str, code: int = 0) -> tuple[str, str]:
        monkeypatch.setattr("sys.argv", ["quarterdeck", *arguments])
        with pytest.raises(SystemExit) as exit_:
            run()
        said = capsys.readouterr()
        assert (exit_.value.code or 0) == code, said.out + said.err
        return said.out, said.err

    monkeypatch.chdir(tmp_path)
    run_command("init", ".", "--company", "Acme", "--timezone", "UTC")
    (tmp_path / "clean.csv").write_text(CLEAN)
    (tmp_path / "local.csv").write_text(LOCAL)
    return run_command


def test_the_way_of_an_event_from_file_to_answer_and_out_again(quarterdeck, tmp_path: Path) -> None:
    assert "No facts yet" in quarterdeck("facts")[0]
    said, _ = quarterdeck("import", "events", "clean.csv")
    assert "2 rows read, 2 added, 0 already there." in said
    assert "nothing to do" in quarterdeck("import", "events", "clean.csv")[0]
    assert quarterdeck("sql", "SELECT person, properties.plan FROM events ORDER BY 1", "--format", "csv")[
        0
    ] == ("person,plan\nann,pro\nbob,=1\n")
    assert json.loads(quarterdeck("sql", "SELECT count(*) AS n FROM events", "--format", "json")[0]) == [
        {"n": 2}
    ]
    assert json.loads(quarterdeck("sql", "FROM events", "--at", "events=0", "--format", "json")[0]) == []
    table, note = quarterdeck("sql", "SELECT event FROM events", "--limit", "1")
    assert table == "event\n-----\nview\n"
    assert "first 1 rows" in note
    status = json.loads(quarterdeck("facts", "--json")[0])
    assert [(row["table"], row["rows"]) for row in status] == [("events", 2), ("imports", 2)]
    (tmp_path / "clean.csv").unlink()
    assert "nothing is left" in quarterdeck("erase", "person", "ann", "--yes")[0]
    assert json.loads(quarterdeck("sql", "SELECT person FROM events", "--format", "json")[0]) == [
        {"person": "bob"}
    ]


def test_a_file_of_which_no_row_is_good_is_trouble_and_can_be_mended(quarterdeck, tmp_path: Path) -> None:
    said, _ = quarterdeck("import", "events", "local.csv", code=2)
    assert "has no offset; set `timezone:`" in said
    assert "--quarantine --map" in said
    names = ("event_id", "person", "event", "time")
    (tmp_path / "map.yaml").write_text("".join(f"{n}: {n}\n" for n in names) + "timezone: UTC\n")
    assert "1 rows read, 1 added" in quarterdeck("import", "events", "--quarantine", "--map", "map.yaml")[0]
    assert "in quarantine  " not in quarterdeck("facts")[0].splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (["import", "event", "clean.csv"], "no fact table named 'event'", "Did you mean 'events'?"),
        (["import", "events"], "No file to import", "Name one"),
        (["import", "events", "nowhere.csv"], "cannot be read", "Check the name"),
        (["import", "events", "x.csv", "--quarantine"], "No row of a file 'x.csv' waits", "none"),
        (["import", "events", "--dismiss"], "goes with --quarantine", "Name files"),
        (["erase", "person", "typo", "--yes"], "No person 'typo' in any table", "as it stands"),
        (["sql", "DROP VIEW events"], "Only SELECT is allowed, not DROP", "quarterdeck import"),
        (["sql", "SELECT 1", "--at", "events"], "names no table version", "TABLE=VERSION"),
        (["sql", "SELECT 1", "--at", "events=7"], "does not exist yet", "quarterdeck facts"),
        (["sql", "SELECT nothing FROM events"], "nothing", "DESCRIBE events"),
    ],
)
def test_trouble_is_told_with_a_way_out(quarterdeck, arguments: list[str], said: str, hint: str) -> None:
    _, error = quarterdeck(*arguments, code=2)
    assert said in error
    assert hint in error
    assert "Traceback" not in error


def test_a_bad_file_stops_no_other_and_is_told_at_the_end(quarterdeck, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.csv").write_text(CLEAN)
    (folder / "b.csv").write_text("")
    (folder / "c.csv.gz").write_bytes(gzip.compress(CLEAN.replace("1,ann", "7,cid").encode()))
    (folder / "notes.md").write_text("not data")
    said, complaint = quarterdeck("import", "events", "data", code=2)
    assert "a.csv to events: 2 rows read, 2 added" in said
    assert "c.csv.gz to events: 2 rows read, 1 added" in said
    assert "notes.md: left out" in complaint
    assert "1 of 3 files failed" in complaint
    assert "b.csv is empty" in complaint


def test_a_map_is_looked_for_in_the_workspace_too(quarterdeck, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "maps" / "events_here.yaml").write_text(
        "person: person\nevent: event\ntime: time\ntimezone: UTC\n"
    )
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    words = ("import", "events", "../local.csv", "-w", "..", "--map", "maps/events_here.yaml")
    assert "1 added" in quarterdeck(*words)[0]
    assert "maps/none.yaml cannot be read" in quarterdeck(*words[:-1], "maps/none.yaml", code=2)[1]


@pytest.mark.parametrize("words", [("metrics", "show", "activation"), ("brief",)])
def test_a_day_in_another_order_is_told_how_it_is_written(quarterdeck, words) -> None:
    said = quarterdeck(*words, "--as-of", "10.11.2026", code=2)[1]
    assert said == "'10.11.2026' is no day.\n  Write the day like 2026-11-10.\n"


def test_without_a_metric_the_tree_is_pointed_to(quarterdeck) -> None:
    said = quarterdeck("metrics", "show", code=2)[1]
    assert "`quarterdeck metrics tree` lists them all" in said


def test_a_folder_without_data_says_so(quarterdeck, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert "has no file to import" in quarterdeck("import", "events", "nothing", code=2)[1]


def test_a_workbook_is_told_from_a_text(quarterdeck, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    (tmp_path / "book.csv").write_bytes((tmp_path / "book.xlsx").read_bytes())
    for name in ("book.xlsx", "book.csv"):
        complaint = quarterdeck("import", "events", name, code=2)[1]
        assert "is an Excel workbook" in complaint
        assert "Save it as CSV UTF-8" in complaint


def test_rows_beyond_mending_are_dismissed(quarterdeck) -> None:
    quarterdeck("import", "events", "local.csv", code=2)
    assert "1 rows dismissed" in quarterdeck("import", "events", "local.csv", "--quarantine", "--dismiss")[0]
    assert "1 rows for events were dismissed" in quarterdeck("facts")[0]
    assert "1 dismissed" in quarterdeck("import", "events", "local.csv")[0]


@pytest.mark.parametrize(
    ("line", "place", "said", "hint"),
    [
        (
            "timezone: Europe/Amsterdm",
            5,
            "no time zone 'Europe/Amsterdm'",
            "Did you mean 'Europe/Amsterdam'?",
        ),
        ("properties: {plan: nmuber}", 5, "no kind 'nmuber'", "'number'? Kinds: text, number, boolean."),
        ("decimal: ;", 5, "'.' or ','", ""),
        ("acount: x", 5, "no column 'acount'", "Did you mean 'account'?"),
    ],
)
def test_a_map_is_faulted_by_file_and_line(
    quarterdeck, tmp_path: Path, line: str, place: int, said: str, hint: str
) -> None:
    names = ("event_id", "person", "event", "time")
    (tmp_path / "map.yaml").write_text("".join(f"{n}: {n}\n" for n in names) + line + "\n")
    complaint = quarterdeck("import", "events", "clean.csv", "--map", "map.yaml", code=2)[1]
    assert f"map.yaml:{place}: " in complaint
    assert said in complaint
    assert hint in complaint


def heed_interrupts() -> None:
    """A shell lets what it starts in the background ignore them, and that is handed on."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "events", "long.csv"],
        ["sql", "SELECT count(*) FROM range(100000000000) t(x) WHERE x % 7 = 3"],
    ],
)
def test_interrupted_a_command_ends_at_once_and_without_a_traceback(
    quarterdeck, tmp_path: Path, arguments: list[str]
) -> None:
    rows = (f"{i},ann,view,2024-05-01T10:00:00Z\n" for i in range(1_500_000))
    (tmp_path / "long.csv").write_text("event_id,person,event,time\n" + "".join(rows))
    command = [sys.executable, "-c", "from quarterdeck.cli.main import run; run()", *arguments]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heed_interrupts
    )
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in complaint
