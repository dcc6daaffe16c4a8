"""How do the web server and the job worker run side by side, and end together?"""

import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

GRACE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 30.0
THREADS = 8
WATCH_SECONDS = 0.25
PR_SET_PDEATHSIG = 1

log = logging.getLogger("quarterdeck.server")


@dataclass(kw_only=True)
class Child:
    """A process that is started again when it dies, after a pause that doubles while it keeps dying."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    pause: float = 0.5
    not_before: float = 0.0
    began: float = 0.0

    def keep_alive(self) -> None:
        """Start it where it does not run and its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            if now - self.began > LONGEST_PAUSE_SECONDS:
                self.pause = 0.5
            return
        if self.process is not None and not self.not_before:
            log.error("%s ended, starting it again", self.name, extra={"code": self.process.returncode})
            self.not_before = now + self.pause
            self.pause = min(2 * self.pause, LONGEST_PAUSE_SECONDS)
        if now >= self.not_before:
            self.not_before, self.began = 0.0, now
            # The commands are this program's own.
            self.process = subprocess.Popen(self.command, preexec_fn=_end_with_parent)  # noqa: S603


def run_server(*, host: str, port: int, workers: int, jobs: bool, ready: Callable[[], None]) -> None:
    """Serve until told to stop (SIGTERM, Ctrl-C); requests and jobs at hand are ended first."""
    children = [Child(name="web", command=_web(host, port, workers))]
    if jobs:
        children.append(Child(name="jobs", command=[sys.executable, "-m", "quarterdeck.site.work"]))
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    announced = False
    while not stopping:
        for child in children:
            child.keep_alive()
        if not announced and _listens(host, port):
            announced = True
            ready()
        time.sleep(WATCH_SECONDS)
    _end(children)


def _web(host: str, port: int, workers: int) -> list[str]:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [
        *(sys.executable, "-m", "gunicorn", "quarterdeck.site.wsgi:application"),
        *("--bind", address, "--workers", str(workers)),
        *("--worker-class", "quarterdeck.site.sharing.SharingWorker"),
        *("--threads", str(THREADS), "--preload", "--graceful-timeout", str(GRACE_SECONDS)),
        *("--max-requests", "20000", "--max-requests-jitter", "5000"),
        *("--timeout", "120", "--keep-alive", "5"),
        *("--log-level", "warning", "--worker-tmp-dir", _in_memory()),
    ]


def _in_memory() -> str:
    """Where a heartbeat file cannot wait for a disk."""
    import tempfile
    from pathlib import Path

    shared = Path("/dev/shm")  # noqa: S108 -- gunicorn makes its own unpredictable names in there
    return str(shared) if shared.is_dir() else tempfile.gettempdir()


def _listens(host: str, port: int) -> bool:
    import socket

    try:
        with socket.create_connection(("127.0.0.1" if host == "0.0.0.0" else host, port), timeout=1):  # noqa: S104
            return True
    except OSError:
        return False


def _end(children: list[Child]) -> None:
    running = [child.process for child in children if child.process and child.process.poll() is None]
    for process in running:
        process.terminate()
    until = time.monotonic() + GRACE_SECONDS + 5
    for process in running:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()


def _end_with_parent() -> None:
    """On Linux a child is told when its parent is killed outright, and does not hold the port for ever."""
    # Ctrl-C reaches the whole group of a terminal; only the parent may act on it, in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
