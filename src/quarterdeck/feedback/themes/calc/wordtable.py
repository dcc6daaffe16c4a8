"""Where does a text stand, going by what its words mean?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quarterdeck.feedback.themes.calc.matrices import Floats, product, sparse, unit
from quarterdeck.feedback.themes.calc.wordpieces import WordPieces
from quarterdeck.feedback.themes.calc.words import WORD


class WordTable:
    """A point for each piece of a word; a text is the sum of its pieces, each counted 1 + ln(n) times."""

    def __init__(self, pieces: WordPieces, points: Floats) -> None:
        self._pieces = pieces
        self._points = points

    def encode(self, texts: Sequence[str]) -> Floats:
        """One point of length one for each text; nought where no word is known."""
        text: list[int] = []
        piece: list[int] = []
        for index, each in enumerate(texts):
            before = len(piece)
            for word in WORD.findall(each.lower()):
                piece += self._pieces.of_word(word)
            text += [index] * (len(piece) - before)
        size = (len(texts), len(self._points))
        counts = sparse(np.ones(len(piece)), np.array(text, dtype=np.int64), np.array(piece, np.int64), size)
        counts.data = 1 + np.log(counts.data)
        return unit(product(counts, self._points))


def written_out(place: NDArray[np.int32], scale: Floats, points: NDArray[np.int8], pieces: int) -> Floats:
    """Points of some pieces, kept in whole numbers with a scale each, as points of all; others are nought."""
    whole = np.zeros((pieces, points.shape[1]), dtype=np.float32)
    whole[place] = points * scale[:, None]
    return whole
