"""What would the tagger have said of texts whose tags people gave, had it not been told?"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from quarterdeck.feedback.themes.calc.tagging import Encoder, Fit, fit_tags
from quarterdeck.feedback.themes.calc.texts import Example, TagWords

FOLDS = 5
MOST_EXAMPLES = 4000
MOST_OTHERS = 1000  # texts without tags that listen too, as they do when it counts


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOut:
    """Examples, in the order in which they were asked, each with what was said of it unseen."""

    examples: tuple[Example, ...]
    fit: Fit


def hold_out(
    tags: Sequence[TagWords],
    examples: Sequence[Example],
    others: Sequence[str] = (),
    *,
    encoder: Encoder | None = None,
    folds: int = FOLDS,
) -> HeldOut:
    """Cross-validation: each example is tagged by what the others teach, beside texts that nobody tagged."""
    asked = _each_once(examples)
    fold = _folds(asked, folds)
    beside = nsmallest(MOST_OTHERS, set(others), key=_digest)
    kept = min(3, len(tags))
    place = np.zeros((len(asked), kept), dtype=np.int32)
    share = np.zeros((len(asked), kept), dtype=np.float32)
    none = np.zeros(len(asked), dtype=np.float32)
    for number in range(folds):
        rows = np.flatnonzero(fold == number)
        if not len(rows):
            continue
        known = [asked[row] for row in np.flatnonzero(fold != number)]
        unseen = [asked[row].text for row in rows]
        told = fit_tags(tags, known, [*unseen, *beside], encoder=encoder)
        place[rows], share[rows] = told.place[: len(rows)], told.share[: len(rows)]
        none[rows] = told.none[: len(rows)]
    return HeldOut(examples=tuple(asked), fit=Fit(place=place, share=share, none=none))


def _each_once(examples: Sequence[Example]) -> list[Example]:
    """Examples by the digest of their text, one for each text; only so many of many.

    Those of which people said that no tag fits are among them: a tag that is given to them is wrong.
    """
    tagged = {example.text: example for example in examples}
    return [tagged[text] for text in sorted(tagged, key=_digest)][:MOST_EXAMPLES]


def _folds(asked: Sequence[Example], folds: int) -> NDArray[np.int64]:
    """In which fold each example is; the examples of a tag are spread evenly."""
    # Tags begin at different folds, or the first fold would hold one example of each rare tag.
    following: dict[str, int] = {}
    fold = np.zeros(len(asked), dtype=np.int64)
    for row, example in enumerate(asked):
        first = example.tags[0] if example.tags else ""
        fold[row] = following.setdefault(first, len(following)) % folds
        following[first] += 1
    return fold


def _digest(text: str) -> tuple[int, str]:
    return crc32(text.encode()), text
