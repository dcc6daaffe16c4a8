"""Which nodes of a graph belong together?"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from quarterdeck.feedback.themes.calc.matrices import Sparse, sparse

Loop = TypeVar("Loop", bound=Callable[..., object])
Places = NDArray[np.int64]

MOST_ROUNDS = 30
MOST_SWEEPS = 30
ENOUGH = 1e-9


def kernel(loop: Loop) -> Loop:
    """A loop as machine code that lets other threads go on."""
    return cast("Loop", numba.njit(nogil=True, cache=True)(loop))


def part(loop: Loop) -> Loop:
    """A piece of a kernel that is written into its caller."""
    return cast("Loop", numba.njit(nogil=True, inline="always")(loop))


def communities(graph: Sparse, resolution: float) -> Places:
    """The community of each node: modularity with a resolution, made greater until no move helps.

    Louvain's method (Blondel and others, 2008) with two steps of Leiden's (Traag and others, 2019): each
    community is parted where it does not hang together, and only those beside a moved node are asked again.
    """
    group = np.arange(graph.shape[0], dtype=np.int64)
    level: Sparse = graph
    for _ in range(MOST_ROUNDS):
        start, beside, weight = _rows(level)
        moved = move_nodes(start, beside, weight, resolution)
        parted = part_groups(start, beside, moved)
        found, small = np.unique(parted, return_inverse=True)
        if len(found) == level.shape[0]:
            break
        group = small[group]
        level = _merged(level, small, len(found))
    return group


def _rows(graph: Sparse) -> tuple[Places, Places, NDArray[np.float64]]:
    return graph.indptr.astype(np.int64), graph.indices.astype(np.int64), graph.data.astype(np.float64)


def _merged(graph: Sparse, group: Places, count: int) -> Sparse:
    every: Any = graph.tocoo()
    row, column = every.coords
    return sparse(every.data, group[row], group[column], (count, count))


@part
def gather(
    node: int,
    start: Places,
    beside: Places,
    weight: NDArray[np.float64],
    group: Places,
    linked: NDArray[np.float64],
    touched: Places,
) -> int:
    """Add up in `linked` how strongly a node hangs on each group beside it; how many groups were touched."""
    count = 0
    for at in range(start[node], start[node + 1]):
        other = beside[at]
        if other != node:
            there = group[other]
            if linked[there] == 0.0:
                touched[count] = there
                count += 1
            linked[there] += weight[at]
    return count


@part
def best_of(
    here: int,
    count: int,
    pull: float,
    linked: NDArray[np.float64],
    held: NDArray[np.float64],
    touched: Places,
) -> int:
    """The group of the touched ones where a node gains most; its own unless another is better."""
    best, most = here, linked[here] - pull * held[here]
    for index in range(count):
        there = touched[index]
        gain = linked[there] - pull * held[there]
        if gain > most + ENOUGH:
            best, most = there, gain
    for index in range(count):
        linked[touched[index]] = 0.0
    return best


@kernel
def move_nodes(start: Places, beside: Places, weight: NDArray[np.float64], resolution: float) -> Places:
    """Move each node to the group of neighbours where it gains most; ask again whoever stood beside it."""
    count = len(start) - 1
    group = np.arange(count)
    degree = np.zeros(count)
    for node in range(count):
        degree[node] = weight[start[node] : start[node + 1]].sum()
    total = max(degree.sum(), ENOUGH)
    held, linked = degree.copy(), np.zeros(count)
    touched = np.empty(count, dtype=np.int64)
    waiting, queued = np.arange(count), np.ones(count, dtype=np.bool_)
    first, length, asked = 0, count, 0
    while length > 0 and asked < count * MOST_SWEEPS:
        node = waiting[first]
        first, length, asked = (first + 1) % count, length - 1, asked + 1
        queued[node] = False
        here = group[node]
        found = gather(node, start, beside, weight, group, linked, touched)
        held[here] -= degree[node]
        best = best_of(here, found, resolution * degree[node] / total, linked, held, touched)
        held[best] += degree[node]
        if best == here:
            continue
        group[node] = best
        for at in range(start[node], start[node + 1]):
            other = beside[at]
            if group[other] != best and not queued[other]:
                queued[other] = True
                waiting[(first + length) % count] = other
                length += 1
    return group


@kernel
def part_groups(start: Places, beside: Places, group: Places) -> Places:
    """Groups parted into pieces that hang together."""
    count = len(group)
    piece = np.full(count, -1)
    waiting = np.empty(count, dtype=np.int64)
    pieces = 0
    for node in range(count):
        if piece[node] >= 0:
            continue
        piece[node] = pieces
        waiting[0] = node
        length = 1
        while length > 0:
            length -= 1
            here = waiting[length]
            for at in range(start[here], start[here + 1]):
                other = beside[at]
                if piece[other] < 0 and group[other] == group[here]:
                    piece[other] = pieces
                    waiting[length] = other
                    length += 1
        pieces += 1
    return piece


@kernel
def nearest_of(likeness: NDArray[np.float32], first: int, place: Places, value: NDArray[np.float32]) -> None:
    """The places and values of the greatest numbers of each row, but for the one of the row itself."""
    most = place.shape[1]
    for row in range(likeness.shape[0]):
        least = np.float32(-2)
        value[row, :] = least
        for column in range(likeness.shape[1]):
            near = likeness[row, column]
            if near <= least or column == first + row:
                continue
            at = most - 1
            while at > 0 and value[row, at - 1] < near:
                value[row, at] = value[row, at - 1]
                place[row, at] = place[row, at - 1]
                at -= 1
            value[row, at] = near
            place[row, at] = column
            least = value[row, most - 1]
