"""How far does a funnel move under other rules, or at other versions of the facts, and who flips?"""

from __future__ import annotations

from dataclasses import dataclass

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.service.opening import Opened

MOST_NAMED = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Flip:
    """Somebody who came another number of steps: `before` and `after`, 0 for none."""

    unit: str
    before: int
    after: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """What each step counted before and counts after, and who flips, who moves furthest first."""

    steps: tuple[str, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    flips: tuple[Flip, ...]

    def as_json(self) -> dict[str, object]:
        """As JSON."""
        return {
            "steps": [
                {"step": step, "before": before, "after": after}
                for step, before, after in zip(self.steps, self.before, self.after, strict=True)
            ],
            "flips": [{"unit": one.unit, "before": one.before, "after": one.after} for one in self.flips],
        }

    def lines(self) -> list[str]:
        """As lines of a terminal."""
        lines = [
            f"{step:<32}{before:>10,}{after:>10,}{after - before:>+10,}"
            for step, before, after in zip(self.steps, self.before, self.after, strict=True)
        ]
        lines.append(f"{len(self.flips):,} flip.")
        lines += [f"  {one.unit}: {one.before} steps, then {one.after}" for one in self.flips[:MOST_NAMED]]
        if len(self.flips) > MOST_NAMED:
            lines.append(f"  ... and {len(self.flips) - MOST_NAMED:,} more; --json has them all.")
        return lines


def moved(one: Opened, other: Opened) -> Moved:
    """What a funnel counts in one way and in another: the same witnesses, person by person."""
    journey = one.question.journey
    if journey.kind != "funnel" or journey.by:
        raise QuarterdeckError(
            "Only a whole funnel can be compared.", "Ask about `kind: funnel` without `by:`."
        )
    before, after = _depths(one), _depths(other)
    flips = [
        Flip(unit=unit, before=before.get(unit, 0), after=after.get(unit, 0))
        for unit in before.keys() | after.keys()
        if before.get(unit, 0) != after.get(unit, 0)
    ]
    steps = range(1, len(journey.steps) + 1)
    return Moved(
        steps=tuple(step.name for step in journey.steps),
        before=tuple(sum(depth >= step for depth in before.values()) for step in steps),
        after=tuple(sum(depth >= step for depth in after.values()) for step in steps),
        flips=tuple(sorted(flips, key=lambda flip: (-abs(flip.after - flip.before), flip.unit))),
    )


def _depths(opened: Opened) -> dict[str, int]:
    witnesses = walk_groups(opened.view, opened.question)[()]
    return {
        str(opened.view.units[unit]): depth
        for unit, depth in zip(witnesses.unit.tolist(), witnesses.depth.tolist(), strict=True)
    }
