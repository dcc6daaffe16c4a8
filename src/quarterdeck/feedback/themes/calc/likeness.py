"""Which of many things is a text about, where each thing is told by a few texts?

A hint for people, not a verdict: two wishes in like words may be two wishes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from quarterdeck.feedback.themes.calc.features import lay_out
from quarterdeck.feedback.themes.calc.judging import evened, shares
from quarterdeck.feedback.themes.calc.matrices import Floats, Sparse, product, unit
from quarterdeck.feedback.themes.calc.spreading import neighbours, spread
from quarterdeck.feedback.themes.calc.tagging import Encoder

MOST_COMPARED = 200
NEAREST = 10
SHARPNESS, TRUST = 1.5, 0.8
MORE_SAY = 1.5  # with a few texts a thing what words mean tells more than how they are spelled


def likeness(
    asked: Sequence[str],
    told: Sequence[str],
    thing: NDArray[np.intp],
    *,
    beside: Sequence[str] = (),
    encoder: Encoder | None = None,
) -> Floats:
    """How much each asked text is about each thing, (a, things), each row adding up to one or less.

    `told[i]` is a text about thing `thing[i]`. Of very many things those are compared whose texts come
    nearest; the others get nought. The texts `beside` belong to nothing and listen: what an asked text does
    not share with a thing, it may share with what is near to both (Zhou and others, 2004).
    """
    things = int(thing.max(initial=-1)) + 1
    found = np.zeros((len(asked), things), dtype=np.float32)
    if not asked or not things:
        return found
    near = _near(asked, told, thing, things, encoder)
    kept = np.unique(np.argsort(-near, axis=1, kind="stable")[:, :MOST_COMPARED])
    rows = np.flatnonzero(np.isin(thing, kept))
    place = np.searchsorted(kept, thing[rows])
    found[:, kept] = _compared(asked, [told[row] for row in rows.tolist()], place, beside, encoder)
    # What shares not one word with a thing, nor any meaning, is not about it, however little else there is.
    return np.where(near > 0, found, 0)


def _near(
    asked: Sequence[str], told: Sequence[str], thing: NDArray[np.intp], things: int, encoder: Encoder | None
) -> Floats:
    """How near the nearest text of each thing comes."""
    space = lay_out([*told, *asked])
    of_told, of_asked = space.vectors(slice(0, len(told))), space.vectors(slice(len(told), None))
    beside = product(of_asked, of_told.T.tocsr())
    if encoder is not None:
        points = encoder.encode([*told, *asked])
        beside = beside + encoder.weight * np.maximum(points[len(told) :] @ points[: len(told)].T, 0)
    return _nearest(beside, thing, things)


def _compared(
    asked: Sequence[str],
    told: Sequence[str],
    thing: NDArray[np.intp],
    beside: Sequence[str],
    encoder: Encoder | None,
) -> Floats:
    texts = [*told, *asked, *beside]
    first, many = len(told), len(asked)
    things = int(thing.max()) + 1
    words = lay_out(texts).vectors(slice(0, len(texts)))
    total = evened(_nearest(product(words[first:], words[:first].T.tocsr()), thing, things))
    graph = neighbours(words, NEAREST)
    if encoder is not None:
        points = encoder.encode(texts)
        points = unit(points - points.mean(axis=0))
        total += (
            MORE_SAY * encoder.weight * evened(_nearest(points[first:] @ points[:first].T, thing, things))
        )
        graph = _halves(graph, neighbours(points, NEAREST))
    # A thing with many texts speaks as loud as one with a title alone.
    share = np.zeros((first, things), dtype=np.float32)
    share[np.arange(first), thing] = 1 / np.bincount(thing)[thing]
    listened = spread(np.vstack([share, shares(total, SHARPNESS)]), graph, TRUST)
    return listened[first : first + many]


def _halves(one: Sparse, other: Sparse) -> Sparse:
    """Two graphs of the same texts as one."""
    both: Any = (one + other) / 2
    return cast("Sparse", both.tocsr())


def _nearest(beside: Floats, thing: NDArray[np.intp], things: int) -> Floats:
    """Of how near each asked text is to each told one, how near it is to the nearest of each thing."""
    near = np.full((things, len(beside)), -1, dtype=np.float32)
    np.maximum.at(near, thing, beside.T)
    return np.asarray(near.T)
