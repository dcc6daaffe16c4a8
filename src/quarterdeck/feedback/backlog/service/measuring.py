"""What became of the changes that were accepted, once their work shipped long enough ago to tell?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.backlog.calc.before_after import Change, Unknown
from quarterdeck.feedback.backlog.models.recommending import Recommendation, RecommendationState
from quarterdeck.feedback.backlog.service.asking import read_ground
from quarterdeck.feedback.backlog.service.effect import Effect, effect_of
from quarterdeck.feedback.backlog.service.recommending import items_of, note_measured

Json = dict[str, Any]


def measure_accepted(workspace: Workspace) -> int:
    """Say of each accepted change what its work did, when all of that shipped and its time is over."""
    measured, ground = 0, None
    for record, items in _under_way():
        ground = ground or read_ground(workspace)
        effects = [effect_of(workspace, ground, item) for item in items if item in ground.items.by_key]
        known = [each for each in effects if each is not None and not each.too_early]
        if len(known) == len(items):
            note_measured(recommendation=record, by=None, effect=_told(known))
            measured += 1
    return measured


def is_accepted() -> bool:
    """Is there an accepted change with work that may have shipped?"""
    return next(_under_way(), None) is not None


def _under_way() -> Iterator[tuple[Recommendation, tuple[str, ...]]]:
    for record in Recommendation.objects.filter(state=RecommendationState.ACCEPTED):
        if items := items_of(record):
            yield record, items


def _told(effects: Sequence[Effect]) -> Json:
    """Of each item how often its theme is spoken of since, with the interval, or why nobody can tell."""
    return {each.item.key: _mentions(each) for each in effects}


def _mentions(effect: Effect) -> Json:
    found = effect.mentions if isinstance(effect.mentions, Unknown) else effect.mentions.change
    if isinstance(found, Change):
        return {"mentions_ratio": found.value, "low": found.low, "high": found.high}
    return {"unknown": found.reason}
