"""Which engines answer the analyses, and what must each of them give?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from quarterdeck.insights.journeys.calc import lifecycle as attending
from quarterdeck.insights.journeys.calc.breakdown import Value
from quarterdeck.insights.journeys.calc.funnel_groups import Groups, walk_groups
from quarterdeck.insights.journeys.calc.lifecycle import Lifecycle, Presence
from quarterdeck.insights.journeys.calc.paths import Edge, edges
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.retention import RetentionMatrix, follow
from quarterdeck.insights.journeys.calc.sequence import SequenceView
from quarterdeck.insights.journeys.calc.trends import Trend, trend
from quarterdeck.insights.journeys.calc.walked import Walked


class Analyses(Protocol):
    """Every analysis of some rows."""

    def funnel(
        self, question: Question, *, many: bool = False, shown: Collection[Value] | None = None
    ) -> Groups: ...

    def walked(
        self, question: Question, *, many: bool = False, shown: Collection[Value] | None = None
    ) -> Walked: ...

    def retention(
        self, question: Question, shown: Collection[Value] | None = None
    ) -> dict[Value, RetentionMatrix]: ...

    def trend(self, question: Question) -> Trend: ...

    def lifecycle(self, question: Question) -> Lifecycle: ...

    def stickiness(self, question: Question) -> list[Presence]: ...

    def edges(self, question: Question) -> list[Edge]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class KernelAnalyses:
    """By the kernels, over columns in memory."""

    view: SequenceView

    def funnel(
        self, question: Question, *, many: bool = False, shown: Collection[Value] | None = None
    ) -> Groups:
        return walk_groups(self.view, question, many=many, shown=shown)

    def walked(
        self, question: Question, *, many: bool = False, shown: Collection[Value] | None = None
    ) -> Walked:
        groups = self.funnel(question, many=many, shown=shown)
        return Walked(groups=groups, view=self.view, weights=question.weights)

    def retention(
        self, question: Question, shown: Collection[Value] | None = None
    ) -> dict[Value, RetentionMatrix]:
        return follow(self.view, question, shown)

    def trend(self, question: Question) -> Trend:
        return trend(self.view, question)

    def lifecycle(self, question: Question) -> Lifecycle:
        return attending.lifecycle(self.view, question)

    def stickiness(self, question: Question) -> list[Presence]:
        return attending.stickiness(self.view, question)

    def edges(self, question: Question) -> list[Edge]:
        return edges(self.view, question)
