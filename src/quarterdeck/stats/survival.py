"""What share has come to an event by which time, where some were not watched to the end?"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from quarterdeck.stats.interval import normal_quantile, wilson_interval


@dataclass(frozen=True, kw_only=True, slots=True)
class SurvivalPoint:
    """After so many seconds: the share that came to the event, its bounds, and who was still watched then."""

    seconds: float
    share: float
    low: float
    high: float
    at_risk: int


def kaplan_meier(
    durations: NDArray[np.float64], came: NDArray[np.bool_], confidence: float = 0.95
) -> list[SurvivalPoint]:
    """The share that came to the event by each time at which somebody did (Kaplan and Meier, 1958).

    1 - S(t), S(t) the product of 1 - d/n over the times until t: d came of n who were watched until then.
    Whoever is no longer watched leaves n and counts as neither. Bounds are Greenwood's (1926) on the scale
    of log(-log S) (Kalbfleisch and Prentice, 1980); Wilson's where everybody came.

    >>> found = kaplan_meier(np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, False, True, False]))
    >>> [(point.seconds, point.share, point.at_risk) for point in found]
    [(1.0, 0.25, 4), (2.0, 0.5, 3)]
    """
    times = np.unique(durations[came])
    at_risk = len(durations) - np.searchsorted(np.sort(durations), times, side="left")
    events = np.bincount(np.searchsorted(times, durations[came]), minlength=len(times))
    quantile = normal_quantile(0.5 + confidence / 2)
    points, kept, spread = [], 1.0, 0.0
    for moment, watched, came_now in zip(times.tolist(), at_risk.tolist(), events.tolist(), strict=True):
        kept *= 1 - came_now / watched
        if came_now < watched:
            spread += came_now / (watched * (watched - came_now))
        low, high = _bounds(kept, spread, quantile, watched, confidence)
        points.append(SurvivalPoint(seconds=moment, share=1 - kept, low=low, high=high, at_risk=watched))
    return points


def _bounds(
    kept: float, spread: float, quantile: float, watched: int, confidence: float
) -> tuple[float, float]:
    if kept <= 0:
        return wilson_interval(watched, watched, confidence)[0], 1.0
    if kept >= 1:
        return 0.0, wilson_interval(0, watched, confidence)[1]
    half = quantile * sqrt(spread) / abs(log(kept))
    return 1 - kept ** exp(-half), 1 - kept ** exp(half)
