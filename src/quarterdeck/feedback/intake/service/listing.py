"""How are quotes listed for programs, a page at a time, and for other capabilities?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

from quarterdeck.feedback.intake.service.book import Quote
from quarterdeck.feedback.intake.service.inbox import Asked, listed

Shown = Callable[[Quote], dict[str, Any]]


class QuoteList(Sequence[dict[str, Any]]):
    """Quotes in the order of the inbox, read only as far as they are asked for."""

    def __init__(self, asked: Asked, shown: Shown) -> None:
        self._book, self._places = listed(asked)
        self._shown = shown

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(index, int):
            return self._shown(self._book.at([self._places[index].as_py()])[0])
        begin, end, _ = index.indices(len(self))
        places = self._places.slice(begin, max(0, end - begin)).to_pylist()
        return [self._shown(quote) for quote in self._book.at(places)]


def list_quotes(asked: Asked, shown: Shown) -> QuoteList:
    """The quotes that are asked for, each as `shown` shows it."""
    return QuoteList(asked, shown)
