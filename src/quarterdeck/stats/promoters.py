"""How many promoters more than detractors answered a survey?"""

import numpy as np
from numpy.typing import NDArray

LEAST, MOST = 0, 10  # the scale that is asked for
PROMOTERS_FROM, DETRACTORS_TO = 9, 6


def promoter_points(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each answer from 0 to 10 in points, whose mean is the net promoter score (Reichheld, 2003).

    >>> promoter_points(np.array([10.0, 8.0, 0.0])).tolist()
    [100.0, 0.0, -100.0]
    """
    return 100.0 * ((scores >= PROMOTERS_FROM).astype(float) - (scores <= DETRACTORS_TO))
