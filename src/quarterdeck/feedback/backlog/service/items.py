"""Which work items are there, how far is each, and how long did those take that shipped?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.backlog.calc.stages import Stage, stage_of
from quarterdeck.feedback.backlog.facts.work_items import (
    Step,
    WorkItem,
    read_history,
    read_items,
    read_statuses,
)
from quarterdeck.feedback.backlog.service.loop import read_loop

__all__ = ["Items", "Step", "WorkItem", "cycle_days", "history_of", "work_items"]


@dataclass(frozen=True, kw_only=True)
class Items:
    """Every work item at a moment, by key; statuses that nobody knows the stage of count as to do."""

    by_key: Mapping[str, WorkItem]
    unknown_statuses: tuple[str, ...]
    version: int

    def find(self, key: str) -> WorkItem:
        """The item of a key."""
        if key not in self.by_key:
            search = "`quarterdeck backlog items WORDS` finds them by their titles."
            hint = search if self.by_key else "Import the histories of your tracker: work_items."
            raise QuarterdeckError(
                f"There is no work item '{key[:80]}'.", did_you_mean(key, self.by_key) or hint
            )
        return self.by_key[key]

    def below(self, key: str) -> tuple[str, ...]:
        """The keys of everything below an item, however deep; a ring of parents ends where it began."""
        children: dict[str, list[str]] = {}
        for item in self.by_key.values():
            if item.parent:
                children.setdefault(item.parent, []).append(item.key)
        found: dict[str, None] = {}
        waiting = [key]
        while waiting:
            for child in children.get(waiting.pop(), ()):
                if child not in found and child != key:
                    found[child] = None
                    waiting.append(child)
        return tuple(found)


def work_items(workspace: Workspace, at: datetime | None = None) -> Items:
    """The items as they stand at a moment; as of now, or of the day a made-up company stands at, if none."""
    said = read_loop(workspace).statuses
    version = FactStore(workspace.facts_path).delta("work_items").open()
    if version is None:
        return Items(by_key={}, unknown_statuses=(), version=-1)
    until = at or moment_of(workspace)
    return _read(workspace.facts_path, version.version(), until, tuple(sorted(said.items())))


def moment_of(workspace: Workspace) -> datetime:
    """Until when is counted: the beginning of the day a made-up company stands at, else this minute."""
    day = workspace.stands_at
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=workspace.zone)
    return datetime.now(UTC).replace(second=59, microsecond=999_999)


@lru_cache(maxsize=8)
def _read(facts: Path, version: int, until: datetime, said: tuple[tuple[str, Stage], ...]) -> Items:
    with FactStore(facts).snapshot_of("work_items") as snapshot:
        named = {status: stage_of(status, dict(said)) for status in read_statuses(snapshot)}
        stages: dict[str, Stage] = {status: stage or "to do" for status, stage in named.items()}
        found = read_items(snapshot, until, stages)
    resolved = {key: _resolved(item, dict(said)) for key, item in found.items()}
    unknown = tuple(status for status, stage in named.items() if stage is None)
    return Items(by_key=resolved, unknown_statuses=unknown, version=version)


def _resolved(item: WorkItem, said: Mapping[str, Stage]) -> WorkItem:
    """Closed as a duplicate, or as not to be done, is not shipped."""
    if item.stage == "done" and item.resolution and stage_of(item.resolution, said) == "dropped":
        return replace(item, stage="dropped", shipped_at=None)
    return item


def cycle_days(items: Iterable[WorkItem]) -> tuple[float, ...]:
    """How many days each took that shipped and was seen in progress, shortest first."""
    return tuple(sorted(days for item in items if (days := item.cycle_days) is not None))


def history_of(workspace: Workspace, key: str) -> Sequence[Step]:
    """What became of one item, oldest first."""
    with FactStore(workspace.facts_path).snapshot_of("work_items") as snapshot:
        return read_history(snapshot, key, moment_of(workspace))
