"""How far do our figures and another dashboard's agree?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

RECONCILED_WITHIN = 0.01


EXPLAINED = 0.8  # an explanation must remove this much of the sum of daily gaps


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """One bucket of ours beside theirs; None where one side has no number."""

    start: date
    ours: float | None
    theirs: float | None

    @property
    def difference(self) -> float:
        """Ours less theirs, nothing counted as zero."""
        return (self.ours or 0.0) - (self.theirs or 0.0)

    @property
    def equal(self) -> bool:
        """Within 1 % of theirs."""
        if self.ours is None or self.theirs is None:
            return self.ours is self.theirs
        return abs(self.difference) <= RECONCILED_WITHIN * abs(self.theirs)


def compare_figures(ours: Mapping[date, float | None], theirs: Mapping[date, float]) -> tuple[Gap, ...]:
    """Bucket by bucket over the time that their figures cover."""
    first, last = min(theirs), max(theirs)
    known = {start for start, value in ours.items() if value is not None and first <= start <= last}
    starts = sorted(set(theirs) | known)
    return tuple(Gap(start=start, ours=ours.get(start), theirs=theirs.get(start)) for start in starts)


def relative_gap(gaps: Sequence[Gap]) -> float:
    """Difference of the totals over their total; infinite where theirs is zero and ours is not."""
    total = sum(gap.theirs or 0.0 for gap in gaps)
    difference = sum(gap.difference for gap in gaps)
    if total == 0:
        return 0.0 if difference == 0 else float("inf")
    return difference / abs(total)


def misfit(gaps: Sequence[Gap]) -> float:
    """Sum of the absolute daily gaps, which no two days can cancel."""
    return sum(abs(gap.difference) for gap in gaps)


def relative_misfit(gaps: Sequence[Gap]) -> float:
    """The misfit of the dates that both sides know, over their total."""
    both = [gap for gap in gaps if gap.ours is not None and gap.theirs is not None]
    total = sum(abs(gap.theirs or 0.0) for gap in both)
    return misfit(both) / total if total else float(misfit(both) > 0)


def constant_factor(gaps: Sequence[Gap]) -> float | None:
    """Theirs over ours where that ratio is the same, within 1 %, on nearly every day."""
    ratios = [gap.theirs / gap.ours for gap in gaps if gap.ours and gap.theirs]
    if len(ratios) < 5:
        return None
    middle = float(np.median(ratios))
    near = sum(abs(ratio - middle) <= RECONCILED_WITHIN * abs(middle) for ratio in ratios)
    return middle if near >= 0.9 * len(ratios) and abs(middle - 1) > RECONCILED_WITHIN else None


def concentration(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """The fewest buckets that hold at least nine tenths of the gap, largest first."""
    whole, held, chosen = misfit(gaps), 0.0, []
    for gap in sorted(gaps, key=lambda one: (-abs(one.difference), one.start)):
        if held >= 0.9 * whole:
            break
        chosen.append(gap)
        held += abs(gap.difference)
    return tuple(chosen)
