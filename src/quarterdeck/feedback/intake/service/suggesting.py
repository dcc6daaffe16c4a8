"""Which tags may fit a quote? Whoever can tell is named by its capability in site/capabilities.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from quarterdeck.feedback.intake.models import Triage
from quarterdeck.feedback.intake.service.book import Quote
from quarterdeck.records.remembering import until_a_change

MOST_SHOWN = 3
MOST_KNOWN = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A tag that may fit, how sure that is (0 to 1), and why.

    Of `of` earlier suggestions of like sureness people kept `kept`; `because` are words of the quote.
    """

    tag: str
    sureness: float
    kept: int = 0
    of: int = 0
    because: tuple[str, ...] = ()

    @property
    def is_likely(self) -> bool:
        """Is it taken for granted unless somebody drops it?"""
        return self.sureness >= 0.5


class Suggester(Protocol):
    """A module that suggests tags: its capability names it as `tags` in site/capabilities.py."""

    def suggest(self, quotes: Sequence[Quote]) -> Mapping[str, Sequence[Suggestion]]:
        """For each quote, by key, the tags that may fit, the surest first."""

    def tag_names(self) -> Iterable[str]:
        """Every tag there is, in the order in which people should read them."""

    def earlier_names(self) -> Mapping[str, str]:
        """What tags were called once, and what each is called now."""

    def unsure(self) -> Iterable[str]:
        """The quotes of which it is least sure, by key: to sort one of them teaches most."""


def suggestions(quote: Quote) -> tuple[Suggestion, ...]:
    """The few surest tags for a quote."""
    found = [each for suggester in _suggesters() for each in suggester.suggest([quote]).get(quote.quote, ())]
    return tuple(sorted(found, key=lambda each: -each.sureness)[:MOST_SHOWN])


def known_tags() -> tuple[str, ...]:
    """The tags of the taxonomy, then those that people used beside it."""
    named = [name for suggester in _suggesters() for name in suggester.tag_names()]
    return tuple(dict.fromkeys([*named, *named_now(_used_tags())]))[:MOST_KNOWN]


def named_now(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags that people gave under the names that these have now, each once."""
    became = _earlier_names() if tags else {}
    return tuple(dict.fromkeys(became.get(tag, tag) for tag in tags))


def called(tag: str) -> frozenset[str]:
    """A name of now and those that it had."""
    return frozenset({tag, *(old for old, new in _earlier_names().items() if new == tag)})


def with_tags_of_now(quote: Quote) -> Quote:
    """A quote with its tags under the names that they have now."""
    return replace(quote, tags=named_now(quote.tags))


def unsure_quotes() -> list[str]:
    """The quotes that the suggesters are least sure of."""
    return [quote for suggester in _suggesters() for quote in suggester.unsure()]


@until_a_change
def _used_tags() -> tuple[str, ...]:
    used = Triage.objects.exclude(tags=[]).order_by("-pk").values_list("tags", flat=True)[:2000]
    return tuple(sorted({tag for tags in used for tag in tags}))


def _earlier_names() -> Mapping[str, str]:
    return {old: new for suggester in _suggesters() for old, new in suggester.earlier_names().items()}


@cache
def _suggesters() -> tuple[Suggester, ...]:
    return tuple(cast("Suggester", import_module(name)) for name in settings.QUARTERDECK_TAGS)
