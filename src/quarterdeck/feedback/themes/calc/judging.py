"""How well does each text fit each tag, going by the texts whose tags are known?"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from quarterdeck.feedback.themes.calc.matrices import Floats, Points, product, squared_lengths, unit

RIDGE = 1.0
MOST_SOLVED_AT_ONCE = 4000
MOST_STEPS, EXACT_ENOUGH = 40, 1e-3
LEAST = 1e-2  # what is shorter is what rounding left of nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Points whose tags are known, one row each; `share` says how much of each tag a point is."""

    points: Points
    share: Floats


def ridge_weights(known: Known) -> Floats:
    """Weights of features by ridge regression on the shares, from the dual (Saunders and others, 1998).

    One row a feature, one column a tag; with few known texts this takes milliseconds.
    """
    points = known.points
    target = known.share - known.share.mean(axis=1, keepdims=True)
    if points.shape[0] <= MOST_SOLVED_AT_ONCE:
        gram = product(points, points.T).astype(np.float64)
        gram[np.diag_indices_from(gram)] += RIDGE
        dual = np.linalg.solve(gram, target.astype(np.float64)).astype(np.float32)
    else:
        dual = _solved_by_steps(points, target)
    return product(points.T, dual)


def _solved_by_steps(points: Points, target: Floats) -> Floats:
    """The same by conjugate gradients (Hestenes and Stiefel, 1952), all tags side by side."""
    found = np.zeros_like(target)
    turned: Any = points.T
    turned = turned if isinstance(points, np.ndarray) else turned.tocsr()
    rest = target.copy()
    step = rest.copy()
    size = np.sum(rest * rest, axis=0)
    enough = EXACT_ENOUGH**2 * np.maximum(size, 1e-30)
    for _ in range(MOST_STEPS):
        ahead = product(points, product(turned, step)) + RIDGE * step
        length = size / np.maximum(np.sum(step * ahead, axis=0), 1e-30)
        found += length * step
        rest -= length * ahead
        left = np.sum(rest * rest, axis=0)
        if np.all(left <= enough):
            break
        step = rest + (left / np.maximum(size, 1e-30)) * step
        size = left
    return found


def centre_weights(known: Known) -> Floats:
    """Weights by the mean direction of each tag's texts (Rocchio, 1971): one row a feature."""
    middle = product(known.points.T, known.share)
    return unit(middle.T).T


def nearness_to_others(points: Points) -> Floats:
    """The cosine of each text with the sum of all others, each of length one; nought where there is none."""
    whole = np.asarray(points.sum(axis=0), dtype=np.float32).ravel()
    own = squared_lengths(points)
    along = product(points, whole[:, None]).ravel() - own
    rest = np.sqrt(np.maximum(np.sum(whole * whole) - 2 * along - own, 0))
    near: Floats = np.where(rest > LEAST, along / np.maximum(rest, LEAST), 0).astype(np.float32)
    return near


def evened(scores: Floats) -> Floats:
    """Scores of each text with mean 0 and deviation 1 over the tags, so that judges can be added up."""
    middle = scores - scores.mean(axis=1, keepdims=True)
    made: Floats = middle / np.maximum(middle.std(axis=1, keepdims=True), 1e-9)
    return made


def shares(scores: Floats, sharpness: float) -> Floats:
    """Scores as shares that sum to one in each text (softmax)."""
    raised = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)))
    made: Floats = raised / raised.sum(axis=1, keepdims=True)
    return made
