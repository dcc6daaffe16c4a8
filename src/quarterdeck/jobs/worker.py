"""How does a process do the work that waits, and let go of it safely?"""

import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable

from django.db import close_old_connections, connection

from quarterdeck.errors import QuarterdeckError
from quarterdeck.jobs.models import Job
from quarterdeck.jobs.queue import LEASE, claim, fail, finish, release, renew, tell
from quarterdeck.jobs.tasks import find_task

IDLE_SECONDS = 1.0
TICK_SECONDS = 15.0
RENEW_SECONDS = LEASE.total_seconds() / 4

log = logging.getLogger("quarterdeck.jobs")


class Stopped(Exception):  # noqa: N818 -- not an error: the work was asked to stop, and will be taken up again
    """Raised by work that heard `should_stop`."""


class Worker:
    """Takes up one job after the other until it is told to stop."""

    def __init__(self, *, name: str = "", tick: Callable[[], object] | None = None) -> None:
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._tick = tick
        self._stop = threading.Event()

    def stop(self) -> None:
        """End after the job at hand; it hears of it by `should_stop`."""
        self._stop.set()

    def run(self) -> None:
        """Work until told to stop."""
        ticked = -TICK_SECONDS
        while not self._stop.is_set():
            close_old_connections()
            if self._tick is not None and time.monotonic() - ticked >= TICK_SECONDS:
                ticked = time.monotonic()
                self._tick()
            if not self.run_one():
                self._stop.wait(IDLE_SECONDS)

    def run_one(self) -> bool:
        """Do one job that is due; False where none was."""
        job = claim(self.name)
        if job is None:
            return False
        log.info("job started", extra={"job": job.pk, "task": job.task, "attempt": job.attempts})
        with _Lease(job):
            self._run(job)
        return True

    def _run(self, job: Job) -> None:
        try:
            result = find_task(job.task).run(_Teller(job, self._stop), **job.arguments)
        except Stopped:
            release(job)
            log.info("job given back", extra={"job": job.pk, "task": job.task})
        except QuarterdeckError as error:
            # Expected trouble does not go away by trying again.
            fail(job, f"{error.message} {error.hint}".strip(), again=False)
            log.warning("job failed", extra={"job": job.pk, "task": job.task, "trouble": error.message})
        except Exception:
            fail(job, traceback.format_exc(), again=True)
            log.exception("job failed", extra={"job": job.pk, "task": job.task})
        else:
            finish(job, result)
            log.info("job done", extra={"job": job.pk, "task": job.task})


class _Teller:
    def __init__(self, job: Job, stop: threading.Event) -> None:
        self._job = job
        self._stop = stop

    def tell(self, done: int, total: int | None = None, saying: str = "") -> None:
        tell(self._job, done=done, total=total, saying=saying)

    def should_stop(self) -> bool:
        return self._stop.is_set()


class _Lease:
    """Renews a job's lease from a thread of its own, so that long work is not taken for dead."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._hold, name=f"lease of job {job.pk}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _hold(self) -> None:
        try:
            while not self._over.wait(RENEW_SECONDS):
                if not renew(self._job):
                    return
        finally:
            connection.close()
