"""How does a journey meet the fact tables themselves, to be answered by SQL?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np

from quarterdeck.definitions.folder import Definition
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.journeys.calc.breakdown import EVERYBODY
from quarterdeck.insights.journeys.calc.buckets import Period
from quarterdeck.insights.journeys.calc.question import Question, period_of
from quarterdeck.insights.journeys.calc.sequence import Coded, SequenceView
from quarterdeck.insights.journeys.definitions.cohort import Behaviour, Cohort
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.facts.answering import SqlAnalyses, lost_or_reached_sql
from quarterdeck.insights.journeys.facts.events import (
    cohort_sql,
    first_moment,
    source_of,
    with_cohort,
)
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.service.asked import cohorts_of, columns_of, columns_of_cohort
from quarterdeck.insights.journeys.service.book import find_journey, read_cohorts
from quarterdeck.insights.journeys.service.opening import Opened, calendar_of, unit_of


def open_sql(
    workspace: Workspace,
    snapshot: Snapshot,
    journey: Journey,
    now: datetime,
) -> tuple[Opened, Source]:
    """A journey before the fact tables of a snapshot, and its rows; no sequence is built or read."""
    opening = _Opening(workspace, snapshot, now)
    question, source = opening.question(journey)
    opened = Opened(
        question=question,
        view=opening.nothing_seen,
        versions=dict(snapshot.versions),
        by=SqlAnalyses(source=source, run=snapshot.table),
    )
    return opened, source


class _Opening:
    def __init__(self, workspace: Workspace, snapshot: Snapshot, now: datetime) -> None:
        self._workspace = workspace
        self._snapshot = snapshot
        self._now = now
        self._calendar = calendar_of(workspace)
        self._cohorts = read_cohorts(workspace)
        first = first_moment(snapshot)
        times = np.array([] if first is None else [first], np.int64)
        # What a period is reckoned from, and no more.
        self.nothing_seen = SequenceView(
            units=(),
            offsets=np.zeros(1, np.int64),
            time=times,
            event=Coded(codes=np.zeros(0, np.int32), values=()),
        )

    def question(self, journey: Journey) -> tuple[Question, Source]:
        """The journey with its period, and the rows and cohorts that it reads."""
        source = source_of(self._snapshot, dict.fromkeys(self._columns(journey, ())), journey.unit)
        for name in cohorts_of(journey):
            source = self._with_cohort(source, name, journey, ())
        names = {name: self._cohort(name).model.title for name in cohorts_of(journey)}
        return self._asked(journey, {EVERYBODY: "everybody"} | names), source

    def _asked(self, journey: Journey, names: dict[str, str]) -> Question:
        period = period_of(self.nothing_seen, journey, self._calendar, self._now)
        return Question(journey=journey, period=period, calendar=self._calendar, cohort_names=names)

    def _columns(self, journey: Journey, above: tuple[str, ...]) -> list[str]:
        found = [name for name in columns_of(journey) if name != "person"]
        for name in cohorts_of(journey):
            cohort = self._cohort(name).model
            if name in above:
                raise QuarterdeckError(
                    f"The cohort {name!r} is defined by itself.", "Take it out of its journey."
                )
            found += columns_of_cohort(cohort)
            if cohort.journey is not None:
                found += self._columns(find_journey(self._workspace, cohort.journey).model, (*above, name))
        return found

    def _with_cohort(self, source: Source, name: str, journey: Journey, above: tuple[str, ...]) -> Source:
        if name in source.cohorts:
            return source
        cohort = self._cohort(name).model
        funnel = None if cohort.journey is None else find_journey(self._workspace, cohort.journey).model
        if unit_of(cohort, funnel) not in (None, journey.unit):
            raise QuarterdeckError(
                f"The cohort {name!r} is of another unit than the journey, which is unsupported by the SQL "
                "engine.",
                "Ask both by the same unit, or without --engine.",
            )
        if funnel is None:
            return with_cohort(source, name, cohort_sql(source, cohort, self._period))
        for other in cohorts_of(funnel):
            source = self._with_cohort(source, other, funnel, (*above, name))
        whole = funnel.model_copy(update={"by": ()})
        inner = replace(source, tables={})
        step = cohort.reached if cohort.reached is not None else -(cohort.lost_before or 0)
        return with_cohort(source, name, lost_or_reached_sql(inner, self._asked(whole, {}), step))

    def _period(self, behaviour: Behaviour) -> Period:
        asked = Journey(kind="paths", since=behaviour.since, until=behaviour.until)
        return period_of(self.nothing_seen, asked, self._calendar, self._now)

    def _cohort(self, name: str) -> Definition[Cohort]:
        if name not in self._cohorts:
            raise QuarterdeckError(
                f"There is no cohort named {name!r}.",
                did_you_mean(name, self._cohorts) or f"Write cohorts/{name}.yaml.",
            )
        return self._cohorts[name]
