"""Which theme of today is which theme of before?"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from math import sqrt

import numpy as np

SAME_FROM = 0.3
"""So much of two themes is shared, at least, where one goes on as the other."""
PART_FROM = 0.5
"""So much of a theme comes from another, at least, where it is a part of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """A theme as it is compared: the ids of its texts, and its words with their weights."""

    key: str
    items: Set[str]
    words: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Which earlier theme each new one is, in order; what split off from what, and what went up in what."""

    same: tuple[str | None, ...]
    split_from: Mapping[int, str]
    merged_into: Mapping[str, int]


def match_themes(before: Sequence[Theme], now: Sequence[Theme]) -> Match:
    """Pair themes so that they share most in all (Kuhn, 1955, the Hungarian method)."""
    from scipy.optimize import linear_sum_assignment  # slow import

    shared = np.array([[_shared(old, new) for new in now] for old in before]).reshape(len(before), len(now))
    rows, columns = linear_sum_assignment(-shared)
    same: list[str | None] = [None] * len(now)
    paired = set()
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if shared[row, column] >= SAME_FROM:
            same[column] = before[row].key
            paired.add(row)
    split = {
        column: old.key
        for column, new in enumerate(now)
        if same[column] is None and (old := _source(new, before)) is not None
    }
    merged = {
        old.key: into
        for row, old in enumerate(before)
        if row not in paired and (into := _target(old, now)) is not None
    }
    return Match(same=tuple(same), split_from=split, merged_into=merged)


def _shared(old: Theme, new: Theme) -> float:
    """The share of texts in both; where no text is in both, how alike the words are."""
    both = len(old.items & new.items)
    if both:
        return both / len(old.items | new.items)
    meeting = sum(weight * new.words.get(word, 0.0) for word, weight in old.words.items())
    length = sqrt(sum(w * w for w in old.words.values()) * sum(w * w for w in new.words.values()))
    return meeting / length if length else 0.0


def _source(new: Theme, before: Sequence[Theme]) -> Theme | None:
    best = max(before, key=lambda old: len(old.items & new.items), default=None)
    known = len(new.items & frozenset().union(*(old.items for old in before)))
    return best if best and known and len(best.items & new.items) / known >= PART_FROM else None


def _target(old: Theme, now: Sequence[Theme]) -> int | None:
    inside = [len(old.items & new.items) for new in now]
    still = sum(inside)
    best = int(np.argmax(inside)) if inside else 0
    return best if still and inside[best] / still >= PART_FROM else None
