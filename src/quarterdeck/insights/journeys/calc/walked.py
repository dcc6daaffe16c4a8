"""What is needed beside the witnesses of a funnel to read its figures off them?"""

from __future__ import annotations

from dataclasses import dataclass

from quarterdeck.insights.journeys.calc.funnel_groups import Groups
from quarterdeck.insights.journeys.calc.sequence import SequenceView
from quarterdeck.insights.journeys.calc.weights import Weights


@dataclass(frozen=True, kw_only=True, slots=True)
class Walked:
    """The witnesses of a funnel, the view whose rows they name, and what its units are worth.

    The view need have no other rows than those.
    """

    groups: Groups
    view: SequenceView
    weights: Weights | None = None
