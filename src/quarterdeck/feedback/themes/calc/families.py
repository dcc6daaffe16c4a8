"""Where no part of a theme is sure enough, is the whole?"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from quarterdeck.feedback.themes.calc.calibrating import LEAST, Calibration
from quarterdeck.feedback.themes.calc.tagging import Fit


def wholes(
    fit: Fit,
    rows: Sequence[int],
    above: Mapping[int, tuple[int, ...]],
    calibration: Calibration,
    abstain_below: float,
) -> Mapping[int, tuple[int, float]]:
    """For some rows the nearest whole that is sure enough, and how sure: shares of parts are added up.

    `above` says of which tags each tag is a part, nearest first. A text that may be about either of two parts
    is about the whole that they have in common.
    """
    found = {}
    for row in rows:
        places, share = fit.place[row], fit.share[row].astype(np.float64)
        best = int(places[0])
        for whole in (best, *above.get(best, ())):
            inside = np.array([whole == place or whole in above.get(int(place), ()) for place in places])
            sure = float(calibration.of_margin(_margin(share, inside, float(fit.none[row]))))
            if sure >= abstain_below:
                found[row] = (whole, sure)
                break
    return found


def _margin(share: NDArray[np.float64], inside: NDArray[np.bool_], none: float) -> NDArray[np.float64]:
    # Where every tag that is known is inside, a rival has the share of the last of them at most.
    rival = share[~inside].max() if (~inside).any() else share.min()
    return np.array(np.log(max(share[inside].sum(), LEAST) / max(rival, none, LEAST)))
