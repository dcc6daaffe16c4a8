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
    """What each step counted before and counts after, and who flips, who moves furthest first.

    `names` says what before and after are: the rules, or then and now.
    """

    names: tuple[str, str]
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
            "names": {"before": self.names[0], "after": self.names[1]},
            "flips": [{"unit": one.unit, "before": one.before, "after": one.after} for one in self.flips],
        }

    def lines(self) -> list[str]:
        """As lines of a terminal."""
        first, second = self.names
        lines = [f"{'Step':<32}{first:>14}{second:>14}{'moved by':>10}"]
        lines += [
            f"{step:<32}{before:>14,}{after:>14,}{after - before:>+10,}"
            for step, before, after in zip(self.steps, self.before, self.after, strict=True)
        ]
        shares = [each[-1] / each[0] if each[0] else None for each in (self.before, self.after)]
        told = ["no data" if share is None else f"{100 * share:.1f} %" for share in shares]
        lines.append(f"{'Came through':<32}{told[0]:>14}{told[1]:>14}")
        lines.append(f"{len(self.flips):,} come another number of steps.")
        lines += [
            f"  {one.unit}: {first} {one.before}, {second} {one.after}" for one in self.flips[:MOST_NAMED]
        ]
        if len(self.flips) > MOST_NAMED:
            lines.append(f"  ... and {len(self.flips) - MOST_NAMED:,} more; --json has them all.")
        return lines


def moved(one: Opened, other: Opened, names: tuple[str, str]) -> Moved:
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
        names=names,
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
