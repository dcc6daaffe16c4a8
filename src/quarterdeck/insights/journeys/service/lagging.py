"""Which value of a breakdown goes on less often than the others, beyond what chance would do?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses
from quarterdeck.insights.journeys.calc.kernels.attempts import OPEN
from quarterdeck.insights.journeys.service.seen import Rate, percent, rate
from quarterdeck.stats.figures import whole
from quarterdeck.stats.interval import wilson_interval

FEWEST = 20  # of fewer, no rate is compared


def lagging(groups: Mapping[str, FunnelWitnesses], stop: int) -> str:
    """One sentence on who stops before a step far more often; empty where their intervals overlap.

    Those who may still go on are not counted.
    """
    counts = {name: _known(found, stop) for name, found in groups.items()}
    counts = {name: count for name, count in counts.items() if count[1] >= FEWEST}
    if len(counts) < 2:
        return ""
    name = min(counts, key=lambda each: counts[each][0] / counts[each][1])
    mine = _rate(*counts[name])
    others = _rate(
        sum(count[0] for each, count in counts.items() if each != name),
        sum(count[1] for each, count in counts.items() if each != name),
    )
    if mine.high >= others.low:
        return ""
    return (
        f"{name} goes on least often: {percent(mine.share)} of {whole(mine.base)} ({mine.bounds}), "
        f"of the others {percent(others.share)} ({others.bounds})."
    )


def _known(found: FunnelWitnesses, stop: int) -> tuple[int, int]:
    """How many went on to a step, and of how many it is known."""
    there = found.depth >= stop - 1
    waits = np.count_nonzero((found.depth == stop - 1) & (found.reason == OPEN))
    return int(np.count_nonzero(found.depth >= stop)), int(np.count_nonzero(there) - waits)


def _rate(count: int, base: int) -> Rate:
    return rate(count, base, wilson_interval(count, base))
