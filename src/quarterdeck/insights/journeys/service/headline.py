"""Which one figure does a journey come to?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.calc.funnel_counts import count_reached
from quarterdeck.insights.journeys.calc.retention import follow
from quarterdeck.insights.journeys.calc.trends import trend
from quarterdeck.insights.journeys.service.opening import Opened


@dataclass(frozen=True, kw_only=True, slots=True)
class Headline:
    """A figure: of a `base` where it is a share; None where nothing can be told."""

    what: str
    value: float | None
    base: int | None

    @property
    def words(self) -> str:
        """As people write it: 41.2 %."""
        if self.value is None:
            return "nothing"
        return f"{self.value:,.0f}" if self.base is None else f"{100 * self.value:.1f} %"


def headline(opened: Opened) -> Headline:
    """The figure of a whole journey: who came through, who came back, or how many in all."""
    plain = {"by": (), "show": "steps", "compare": False, "weigh": None}
    question = replace(
        opened.question, journey=opened.question.journey.model_copy(update=plain), weights=None
    )
    journey = question.journey
    match journey.kind:
        case "funnel":
            reached = count_reached(opened.view, question)[()]
            return _share(f"{journey.steps[0].name} to {journey.steps[-1].name}", reached[-1], reached[0])
        case "retention":
            (matrix,) = follow(opened.view, question).values()
            column = min(1, len(matrix.labels) - 1)
            final = matrix.final[:, column]
            came, base = int(matrix.counts[final, column].sum()), int(matrix.counts[final, 0].sum())
            return _share(f"back in {matrix.labels[column].lower()}", came, base)
        case "trend":
            line = trend(opened.view, question).lines[0]
            return Headline(what=f"{line.label} in all", value=line.total, base=None)
    raise QuarterdeckError(
        f"A journey of kind {journey.kind} has no one figure.", "Ask a funnel, a retention or a trend."
    )


def read_figure(text: str) -> float:
    """A figure as people write it.

    >>> [read_figure(text) for text in ("41.2 %", "0.412", "1,204")]
    [0.412, 0.412, 1204.0]
    """
    plain = text.strip().replace(",", "").removesuffix("%").strip()
    try:
        return round(float(plain) / 100, 12) if "%" in text else float(plain)
    except ValueError as error:
        raise QuarterdeckError(f"{text!r} is no figure.", "Write it like 41.2% or 1204.") from error


def _share(what: str, count: int, base: int) -> Headline:
    return Headline(what=what, value=count / base if base else None, base=base)
