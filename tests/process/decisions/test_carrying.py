import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck.errors import QuarterdeckError
from quarterdeck.process.decisions.models import Action, ActionState, Decision
from quarterdeck.process.decisions.service.acting import Promise, promise, settle
from quarterdeck.process.decisions.service.asking import Evidence, Option, Question, answer, ask, decide
from quarterdeck.process.decisions.service.carrying import read_file, written_csv, written_json
from quarterdeck.process.decisions.service.reviewing import review
from quarterdeck.records.models import Change, Link
from tests.process.decisions.conftest import DECIDED, REVIEW


def everything():
    kept = [row for table in (Decision, Action) for row in table.objects.order_by("reference").values()]
    return [
        {name: value for name, value in row.items() if not name.endswith("_id") and name != "id"}
        for row in kept
    ]


def empty():
    Action.objects.all().delete()
    Decision.objects.all().delete()
    Link.objects.all().delete()


@pytest.fixture
def ledger(question, prediction, promised, alice, bob):
    """One of each: asked, made, reviewed; open, done."""
    at = datetime.combine(DECIDED, datetime.min.time(), UTC)
    foreseen = prediction(review_on=REVIEW)
    decide(written=question(prediction=foreseen), option="Roll back", by=alice, at=at)
    review(today=REVIEW)
    made = decide(written=question(question="Made?"), option="Leave it", why='"Quoted", and\nmore', by=bob)
    ask(written=question(question="Asked?", dissent="No; never."), by=alice)
    settle(action=promised(decision=made), state=ActionState.DONE, by=bob)
    promised(text="=1+1, open")


def test_everything_comes_back_from_json_as_it_was(ledger, tmp_path, alice):
    before, links = everything(), Link.objects.count()
    file = tmp_path / "decisions.json"
    file.write_text(written_json(), encoding="utf-8")
    empty()
    carried = read_file(file, by=alice)
    assert (carried.added, carried.there, carried.bad) == (5, 0, ())
    assert everything() == before
    assert Link.objects.count() == links
    assert Change.objects.filter(verb="carried in").count() == 5
    again = read_file(file, by=alice)
    assert (again.added, again.there, again.bad) == (0, 5, ())


def test_everything_comes_back_from_tables_as_it_was(ledger, tmp_path):
    before = everything()
    files = {what: tmp_path / f"{what}.csv" for what in ("decisions", "actions")}
    for what, file in files.items():
        file.write_bytes(written_csv(what).encode())
    empty()
    assert [read_file(file).added for file in files.values()] == [3, 2]
    assert everything() == before


def test_no_file_names_an_address_of_a_person(ledger):
    assert "@" not in written_json() + written_csv("decisions") + written_csv("actions")


def test_a_bad_row_is_told_with_its_line_and_the_others_come_in(ledger, tmp_path):
    lines = written_csv("decisions")
    content = json.loads(written_json())
    empty()
    file = tmp_path / "decisions.json"
    content["decisions"][1]["state"] = "asked"
    content["decisions"][2]["question"] = ""
    content["actions"].append({"text": "No owner"})
    content["actions"].append("nonsense")
    file.write_text(json.dumps(content, indent=2))
    carried = read_file(file)
    assert carried.added == 2
    text = file.read_text().splitlines()
    told = {row.line: row.trouble for row in carried.bad}
    assert len(told) == 5
    for line in told:
        assert text[line - 1].strip() in ("{", '"nonsense"')
    assert any("question is empty" in trouble for trouble in told.values())
    assert any("follows from decision" in trouble for trouble in told.values())
    table = tmp_path / "decisions.csv"
    table.write_bytes(lines.replace("2026-09-21T00:00:00Z", "yesterday", 1).encode())
    carried = read_file(table)
    assert [row.line for row in carried.bad] == [2]
    assert "asked_at" in carried.bad[0].trouble


def test_what_is_here_is_never_overwritten(asked, tmp_path):
    content = json.loads(written_json())
    content["decisions"][0]["dissent"] = "Another."
    file = tmp_path / "decisions.json"
    file.write_text(json.dumps(content))
    carried = read_file(file)
    assert (carried.added, len(carried.bad)) == (0, 1)
    assert "differs" in carried.bad[0].trouble
    assert Decision.objects.get().dissent == ""


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b"{", "no JSON"),
        ("a.json", b"[]", "no export"),
        ("a.json", b'{"format": 1, "decisions": 3}', "no list"),
        ("a.csv", b"", "no column"),
        ("a.csv", b"refrence,question\n", "Did you mean 'reference'"),
        ("a.csv", b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_file_that_is_no_export_is_refused_whole(name, content, says, tmp_path, db):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(QuarterdeckError) as told:
        read_file(file)
    assert says in f"{told.value.message} {told.value.hint}"


texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)
lines = texts.map(lambda text: " ".join(text.replace("\x00", "").split())).filter(bool)
days = st.dates(date(2026, 1, 1), date(2030, 1, 1))
questions = st.builds(
    Question,
    question=lines,
    options=st.lists(lines, min_size=2, max_size=4, unique_by=str.casefold).map(
        lambda names: tuple(Option(name=name, why_rejected=name) for name in names)
    ),
    decider=lines,
    due=days,
    dissent=texts,
    waiting_costs=texts,
    evidence=st.lists(st.builds(Evidence, type=st.just("page"), key=lines, title=lines), max_size=2).map(
        tuple
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(questions, min_size=1, max_size=3), text=lines, answered=st.booleans())
def test_whatever_is_written_comes_back(asked, text, answered, tmp_path, alice):
    from django.db import transaction

    with transaction.atomic():
        for written in asked:
            made = ask(written=written, by=alice)
        if answered:
            answer(decision=made, option=made.written_options[0].name, why=text, by=alice)
        due = date(2026, 11, 20)
        promise(written=Promise(text=text, owner="Core lead", due=due, decision=made), by=alice)
        before = everything()
        (tmp_path / "all.json").write_text(written_json(), encoding="utf-8")
        for what in ("decisions", "actions"):
            (tmp_path / f"{what}.csv").write_bytes(written_csv(what).encode())
        empty()
        assert read_file(tmp_path / "all.json").bad == ()
        assert everything() == before
        empty()
        assert [read_file(tmp_path / f"{what}.csv").bad for what in ("decisions", "actions")] == [(), ()]
        assert everything() == before
        empty()


def test_the_command_carries_out_and_in(company, tmp_path):
    import subprocess
    import sys
    from pathlib import Path

    from quarterdeck.definitions.workspace import init_workspace

    there = init_workspace(tmp_path / "there", company="Acme", timezone="UTC").workspace.path
    command = [Path(sys.executable).with_name("quarterdeck"), "decisions"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}

    def run(*words):
        return subprocess.run(
            [*command, *words, "-w", there],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=environment,
        )

    file = tmp_path / "out.json"
    assert run("export", str(file)).returncode == 0
    content = json.loads(file.read_text())
    assert content == {"format": 1, "decisions": [], "actions": []}
    content["actions"] = [
        {
            "reference": "7f7b1a0e-6d0f-4f7c-9d0e-000000000001",
            "text": "Ship it",
            "owner": "Core lead",
            "due": str(date(2026, 11, 20) + timedelta(1)),
            "promised_at": "2026-11-16T08:00:00Z",
            "changed_at": "2026-11-16T08:00:00Z",
        },
        {"text": "half"},
    ]
    file.write_text(json.dumps(content, indent=1))
    done = run("import", str(file))
    assert done.returncode == 1
    assert "1 came in, 0 were here already, 1 are bad." in done.stdout
    assert f"{file}:13: " in done.stderr
