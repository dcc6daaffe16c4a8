"""What was expected on each day, given trend and weekday, and which slice holds a shift?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from quarterdeck.stats.baseline import Floats, dispersion, fit_trend, weekday_pattern

Spread = Literal["share", "count", "other"]

MINIMUM_WEEKS = 6
MOST = 0.5  # a slice holds most of a shift from half of it on
OVERSHOOT = 1.5  # beyond this the others must move against the slice by no more than chance
CHANCE = 3.0
UNIFORM_MARGIN = 4.0  # twice the log-likelihood that a single slice must win over a shift of all slices


@dataclass(frozen=True, kw_only=True, slots=True)
class DailySeries:
    """(n,) values by day from a week's first day on, NaN without data; (n,) bases of shares and means."""

    values: Floats
    bases: Floats | None
    first_weekday: int

    @property
    def weights(self) -> Floats:
        """What each day's value is multiplied with to become additive over slices."""
        if self.bases is None:
            return np.where(np.isnan(self.values), 0.0, 1.0)
        return np.where(np.isnan(self.values), 0.0, self.bases)


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyExpectation:
    """(n,) expected values, and (n,) standard deviations of a single day's value around them.

    `line_error` (n,) is the standard error of the expectation itself, which all days share.
    """

    expected: Floats
    deviation: Floats
    line_error: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """The slice, by index, that holds most of a shift, its share of the whole change, and the evidence.

    `gain` is twice the log-likelihood that the slice changed over that it did not.
    """

    index: int
    share_of_change: float
    gain: float


def expect_days(series: DailySeries, baseline_days: int, spread: Spread) -> DailyExpectation | None:
    """Expectation for all days from the first `baseline_days`; None where they are too few.

    Level by a robust line through weekly levels, times a weekday factor, with a variance that is binomial
    (share), Poisson (count) or inverse to the base (other), times its over-dispersion.
    """
    days = np.arange(len(series.values), dtype=np.float64)
    weeks = baseline_days // 7
    levels = _weekly_levels(series, weeks)
    known = np.isfinite(levels)
    if known.sum() < MINIMUM_WEEKS:
        return None
    trend = fit_trend(np.arange(weeks, dtype=np.float64)[known] * 7 + 3, levels[known])
    line = trend.level + trend.slope * days
    weekdays = (days.astype(np.int64) + series.first_weekday) % 7
    base = slice(0, weeks * 7)
    if np.nanmin(series.values[base]) >= 0:
        line = np.maximum(line, 0.0)
        factors = weekday_pattern(series.values[base], line[base], weekdays[base])
    else:
        factors = np.ones(7)  # about zero, a ratio to the level means nothing
    expected = line * factors[weekdays]
    variances = _sampling_variance(series, expected, spread)
    seen = np.isfinite(series.values[base]) & (variances[base] > 0)
    over = dispersion((series.values[base] - expected[base])[seen], variances[base][seen])
    floor = 0.0 if spread == "other" else 1.0
    deviation = np.sqrt(variances * max(over, floor))
    return DailyExpectation(
        expected=expected,
        deviation=np.maximum(deviation, 1e-9 * np.abs(expected) + 1e-12),
        line_error=trend.error(days) * factors[weekdays],
    )


def standard_scores(series: DailySeries, expectation: DailyExpectation) -> Floats:
    """(n,) distances from the expectation in standard deviations; 0 where there is no data."""
    scores = (series.values - expectation.expected) / expectation.deviation
    return np.where(np.isfinite(scores), scores, 0.0)


def shift_sizes(series: DailySeries, expectation: DailyExpectation) -> Floats:
    """(n,) how many standard deviations one shift in proportion is worth on each day, up to a factor.

    A shift of what lies about zero is one of equal amounts. A day without data is worth nothing.
    """
    expected, deviation = expectation.expected, expectation.deviation
    sizes = (expected if (expected > 0).all() else 1.0) / deviation
    return np.where(np.isfinite(series.values), sizes, 0.0)


def change_within(series: DailySeries, expectation: DailyExpectation, window: slice) -> tuple[float, float]:
    """Sum of a window's weighted residuals, additive over slices, and its variance."""
    weights = series.weights[window]
    residuals = np.where(weights > 0, series.values[window] - expectation.expected[window], 0.0)
    own = ((weights * expectation.deviation[window]) ** 2).sum()
    variance = own + (weights * expectation.line_error[window]).sum() ** 2
    return float((weights * residuals).sum()), float(variance)


def find_holder(
    slices: Sequence[tuple[DailySeries, DailyExpectation]],
    groups: NDArray[np.int64],
    window: slice,
    whole: float,
) -> Holder | None:
    """The one slice, over all dimensions, that explains a shift within a window of days best, if one does.

    `groups` (len(slices),) numbers the dimension of each slice; `whole` is the change of the whole. Twice the
    log-likelihood of a slice's change against none is its square over its variance. The slice must hold at
    least half of the whole change, and explain its dimension's changes better than a shift of all slices in
    proportion does, corrected for how many slices were tried. Where the mix of slices moved the whole and no
    slice changed in itself, there is no holder.
    """
    pairs = [change_within(*each, window) for each in slices]
    changes, variances = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    best: Holder | None = None
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        total = changes[members].sum()
        uniform = total**2 / max(variances[members].sum(), 1e-300)
        for index in members.tolist():
            share = changes[index] / whole if whole else 0.0
            gain = changes[index] ** 2 / variances[index] if variances[index] > 0 else 0.0
            needed = uniform + UNIFORM_MARGIN + 2 * np.log(len(slices))
            others = CHANCE * np.sqrt(variances[members].sum() - variances[index])
            fits = share >= MOST and (share <= OVERSHOOT or abs(total - changes[index]) <= others)
            if fits and gain > max(needed, best.gain if best else 0.0):
                best = Holder(index=index, share_of_change=float(min(share, 1.0)), gain=float(gain))
    return best


def _weekly_levels(series: DailySeries, weeks: int) -> Floats:
    values = series.values[: weeks * 7].reshape(weeks, 7)
    weights = series.weights[: weeks * 7].reshape(weeks, 7)
    total = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        levels: Floats = np.nansum(values * weights, axis=1) / total
    return np.where(total > 0, levels, np.nan)


def _sampling_variance(series: DailySeries, expected: Floats, spread: Spread) -> Floats:
    bases = np.ones_like(expected) if series.bases is None else np.nan_to_num(series.bases)
    with np.errstate(divide="ignore"):
        if spread == "share":
            # One success more and one less keep the variance above zero where the expectation is 0 or 1.
            share = (np.clip(expected, 0, 1) * bases + 1) / (bases + 2)
            variances = share * (1 - share) / bases
        elif spread == "count":
            variances = np.maximum(expected, 1.0)
        else:
            variances = 1 / bases
    return np.where(np.isfinite(variances), variances, 0.0)
