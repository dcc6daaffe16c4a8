"""How does a journey meet the facts of a workspace?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from quarterdeck.definitions.folder import Definition
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.facts.reach import Reach
from quarterdeck.facts.sequences.store import Sequences, SequenceStore
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.journeys.calc import cohorts as deciding
from quarterdeck.insights.journeys.calc.breakdown import EVERYBODY, Value
from quarterdeck.insights.journeys.calc.buckets import Calendar, instant, microseconds
from quarterdeck.insights.journeys.calc.question import Question, before, period_of
from quarterdeck.insights.journeys.calc.sequence import Coded, Mask, SequenceView, walked_by
from quarterdeck.insights.journeys.calc.weights import ACCOUNT, home_accounts, weights_of
from quarterdeck.insights.journeys.definitions.cohort import Cohort
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.facts.revenue import arr_of_accounts
from quarterdeck.insights.journeys.service.asked import cohorts_of, columns_of, columns_of_cohort
from quarterdeck.insights.journeys.service.book import find_journey, read_cohorts
from quarterdeck.insights.journeys.service.engines import Analyses, KernelAnalyses

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FOLDER, PINNED = "sequences", "sequences/pinned"
"""Where sequences are kept: those of the newest versions, and the last that were pinned."""

PERSON = "person"


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A journey before the events it is about, and the versions of the facts behind them.

    `by` is an engine other than the kernels; it reads the facts itself, and the view is empty. `facts_end` is
    the newest event where facts lag behind the moment of the question. `events` are the names of all events,
    where the view does not know them.
    """

    question: Question
    view: SequenceView
    versions: dict[str, int]
    by: Analyses | None = None
    facts_end: datetime | None = None
    events: tuple[str, ...] | None = None

    @property
    def analyses(self) -> Analyses:
        """What answers."""
        return self.by or KernelAnalyses(view=self.view)


@contextmanager
def open_journey(
    workspace: Workspace, snapshot: Snapshot, journey: Journey, now: datetime, folder: str = FOLDER
) -> Iterator[Opened]:
    """The events of a snapshot as a journey wants them; its threads end with the block."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        opening = _Opening(workspace, snapshot, now, folder)
        view, versions = opening.view(journey)
        question = replace(opening.question(journey, view), each=threads.map)
        yield Opened(question=question, view=view, versions=versions, facts_end=opening.facts_end)


def named(opened: Opened, value: Value) -> list[str]:
    """A value of the breakdown as readers know it: cohorts by their titles."""
    return [opened.question.cohort_names.get(part, part) for part in value]


def calendar_of(workspace: Workspace) -> Calendar:
    """When days and weeks begin in a workspace."""
    return Calendar(zone=workspace.zone, week_starts_on=WEEKDAYS.index(workspace.week_start))


class _Opening:
    def __init__(self, workspace: Workspace, snapshot: Snapshot, now: datetime, folder: str) -> None:
        self._sequences = SequenceStore(workspace.path / folder)
        self._workspace = workspace
        self._snapshot = snapshot
        self._now = self.known_until = now
        self._calendar = calendar_of(workspace)
        self._cohorts = read_cohorts(workspace)

    @property
    def facts_end(self) -> datetime | None:
        """The newest event where facts lag behind; None where they do not."""
        return None if self.known_until == self._now else self.known_until

    def view(self, journey: Journey) -> tuple[SequenceView, dict[str, int]]:
        """The events, walked by whoever the journey is about."""
        names = columns_of(journey)
        for name in cohorts_of(journey):
            names += columns_of_cohort(self._cohort(name).model)
        sequences = self._sequences.open(self._snapshot, dict.fromkeys(names))
        self.known_until = known_at(sequences.reach, self._now)
        view = view_of(sequences)
        if journey.unit != PERSON:
            view = walked_by(view, view.columns[journey.unit])
        return view, sequences.versions

    def question(self, journey: Journey, view: SequenceView, above: tuple[str, ...] = ()) -> Question:
        """The journey with its period and cohorts."""
        names = cohorts_of(journey)
        question = Question(
            journey=journey,
            period=period_of(view, journey, self._calendar, self._now, self.known_until),
            calendar=self._calendar,
            cohorts={name: self._members(name, view, journey.unit, above) for name in names},
            cohort_names={EVERYBODY: "everybody"} | {name: self._cohort(name).model.title for name in names},
        )
        return question if journey.weigh is None else self._weighed(question, view)

    def _weighed(self, question: Question, view: SequenceView) -> Question:
        """What accounts paid at the end of the period, and of the one before."""
        journey = question.journey
        now, then = (
            weights_of(view, journey.unit, until, arr_of_accounts(self._snapshot, moment))
            for period in (question.period, before(question).period)
            for until in (min(period.until, period.asked_at),)
            for moment in (instant(until, self._calendar.zone),)
        )
        return replace(question, weights=now, weights_before=then)

    def _cohort(self, name: str) -> Definition[Cohort]:
        if name not in self._cohorts:
            raise QuarterdeckError(
                f"There is no cohort named {name!r}.",
                did_you_mean(name, self._cohorts) or f"Write cohorts/{name}.yaml.",
            )
        return self._cohorts[name]

    def _members(self, name: str, view: SequenceView, unit: str, above: tuple[str, ...]) -> Mask:
        """Which units of a view are in a cohort, whoever that is decided about."""
        cohort = self._cohort(name).model
        if name in above:
            raise QuarterdeckError(
                f"The cohort {name!r} is defined by itself.", "Take it out of its journey."
            )
        journey = None if cohort.journey is None else find_journey(self._workspace, cohort.journey).model
        own = unit_of(cohort, journey) or unit
        if journey is not None:
            view_of_own, _ = self.view(journey)
            asked = self.question(journey, view_of_own, (*above, name))
            chosen = deciding.by_funnel(view_of_own, asked, cohort)
        else:
            view_of_own = view if own == unit else self._walked_by(own, columns_of_cohort(cohort))
            chosen = self._chosen(cohort, view_of_own)
        if own == unit:
            return chosen
        if {own, unit} != {PERSON, ACCOUNT}:
            raise QuarterdeckError(
                f"The cohort {name!r} is of another unit than the journey.", "Ask both by the same unit."
            )
        people = self._walked_by(PERSON, [ACCOUNT])
        home = home_accounts(people, microseconds(self._now))
        if own == PERSON:
            return deciding.with_any_of_theirs(len(view.units), chosen, home)
        names = people.columns[ACCOUNT].values
        return deciding.with_their_accounts(list(view_of_own.units), chosen, names, home)

    def _chosen(self, cohort: Cohort, view: SequenceView) -> Mask:
        if cohort.where is not None:
            return deciding.by_property(view, cohort.where)
        if cohort.did is not None:
            return deciding.by_behaviour(view, cohort.did, self._calendar, self._now)
        if cohort.did_not is not None:
            return ~deciding.by_behaviour(view, cohort.did_not, self._calendar, self._now)
        return deciding.by_list(view, cohort.people or cohort.accounts or ())

    def _walked_by(self, unit: str, columns: Sequence[str]) -> SequenceView:
        view = view_of(self._sequences.open(self._snapshot, dict.fromkeys([*columns, ACCOUNT])))
        return view if unit == PERSON else walked_by(view, view.columns[unit])


def known_at(reach: Reach | None, now: datetime) -> datetime:
    """The last moment that facts can tell of now."""
    if reach is None:
        return now
    known = reach.known_at(microseconds(now))
    return now if known == microseconds(now) else datetime.fromtimestamp(known / 1e6, now.tzinfo)


def unit_of(cohort: Cohort, journey: Journey | None) -> str | None:
    """Who a cohort is of; None where that is whoever walks."""
    if journey is not None:
        return journey.unit
    if cohort.people is not None:
        return PERSON
    return ACCOUNT if cohort.accounts is not None else cohort.unit


def view_of(sequences: Sequences) -> SequenceView:
    """The sequences as analyses see them."""
    return SequenceView(
        units=sequences.units,
        offsets=sequences.offsets,
        time=sequences.time,
        event=Coded(codes=sequences.event.codes, values=sequences.event.values),
        columns={
            name: Coded(codes=column.codes, values=column.values)
            for name, column in sequences.columns.items()
        },
        created=sequences.born,
    )
