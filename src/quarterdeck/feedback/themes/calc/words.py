"""Which words stand in a text, once endings are taken off?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"[^\W\d_]+|\d+")
APOSTROPHES = str.maketrans({"'": None, "’": None})
VOWEL = re.compile("[aeiouy]")
SHORTEST = 3
PLURALS = (("sses", "ss"), ("ies", "y"))
ENDINGS = ("ingly", "edly", "ing", "ed", "ly")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """The words of texts, in a row; text i begins at start[i], and `word` places each in `vocabulary`."""

    vocabulary: Sequence[str]
    word: NDArray[np.int32]
    start: NDArray[np.int64]

    @property
    def text(self) -> NDArray[np.int32]:
        """In which text each word stands."""
        return np.repeat(np.arange(len(self.start) - 1, dtype=np.int32), np.diff(self.start))


def read_tokens(texts: Sequence[str]) -> Tokens:
    """The stemmed words of every text; punctuation and case are gone, figures stay."""
    place = _Places()
    found: list[int] = []
    start = np.zeros(len(texts) + 1, dtype=np.int64)
    find, placed = WORD.findall, place.__getitem__
    for index, text in enumerate(texts):
        found += map(placed, find(text.lower().translate(APOSTROPHES)))
        start[index + 1] = len(found)
    stems: dict[str, int] = {}
    stem_of = np.array([stems.setdefault(stem(word), len(stems)) for word in place], dtype=np.int32)
    written = np.array(found, dtype=np.int64)
    word = stem_of[written] if len(written) else written.astype(np.int32)
    return Tokens(vocabulary=tuple(stems), word=word, start=start)


class _Places(dict[str, int]):
    """Numbers words as they are met; most are known, and then no line of Python runs."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return self[word]


def stem(word: str) -> str:
    """An English word without its commonest endings: light, so that few words are thrown together.

    After the S-stemmer (Harman, 1991) and step 1 of Porter (1980).

    >>> [stem(word) for word in ("cards", "charged", "charging", "charge", "address", "fees", "moneys")]
    ['card', 'charg', 'charg', 'charg', 'address', 'fe', 'money']
    """
    if len(word) <= SHORTEST:
        return word
    for ending, instead in PLURALS:
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    word = _without_ending(word)
    return word[:-1] if word.endswith("e") and len(word) > SHORTEST else word


def _without_ending(word: str) -> str:
    for ending in ENDINGS:
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= SHORTEST and VOWEL.search(rest):
            doubled = len(rest) > SHORTEST and rest[-1] == rest[-2] and rest[-1] not in "lsz"
            return rest[:-1] if doubled else rest
    return word
