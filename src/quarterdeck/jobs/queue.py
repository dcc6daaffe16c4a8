"""How does work come to wait, get taken up by one worker, and end?

A claim is one conditional UPDATE, so it needs no lock and works alike on SQLite and PostgreSQL.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from quarterdeck.errors import Conflict
from quarterdeck.jobs.models import Job, State
from quarterdeck.jobs.tasks import find_task

LEASE = timedelta(seconds=60)
KEPT = timedelta(days=30)
DIED = "Its worker died {} times."


def ask(
    task: str,
    *,
    title: str,
    arguments: Mapping[str, Any] | None = None,
    key: str | None = None,
    by_id: int | None = None,
    run_at: datetime | None = None,
) -> Job:
    """Let work wait; while a job of the same key is open, that one is the answer."""
    find_task(task)
    waiting = Job(
        task=task,
        title=title,
        arguments=dict(arguments or {}),
        key=key,
        asked_by_id=by_id,
        run_at=run_at or timezone.now(),
    )
    for _ in range(3):
        try:
            with transaction.atomic():
                waiting.save(force_insert=True)
        except IntegrityError:
            open_job = Job.objects.filter(key=key, state__in=[State.WAITING, State.RUNNING]).first()
            if open_job is not None:
                return open_job
        else:
            return waiting
    raise Conflict(f"'{title}' ends as often as it is asked for.", "Ask again.")


def claim(worker: str) -> Job | None:
    """Take up the job that has waited longest, or one whose worker is silent; None where nothing is due."""
    while True:
        now = timezone.now()
        due = models.Q(state=State.WAITING, run_at__lte=now) | models.Q(
            state=State.RUNNING, lease_until__lt=now
        )
        found = Job.objects.filter(due).order_by("run_at", "pk").first()
        if found is None:
            return None
        if found.attempts >= find_task(found.task).attempts:
            _end(found, State.FAILED, trouble=found.trouble or DIED.format(found.attempts))
            continue
        taken = Job.objects.filter(pk=found.pk, state=found.state, attempts=found.attempts).update(
            state=State.RUNNING,
            worker=worker,
            attempts=found.attempts + 1,
            lease_until=now + LEASE,
            started_at=now,
        )
        if taken:
            found.refresh_from_db()
            return found


def renew(job: Job) -> bool:
    """Hold on to a job; False where another worker has it by now."""
    return _held(job).update(lease_until=timezone.now() + LEASE) == 1


def tell(job: Job, *, done: int, total: int | None, saying: str) -> None:
    """Note how far the work is."""
    _held(job).update(done=done, total=total, saying=saying[:200], lease_until=timezone.now() + LEASE)


def finish(job: Job, result: Mapping[str, Any] | None) -> bool:
    """Note that the work is done; False where another worker has it by now."""
    return _end(job, State.DONE, result=dict(result) if result is not None else None)


def fail(job: Job, trouble: str, *, again: bool) -> bool:
    """Note what went wrong; where it may be tried again, it waits twice as long each time."""
    task = find_task(job.task)
    if not again or job.attempts >= task.attempts:
        return _end(job, State.FAILED, trouble=trouble)
    wait = task.wait * 2 ** (job.attempts - 1)
    return (
        _held(job).update(
            state=State.WAITING, trouble=trouble, run_at=timezone.now() + wait, lease_until=None
        )
        == 1
    )


def release(job: Job) -> None:
    """Give a job back unharmed, because this worker is told to stop."""
    _held(job).update(state=State.WAITING, attempts=job.attempts - 1, run_at=timezone.now(), lease_until=None)


def forget_old_jobs() -> int:
    """Delete what ended long ago; how many."""
    ended = Job.objects.filter(state__in=[State.DONE, State.FAILED])
    deleted, _ = ended.filter(finished_at__lt=timezone.now() - KEPT).delete()
    return deleted


def _held(job: Job) -> "models.QuerySet[Job]":
    """The job, as long as it is this worker's."""
    return Job.objects.filter(pk=job.pk, state=State.RUNNING, worker=job.worker, attempts=job.attempts)


def _end(job: Job, state: State, *, trouble: str = "", result: dict[str, Any] | None = None) -> bool:
    ended = Job.objects.filter(pk=job.pk, state=job.state, attempts=job.attempts)
    return (
        ended.update(
            state=state, trouble=trouble, result=result, finished_at=timezone.now(), lease_until=None
        )
        == 1
    )
