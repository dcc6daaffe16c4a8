"""Which tags fit each text, from what the taxonomy says, what people decided, and the texts themselves?"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import vstack

from quarterdeck.feedback.themes.calc.features import Space, lay_out
from quarterdeck.feedback.themes.calc.judging import (
    Known,
    centre_weights,
    evened,
    nearness_to_others,
    ridge_weights,
    shares,
)
from quarterdeck.feedback.themes.calc.matrices import Floats, Points, product, unit
from quarterdeck.feedback.themes.calc.spreading import neighbours, spread
from quarterdeck.feedback.themes.calc.texts import Example, TagWords

MOST_TOGETHER = 5000
"""So many texts listen to each other; of more, a sample does, and teaches what it heard to the others."""
ROWS_AT_ONCE = 50_000
KEPT_TAGS = 3

MOST_TRUST, TRUST_HALVES_AT = 0.8, 20  # texts tell less of each other's tags the more people have tagged
DESCRIPTION_COUNTS = 3.0  # it says more than one text that happened to be tagged, above all than a long one
FEW_TAGS = 4  # with fewer, the others say too little of what a text is not about
NEAREST = 10
SHARPNESS = 1.0
BETWEEN_WORDS = re.compile(r"[_\W]+|(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoder:
    """A model that lays out texts as points of length one; `weight` is its say beside the words'."""

    name: str
    weight: float
    encode: Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """The best tags of each text by place in the taxonomy, best first, and the share of each.

    `none` is the share of none of them, nought where there are tags enough to compete with each other.
    """

    place: NDArray[np.int32]
    share: Floats
    none: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """What is known before a text is read: texts, how much of each tag each is, and how much it counts.

    Where tags are `few`, the last column of `share` is none of them.
    """

    texts: tuple[str, ...]
    share: Floats
    counts: Floats
    labels_per_tag: float
    few: bool

    @property
    def tags(self) -> int:
        """How many tags there are."""
        return int(self.share.shape[1]) - self.few


def fit_tags(
    tags: Sequence[TagWords],
    examples: Sequence[Example],
    texts: Sequence[str],
    *,
    encoder: Encoder | None = None,
    most_together: int = MOST_TOGETHER,
) -> Fit:
    """The best tags of each text. Neither the order of the texts nor repeated ones change any.

    Two judges over the same features (ridge regression and the mean of each tag), and a third over the
    encoder's where there is one, are added up; then the texts listen to their nearest neighbours.
    """
    different = sorted(set(texts))
    lesson = read_lesson(tags, examples)
    space = lay_out([*lesson.texts, *different])
    listening = _listening(different, most_together)
    heard = _heard(space, lesson, [different[place] for place in listening], listening, encoder)
    if len(listening) == len(different):
        best = _best(heard, lesson.tags)
    else:
        best = _taught(space, lesson, listening, heard, len(different))
    at = {text: place for place, text in enumerate(different)}
    rows = np.fromiter((at[text] for text in texts), dtype=np.intp, count=len(texts))
    return Fit(place=best.place[rows], share=best.share[rows], none=best.none[rows])


def read_lesson(tags: Sequence[TagWords], examples: Sequence[Example]) -> Lesson:
    """Names, descriptions and examples as texts with tags; an example without tags tells what is none."""
    place = {tag.name: index for index, tag in enumerate(tags)}
    few = len(tags) < FEW_TAGS
    texts: list[str] = []
    counts: list[float] = []
    belongs: list[list[int]] = []
    for tag in tags:
        for text in (f"{plain_name(tag.name)}. {tag.description}", *tag.examples):
            texts.append(text)
            belongs.append([place[tag.name]])
        counts += [DESCRIPTION_COUNTS, *[1.0] * len(tag.examples)]
    told = len(texts)
    for example in examples:
        texts.append(example.text)
        belongs.append([place[name] for name in example.tags] or [len(tags)] * few)
    share = np.zeros((len(texts), len(tags) + few), dtype=np.float32)
    for row, columns in enumerate(belongs):
        share[row, columns] = 1
    labels = (told - len(tags) + sum(len(example.tags) for example in examples)) / len(tags)
    counts += [1.0] * len(examples)
    return Lesson(
        texts=tuple(texts),
        share=share,
        counts=np.array(counts, dtype=np.float32),
        labels_per_tag=labels,
        few=few,
    )


def plain_name(name: str) -> str:
    """A name as words.

    >>> plain_name("card_payment-feeCharged")
    'card payment fee Charged'
    """
    return " ".join(part for part in BETWEEN_WORDS.split(name) if part)


def _listening(different: Sequence[str], most: int) -> NDArray[np.intp]:
    """Which texts listen to each other: all, or those that their digests pick, whatever the order."""
    if len(different) <= most:
        return np.arange(len(different))
    digest = np.fromiter((crc32(text.encode()) for text in different), dtype=np.uint32, count=len(different))
    return np.sort(np.argsort(digest, kind="stable")[:most])


def _heard(
    space: Space, lesson: Lesson, texts: Sequence[str], rows: NDArray[np.intp], encoder: Encoder | None
) -> Floats:
    """The share of each tag in each text, after texts have listened to each other."""
    known = space.vectors(slice(0, len(lesson.texts)))
    own = rows + len(lesson.texts)
    words = space.vectors(own)
    points: Points = words
    silent = np.diff(words.indptr) == 0  # a text without words says nothing, whatever a model makes of it
    total = _judged(known, points, lesson)
    if encoder is not None and len(texts):
        both = _centred(encoder.encode([*lesson.texts, *texts]))
        points = both[len(lesson.texts) :]
        total += encoder.weight * _judged(both[: len(lesson.texts)], points, lesson)
    first = shares(evened(total), SHARPNESS)
    if len(texts) < 2:  # nobody to listen to
        return first
    trust = MOST_TRUST / (1 + lesson.labels_per_tag / TRUST_HALVES_AT)
    told = spread(first, neighbours(points, NEAREST), trust)
    told[silent] = 1 / told.shape[1]
    return told


def _judged(known: Points, points: Points, lesson: Lesson) -> Floats:
    """What two judges say of points, on one scale; a mean of few texts leans on what describes the tag.

    None of few tags is what the other texts have in common: what is no nearer to a tag is about that.
    """
    by_ridge = ridge_weights(Known(points=known, share=lesson.share))
    by_centre = centre_weights(Known(points=known, share=lesson.share * lesson.counts[:, None]))
    near = product(points, by_centre)
    if lesson.few:
        near[:, -1] = nearness_to_others(points)
    told: Floats = evened(product(points, by_ridge)) + evened(near)
    return told


def _centred(points: Floats) -> Floats:
    """Points about their middle, each of length one: what all texts have in common tells nothing."""
    return unit(points - points.mean(axis=0))


def _best(share: Floats, tags: int) -> Fit:
    of_tags = share[:, :tags]
    place = np.argsort(-of_tags, axis=1, kind="stable")[:, : min(KEPT_TAGS, tags)].astype(np.int32)
    return Fit(
        place=place, share=np.take_along_axis(of_tags, place, axis=1), none=share[:, tags:].sum(axis=1)
    )


def _taught(space: Space, lesson: Lesson, listened: NDArray[np.intp], heard: Floats, count: int) -> Fit:
    """The best tags of every text, from what the sample heard, by weights over words alone."""
    own = len(lesson.texts)
    points = vstack([space.vectors(slice(0, own)), space.vectors(listened + own)]).tocsr()
    weights = ridge_weights(Known(points=points, share=np.vstack([lesson.share, heard])))
    folded = space.folded(weights)
    even = 1 / lesson.share.shape[1]
    found = []
    for first in range(0, count, ROWS_AT_ONCE):
        told = space.scored(slice(own + first, min(own + first + ROWS_AT_ONCE, own + count)), folded)
        share = np.maximum(told + even, 0)
        found.append(_best(share / np.maximum(share.sum(axis=1, keepdims=True), 1e-9), lesson.tags))
    return Fit(
        place=np.concatenate([each.place for each in found]),
        share=np.concatenate([each.share for each in found]),
        none=np.concatenate([each.none for each in found]),
    )
