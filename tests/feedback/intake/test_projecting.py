"""Messages become quotes with plan and ARR of then; only new ones are read; of the erased nothing is left."""

import random
import shutil
from datetime import UTC, datetime
from functools import partial

import pytest
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.facts.erasing import erase_person
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.intake.facts import projecting
from quarterdeck.feedback.intake.facts.messages import messages
from quarterdeck.feedback.intake.facts.quote_files import FOLDER, QuoteFiles
from quarterdeck.feedback.intake.service.importing import take_in
from quarterdeck.feedback.intake.service.projecting import is_behind, refresh
from tests.feedback.intake.said import add_account, say


@pytest.fixture
def workspace(tmp_path):
    return init_workspace(tmp_path / "w", company="Acme", timezone="UTC", currency="EUR").workspace


def quotes(workspace):
    refresh(workspace)
    files = QuoteFiles(workspace.path)
    return files.table(files.manifest()).to_pylist()


def test_a_message_becomes_its_quotes_with_what_its_account_paid_then(workspace):
    add_account(workspace, "a-1", "Beams & Sons", 1200)
    add_account(workspace, "a-1", "Beams & Sons", 2400, since=datetime(2026, 11, 10, tzinfo=UTC))
    say(
        workspace,
        {"text": "Hi Anna, the invite spins. Call +49 30 1234567!", "account": "beams & sons"},
        {"text": "The map is wrong.", "account": "a-1", "time": datetime(2026, 11, 11, tzinfo=UTC)},
    )
    first, second, third = quotes(workspace)
    assert (first["quote"], first["text"], first["of"]) == ("m1#1", "the invite spins.", 2)
    assert (first["account"], first["plan"], first["arr"], third["arr"]) == ("a-1", "Scale", 1200, 2400)
    assert (second["text"], second["masked"]) == ("Call +49 30 1234567!", "Call [phone]!")
    assert first["language"] == "en"


def test_the_names_of_people_and_their_colleagues_are_masked_in_what_they_say(workspace, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text(
        "person,account,created_at,name\n"
        "u-1,a-1,2026-01-01T00:00:00Z,Anna Bloom\n"
        "u-2,a-1,2026-01-01T00:00:00Z,Will Novak\n"
        "u-3,a-2,2026-01-01T00:00:00Z,Peter Elsewhere\n"
    )
    CliRunner().invoke(build(), ["import", "people", str(people), "-w", str(workspace.path)])
    say(workspace, {"text": "I, Bloom, and Novak too: will it spin? Will Peter know?", "person": "u-1"})
    first, second = quotes(workspace)
    assert first["masked"] == "I, [name], and [name] too: will it spin?"
    # Peter is of another account: in running text nobody knows him.
    assert second["masked"] == "Will Peter know?"
    assert first["account"] == "a-1"


def test_the_same_said_again_by_one_account_is_folded_by_another_it_counts(workspace):
    say(
        workspace,
        {"text": "The crew invite just spins.", "account": "a-1"},
        {"text": "the crew invite just spins!", "account": "a-2"},
        {"text": "The crew invite  just spins", "account": "a-1"},
        "Great app",
        "Great app",
    )
    found = {quote["quote"]: quote["same_as"] for quote in quotes(workspace)}
    assert found == {"m1#1": "", "m2#1": "", "m3#1": "m1#1", "m4#1": "", "m5#1": ""}


def test_what_comes_in_parts_and_late_is_as_if_it_had_come_at_once(workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(projecting, "messages", partial(messages, at_once=7))
    chance = random.Random(3)
    said = [
        {
            "feedback_id": f"x{number}",
            "time": datetime(2026, 1 + chance.randrange(9), 1 + chance.randrange(28), tzinfo=UTC),
            "account": chance.choice(["a-1", "a-2", None]),
            "text": " ".join(
                chance.choices(["The invite spins.", "It is late.", "Why so?", "Pay is wrong."], k=2)
            ),
        }
        for number in range(40)
    ]
    for begin in range(0, 40, 13):
        say(workspace, *said[begin : begin + 13], transaction=str(begin))
        in_parts = quotes(workspace)
    shutil.rmtree(workspace.path / FOLDER)
    assert in_parts == quotes(workspace)
    assert any(quote["same_as"] for quote in in_parts)


def test_only_what_is_new_is_read(workspace, monkeypatch):
    say(workspace, "The invite spins.", "The map is wrong.")
    refresh(workspace)
    say(workspace, "The schedule is late.")
    read = []
    cut = projecting.split_quotes
    monkeypatch.setattr(projecting, "split_quotes", lambda text: read.append(text) or cut(text))
    assert is_behind(workspace)
    assert len(quotes(workspace)) == 3
    assert read == ["The schedule is late."]
    assert not is_behind(workspace)


def test_a_killed_build_leaves_the_one_before(workspace, monkeypatch):
    say(workspace, "The invite spins.")
    refresh(workspace)
    say(workspace, "The map is wrong.")

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(projecting, "_fold", killed)
        with pytest.raises(KeyboardInterrupt):
            refresh(workspace)
    files = QuoteFiles(workspace.path)
    assert files.table(files.manifest()).num_rows == 1
    assert len(list(files.path.glob("build-*"))) == 1
    assert len(quotes(workspace)) == 2


def test_nothing_is_left_of_a_person_who_is_erased(workspace):
    say(workspace, {"text": "My wharf in Grimsby floods.", "person": "u-17"}, "The invite spins.")
    assert len(quotes(workspace)) == 2
    said = CliRunner().invoke(build(), ["erase", "person", "u-17", "--yes", "-w", str(workspace.path)])
    assert said.exit_code == 0, said.output
    assert not (workspace.path / FOLDER).exists()
    assert [quote["text"] for quote in quotes(workspace)] == ["The invite spins."]
    left = [file for file in workspace.path.rglob("*") if file.is_file() and b"Grimsby" in file.read_bytes()]
    assert left == []


def test_quotes_made_while_somebody_was_erased_are_thrown_away(workspace, monkeypatch):
    say(workspace, {"text": "My wharf in Grimsby floods.", "person": "u-17"}, "The invite spins.")
    fold = projecting._fold

    def erased_meanwhile(folder, work):
        fold(folder, work)
        erase_person(FactStore(workspace.facts_path), "u-17")

    with monkeypatch.context() as patched:
        patched.setattr(projecting, "_fold", erased_meanwhile)
        assert refresh(workspace) is None
    assert [quote["text"] for quote in quotes(workspace)] == ["The invite spins."]


def test_an_import_may_bring_the_words_of_nobody_erased(workspace, tmp_path):
    say(workspace, {"text": "My wharf floods.", "person": "u-17"})
    erase_person(FactStore(workspace.facts_path), "u-17")
    file = tmp_path / "nps.csv"
    file.write_text(
        "Response ID,Person ID,Score,Comment,Created At\n1,u-17,3,It floods,2026-11-19T08:00:00Z\n"
    )
    assert take_in(workspace, file, kind="nps").result.erased == 1
    assert quotes(workspace) == []


def test_somebody_who_becomes_known_later_is_masked_then(workspace, tmp_path):
    say(workspace, {"text": "Ask Novak about the invite.", "account": "a-1"})
    (before,) = quotes(workspace)
    assert before["masked"] == before["text"]
    people = tmp_path / "people.csv"
    people.write_text("person,account,created_at,name\nu-2,a-1,2026-01-01T00:00:00Z,Will Novak\n")
    CliRunner().invoke(build(), ["import", "people", str(people), "-w", str(workspace.path)])
    (after,) = quotes(workspace)
    assert after["masked"] == "Ask [name] about the invite."


def test_parts_of_which_nothing_changed_are_taken_over(workspace, monkeypatch):
    monkeypatch.setattr(projecting, "messages", partial(messages, at_once=2))
    say(workspace, *({"text": f"Crew {n} cannot sign in.", "account": f"a-{n}"} for n in range(4)))
    refresh(workspace)
    files = QuoteFiles(workspace.path)
    before = (files.path / files.manifest().folder / "part-00000.arrow").stat().st_ino
    say(workspace, {"text": "crew 3 cannot sign in!", "account": "a-3"})
    made = quotes(workspace)
    assert (files.path / files.manifest().folder / "part-00000.arrow").stat().st_ino == before
    assert made[-1]["same_as"] == "m4#1"
    shutil.rmtree(workspace.path / FOLDER)
    assert quotes(workspace) == made
