"""What does `serve` say before anybody relies on it, and where do links lead while it runs?"""

import errno
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.site.listening import NOTE, need_port, noted, noted_address, refusal

COMMAND = str(Path(sys.executable).with_name("quarterdeck"))
ENVIRONMENT = {
    key: value
    for key, value in os.environ.items()
    if not key.startswith(("QUARTERDECK_", "DATABASE_URL", "DJANGO_"))
}


@pytest.fixture
def company(tmp_path) -> Path:
    return init_workspace(tmp_path / "a company", company="Acme", timezone="UTC").workspace.path


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        yield other.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=ENVIRONMENT,
        cwd=cwd,
    )


@contextmanager
def served(company: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A server that listens, with the lines that it said."""
    command = [
        COMMAND,
        "serve",
        "--workspace",
        str(company),
        "--port",
        str(port),
        "--workers",
        "1",
        "--no-jobs",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as server:
        try:
            assert server.stdout is not None
            assert select.select([server.stdout], [], [], 60)[0]
            yield server, [server.stdout.readline(), server.stdout.readline()]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(40)


@pytest.mark.parametrize("words", [("serve",), ("demo", "--events", "10000")])
def test_a_taken_port_is_told_before_anything_is_made_or_announced(company, taken, tmp_path, words):
    where = company if words[0] == "serve" else tmp_path / "demo"
    done = run(*words, "--workspace", where, "--port", taken)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"Port {taken} is taken.\n  Choose another with --port.\n"
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("host", ["203.0.113.9", "no.such.host.invalid", "a..b"])
def test_an_address_of_another_machine_is_told(host):
    with pytest.raises(QuarterdeckError) as told:
        need_port(host, 8000)
    assert told.value.message == f"This machine cannot listen at {host}."


def test_a_port_of_the_administrator_is_told():
    told = refusal("127.0.0.1", 80, PermissionError(errno.EACCES, "Permission denied"))
    assert told.message == "Port 80 is for administrators of this machine."
    assert "--port" in told.hint


def test_an_invitation_leads_to_the_server_that_runs_as_its_own_hint_says(company):
    port = free_port()
    with served(company, port) as (_, said):
        assert said[0] == f"Quarterdeck listens at http://127.0.0.1:{port}  (Ctrl-C ends it)\n"
        hint = said[1].partition("quarterdeck ")[2].strip()
        assert hint == f"invite you@company.com --role admin --workspace '{company}'"
        invited = run("invite", "you@company.com", "--role", "admin", "--workspace", company)
        assert invited.stdout.startswith(f"http://127.0.0.1:{port}/invitation/")
    assert not (company / ".quarterdeck" / NOTE).exists()
    later = run("invite", "other@company.com", cwd=company)
    assert later.stdout.startswith("http://127.0.0.1:8000/invitation/")


def test_the_note_of_a_server_that_was_killed_is_not_believed(tmp_path):
    (tmp_path / NOTE).write_text("http://127.0.0.1:9")
    assert noted_address(tmp_path) == ""
    with noted(tmp_path, "http://127.0.0.1:8021"), noted(tmp_path, "http://127.0.0.1:8022"):
        assert noted_address(tmp_path) == "http://127.0.0.1:8021"
    assert noted_address(tmp_path) == ""


def test_an_interruption_while_the_program_loads_is_no_traceback():
    program = """
import sys
class Interrupted:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
from quarterdeck.cli.main import run
run()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")
