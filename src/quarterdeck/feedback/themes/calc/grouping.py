"""Which texts speak of the same thing, though nobody has named it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from quarterdeck.feedback.themes.calc.communities import communities, nearest_of
from quarterdeck.feedback.themes.calc.features import lay_out
from quarterdeck.feedback.themes.calc.matrices import Floats, Sparse, product, sparse, unit
from quarterdeck.feedback.themes.calc.spreading import scaled_graph
from quarterdeck.feedback.themes.calc.tagging import Encoder

MOST_TOGETHER = 20_000
DIMENSIONS, SPARE_DIMENSIONS, STEPS = 200, 10, 2
NEAREST = 15
ROWS_AT_ONCE = 1000
FEWEST = 2
"""A theme of one text is none."""
NO_GROUP = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Groups:
    """The group of each text, or NO_GROUP, and how near the text is to the middle of its group."""

    group: NDArray[np.int64]
    nearness: Floats


def group_texts(texts: Sequence[str], *, resolution: float, encoder: Encoder | None = None) -> Groups:
    """Groups of texts, numbered from the greatest; the order of the texts changes nothing.

    A graph of nearest neighbours over latent dimensions of words (Deerwester and others, 1990) and the
    encoder's points, cut into communities. Of very many texts a sample makes the groups, and the others go to
    the nearest.
    """
    different = sorted({text for text in texts if text.strip()})
    if not different:
        none = len(texts)
        return Groups(group=np.full(none, NO_GROUP), nearness=np.zeros(none, dtype=np.float32))
    asked = _sampled(different)
    points = _points(different, encoder)
    # Repeated texts are one node: how often something is said must not decide what it is about.
    found = communities(_graph(points[asked]), resolution)
    middle = _middles(points[asked], found)
    group, nearness = _nearest_middle(points, middle)
    group[asked] = found
    nearness[asked] = np.einsum("ij,ij->i", points[asked], middle[found])
    at = {text: place for place, text in enumerate(different)}
    rows = np.array([at.get(text, NO_GROUP) for text in texts], dtype=np.int64)
    own = np.where(rows >= 0, group[rows], NO_GROUP)
    return Groups(group=_by_size(own), nearness=np.where(rows >= 0, nearness[rows], 0).astype(np.float32))


def _sampled(different: Sequence[str]) -> NDArray[np.int64]:
    if len(different) <= MOST_TOGETHER:
        return np.arange(len(different))
    digest = np.array([crc32(text.encode()) for text in different])
    return np.sort(np.argsort(digest, kind="stable")[:MOST_TOGETHER])


def _points(texts: Sequence[str], encoder: Encoder | None) -> Floats:
    """Latent dimensions of the words beside the encoder's, each about its middle."""
    words = lay_out(texts).vectors(slice(None))
    parts = [latent(words, DIMENSIONS)]
    if encoder is not None:
        told = encoder.encode(texts)
        parts = [parts[0] / encoder.weight, unit(told - told.mean(axis=0))] if len(texts) > 1 else [told]
    return unit(np.hstack(parts).astype(np.float32))


def latent(words: Sparse, dimensions: int) -> Floats:
    """Rows of words in so many latent dimensions about their middle, at length one; few rows as they are.

    By subspace iteration from a random start (Halko, Martinsson and Tropp, 2011) on the side of the texts,
    who are fewer than their words: whatever is made orthogonal is small.
    """
    from threadpoolctl import threadpool_limits  # slow import

    most = min(dimensions, min(words.shape) - 1)
    if most < 1:
        return product(words, np.eye(words.shape[1]))
    turned = words.T.tocsr()
    chance = np.random.default_rng(0)
    # Threads that wait for each other in a loop cost five times the work of so few columns.
    with threadpool_limits(1):
        wide = min(most + SPARE_DIMENSIONS, *words.shape)
        basis = chance.standard_normal((words.shape[0], wide), dtype=np.float32)
        for _ in range(STEPS):
            basis = np.linalg.qr(product(words, product(turned, basis)))[0]
        inside = product(turned, basis)
        squares, turn = np.linalg.eigh((inside.T @ inside).astype(np.float64))
    strength = np.sqrt(np.maximum(squares, 0))
    points = basis @ (turn * strength)[:, -most:]
    return unit((points - points.mean(axis=0)).astype(np.float32))


def _graph(points: Floats) -> Sparse:
    count = len(points)
    nearest = min(NEAREST, count - 1)
    if nearest < 1:
        none = np.zeros(0, dtype=np.int64)
        return sparse(none, none, none, (count, count))
    place = np.zeros((count, nearest), dtype=np.int64)
    value = np.zeros((count, nearest), dtype=np.float32)
    for first in range(0, count, ROWS_AT_ONCE):
        rows = slice(first, first + ROWS_AT_ONCE)
        nearest_of(points[rows] @ points.T, first, place[rows], value[rows])
    return scaled_graph(place, np.maximum(value, 0))


def _middles(points: Floats, group: NDArray[np.int64]) -> Floats:
    count = int(group.max()) + 1
    belongs = sparse(np.ones(len(group)), group, np.arange(len(group)), (count, len(group)))
    return unit(product(belongs, points))


def _nearest_middle(points: Floats, middle: Floats) -> tuple[NDArray[np.int64], Floats]:
    group = np.zeros(len(points), dtype=np.int64)
    nearness = np.zeros(len(points), dtype=np.float32)
    for first in range(0, len(points), ROWS_AT_ONCE):
        rows = slice(first, first + ROWS_AT_ONCE)
        near = points[rows] @ middle.T
        group[rows] = near.argmax(axis=1)
        nearness[rows] = near.max(axis=1)
    return group, nearness


def _by_size(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Groups numbered from the greatest; those that are too small are none."""
    size = np.bincount(group[group >= 0], minlength=1)
    order = np.argsort(-size, kind="stable")
    number = np.full(len(size), NO_GROUP, dtype=np.int64)
    kept = order[size[order] >= FEWEST]
    number[kept] = np.arange(len(kept))
    return np.where(group >= 0, number[group], NO_GROUP)
