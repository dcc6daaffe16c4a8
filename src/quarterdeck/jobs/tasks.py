"""Which kinds of work are there, how often may each fail, and what comes around by itself?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from django.conf import settings

from quarterdeck.errors import QuarterdeckError, did_you_mean


class Progress(Protocol):
    """How running work tells how far it is."""

    def tell(self, done: int, total: int | None = None, saying: str = "") -> None: ...

    def should_stop(self) -> bool: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A kind of work: `run(progress, **arguments)` may die at any moment, so it must be safe to run twice."""

    name: str
    run: Callable[..., Mapping[str, Any] | None]
    attempts: int = 5
    wait: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """A task that comes around by itself: `following(moment)` is the next time after a moment (aware UTC).

    `wanted` says whether there is anything to do at all; where not, nothing is asked and nothing logged.
    """

    name: str
    task: str
    title: str
    following: Callable[[datetime], datetime]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    wanted: Callable[[], bool] = lambda: True


def every(interval: timedelta) -> Callable[[datetime], datetime]:
    """A rhythm of equal steps."""
    return lambda moment: moment + interval


@cache
def tasks() -> Mapping[str, Task]:
    """Every kind of work that this installation can do, by name."""
    return {task.name: task for module in _modules() for task in getattr(module, "TASKS", ())}


@cache
def rhythms() -> Mapping[str, Rhythm]:
    """Everything that comes around by itself, by name."""
    return {rhythm.name: rhythm for module in _modules() for rhythm in getattr(module, "RHYTHMS", ())}


def find_task(name: str) -> Task:
    """The task of a name."""
    known = tasks()
    if name not in known:
        raise QuarterdeckError(f"There is no task '{name}'.", did_you_mean(name, known))
    return known[name]


def _modules() -> tuple[Any, ...]:
    return tuple(import_module(name) for name in settings.QUARTERDECK_JOBS)
