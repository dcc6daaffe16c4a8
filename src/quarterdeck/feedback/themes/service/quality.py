"""How far can the tagger be believed, tag by tag, going by what people decided?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.themes.calc.confusing import confusions
from quarterdeck.feedback.themes.calc.parts import with_wholes
from quarterdeck.feedback.themes.calc.quality import Quality, judge_quality
from quarterdeck.feedback.themes.calc.trending import Precision
from quarterdeck.feedback.themes.definitions import Taxonomy
from quarterdeck.feedback.themes.service.book import read_taxonomy
from quarterdeck.feedback.themes.service.keeping import (
    JudgedQuote,
    KeptTags,
    judged_quotes,
    kept_tags,
    tag_table,
)

compute: Any = pc  # its stubs know no columns in chunks
NOTHING_CHECKED = Precision(right=0, looked_at=0)
DOUBT = 0.5  # as likely right as wrong: what is nearest to it teaches most
DOUBTFUL_WITHIN = 0.15
MOST_UNSURE = 200
MOST_CONFUSIONS = 20
MOST_COMPARED = 60  # to show some that differ


@dataclass(frozen=True, kw_only=True, slots=True)
class Confused:
    """What the tagger takes for what, how often, and one quote to look at."""

    wanted: str
    given: str
    times: int
    quote: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsure:
    """A quote that nobody sorted and of which the tagger is least sure, with its best guess."""

    quote: str
    words: str
    guess: str
    confidence: float

    @property
    def sure(self) -> str:
        """How sure, as people read it."""
        return f"{100 * self.confidence:.0f} %"


@dataclass(frozen=True, kw_only=True, slots=True)
class QualitySeen:
    """How good the tagger is on each tag, what it confuses, and which quotes to sort next."""

    quality: Quality
    confused: tuple[Confused, ...]
    unsure: tuple[Unsure, ...]
    unsure_in_all: int
    encoder: str


def see_quality(workspace: Workspace, *, sees_personal: bool, most: int = 10) -> QualitySeen | None:
    """The quality by what people decided until the tags were given; None where nothing is tagged."""
    taxonomy, kept = read_taxonomy(workspace), kept_tags(workspace)
    if taxonomy is None or kept is None:
        return None
    judged, above = judged_quotes(workspace, kept), taxonomy.model.above
    wanted = [with_wholes(each.wanted, above) for each in judged]
    given = [with_wholes(each.given, above) for each in judged]
    waiting = unsure_quotes(workspace, kept)
    found = confusions(wanted, given)[:MOST_CONFUSIONS]
    firsts = [judged[each.places[0]].quote for each in found]
    next_keys = [key for key, _, _ in waiting[:MOST_COMPARED]]
    words = _words(workspace, [*firsts, *next_keys], sees_personal=sees_personal)
    differing = _differing(words, next_keys)[:most]
    return QualitySeen(
        quality=judge_quality(taxonomy.model.names, wanted, given),
        confused=tuple(
            Confused(
                wanted=each.wanted,
                given=each.given,
                times=each.times,
                quote=quote,
                words=words.get(quote, ""),
            )
            for each, quote in zip(found, firsts, strict=True)
        ),
        unsure=tuple(
            Unsure(quote=key, words=words[key], guess=guess, confidence=sure)
            for key, guess, sure in waiting[:MOST_COMPARED]
            if key in words and key in differing
        ),
        unsure_in_all=len(waiting),
        encoder=kept.encoder,
    )


def _differing(words: Mapping[str, str], keys: Sequence[str]) -> list[str]:
    """The first quote of each wording."""
    first: dict[str, str] = {}
    for key in keys:
        if key in words:
            first.setdefault(words[key].casefold(), key)
    return list(first.values())


def precision_of(taxonomy: Taxonomy, judged: Sequence[JudgedQuote]) -> Mapping[str, Precision]:
    """For each theme how often the tagger was right to give it, or a part of it, unseen."""
    above = taxonomy.above
    right, looked_at = dict.fromkeys(taxonomy.names, 0), dict.fromkeys(taxonomy.names, 0)
    for each in judged:
        wanted = with_wholes(each.wanted, above)
        for tag in with_wholes(each.given, above):
            if tag in looked_at:
                looked_at[tag] += 1
                right[tag] += tag in wanted
    return {tag: Precision(right=right[tag], looked_at=looked_at[tag]) for tag in taxonomy.names}


def least_known(precision: Mapping[str, Precision], themes: Sequence[str]) -> Precision:
    """How often the tagger is right about several themes: as often as about the one it knows least."""
    return min((precision.get(theme, NOTHING_CHECKED) for theme in themes), key=lambda each: each.share)


def unsure_quotes(workspace: Workspace, kept: KeptTags) -> list[tuple[str, str, float]]:
    """Quotes that nobody sorted, the most doubtful first: key, best guess, and how sure that is."""
    tagged = tag_table(workspace, kept)
    away = compute.abs(compute.subtract(tagged["confidence"], DOUBT))
    doubtful = compute.and_(compute.less_equal(away, DOUBTFUL_WITHIN), compute.invert(tagged["by_people"]))
    rows = tagged.append_column("away", away).filter(doubtful)
    rows = rows.sort_by([("away", "ascending"), ("quote", "ascending")]).slice(0, MOST_UNSURE)
    columns: list[list[Any]] = [rows[name].to_pylist() for name in ("quote", "first", "confidence")]
    return list(zip(*columns, strict=True))


def _words(workspace: Workspace, keys: Sequence[str], *, sees_personal: bool) -> Mapping[str, str]:
    """The words of those quotes that are still there."""
    book = open_book(workspace)
    there = (book.find(key) for key in dict.fromkeys(keys) if book.has(key))
    return {quote.quote: quote.words(sees_personal=sees_personal) for quote in there}
