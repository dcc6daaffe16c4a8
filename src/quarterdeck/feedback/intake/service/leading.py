"""What does a quote lead to? Whoever knows is named by its capability in site/capabilities.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from quarterdeck.feedback.intake.service.book import Quote


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A thing that a quote leads to already: what it is called, and its page."""

    name: str
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """A kind of thing that quotes can lead to: where one is chosen, by which key, and what was chosen.

    The page at `path` takes `quote` and, to come back, `back`.
    """

    label: str
    heading: str
    path: str
    key: str
    targets: tuple[Target, ...]


class Leader(Protocol):
    """A module that leads quotes on: its capability names it as `links` in site/capabilities.py."""

    def lead(self, quote: Quote) -> Lead:
        """Where a quote can be led, and where it leads."""


def leads_of(quote: Quote) -> Sequence[Lead]:
    """Everything that a quote can be led to."""
    return [leader.lead(quote) for leader in _leaders()]


@cache
def _leaders() -> tuple[Leader, ...]:
    return tuple(cast("Leader", import_module(name)) for name in settings.QUARTERDECK_LINKS)
