"""Which texts say the same as one before them, to the letter or nearly?

Exact: the same normal form. Near: MinHash signatures (Broder 1997) of the shingles of four letters, banded so
that texts whose shingles agree to `threshold` (Jaccard 1901) are likely to meet, and then compared truly.
A text is folded into the first it is like; what is folded into one another is never itself a first, so each
one is like its first, and texts that come later change nothing about those before them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

THRESHOLD = 0.6
_SHINGLE = 4
_BANDS, _ROWS = 25, 4
_SEED = 20261117
_AT_ONCE = 20_000
# The estimate from 100 hashes is off by .05, seldom by more than three times that.
_SLACK = 0.15

_SEPARATORS = re.compile(r"[\W_]+")
_WORDS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], np.uint64)

Hashes = NDArray[np.uint64]
Signatures = NDArray[np.uint32]
Places = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fold:
    """Into which text, by its place, another is folded, how, and how alike their shingles are."""

    first: int
    kind: Literal["exact", "near"]
    similarity: float


def normal_form(text: str) -> str:
    """A text without case, marks and the ways to write a letter; of marks alone the text itself.

    >>> normal_form("  The  INVITE, spins! ") == normal_form("the invite spins"), normal_form("👍")
    (True, '👍')
    """
    folded = text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return _SEPARATORS.sub(" ", folded).strip() or "".join(folded.split())


def shingles(form: str) -> frozenset[str]:
    """The runs of four letters of a normal form; one that is shorter is its own."""
    return frozenset(form[at : at + _SHINGLE] for at in range(max(1, len(form) - _SHINGLE + 1)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Which share of all shingles both have.

    >>> jaccard(frozenset("abc"), frozenset("bcd"))
    0.5
    """
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def fold(
    texts: Sequence[str], scopes: Sequence[str] | None = None, *, threshold: float = THRESHOLD
) -> list[Fold | None]:
    """For each text into which before it it is folded, if any; only texts of one scope are folded."""
    forms = [normal_form(text) for text in texts]
    kept, exact = _exact(forms, scopes)
    found: list[Fold | None] = [
        None if first is None else Fold(first=first, kind="exact", similarity=1.0) for first in exact
    ]
    owned = None if scopes is None else [scopes[place] for place in kept]
    near = _near([forms[place] for place in kept], owned, threshold)
    for place, folded in zip(kept, near, strict=True):
        if folded is not None:
            first, similarity = folded
            found[place] = Fold(first=kept[first], kind="near", similarity=similarity)
    for place, each in enumerate(found):
        if each is not None and each.kind == "exact" and (further := found[each.first]) is not None:
            found[place] = Fold(first=further.first, kind="near", similarity=further.similarity)
    return found


def _exact(forms: Sequence[str], scopes: Sequence[str] | None) -> tuple[list[int], list[int | None]]:
    """The places of texts that are not exactly one before them, and for all others that one."""
    seen: dict[str | tuple[str, str], int] = {}
    kept: list[int] = []
    firsts: list[int | None] = []
    for place, form in enumerate(forms):
        first = seen.setdefault(form if scopes is None else (scopes[place], form), place)
        if first == place:
            kept.append(place)
        firsts.append(None if first == place else first)
    return kept, firsts


def _near(
    forms: Sequence[str], scopes: Sequence[str] | None, threshold: float
) -> list[tuple[int, float] | None]:
    """The same among texts that all differ."""
    folded: list[tuple[int, float] | None] = [None] * len(forms)
    if len(forms) < 2:
        return folded
    signatures = np.concatenate([*_signatures(forms)])
    later, earlier = _candidates(signatures, _numbered(scopes), threshold)
    begins = np.flatnonzero(np.diff(later, prepend=-1))
    ends = np.append(begins[1:], len(later))[: len(begins)]
    known: dict[int, frozenset[str]] = {}
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        place = int(later[begin])
        firsts = {_first(folded, int(other)) for other in earlier[begin:end]}
        own = shingles(forms[place])
        best = max(
            ((jaccard(own, _shingles_at(forms, first, known)), -first) for first in firsts), default=(0.0, 0)
        )
        if best[0] >= threshold:
            folded[place] = (-best[1], best[0])
    return folded


def _first(folded: Sequence[tuple[int, float] | None], place: int) -> int:
    found = folded[place]
    return place if found is None else found[0]


def _shingles_at(forms: Sequence[str], place: int, known: dict[int, frozenset[str]]) -> frozenset[str]:
    """Those of a first, which is asked for again and again; forgotten where too many are known."""
    if place not in known:
        if len(known) > _AT_ONCE:
            known.clear()
        known[place] = shingles(forms[place])
    return known[place]


def _numbered(scopes: Sequence[str] | None) -> Hashes | None:
    if scopes is None:
        return None
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(scope, len(numbers)) for scope in scopes], np.uint64)


def _signatures(forms: Sequence[str]) -> Iterator[Signatures]:
    """The MinHash signature of each form, some thousand at once."""
    from rensa import RMinHash  # slow import

    for begin in range(0, len(forms), _AT_ONCE):
        hashes, offsets = _hashed(forms[begin : begin + _AT_ONCE])
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, _BANDS * _ROWS, _SEED)
        yield np.array(matrix.to_rows(), np.uint32)


def _hashed(forms: Sequence[str]) -> tuple[Hashes, Places]:
    """The hashes of all shingles one after the other, and where those of each form begin."""
    # Filled up, so that the shortest has one shingle, too.
    filled = [form if len(form) >= _SHINGLE else form.ljust(_SHINGLE, "\0") for form in forms]
    letters = np.frombuffer("".join(filled).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    lengths = np.array([len(form) for form in filled], np.int64)
    ends = np.cumsum(lengths)
    mixed = np.zeros(len(letters) - _SHINGLE + 1, np.uint64)
    for place, factor in enumerate(_WORDS.tolist()):
        mixed += letters[place : len(letters) - _SHINGLE + 1 + place] * np.uint64(factor)
        mixed ^= mixed >> np.uint64(29)
    inside = np.ones(len(letters), bool)
    for back in range(1, _SHINGLE):
        inside[ends - back] = False
    offsets = np.concatenate(([0], np.cumsum(lengths - _SHINGLE + 1)))
    return mixed[inside[: len(mixed)]], offsets


def _candidates(signatures: Signatures, scopes: Hashes | None, threshold: float) -> tuple[Places, Places]:
    """Pairs that may be alike, later and earlier, each once, by the later.

    In each band those that meet are paired with the first of them and with the one before.
    """
    pairs: list[Hashes] = []
    for band in range(_BANDS):
        key = _band(signatures[:, band * _ROWS : (band + 1) * _ROWS], scopes)
        order = np.argsort(key, kind="stable")
        met = key[order]
        new = np.concatenate(([True], met[1:] != met[:-1]))
        begins = np.maximum.accumulate(np.where(new, np.arange(len(met)), 0))
        joins = np.flatnonzero(~new)
        for others in (order[begins[joins]], order[joins - 1]):
            later, earlier = order[joins], others
            close = _estimated(signatures, later, earlier) >= threshold - _SLACK
            if scopes is not None:
                close &= scopes[later] == scopes[earlier]
            pairs.append((later[close].astype(np.uint64) << np.uint64(32)) | earlier[close].astype(np.uint64))
    whole = np.unique(np.concatenate(pairs))
    return (whole >> np.uint64(32)).astype(np.int64), (whole & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _band(part: Signatures, scopes: Hashes | None) -> Hashes:
    key = np.zeros(len(part), np.uint64) if scopes is None else scopes * np.uint64(int(_WORDS[3]))
    for row in range(_ROWS):
        key = (key ^ part[:, row].astype(np.uint64)) * np.uint64(int(_WORDS[row]))
        key ^= key >> np.uint64(31)
    return key


def _estimated(signatures: Signatures, later: Places, earlier: Places) -> NDArray[np.float64]:
    """The share of hashes that agree, some thousand pairs at once."""
    found = np.empty(len(later), np.float64)
    for begin in range(0, len(later), _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        found[part] = (signatures[later[part]] == signatures[earlier[part]]).mean(axis=1)
    return found
