"""How does the next block get ready while this one is being written?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")

_POLL_SECONDS = 0.1


@contextmanager
def ahead(items: Iterable[Item]) -> Iterator[Iterator[Item]]:
    """Iterate over items that a thread makes, one ahead; its exceptions are raised here."""
    queue: Queue[Item | BaseException | None] = Queue(maxsize=1)
    stop = Event()
    thread = Thread(target=_make, args=(items, queue, stop), daemon=True)
    thread.start()
    try:
        yield _taken(queue)
    finally:
        stop.set()
        while thread.is_alive():
            # Makes room for a thread that waits to hand something over.
            try:
                queue.get(timeout=_POLL_SECONDS)
            except Empty:
                continue
        thread.join()


def _make(items: Iterable[Item], queue: Queue[Item | BaseException | None], stop: Event) -> None:
    try:
        for item in items:
            _put(queue, item, stop)
            if stop.is_set():
                return
    except BaseException as error:
        _put(queue, error, stop)
        return
    _put(queue, None, stop)


def _put(queue: Queue[Item | BaseException | None], item: Item | BaseException | None, stop: Event) -> None:
    while not stop.is_set():
        try:
            queue.put(item, timeout=_POLL_SECONDS)
        except Full:
            continue
        return


def _taken(queue: Queue[Item | BaseException | None]) -> Iterator[Item]:
    while (item := queue.get()) is not None:
        if isinstance(item, BaseException):
            raise item
        yield item
