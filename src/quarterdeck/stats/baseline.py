"""What would the next value be if nothing had changed?

Both baselines resist outages and spikes in their history: a line through the medians of pairwise slopes
(Theil, 1950; Sen, 1968) marks the outliers, and least squares on the rest gives the forecast and its error.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OUTLIER_SCALES = 3.5
MOST_OUTLIERS = 0.25
FEW_POINTS = 8.0  # the fewer the points, the less their own scatter can be trusted to call one an outlier
MEDIAN_TO_DEVIATION = 1.4826  # makes the median absolute deviation of a normal sample its standard deviation
END_MARGIN = 9.0  # twice the log-likelihood by which "it has ended" must beat "it goes on"
SPREAD_OF_KEPT = 1.01  # a normal sample cut at 3.5 deviations keeps 99 % of its spread


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """Expected value at one position, standard deviation of a new observation there, degrees of freedom."""

    mean: float
    deviation: float
    degrees_of_freedom: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """A straight line `level + slope * position` with what its forecasts need."""

    level: float
    slope: float
    variance: float
    kept: NDArray[np.bool_]
    centre: float
    spread: float

    def at(self, position: float) -> float:
        """The line's value at a position."""
        return self.level + self.slope * position

    def forecast(self, position: float) -> Forecast:
        """Prediction of one new observation, with the error of the fitted line included."""
        count = int(self.kept.sum())
        leverage = 1 / count + (position - self.centre) ** 2 / self.spread
        return Forecast(
            mean=self.at(position),
            deviation=float(np.sqrt(self.variance * (1 + leverage))),
            degrees_of_freedom=count - 2,
        )


def robust_scale(residuals: Floats) -> float:
    """Standard deviation by the median absolute deviation about zero (Hampel, 1974)."""
    return float(MEDIAN_TO_DEVIATION * np.median(np.abs(residuals)))


def fit_trend(positions: Floats, values: Floats) -> Trend:
    """Line through (n,) values at (n,) positions, n >= 4; values far from the robust line do not count."""
    first, second = np.triu_indices(len(values), 1)
    slope = float(np.median((values[second] - values[first]) / (positions[second] - positions[first])))
    residuals = values - slope * positions
    residuals = residuals - np.median(residuals)
    scale = robust_scale(residuals)
    kept = np.abs(residuals) <= OUTLIER_SCALES * (1 + FEW_POINTS / len(values)) * scale
    if scale <= 1e-9 * np.abs(values).max() or (~kept).mean() > MOST_OUTLIERS:
        # Where most values are the same, or too many are far out, far out is no sign of being wrong.
        kept = np.ones(len(values), dtype=np.bool_)
    x, y = positions[kept], values[kept]
    centre = float(x.mean())
    spread = float(((x - centre) ** 2).sum())
    slope = float(((x - centre) * y).sum() / spread)
    level = float(y.mean() - slope * centre)
    left = y - level - slope * x
    variance = float((left**2).sum() / (len(x) - 2)) * SPREAD_OF_KEPT**2
    return Trend(level=level, slope=slope, variance=variance, kept=kept, centre=centre, spread=spread)


def weekday_pattern(values: Floats, levels: Floats, weekdays: NDArray[np.int64]) -> Floats:
    """Median ratio of value to level for each of the 7 weekdays; 1 where a weekday has no value.

    `values`, `levels` (n,) and `weekdays` (n,), 0 = Monday; values may hold NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = values / levels
    factors = np.ones(7)
    for day in range(7):
        seen = ratios[(weekdays == day) & np.isfinite(ratios)]
        if len(seen):
            factors[day] = np.median(seen)
    return factors


def dispersion(residuals: Floats, variances: Floats) -> float:
    """Factor by which squared residuals exceed the variances that sampling alone would give, outliers cut.

    Pearson's estimate (McCullagh and Nelder, 1989, section 4.5) over what is kept.
    """
    scaled = residuals / np.sqrt(variances)
    kept = scaled[np.abs(scaled) <= OUTLIER_SCALES * robust_scale(scaled) + 1e-12]
    return float(np.mean(kept**2)) * SPREAD_OF_KEPT**2


def shift_window(scores: Floats, direction: int, recent: int) -> slice:
    """The run of positions over which a shift most likely held, ending within the `recent` last ones.

    `scores` (n,) are residuals over their standard deviation; `direction` is +1 or -1. Maximises the
    likelihood ratio of a level shift of unknown size (Hinkley, 1970): the sum of a run's scores over the root
    of its length. A shift that has ended needs clear evidence that it has; otherwise it lasts to the end.
    """
    count = len(scores)
    sums = np.concatenate([[0.0], np.cumsum(scores * direction)])
    starts = np.arange(count)
    lasting = (sums[count] - sums[:count]) / np.sqrt(count - starts)
    best = slice(int(np.argmax(lasting)), count)
    needed = float(lasting.max()) ** 2 + END_MARGIN
    for stop in range(count - recent + 1, count):
        begins = np.arange(stop)
        gains = (sums[stop] - sums[:stop]) / np.sqrt(stop - begins)
        if gains.max() > 0 and gains.max() ** 2 > needed:
            best, needed = slice(int(np.argmax(gains)), stop), float(gains.max()) ** 2
    return best
