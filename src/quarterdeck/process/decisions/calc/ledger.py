"""How often do predictions here come true?"""

from collections.abc import Iterable
from dataclasses import dataclass

from quarterdeck.process.decisions.calc.prediction import Grade
from quarterdeck.stats.figures import SPACE, counted, opening
from quarterdeck.stats.interval import wilson_interval


@dataclass(frozen=True, kw_only=True, slots=True)
class BaseRate:
    """All graded predictions by what became of them."""

    came_true: int = 0
    did_not: int = 0
    cannot_tell: int = 0

    @property
    def told(self) -> int:
        """Those that could be told."""
        return self.came_true + self.did_not

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between which shares the true rate lies (Wilson, 1927); None where nothing was told."""
        return wilson_interval(self.came_true, self.told) if self.told else None

    @property
    def sentence(self) -> str:
        """The rate with its base, as a page says it.

        >>> BaseRate(came_true=3, did_not=1, cannot_tell=2).sentence.replace(SPACE, " ")
        'Three of four predictions came true; the true rate lies between 30 and 95 %. Two could not be told.'
        """
        if not self.told and not self.cannot_tell:
            return "No prediction is graded yet."
        untold = f"{opening(_number(self.cannot_tell))} could not be told." if self.cannot_tell else ""
        if self.interval is None:
            return untold
        low, high = (round(100 * bound) for bound in self.interval)
        came_true = f"{opening(_number(self.came_true))} of {counted(self.told, 'prediction')} came true"
        return f"{came_true}; the true rate lies between {low} and {high}{SPACE}%. {untold}".strip()


def base_rate(grades: Iterable[Grade]) -> BaseRate:
    """The count of each grade."""
    seen = list(grades)
    return BaseRate(
        came_true=seen.count("came true"),
        did_not=seen.count("did not"),
        cannot_tell=seen.count("cannot tell"),
    )


def _number(amount: int) -> str:
    return counted(amount, "", " ").rstrip()
