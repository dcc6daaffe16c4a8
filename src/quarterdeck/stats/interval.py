"""Between which values does a rate lie, and how far out is far?"""

from math import sqrt
from statistics import NormalDist


def wilson_interval(successes: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """Score interval of a share (Wilson, 1927); good at small counts and near 0 and 1.

    >>> [round(bound, 3) for bound in wilson_interval(198, 684)]
    [0.257, 0.325]
    """
    z = normal_quantile(0.5 + confidence / 2)
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # Rounding may put a bound on the wrong side of a share of exactly 0 or 1.
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def student_quantile(probability: float, degrees_of_freedom: float) -> float:
    """Quantile of Student's t distribution (Student, 1908)."""
    from scipy.special import stdtrit  # slow import

    return float(stdtrit(degrees_of_freedom, probability))


def normal_quantile(probability: float) -> float:
    """Quantile of the standard normal distribution.

    >>> round(normal_quantile(0.975), 2)
    1.96
    """
    return NormalDist().inv_cdf(probability)
