"""How much larger is a share now than then, where those counted come from several strata?"""

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]


def common_ratio(
    hits_now: Counts, all_now: Counts, hits_then: Counts, all_then: Counts
) -> tuple[float | None, float]:
    """The ratio of shares that all strata have in common, and the variance of its logarithm.

    The ratio is that of Mantel and Haenszel (1959), its variance that of Greenland and Robins (1985). A
    stratum that was not there both times tells nothing.

    >>> ratio, variance = common_ratio(*(np.array([float(n)]) for n in (20, 100, 10, 100)))
    >>> ratio, round(variance, 3)  # 1/20 - 1/100 + 1/10 - 1/100
    (2.0, 0.13)
    """
    both = (all_now > 0) & (all_then > 0)
    a, n1, b, n0 = hits_now[both], all_now[both], hits_then[both], all_then[both]
    total = n1 + n0
    over, under = float((a * n0 / total).sum()), float((b * n1 / total).sum())
    if not over or not under:
        return None, 0.0
    spread = float(((n1 * n0 * (a + b) - a * b * total) / total**2).sum())
    return over / under, max(spread, 0.0) / (over * under)
