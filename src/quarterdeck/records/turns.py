"""Whose turn is it to make a page, and when does it step aside for others?

Python runs one thread at a time. Pages made together by many threads all come late, so a process makes few
at once; one that waits for something else, as facts being read, gives its turn to others meanwhile.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PAGES_AT_ONCE = 2


class Turns:
    """So many turns at once; whoever comes later waits."""

    def __init__(self, at_once: int = PAGES_AT_ONCE) -> None:
        self._free = threading.BoundedSemaphore(at_once)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a turn, and give it back at the end."""
        with self._free:
            token = _own.set(self._free)
            try:
                yield
            finally:
                _own.reset(token)


_own: ContextVar[threading.BoundedSemaphore | None] = ContextVar("turn", default=None)


@contextmanager
def step_aside() -> Iterator[None]:
    """Within it, others may go: for work that holds no interpreter. Without a turn, nothing happens."""
    held = _own.get()
    if held is None:
        yield
        return
    token = _own.set(None)
    held.release()
    try:
        yield
    finally:
        held.acquire()
        _own.reset(token)
