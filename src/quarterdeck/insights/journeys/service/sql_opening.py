"""How does a journey meet the fact tables themselves, to be answered by SQL?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np

from quarterdeck.definitions.folder import Definition
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.facts.reach import reach_of
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.journeys.calc.breakdown import EVERYBODY
from quarterdeck.insights.journeys.calc.buckets import Period, microseconds
from quarterdeck.insights.journeys.calc.question import Question, period_of
from quarterdeck.insights.journeys.calc.sequence import Coded, SequenceView
from quarterdeck.insights.journeys.calc.weights import ACCOUNT
from quarterdeck.insights.journeys.definitions.cohort import Behaviour, Cohort
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.facts.answering import SqlAnalyses
from quarterdeck.insights.journeys.facts.events import (
    cohort_sql,
    first_moment,
    first_moment_of,
    names_of,
    of_other_unit,
    source_of,
    walked_by,
    with_cohort,
)
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.facts.witnesses import lost_or_reached_sql
from quarterdeck.insights.journeys.service.asked import cohorts_of, columns_of, columns_of_cohort
from quarterdeck.insights.journeys.service.book import find_journey, read_cohorts
from quarterdeck.insights.journeys.service.opening import (
    PERSON,
    Opened,
    calendar_of,
    known_at,
    unit_of,
)


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
        facts_end=None if opening.known_until == now else opening.known_until,
        events=names_of(snapshot),
    )
    return opened, source


class _Opening:
    def __init__(self, workspace: Workspace, snapshot: Snapshot, now: datetime) -> None:
        self._workspace = workspace
        self._snapshot = snapshot
        self._now = now
        self.known_until = known_at(reach_of(snapshot), now)
        self._calendar = calendar_of(workspace)
        self._cohorts = read_cohorts(workspace)
        # What a period is reckoned from, and no more.
        self.nothing_seen = _seen(first_moment(snapshot))

    def question(self, journey: Journey) -> tuple[Question, Source]:
        """The journey with its period, and the rows and cohorts that it reads."""
        source = source_of(self._snapshot, dict.fromkeys(self._columns(journey, ())), journey.unit)
        for name in cohorts_of(journey):
            source = self._with_cohort(source, name, journey.unit, ())
        names = {name: self._cohort(name).model.title for name in cohorts_of(journey)}
        if journey.since == "all" and journey.unit != PERSON:
            # The first event of all may be nobody's.
            self.nothing_seen = _seen(first_moment_of(self._snapshot, source))
        return self._asked(journey, {EVERYBODY: "everybody"} | names), source

    def _asked(self, journey: Journey, names: dict[str, str]) -> Question:
        period = period_of(self.nothing_seen, journey, self._calendar, self._now, self.known_until)
        return Question(journey=journey, period=period, calendar=self._calendar, cohort_names=names)

    def _columns(self, journey: Journey, above: tuple[str, ...]) -> list[str]:
        found = [name for name in columns_of(journey) if name != PERSON]
        for name in cohorts_of(journey):
            cohort = self._cohort(name).model
            if name in above:
                raise QuarterdeckError(
                    f"The cohort {name!r} is defined by itself.", "Take it out of its journey."
                )
            found += columns_of_cohort(cohort)
            if self._own_unit(name, journey.unit) != journey.unit:
                found.append(ACCOUNT)
            if cohort.journey is not None:
                found += self._columns(find_journey(self._workspace, cohort.journey).model, (*above, name))
        return found

    def _with_cohort(self, source: Source, name: str, unit: str, above: tuple[str, ...]) -> Source:
        """The source with a cohort of its unit, whoever that is decided about."""
        if name in source.cohorts:
            return source
        own = self._own_unit(name, unit)
        if own == unit:
            select, tables = self._select(source, name, above)
            return with_cohort(source, name, select, tables)
        if {own, unit} != {PERSON, ACCOUNT}:
            raise QuarterdeckError(
                f"The cohort {name!r} is of another unit than the journey.", "Ask both by the same unit."
            )
        walked = walked_by(source, own)
        select, tables = self._select(walked, name, above)
        people = source if unit == PERSON else walked
        chosen = of_other_unit(people, select, unit, microseconds(self._now))
        return with_cohort(source, name, chosen, {**walked.tables, **tables})

    def _select(self, source: Source, name: str, above: tuple[str, ...]) -> tuple[str, dict[str, str]]:
        """The SELECT of who is in a cohort of the source's unit, and the tables that it reads."""
        cohort = self._cohort(name).model
        if cohort.journey is None:
            return cohort_sql(source, cohort, self._period), {}
        funnel = find_journey(self._workspace, cohort.journey).model
        for other in cohorts_of(funnel):
            source = self._with_cohort(source, other, funnel.unit, (*above, name))
        whole = funnel.model_copy(update={"by": ()})
        inner = replace(source, tables={})
        step = cohort.reached if cohort.reached is not None else -(cohort.lost_before or 0)
        return lost_or_reached_sql(inner, self._asked(whole, {}), step), dict(source.tables)

    def _own_unit(self, name: str, unit: str) -> str:
        """Who a cohort is of, where whoever walks is of a unit."""
        cohort = self._cohort(name).model
        funnel = None if cohort.journey is None else find_journey(self._workspace, cohort.journey).model
        return unit_of(cohort, funnel) or unit

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


def _seen(first: int | None) -> SequenceView:
    """A view in which nothing is known but when the first event was."""
    return SequenceView(
        units=(),
        offsets=np.zeros(1, np.int64),
        time=np.array([] if first is None else [first], np.int64),
        event=Coded(codes=np.zeros(0, np.int32), values=()),
    )
