"""What do programs get to know of a journey: its answer, and who stopped at a step of a funnel?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.calc.funnel_groups import walk_groups
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.answers import JourneyAnswer, answer
from quarterdeck.insights.journeys.service.asking import Asked
from quarterdeck.insights.journeys.service.bounds import refuse_endless, refuse_many, refuse_names
from quarterdeck.insights.journeys.service.exploring import asking_alike, opened_at
from quarterdeck.insights.journeys.service.moving import MovedSeen, moved_between
from quarterdeck.insights.journeys.service.opening import Opened
from quarterdeck.insights.journeys.service.readiness import pinned
from quarterdeck.insights.journeys.service.seen import StoppedSeen
from quarterdeck.insights.journeys.service.stopping import stopped_before
from quarterdeck.stats.personal import masked_value


def answer_journey(
    workspace: Workspace, journey: Journey, *, tables: Mapping[str, int], sees_personal: bool
) -> JourneyAnswer:
    """The answer to a journey at some versions of the facts, for who may see it."""
    with _bounded(workspace, journey, tables, sees_personal=sees_personal) as opened:
        found = answer(opened)
    return replace(found, figures=_masked(found.figures, sees_personal=sees_personal))


def stopped_at(
    workspace: Workspace,
    journey: Journey,
    looked_at: Asked,
    *,
    tables: Mapping[str, int],
    sees_personal: bool,
    listed: int,
) -> StoppedSeen:
    """Who stopped before a step of a funnel, why, and by which events that is known."""
    if journey.kind != "funnel" or not 2 <= looked_at.stop <= len(journey.steps):
        raise QuarterdeckError(
            f"Nobody can stop before step {looked_at.stop} of this journey.",
            "Ask a funnel for a step between 2 and its last.",
        )
    with _bounded(workspace, journey, tables, sees_personal=sees_personal) as opened:
        alone = asking_alike(opened, by=())
        found = walk_groups(alone.view, alone.question)[()]
        return stopped_before(
            alone, found, looked_at.stop, looked_at, sees_personal=sees_personal, listed=listed
        )


def moved_at(
    workspace: Workspace,
    journey: Journey,
    stops: tuple[str, str],
    *,
    step: int | None,
    tables: Mapping[str, int],
    sees_personal: bool,
    listed: int,
) -> MovedSeen:
    """Who went from one stop of a path to another, for who may see it."""
    with _bounded(workspace, journey, tables, sees_personal=sees_personal) as opened:
        return moved_between(opened, *stops, step=step, sees_personal=sees_personal, listed=listed)


def _masked(figures: Any, *, sees_personal: bool) -> Any:
    """The same figures without addresses and telephone numbers among their texts."""
    if isinstance(figures, str):
        return masked_value(figures, sees_personal=sees_personal, place=0).removesuffix(" 0")
    if isinstance(figures, Mapping):
        return {key: _masked(value, sees_personal=sees_personal) for key, value in figures.items()}
    if isinstance(figures, list | tuple):
        return [_masked(value, sees_personal=sees_personal) for value in figures]
    return figures


@contextmanager
def _bounded(
    workspace: Workspace, journey: Journey, tables: Mapping[str, int], *, sees_personal: bool
) -> Iterator[Opened]:
    refuse_endless(journey)
    refuse_names(journey, sees_personal=sees_personal)
    with (
        FactStore(workspace.facts_path).snapshot(at=pinned(workspace, tables)) as snapshot,
        opened_at(workspace, snapshot, journey, tables) as opened,
    ):
        refuse_many(journey, opened.question.period)
        yield opened
