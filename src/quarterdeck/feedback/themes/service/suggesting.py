"""Which tags may fit a quote that somebody is sorting, and which are there at all?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from quarterdeck.feedback.intake.service.book import Quote
from quarterdeck.feedback.intake.service.suggesting import Suggestion
from quarterdeck.feedback.themes.service.book import read_taxonomy
from quarterdeck.feedback.themes.service.keeping import KeptTags, kept_tags, tag_table
from quarterdeck.feedback.themes.service.quality import unsure_quotes
from quarterdeck.records.here import workspace


def suggest(quotes: Sequence[Quote]) -> Mapping[str, Sequence[Suggestion]]:
    """What the tagger said of each quote, surest first, or what it would guess; nothing of unread ones."""
    kept = kept_tags(workspace())
    if kept is None:
        return {}
    known = _by_quote(str(workspace().path), kept)
    return {
        quote.quote: [Suggestion(tag=tag, sureness=sure) for tag in tags]
        for quote in quotes
        if (found := known.get(quote.quote)) is not None
        for tags, sure in [found]
    }


def tag_names() -> Iterable[str]:
    """Every tag of the taxonomy, in its order."""
    taxonomy = read_taxonomy(workspace())
    return taxonomy.model.names if taxonomy else ()


def earlier_names() -> Mapping[str, str]:
    """Names that tags of the taxonomy had, and those that they have."""
    taxonomy = read_taxonomy(workspace())
    return taxonomy.model.became if taxonomy else {}


def unsure() -> Iterable[str]:
    """The quotes that nobody sorted and of which the tagger is least sure."""
    kept = kept_tags(workspace())
    return () if kept is None else _unsure(str(workspace().path), kept)


@lru_cache(maxsize=2)
def _by_quote(_path: str, kept: KeptTags) -> Mapping[str, tuple[tuple[str, ...], float]]:
    """By the file's name, which changes with what is in it."""
    rows = tag_table(workspace(), kept)
    return {
        quote: (tuple(tags) or (first,), sure)
        for quote, tags, sure, first in zip(
            *(rows[name].to_pylist() for name in ("quote", "tags", "confidence", "first")), strict=True
        )
        if first
    }


@lru_cache(maxsize=2)
def _unsure(_path: str, kept: KeptTags) -> tuple[str, ...]:
    return tuple(quote for quote, _, _ in unsure_quotes(workspace(), kept))
