"""How much wider is what is known of mentions for who repeats themselves, and for what is one by mistake?"""

import numpy as np
from numpy.typing import NDArray


def crowding(accounts: NDArray[np.integer]) -> float:
    """How much several mentions of one customer widen a variance; -1 is a customer nobody knows (Kish, 1965).

    >>> crowding(np.array([1, 2, 3])), crowding(np.array([1, 1, 1, -1])), crowding(np.array([], int))
    (1.0, 2.5, 1.0)
    """
    known = np.bincount(accounts[accounts >= 0])
    sizes = np.concatenate([known[known > 0], np.ones(int((accounts < 0).sum()))])
    return float((sizes**2).sum() / sizes.sum()) if len(sizes) else 1.0


def variance_of_errors(sure: float, doubtful: float, share: float) -> float:
    """Variance of the logarithm of how many mentions are right: the sure ones, and a share of the doubtful.

    >>> variance_of_errors(10, 0, 0.5), variance_of_errors(0, 10, 0.5)
    (0.0, 0.1)
    """
    right = sure + doubtful * share
    return doubtful * share * (1 - share) / right**2 if right else 0.0
