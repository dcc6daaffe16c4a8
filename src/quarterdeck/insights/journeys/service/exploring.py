"""What does a funnel find, step by step, week by week, person by person? Everything that its page shows."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import numpy as np

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.calc.buckets import instant, microseconds
from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses
from quarterdeck.insights.journeys.calc.funnel_figures import entries
from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.calc.kernels.attempts import OPEN
from quarterdeck.insights.journeys.definitions.conditions import Condition, Pick
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.asking import WORDS, Asked, AskedStep
from quarterdeck.insights.journeys.service.beside import beside
from quarterdeck.insights.journeys.service.bounds import is_personal, refuse_many
from quarterdeck.insights.journeys.service.choosing import choices_of, values_of
from quarterdeck.insights.journeys.service.lagging import lagging
from quarterdeck.insights.journeys.service.opening import Opened, open_journey
from quarterdeck.insights.journeys.service.readiness import folder_of, pinned
from quarterdeck.insights.journeys.service.remarking import remarks
from quarterdeck.insights.journeys.service.running import moment_asked
from quarterdeck.insights.journeys.service.seen import (
    Choices,
    FunnelSeen,
    GroupSeen,
    Rate,
    StepSeen,
    WeekSeen,
    lasting,
    rate,
    title_of,
)
from quarterdeck.insights.journeys.service.stopping import stopped_before
from quarterdeck.records.turns import step_aside
from quarterdeck.stats.interval import wilson_interval
from quarterdeck.stats.personal import masked_value

MOST_GROUPS = 4
MOST_WEEKS = 16
SHADES = 3
NOUNS = {"person": "people", "account": "accounts"}
TRIED = Asked(steps=(AskedStep(event="any"), AskedStep(event="other")), since="-1d")


def explore(
    workspace: Workspace,
    journey: Journey,
    looked_at: Asked,
    *,
    tables: Mapping[str, int],
    sees_personal: bool,
) -> tuple[FunnelSeen, Choices]:
    """A funnel as its page shows it, and what else could be asked."""
    now = moment_asked(workspace, None)
    with (
        step_aside(),
        FactStore(workspace.facts_path).snapshot(at=pinned(workspace, tables)) as snapshot,
        opened_at(workspace, snapshot, journey, tables) as opened,
    ):
        refuse_many(journey, opened.question.period)
        seen = _funnel(opened, looked_at, sees_personal=sees_personal)
        folder = workspace.path / folder_of(workspace, tables)
        values = values_of(folder, snapshot, looked_at.waiting)
        return seen, replace(choices_of(opened, snapshot, microseconds(now)), values=values)


def offer(workspace: Workspace, *, tables: Mapping[str, int], waiting: tuple[str, ...] = ()) -> Choices:
    """What a question can be made of, before there is one or beside it, and values of some properties."""
    anything = Journey(kind="funnel", steps=(Pick(),), since="-1d")
    with (
        step_aside(),
        FactStore(workspace.facts_path).snapshot(at=pinned(workspace, tables)) as snapshot,
        opened_at(workspace, snapshot, anything, tables) as opened,
    ):
        values = values_of(workspace.path / folder_of(workspace, tables), snapshot, waiting)
        now = microseconds(moment_asked(workspace, None))
        return replace(choices_of(opened, snapshot, now), values=values)


def opened_at(
    workspace: Workspace, snapshot: Snapshot, journey: Journey, tables: Mapping[str, int]
) -> AbstractContextManager[Opened]:
    """A journey before the events of a snapshot, as of the company's now."""
    folder = folder_of(workspace, tables)
    return open_journey(workspace, snapshot, journey, moment_asked(workspace, None), folder)


def try_a_question(workspace: Workspace, *, tables: Mapping[str, int]) -> None:
    """Ask a funnel of two steps, as most are, and throw the answer away."""
    explore(workspace, TRIED.journey(), TRIED, tables=tables, sees_personal=False)


def _funnel(opened: Opened, looked_at: Asked, *, sees_personal: bool) -> FunnelSeen:
    journey, question = opened.question.journey, opened.question
    whole = walk_groups(opened.view, asking_alike(opened, by=()).question)[()]
    groups = {} if not journey.by else walk_groups(opened.view, question)
    stop = looked_at.stop if 2 <= looked_at.stop <= len(journey.steps) else _largest_loss(whole)
    names = {value: _name(opened, value, place, sees_personal) for place, value in enumerate(groups, 1)}
    return FunnelSeen(
        noun=NOUNS.get(journey.unit, f"values of {journey.unit}"),
        since=question.period.begin.date(),
        until=question.period.end.date(),
        within=journey.within,
        steps=_steps(journey, whole),
        groups=tuple(
            GroupSeen(name=names[value], rates=_rates(group.reached)) for value, group in groups.items()
        ),
        lagging=lagging({names[value]: group for value, group in groups.items()}, stop) if stop else "",
        weeks=_weeks(opened),
        beside=beside(asking_alike(opened, by=(), show="steps")),
        excluded=int(np.count_nonzero(whole.depth == 0)),
        stopped=stopped_before(opened, whole, stop, looked_at, sees_personal=sees_personal) if stop else None,
        facts_end=opened.facts_end,
        remarks=tuple(remarks(opened)),
        versions=opened.versions,
    )


def asking_alike(opened: Opened, **changes: object) -> Opened:
    """The same events, asked a little differently."""
    journey = opened.question.journey.model_copy(update=changes)
    return replace(opened, question=replace(opened.question, journey=journey))


def _name(opened: Opened, value: tuple[str, ...], place: int, sees_personal: bool) -> str:
    names = (opened.question.cohort_names.get(part, part) or "no value" for part in value)
    shown = (masked_value(name, sees_personal=sees_personal, place=place) for name in names)
    if not sees_personal and any(is_personal(name) for name in opened.question.journey.by):
        return f"hidden {place}"
    return " / ".join(shown)


def _rates(reached: list[int]) -> tuple[Rate | None, ...]:
    return tuple(_rate(count, reached[0]) for count in reached)


def _rate(count: int, base: int) -> Rate | None:
    return rate(count, base, wilson_interval(count, base)) if base else None


def _steps(journey: Journey, found: FunnelWitnesses) -> tuple[StepSeen, ...]:
    reached, steps, still = found.reached, [], 0
    for place, pick in enumerate(journey.steps):
        waits = int(np.count_nonzero((found.depth == place) & (found.reason == OPEN))) if place else 0
        still += waits
        low, middle, high = _quartiles(found, place)
        conditions = ", ".join(_words(each) for each in pick.where if each.field)
        steps.append(
            StepSeen(
                number=place + 1,
                name=pick.label or title_of(pick.name),
                about=f"{pick.name}, {conditions}" if conditions else "",
                reached=reached[place],
                of_all=_rate(reached[place], reached[0]),
                of_before=_rate(reached[place], reached[place - 1]) if place else None,
                stopped=reached[place - 1] - reached[place] - waits if place else 0,
                open=waits,
                still=still,
                median=middle,
                middle=f"{low} to {high}" if low else "",
            )
        )
    return tuple(steps)


def _words(condition: Condition) -> str:
    name, value = condition.comparison
    value = ", ".join(map(str, value)) if isinstance(value, tuple) else value
    return f"{condition.field} {WORDS.get(name, name)} {value}"


def _quartiles(found: FunnelWitnesses, place: int) -> tuple[str, str, str]:
    seconds = found.seconds[found.depth > place, place] if place else np.zeros(0)
    if not len(seconds):
        return "", "", ""
    low, middle, high = np.percentile(seconds, (25, 50, 75))
    return lasting(float(low)), lasting(float(middle)), lasting(float(high))


def _largest_loss(found: FunnelWitnesses) -> int:
    """The step before which most stopped for good; 0 where nobody could."""
    steps = found.rows.shape[1]
    lost = np.array(
        [np.count_nonzero((found.depth == place) & (found.reason != OPEN)) for place in range(1, steps)]
    )
    return 2 + int(np.argmax(lost)) if lost.any() else 0


def _weeks(opened: Opened) -> tuple[WeekSeen, ...]:
    """Conversion by the week in which people began, each week by its own attempts."""
    weekly = asking_alike(opened, by=(), grain="week", show="trend", from_step=1, to_step=None)
    question = weekly.question
    attempts = walk_groups(weekly.view, question, many=True)[()]
    buckets = question.buckets
    found = entries(question.journey, attempts, buckets)
    highest = max((one.rate for one in found), default=0.0) or 1.0
    known = instant(question.period.known_until, question.calendar.zone)
    weeks = []
    for start, one in zip(buckets.starts, found, strict=True):
        closes = start + timedelta(days=7, seconds=question.journey.window_seconds)
        weeks.append(
            WeekSeen(
                start=start.date(),
                entered=one.entered,
                rate=_rate(one.converted, one.entered),
                open=one.open,
                open_until=closes.date() if one.open and closes > known else None,
                shade=min(SHADES, 1 + int(SHADES * one.rate / highest)),
            )
        )
    return tuple(weeks[-MOST_WEEKS:])
