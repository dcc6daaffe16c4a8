"""Why does a journey say another figure now than it said then?

The figure is counted anew with one thing changed after the other: the definition, the events, the identities,
what is known of people and accounts, and at last the time that has passed. Each difference is that thing's.
The period stays the one that was asked for then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from quarterdeck.definitions.earlier import text_at
from quarterdeck.definitions.folder import read_definition
from quarterdeck.definitions.workspace import Workspace, open_workspace
from quarterdeck.errors import DefinitionError, QuarterdeckError
from quarterdeck.facts.past import first_readable, versions_at
from quarterdeck.facts.snapshot import ABSENT
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.calc.buckets import microseconds
from quarterdeck.insights.journeys.calc.picks import counted
from quarterdeck.insights.journeys.calc.sequence import select
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.facts.corrections import new_aliases, new_rows
from quarterdeck.insights.journeys.service.asked import picks_of
from quarterdeck.insights.journeys.service.book import JOURNEY, find_journey, read_file
from quarterdeck.insights.journeys.service.headline import Headline, headline
from quarterdeck.insights.journeys.service.opening import PINNED, Opened, open_journey
from quarterdeck.insights.journeys.service.running import moment_asked

EVENTS, IDENTITIES, WHO_THEY_ARE = ("events",), ("aliases",), ("people", "accounts")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """One thing that changed: how many of it, and by how much the figure moved with it."""

    what: str
    count: int | None
    before: float | None
    after: float | None

    @property
    def moved(self) -> float:
        """By how much the figure moved; 0 where there was none before or after."""
        return (self.after or 0.0) - (self.before or 0.0) if None not in (self.before, self.after) else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Restated:
    """A figure as it was then and as it is now, and what changed in between, in the order of the counting."""

    title: str
    before: Headline
    after: Headline
    causes: tuple[Cause, ...]
    versions_before: Mapping[str, int]
    versions_after: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """41.2 % then, 43.0 % now: 3 late events (+1.2), 2 merged identities (+0.6)."""
        told = ", ".join(f"{self.named(cause)} ({self.signed(cause)})" for cause in self.causes)
        return f"{self.before.words} then, {self.after.words} now: {told or 'nothing changed'}."

    def as_json(self) -> dict[str, Any]:
        """As JSON."""
        causes = [{**asdict(cause), "moved": cause.moved} for cause in self.causes]
        return {**asdict(self), "causes": causes, "sentence": self.sentence}

    def lines(self) -> Iterator[str]:
        """As lines of a terminal: the figure after each thing that changed."""
        yield f"{self.title or 'Journey'}: {self.after.what}"
        yield f"{'then':<40}{self.before.words:>12}"
        for cause in self.causes:
            yield f"{self.named(cause):<40}{self.figure(cause):>12}  {self.signed(cause)}"
        yield self.sentence

    def named(self, cause: Cause) -> str:
        """3 late events."""
        return cause.what if cause.count is None else f"{cause.count:,} {cause.what}"

    def figure(self, cause: Cause) -> str:
        """The figure once that had changed."""
        return replace(self.after, value=cause.after).words

    def signed(self, cause: Cause) -> str:
        """By how much it moved the figure, in points of a percentage where it is one."""
        return f"{cause.moved:+,.0f}" if self.after.base is None else f"{100 * cause.moved:+.1f}"


def restate(
    path: Path,
    query: str,
    *,
    versions: Mapping[str, int] | None = None,
    against: datetime | None = None,
    as_of: datetime | None = None,
    was: Path | None = None,
    told: float | None = None,
) -> Restated:
    """What a journey said at some versions, or at the end of a day, and what has become of it.

    `was` is a file with the definition of then; of a day git tells it. `told` is the figure that was told:
    what cannot be counted any more, since somebody was erased, is the difference to it.
    """
    workspace = open_workspace(path)
    store = FactStore(workspace.facts_path)
    now = moment_asked(workspace, as_of)
    # The end of a day is the moment before the next.
    then = now if against is None else min(moment_asked(workspace, against + timedelta(days=1)), now)
    if versions is None and against is None:
        raise QuarterdeckError("Nobody said when then was.", "Give --from TABLE=VERSION, or --against DATE.")
    asked = versions_at(store, then) if versions is None else dict(versions)
    if "events" not in asked:
        raise QuarterdeckError("There were no events then.", "Name a later day, or a version of the events.")
    readable = first_readable(store, asked)
    if readable != asked and told is None:
        raise QuarterdeckError(
            "Somebody was erased since: the figure of then cannot be counted any more.",
            "Give the figure that was told then: --told 41.2%",
        )
    journey, earlier = _journeys(workspace, query, then if against is not None else None, was)
    ledger = _Ledger(workspace, store, then=then, now=now)
    return ledger.restated(journey, earlier, asked, readable, told if readable != asked else None)


def _journeys(
    workspace: Workspace, query: str, then: datetime | None, was: Path | None
) -> tuple[Journey, Journey]:
    """The journey as it is defined now, and as it was then."""
    if query.endswith((".yaml", ".yml")):
        file = Path(query)
        definition = read_file(file)
    else:
        definition = find_journey(workspace, query)
        file = definition.file
    if was is not None:
        return definition.model, read_file(was).model
    text = None if then is None else text_at(file.resolve(), then)
    if text is None:
        return definition.model, definition.model
    earlier, _, findings = read_definition(file, JOURNEY, text)
    if earlier is None:
        raise DefinitionError(f"As it stood then: {findings[0].message}", "Give it by --was FILE.", file=file)
    return definition.model, earlier.model


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counted:
    """One way of counting: the figure, and how many events it looked at."""

    figure: Headline
    events: int
    versions: Mapping[str, int]


class _Ledger:
    def __init__(self, workspace: Workspace, store: FactStore, *, then: datetime, now: datetime) -> None:
        self._workspace, self._store = workspace, store
        self._then, self._now = then, now
        self._newest = store.versions()

    def restated(
        self,
        journey: Journey,
        earlier: Journey,
        asked: Mapping[str, int],
        readable: Mapping[str, int],
        told: float | None,
    ) -> Restated:
        pins = {table: readable.get(table, ABSENT) for table in self._newest}
        first = last = self._count(earlier, pins, self._then)
        causes: list[Cause] = []
        before = first.figure
        if told is not None:
            before = replace(first.figure, value=told)
            causes.append(Cause(what="erased", count=None, before=told, after=first.figure.value))
        if journey != earlier:
            last = self._step(causes, "definition change", last, self._count(journey, pins, self._then), 1)
        for tables in (EVENTS, IDENTITIES, WHO_THEY_ARE):
            moved = {**pins, **{table: self._newest[table] for table in tables if table in self._newest}}
            if moved != pins:
                found = self._count(journey, moved, self._then)
                what, count = self._named(tables, pins, moved, found.events - last.events)
                last = self._step(causes, what, last, found, count)
                pins = moved
        if self._now != self._then:
            last = self._step(causes, "time that passed", last, self._count(journey, pins, self._now), None)
        return Restated(
            title=journey.title,
            before=before,
            after=last.figure,
            causes=tuple(causes),
            versions_before=dict(asked),
            versions_after=last.versions,
        )

    def _step(
        self, causes: list[Cause], what: str, last: _Counted, found: _Counted, count: int | None
    ) -> _Counted:
        cause = Cause(what=what, count=count, before=last.figure.value, after=found.figure.value)
        # A version more need not say anything new: files are compacted, events of other kinds come in.
        if count != 0 or cause.before != cause.after:
            causes.append(cause)
        return found

    def _named(
        self, tables: tuple[str, ...], before: Mapping[str, int], after: Mapping[str, int], events: int
    ) -> tuple[str, int]:
        """What changed in some tables, and how many of it there are."""
        if tables == EVENTS:
            return f"late event{'s' * (events != 1)}", events
        with self._store.snapshot(at=before) as old, self._store.snapshot(at=after) as new:
            if tables == IDENTITIES:
                count = new_aliases(old, new)
                return f"merged identit{'y' if count == 1 else 'ies'}", count
            count = sum(new_rows(old, new, table) for table in tables)
            return f"correction{'s' * (count != 1)} of people and accounts", count

    def _count(self, journey: Journey, pins: Mapping[str, int], known_until: datetime) -> _Counted:
        """The figure of a journey, asked as it was asked then, as far as facts told at some moment."""
        with self._opened(journey, pins, known_until) as opened:
            picked = np.zeros(len(opened.view.time), np.bool_)
            for pick in picks_of(journey):
                picked |= counted(opened.view, pick, opened.question.cohorts)
            period = opened.question.period
            asked = (opened.view.time >= period.since) & (opened.view.time <= opened.question.later_until)
            return _Counted(
                figure=headline(opened), events=int((picked & asked).sum()), versions=opened.versions
            )

    @contextmanager
    def _opened(self, journey: Journey, pins: Mapping[str, int], known_until: datetime) -> Iterator[Opened]:
        until = microseconds(known_until)
        with (
            self._store.snapshot(at=dict(pins)) as snapshot,
            open_journey(self._workspace, snapshot, journey, self._then, PINNED) as opened,
        ):
            # What happened after that moment was not known then, whenever it came in.
            view = select(opened.view, np.flatnonzero(opened.view.time <= until))
            period = replace(opened.question.period, known_until=until)
            yield replace(opened, view=view, question=replace(opened.question, period=period))
