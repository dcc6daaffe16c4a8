"""Of several answers at once one holds, and nobody is lost or told a lie."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.errors import Conflict
from quarterdeck.process.decisions.models import ActionState, Decision
from quarterdeck.process.decisions.service.acting import settle
from quarterdeck.process.decisions.service.asking import answer, edit, version_of
from quarterdeck.process.decisions.service.reviewing import review
from quarterdeck.records.models import Change

PEOPLE = 8


@pytest.fixture
def together(transactional_db):
    """Run one piece of work in each of several threads, begun together."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads share one database in memory; the last test here takes SQLite in a file")

    def run(works):
        barrier = Barrier(len(works))

        def one(work):
            barrier.wait()
            try:
                return work()
            except Conflict as trouble:
                return trouble
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(one, works))

    return run


def test_of_answers_at_once_one_holds_and_the_others_learn_whose(together, asked, alice, bob):
    options = ["Roll back", "Fix forward", "Leave it"]
    people = [alice, bob]
    works = [
        lambda number=number: answer(decision=asked, option=options[number % 3], by=people[number % 2])
        for number in range(PEOPLE)
    ]
    answers = together(works)
    kept = Decision.objects.get(pk=asked.pk)
    assert Change.objects.filter(verb="answered").count() == 1
    refused = [each for each in answers if isinstance(each, Conflict)]
    assert all(f"{kept.answered_as} answered this already: “{kept.answer}”" in str(each) for each in refused)
    assert {each.answer for each in answers if isinstance(each, Decision)} == {kept.answer}
    assert len(refused) >= PEOPLE - 2


def test_of_edits_at_once_one_holds_and_nothing_is_overwritten(together, asked, question, alice, bob):
    seen = version_of(asked)
    works = [
        lambda number=number: edit(
            decision=asked, written=question(dissent=f"By {number}."), by=(alice, bob)[number % 2], seen=seen
        )
        for number in range(PEOPLE)
    ]
    done = together(works)
    assert sum(isinstance(each, Decision) for each in done) == 1
    assert Change.objects.filter(verb="edited").count() == 1


def test_a_promise_is_settled_once(together, promised, alice):
    action = promised()
    works = [lambda: settle(action=action, state=ActionState.DONE, by=alice)] * PEOPLE
    assert {each.state for each in together(works)} == {"done"}
    assert Change.objects.filter(verb="done").count() == 1


def test_two_reviews_at_once_grade_once(together, question, prediction, alice):
    from datetime import UTC, datetime, time

    from quarterdeck.process.decisions.service.asking import decide
    from tests.process.decisions.conftest import DECIDED, REVIEW

    at = datetime.combine(DECIDED, time(9), UTC)
    foreseen = prediction(review_on=REVIEW)
    decide(written=question(prediction=foreseen), option="Roll back", by=alice, at=at)
    done = together([lambda: review(today=REVIEW)] * 2)
    assert sum(each.graded for each in done) == 1
    assert Change.objects.filter(verb="graded").count() == 1


PROGRAM = """
import sys
from datetime import date
from pathlib import Path
from quarterdeck.definitions.workspace import open_workspace
from quarterdeck.site.start import bring_up
bring_up(open_workspace(Path(sys.argv[1])))
from quarterdeck.errors import Conflict
from quarterdeck.process.decisions.service.asking import Option, Question, answer, ask
from quarterdeck.process.decisions.models import Decision
from quarterdeck.records.models import Person
me, created = Person.objects.get_or_create(email=sys.argv[2] + "@acme.test", name=sys.argv[2])
options = (Option(name="Yes"), Option(name="No"))
if sys.argv[2] == "first":
    for number in range(20):
        ask(written=Question(question=str(number), options=options, decider="x", due=date.today()), by=me)
held = 0
for asked in Decision.objects.order_by("pk"):
    try:
        held += answer(decision=asked, option="Yes", by=me).answered_by == me
    except Conflict as trouble:
        assert "answered this already" in str(trouble)
print(held, flush=True)
"""


def test_several_processes_answer_on_sqlite_in_a_file(tmp_path):
    path = init_workspace(tmp_path / "there", company="Acme", timezone="UTC").workspace.path
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    ask_only = PROGRAM.replace("held = 0", "sys.exit()")

    def begin(program, name):
        return subprocess.Popen(
            [sys.executable, "-c", program, path, name], stdout=subprocess.PIPE, text=True, env=environment
        )

    asking = begin(ask_only, "first")
    asking.communicate(timeout=60)
    assert asking.returncode == 0
    processes = [begin(PROGRAM, f"person-{number}") for number in range(3)]
    held = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sum(held) == 20
