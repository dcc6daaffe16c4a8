"""How likely is the best tag right, and when is none better than it?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quarterdeck.feedback.themes.calc.matrices import Floats
from quarterdeck.feedback.themes.calc.tagging import Fit

Booleans = NDArray[np.bool_]

# Measured over six sets of texts with 0, 5 and 20 labels a tag: the slope moved between 1.6 and 1.9, the
# height between -1.1 and -0.7, whatever the encoder.
USUAL_SLOPE, USUAL_HEIGHT = 1.8, -0.9
SPREAD_OF_USUAL = 0.5
NEWTON_STEPS = 25
LEAST = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Confidence is logistic(height + slope x margin), the margin being ln(best share / second share)."""

    slope: float
    height: float

    def confidence(self, fit: Fit) -> NDArray[np.float64]:
        """How likely the best tag of each text is right."""
        return self.of_margin(margins(fit))

    def of_margin(self, margin: NDArray[np.float64]) -> NDArray[np.float64]:
        """How likely a tag so far ahead is right."""
        return _logistic(self.height + self.slope * margin)


USUAL = Calibration(slope=USUAL_SLOPE, height=USUAL_HEIGHT)


def margins(fit: Fit) -> NDArray[np.float64]:
    """By how much the best tag of each text is ahead of the next, or of none of them."""
    share = np.maximum(fit.share.astype(np.float64), LEAST)
    rival = np.maximum(fit.none.astype(np.float64), share[:, 1] if share.shape[1] > 1 else LEAST)
    ahead: NDArray[np.float64] = np.log(share[:, 0] / rival)
    return ahead


def calibrated(fit: Fit, right: Booleans) -> Calibration:
    """The calibration that explains which held-out texts were tagged right; with few it stays near the usual.

    Platt's scaling (1999) by Newton's method, with normal priors about the usual slope and height.
    """
    design = np.column_stack([margins(fit), np.ones(len(right))])
    usual = np.array([USUAL_SLOPE, USUAL_HEIGHT])
    held = np.eye(2) / SPREAD_OF_USUAL**2
    found = usual.copy()
    for _ in range(NEWTON_STEPS):
        likely = _logistic(design @ found)
        slope = design.T @ (right - likely) - held @ (found - usual)
        bend = (design * (likely * (1 - likely))[:, None]).T @ design + held
        step = np.linalg.solve(bend, slope)
        found = found + step
        if np.abs(step).max() < LEAST:
            break
    # A tag further ahead is never less likely right, so that ranks stay.
    return Calibration(slope=max(float(found[0]), 0.0), height=float(found[1]))


def abstain_below(wrong_costs: float) -> float:
    """The confidence under which no tag is cheaper than a likely wrong one.

    A text without a tag costs 1, a wrong tag `wrong_costs`, a right one nothing: with confidence p a tag
    costs (1 - p) x wrong_costs (Chow, 1970).

    >>> abstain_below(2), abstain_below(1)
    (0.5, 0.0)
    """
    return max(0.0, 1 - 1 / wrong_costs)


def several(fit: Fit, rows_with: float) -> float:
    """The share of the best tag's share from which a second tag is given, so that so many texts have two."""
    if rows_with <= 0 or fit.share.shape[1] < 2 or not len(fit.share):
        return np.inf
    ratio = fit.share[:, 1] / np.maximum(fit.share[:, 0], LEAST)
    return float(np.quantile(ratio, 1 - min(rows_with, 1)))


def _logistic(height: Floats | NDArray[np.float64]) -> NDArray[np.float64]:
    made: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(height, -500, 500).astype(np.float64)))
    return made
