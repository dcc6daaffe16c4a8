"""How are many texts laid out as a slow model would, when it reads only some of them?"""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from quarterdeck.feedback.themes.calc.features import lay_out
from quarterdeck.feedback.themes.calc.grouping import latent
from quarterdeck.feedback.themes.calc.matrices import Floats, unit
from quarterdeck.feedback.themes.calc.tagging import Encoder

MOST_READ, MOST_CHARACTERS = 1000, 40_000
BEGINNING = 250
"""So many characters of a text are read: what it is about is said at its beginning, and reading is slow."""
DIMENSIONS = 200
PENALTY = 0.3


def taught(teacher: Encoder, helper: Encoder) -> Encoder:
    """An encoder that learns the teacher's points of some texts, and foretells those of the others.

    Ridge regression from the words' latent dimensions and the points of a fast `helper`. Texts are chosen by
    their content, so that the order of texts changes nothing; the teacher's own points of these are kept.
    """

    def encode(texts: Sequence[str]) -> Floats:
        read = chosen(texts)
        told = teacher.encode([texts[row][:BEGINNING] for row in read])
        if len(read) == len(texts):
            found = np.empty_like(told)
            found[read] = told
            return found
        known = np.hstack([latent(lay_out(texts).vectors(slice(None)), DIMENSIONS), helper.encode(texts)])
        known -= known.mean(axis=0)
        middle = told.mean(axis=0)
        inner = known[read].T @ known[read] + PENALTY * np.eye(known.shape[1], dtype=np.float32)
        points = known @ np.linalg.solve(inner, known[read].T @ (told - middle)) + middle
        points[read] = told
        return unit(points.astype(np.float32))

    return Encoder(name=teacher.name, weight=teacher.weight, encode=encode)


def chosen(texts: Sequence[str]) -> NDArray[np.int64]:
    """The rows that the teacher reads: a thousand, or fewer where texts are long."""
    order = np.argsort([crc32(text.encode()) for text in texts], kind="stable")
    letters = np.cumsum([min(len(texts[row]), BEGINNING) for row in order])
    fit = int(np.searchsorted(letters, MOST_CHARACTERS, side="right"))
    return order[: min(fit, MOST_READ)].astype(np.int64)
