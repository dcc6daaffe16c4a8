"""How many customers go through a journey in a quarter, counted before a page needs it?

A page must not walk over the events: a job counts when facts or journeys are newer, and keeps what it found
as one file, replaced whole. It holds totals and names nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.backlog.calc.grounds import Passed
from quarterdeck.feedback.themes.service.for_backlog import QUARTER_WEEKS
from quarterdeck.insights.journeys.service.book import read_journeys

FILE = Path(".quarterdeck") / "backlog" / "passed.json"
QUARTER = timedelta(weeks=QUARTER_WEEKS)
MOST_KEPT = 200
NOT_COUNTED = "it is being counted"
Json = dict[str, Any]
Funnel = TypeVar("Funnel", bound=BaseModel)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptPassed:
    """What was counted, and of which journey, day and facts."""

    of: str
    passed: Passed


KEPT = TypeAdapter(tuple[KeptPassed, ...])


@dataclass(frozen=True, kw_only=True)
class Counting:
    """What is counted: the quarter before a day, in facts of these versions, of who pays or of all."""

    workspace: Workspace
    versions: Mapping[str, int]
    day: date
    paying: bool

    def key(self, version: str) -> str:
        """What a count of a journey of that version is kept as."""
        facts = " ".join(f"{table}={self.versions.get(table, -1)}" for table in ("accounts", "events"))
        return f"{version} {self.day} {facts} {'paying' if self.paying else 'all'}"


def passed(counting: Counting, names: Iterable[str], *, may_count: bool) -> dict[str, Passed]:
    """Each journey by name; what is not counted yet is counted now, or told by the last count there was."""
    saved, kept = read_journeys(counting.workspace), list(_kept(counting.workspace))
    found: dict[str, Passed] = {}
    counted = []
    for name in dict.fromkeys(names):
        definition = saved.get(name)
        if definition is None:
            found[name] = Passed(name=name, title=name, trouble=f"there is no journey named '{name}'")
            continue
        title, of = definition.model.title or name, counting.key(definition.version)
        if definition.model.kind != "funnel":
            trouble = "it is no funnel, so nobody can say how many come to its end"
            found[name] = Passed(name=name, title=title, trouble=trouble)
            continue
        exact = next((each.passed for each in kept if (each.of, each.passed.name) == (of, name)), None)
        if exact is None and may_count:
            exact = _count(counting, name, title, definition.model)
            counted.append(KeptPassed(of=of, passed=exact))
        last = next((each.passed for each in kept if each.passed.name == name), None)
        found[name] = exact or last or Passed(name=name, title=title, trouble=NOT_COUNTED)
    if counted:
        _keep(counting.workspace, [*counted, *kept][:MOST_KEPT])
    return found


def is_behind(counting: Counting, names: Iterable[str]) -> bool:
    """Is there a funnel that is not counted as of this day and these facts?"""
    saved, there = read_journeys(counting.workspace), {each.of for each in _kept(counting.workspace)}
    wanted = (saved[name] for name in names if name in saved and saved[name].model.kind == "funnel")
    return any(counting.key(each.version) not in there for each in wanted)


def counted_at(workspace: Workspace) -> int:
    """When the counts were written, as a number that changes with them; 0 where there are none."""
    try:
        return (workspace.path / FILE).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _count(counting: Counting, name: str, title: str, journey: BaseModel) -> Passed:
    """Who may still come to the end is not counted yet."""
    from quarterdeck.insights.journeys.service.answers import answer  # slow import
    from quarterdeck.insights.journeys.service.opening import open_journey  # slow import

    begin = datetime(counting.day.year, counting.day.month, counting.day.day, tzinfo=counting.workspace.zone)
    now = (begin - timedelta(microseconds=1)).astimezone(UTC)
    asked = _asked(journey, counting.day - QUARTER, paying=counting.paying)
    try:
        with (
            FactStore(counting.workspace.facts_path).snapshot() as snapshot,
            open_journey(counting.workspace, snapshot, asked, now) as opened,  # type: ignore[arg-type]
        ):
            figures = answer(opened).figures
    except QuarterdeckError as error:
        return Passed(name=name, title=title, trouble=error.message)
    entered, converted = _through(figures)
    entered_before, converted_before = _through(figures.get("before", {}))
    return Passed(
        name=name,
        title=title,
        entered=entered,
        converted=converted,
        entered_before=entered_before,
        converted_before=converted_before,
    )


def _asked(journey: Funnel, since: date, *, paying: bool) -> Funnel:
    """The same funnel of the last quarter and the one before, walked by whole customers."""
    said = journey.model_dump(by_alias=True, exclude_unset=True)
    for only_shown in ("until", "by", "weigh", "show", "count", "from_step", "to_step", "bins"):
        said.pop(only_shown, None)
    said |= {"since": since.isoformat(), "unit": "account", "compare": True}
    if paying:
        said["where"] = [*said.get("where", ()), {"property": "account.arr", "above": 0}]
    return type(journey).model_validate(said)


def _through(figures: Json) -> tuple[int, int]:
    groups = figures.get("groups") or [{"steps": []}]
    steps = groups[0]["steps"]
    if not steps:
        return 0, 0
    still = sum(step["open"] for step in steps)
    return steps[0]["reached"] - still, steps[-1]["reached"]


def _kept(workspace: Workspace) -> tuple[KeptPassed, ...]:
    try:
        return KEPT.validate_json((workspace.path / FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return ()


def _keep(workspace: Workspace, kept: list[KeptPassed]) -> None:
    write_atomically(workspace.path / FILE, KEPT.dump_json(tuple(kept)).decode())
