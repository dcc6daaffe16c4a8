"""What do texts nobody tagged say of each other's tags?"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from quarterdeck.feedback.themes.calc.matrices import (
    Floats,
    Points,
    Sparse,
    column_scaled,
    product,
    row_scaled,
    sparse,
)

STEPS = 15
ROWS_AT_ONCE = 1000


def neighbours(points: Points, nearest: int) -> Sparse:
    """How near each text is to its nearest ones: a graph both ways, scaled so that no hub rules it.

    The scaling is D^-1/2 W D^-1/2 (Zhou and others, 2004).
    """
    count = points.shape[0]
    nearest = min(nearest, count - 1)
    if nearest < 1:
        none = np.zeros(0, dtype=np.int64)
        return sparse(none, none, none, (count, count))
    turned: Any = points.T
    turned = turned if isinstance(points, np.ndarray) else turned.tocsr()
    places, values = [], []
    for first in range(0, count, ROWS_AT_ONCE):
        beside = product(points[first : first + ROWS_AT_ONCE], turned)
        beside[np.arange(len(beside)), np.arange(first, first + len(beside))] = -1
        place = np.argpartition(-beside, nearest - 1, axis=1)[:, :nearest]
        places.append(place)
        values.append(np.maximum(np.take_along_axis(beside, place, axis=1), 0))
    return scaled_graph(np.concatenate(places), np.concatenate(values))


def scaled_graph(places: NDArray[Any], values: NDArray[Any]) -> Sparse:
    """The graph of nodes beside those at `places`, both ways and scaled by both ends' degrees."""
    count, nearest = places.shape
    column, value = places.ravel(), values.ravel()
    row = np.repeat(np.arange(count), nearest)
    one_way = sparse(value, row, column, (count, count))
    both = one_way.maximum(one_way.T).tocsr()
    both.eliminate_zeros()
    scale = 1 / np.sqrt(np.maximum(np.asarray(both.sum(axis=1)), 1e-9))
    return column_scaled(row_scaled(both, scale), scale)


def spread(shares: Floats, graph: Sparse, trust: float) -> Floats:
    """Shares of tags after each text has listened to its neighbours, `trust` much, over and over.

    Local and global consistency (Zhou and others, 2004), stopped after a few steps.
    """
    told = shares
    for _ in range(STEPS):
        told = trust * product(graph, told) + (1 - trust) * shares
    whole: Floats = told / np.maximum(told.sum(axis=1, keepdims=True), 1e-9)
    return whole
