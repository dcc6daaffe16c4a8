"""How are texts laid beside each other: by their words, their pairs of words, and what words are made of?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import hstack

from quarterdeck.feedback.themes.calc.matrices import (
    Floats,
    Sparse,
    column_scaled,
    product,
    row_scaled,
    sparse,
    sparse_product,
    squared_lengths,
)
from quarterdeck.feedback.themes.calc.words import Tokens, read_tokens

SHORTEST_PART, LONGEST_PART = 3, 5
OFTEN_ENOUGH = 2  # a pair or a part in one text only joins it to no other
SHARE_WORDS, SHARE_PARTS = 0.5, 0.5
MOST_COUNTED = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One kind of feature: `counts` of each text, `inside` where features are made of others, and lengths.

    A text's vector is counts @ inside, divided by its length and weighted so that all kinds together have
    length one. Nothing is multiplied out before it is needed.
    """

    counts: Sparse
    inside: Sparse | None

    @property
    def vectors(self) -> Sparse:
        """One row a text."""
        return self.counts if self.inside is None else sparse_product(self.counts, self.inside)

    @property
    def features(self) -> int:
        """How many features the vectors have."""
        return int(self.counts.shape[1] if self.inside is None else self.inside.shape[1])

    def folded(self, weights: Floats) -> Floats:
        """Weights of features as weights of counts, so that scoring a text touches its words alone."""
        return weights if self.inside is None else product(self.inside, weights)


@dataclass(frozen=True, kw_only=True, slots=True)
class Space:
    """Texts as points: near each other where they share rare words, pairs of words, and parts of words."""

    blocks: tuple[Block, ...]

    def vectors(self, rows: slice | NDArray[np.intp]) -> Sparse:
        """The points of some texts, each about of length one; nought where a text has no words."""
        return _beside(
            *(Block(counts=block.counts[rows], inside=block.inside).vectors for block in self.blocks)
        )

    def folded(self, weights: Floats) -> tuple[Floats, ...]:
        """Weights, one row a feature and one column a tag, made ready for `scored`."""
        ends = np.cumsum([block.features for block in self.blocks])
        parts = np.split(weights, ends[:-1])
        return tuple(block.folded(part) for block, part in zip(self.blocks, parts, strict=True))

    def scored(self, rows: slice | NDArray[np.intp], folded: tuple[Floats, ...]) -> Floats:
        """What some texts score under weights: one row a text, one column a tag."""
        told = [product(block.counts[rows], part) for block, part in zip(self.blocks, folded, strict=True)]
        made: Floats = np.sum(told, axis=0, dtype=np.float32)
        return made


def lay_out(texts: Sequence[str]) -> Space:
    """TF-IDF over stems and pairs of stems, and over the parts of each word, learnt from these very texts.

    A word counts 1 + ln(n) times (Buckley, 1985), and the rarer it is among the texts the more. The parts
    are the 3 to 5 letters of words with their ends (as in fastText; Bojanowski and others, 2017): they join
    "refunded" to "refunds", and what is misspelt to what was meant.
    """
    tokens = read_tokens(texts)
    words = _counted(tokens.text, tokens.word, len(texts), len(tokens.vocabulary))
    pairs = _pairs(tokens, len(texts))
    told = _beside(_rarer(words), _rarer(pairs))
    parts = _parts(tokens.vocabulary)
    return Space(
        blocks=(
            Block(counts=_scaled(told, squared_lengths(told), SHARE_WORDS), inside=None),
            _part_block(words, parts),
        )
    )


def _counted(text: NDArray[np.int32], feature: NDArray[np.int32], texts: int, features: int) -> Sparse:
    counts = sparse(np.ones(len(feature)), text, feature, (texts, features))
    counts.data = 1 + np.log(counts.data)
    return counts


def _pairs(tokens: Tokens, texts: int) -> Sparse:
    """Words beside each other in a text, where more than one text has them."""
    text = tokens.text
    beside = text[1:] == text[:-1]
    key = (tokens.word[:-1].astype(np.int64) * len(tokens.vocabulary) + tokens.word[1:])[beside]
    known, place = np.unique(key, return_inverse=True)
    pairs = _counted(text[1:][beside], place.astype(np.int32), texts, len(known))
    often = np.flatnonzero(np.bincount(pairs.indices, minlength=len(known)) >= OFTEN_ENOUGH)
    return pairs[:, often]


def _rarer(counts: Sparse) -> Sparse:
    """Counts weighted by ln((1 + N) / (1 + n)) + 1, where n of N texts have the feature."""
    return column_scaled(counts, _rarity(counts))


def _rarity(counts: Sparse) -> Floats:
    texts, features = counts.shape
    having = np.bincount(counts.indices, minlength=features)
    return (np.log((1 + texts) / (1 + having)) + 1).astype(np.float32)


def _parts(vocabulary: Sequence[str]) -> Sparse:
    """Which parts each word is made of, one row a word."""
    place: dict[str, int] = {}
    words: list[int] = []
    found: list[int] = []
    for index, word in enumerate(vocabulary):
        ended = f" {word} "
        for length in range(SHORTEST_PART, LONGEST_PART + 1):
            cut = [ended[at : at + length] for at in range(max(1, len(ended) - length + 1))]
            found += [place.setdefault(part, len(place)) for part in cut]
            words += [index] * len(cut)
    size = (len(vocabulary), len(place))
    return sparse(np.ones(len(found)), np.array(words, dtype=np.int64), np.array(found, dtype=np.int64), size)


def _part_block(words: Sparse, parts: Sparse) -> Block:
    # Of very many texts a part of them tells well enough how rare something is.
    step = -(-words.shape[0] // MOST_COUNTED)
    counted = words[::step]
    having = np.bincount(sparse_product(counted, parts).indices, minlength=parts.shape[1])
    often = np.flatnonzero(having >= OFTEN_ENOUGH)
    rarity = np.log((1 + counted.shape[0]) / (1 + having[often])) + 1
    inside = column_scaled(parts[:, often], rarity)
    # The length of a sum of words is taken as if no two words shared a part: exact enough, and quick.
    squares = product(words.power(2), squared_lengths(inside)[:, None]).ravel()
    return Block(counts=_scaled(words, squares, SHARE_PARTS), inside=inside)


def _scaled(rows: Sparse, squares: Floats, share: float) -> Sparse:
    return row_scaled(rows, np.sqrt(share / np.where(squares > 0, squares, 1)))


def _beside(*blocks: Sparse) -> Sparse:
    made: Sparse = hstack(blocks).tocsr()
    return made
