"""Which journeys stand in every brief, and what do they tell there?"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import Conflict
from quarterdeck.insights.journeys.service.book import find_journey
from quarterdeck.insights.journeys.service.kept import KeptAnswer, kept_answers
from quarterdeck.records.links import join, neighbours, part
from quarterdeck.records.models import Person
from quarterdeck.records.remembering import until_a_change
from quarterdeck.records.subjects import Subject

PINNED_TO = "pinned to"
BRIEF = Subject(type="brief", key="every", title="Every brief")
MOST_PINNED = 2  # a page of one sheet holds no more


@dataclass(frozen=True, kw_only=True, slots=True)
class TellsInBrief:
    """A pinned journey: what it is called, and what it found last."""

    name: str
    title: str
    found: KeptAnswer


@until_a_change
def pinned_journeys() -> tuple[str, ...]:
    """The names of the journeys that stand in every brief, the first pinned first."""
    joined = neighbours(BRIEF)
    return tuple(
        each.subject.key
        for each in joined
        if each.verb == PINNED_TO and not each.outward and each.subject.type == "journey"
    )


@transaction.atomic
def pin(*, workspace: Workspace, name: str, by: Person) -> None:
    """Let a saved journey stand in every brief from now on."""
    find_journey(workspace, name)
    there = pinned_journeys()
    if name not in there and len(there) >= MOST_PINNED:
        raise Conflict(
            f"{MOST_PINNED} journeys stand in the brief already: {', '.join(there)}.", "Take one out first."
        )
    join(source=_subject(name), verb=PINNED_TO, target=BRIEF, by=by)


@transaction.atomic
def unpin(*, name: str, by: Person) -> None:
    """Take a journey out of the briefs to come; published ones stay as they are."""
    part(source=_subject(name), verb=PINNED_TO, target=BRIEF, by=by)


def told_in_brief(workspace: Workspace) -> tuple[TellsInBrief, ...]:
    """What the pinned journeys found last; those never answered, or not answerable, are not told."""
    kept = kept_answers(workspace)
    return tuple(
        TellsInBrief(name=name, title=_title(workspace, name), found=kept[name])
        for name in pinned_journeys()
        if name in kept and kept[name].claim
    )


def _title(workspace: Workspace, name: str) -> str:
    return find_journey(workspace, name).model.title or name


def _subject(name: str) -> Subject:
    return Subject(type="journey", key=name)
