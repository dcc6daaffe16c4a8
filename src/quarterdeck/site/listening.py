"""Where does the server of a workspace listen, so that links lead to it?

A server notes its address in the workspace and holds a lock on the note while it runs. A note that nobody
holds is of a server that was killed, and is not believed.
"""

import errno
import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quarterdeck.errors import QuarterdeckError

NOTE = "listens_at"
LONGEST_ADDRESS = 300


def need_port(host: str, port: int) -> None:
    """Refuse an address that cannot be listened at, before anybody is told of it."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # As the server itself: what still drains from an earlier one is no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            probe.listen(1)
    except (OSError, UnicodeError) as error:
        raise refusal(host, port, error) from error


def refusal(host: str, port: int, error: OSError | UnicodeError) -> QuarterdeckError:
    """Why an address cannot be listened at, and which one can."""
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return QuarterdeckError(f"Port {port} is taken.", "Choose another with --port.")
    if number in (errno.EACCES, errno.EPERM):
        return QuarterdeckError(
            f"Port {port} is for administrators of this machine.", "Choose one from 1024 with --port."
        )
    return QuarterdeckError(
        f"This machine cannot listen at {host}.",
        "Use 127.0.0.1, one of its own addresses, or 0.0.0.0 for all.",
    )


def address_at(host: str, port: int) -> str:
    """How a browser on this machine reaches a server.

    >>> address_at("0.0.0.0", 8000), address_at("::1", 80)
    ('http://127.0.0.1:8000', 'http://[::1]:80')
    """
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


@contextmanager
def noted(home: Path, address: str) -> Iterator[None]:
    """Note the address while it is served; a second server of the workspace leaves the first one's."""
    file = home / NOTE
    with file.open("a+", encoding="utf-8") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield
            return
        note.truncate(0)
        note.write(address)
        note.flush()
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def noted_address(home: Path | None) -> str:
    """Where the workspace is served now; nothing where it is not."""
    if home is None or not (home / NOTE).is_file():
        return ""
    with (home / NOTE).open(encoding="utf-8") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return note.read(LONGEST_ADDRESS)
    return ""
