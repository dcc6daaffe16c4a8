from datetime import timedelta

import pytest
from django.utils import timezone

from quarterdeck.errors import QuarterdeckError
from quarterdeck.jobs import queue, tasks
from quarterdeck.jobs.models import Job, Schedule, State
from quarterdeck.jobs.schedule import tick
from quarterdeck.jobs.tasks import Rhythm, Task, every
from quarterdeck.jobs.worker import Stopped, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(monkeypatch):
    """A task that does as the test says, and a rhythm for it."""
    done = []

    def run(progress, **arguments):
        done.append(arguments)
        progress.tell(1, 2, "half")
        if arguments.get("raises"):
            raise {"expected": QuarterdeckError("no", "do"), "bug": ValueError("oops"), "stop": Stopped()}[
                arguments["raises"]
            ]
        return {"done": len(done)}

    known = {"test": Task(name="test", run=run, attempts=3)}
    rhythm = Rhythm(name="daily", task="test", title="Daily", following=every(timedelta(days=1)))
    monkeypatch.setattr(tasks, "tasks", lambda: known)
    monkeypatch.setattr("quarterdeck.jobs.schedule.rhythms", lambda: {"daily": rhythm})
    return done


def asked(**arguments):
    return queue.ask("test", title="Test", arguments=arguments)


def test_a_job_runs_once_and_tells_its_result(work):
    job = asked(number=1)
    worker = Worker(name="w")
    assert worker.run_one()
    assert not worker.run_one()
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts, job.saying) == (State.DONE, {"done": 1}, 1, "half")
    assert work == [{"number": 1}]


def test_asking_twice_under_one_key_is_asking_once(work):
    first = queue.ask("test", title="Test", key="k")
    assert queue.ask("test", title="Test", key="k") == first
    Worker(name="w").run_one()
    assert queue.ask("test", title="Test", key="k") != first


def test_an_unknown_task_is_refused_when_it_is_asked_for(work):
    with pytest.raises(QuarterdeckError, match="no task 'tset'"):
        queue.ask("tset", title="Test")


def test_a_bug_is_tried_again_later_and_expected_trouble_is_not(work, time_machine):
    bug, expected = asked(raises="bug"), asked(raises="expected")
    worker = Worker(name="w")
    assert worker.run_one()
    assert worker.run_one()
    assert not worker.run_one()
    expected.refresh_from_db()
    assert (expected.state, expected.trouble) == (State.FAILED, "no do")
    for _ in range(2):
        time_machine.move_to(timezone.now() + timedelta(minutes=5))
        assert worker.run_one()
    bug.refresh_from_db()
    assert (bug.state, bug.attempts) == (State.FAILED, 3)
    assert "ValueError: oops" in bug.trouble


def test_a_dead_workers_job_is_taken_up_by_another_and_the_dead_ones_word_no_longer_counts(
    work, time_machine
):
    asked()
    dead = queue.claim("dead")
    assert queue.claim("other") is None
    time_machine.move_to(timezone.now() + queue.LEASE + timedelta(seconds=1))
    taken = queue.claim("other")
    assert (taken.pk, taken.attempts) == (dead.pk, 2)
    assert not queue.renew(dead)
    assert not queue.finish(dead, {"stale": True})
    assert queue.finish(taken, {"fresh": True})
    assert Job.objects.get().result == {"fresh": True}


def test_a_job_whose_workers_keep_dying_fails_in_the_end(work, time_machine):
    asked()
    for _ in range(3):
        assert queue.claim("w") is not None
        time_machine.move_to(timezone.now() + queue.LEASE + timedelta(seconds=1))
    assert queue.claim("w") is None
    assert (Job.objects.get().state, Job.objects.get().trouble) == (State.FAILED, "Its worker died 3 times.")


def test_work_that_is_told_to_stop_is_given_back_unharmed(work):
    asked(raises="stop")
    Worker(name="w").run_one()
    assert (Job.objects.get().state, Job.objects.get().attempts) == (State.WAITING, 0)


def test_what_comes_around_is_asked_for_once_a_turn(work, time_machine):
    assert tick() == ()
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    assert [job.title for job in tick()] == ["Daily"]
    assert tick() == ()
    assert Schedule.objects.get().last_job == Job.objects.get()
    Schedule.objects.update(paused=True)
    time_machine.move_to(timezone.now() + timedelta(days=2))
    assert tick() == ()


def test_jobs_that_ended_long_ago_are_forgotten_and_open_ones_are_not(work, time_machine):
    asked()
    Worker(name="w").run_one()
    waiting = asked()
    time_machine.move_to(timezone.now() + timedelta(days=31))
    assert queue.forget_old_jobs() == 1
    assert list(Job.objects.all()) == [waiting]
