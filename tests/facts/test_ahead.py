"""One item ahead, in order, with every error where it is awaited."""

import threading
from collections.abc import Iterator

import pytest

from quarterdeck.facts.ahead import ahead


def test_items_come_in_order() -> None:
    with ahead(range(100)) as items:
        assert list(items) == list(range(100))


def test_an_error_of_the_maker_reaches_the_taker_behind_the_items_before_it() -> None:
    def made() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    with ahead(made()) as items:
        assert next(items) == 1
        with pytest.raises(ValueError, match="broken"):
            next(items)


def test_a_taker_who_stops_early_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with ahead(range(1_000_000)) as items:
        assert next(items) == 0
    assert threading.active_count() == before
