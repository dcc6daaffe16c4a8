"""What did each saved journey find last, and when?

A list of journeys must not walk over the events once for each: a job answers them when facts or definitions
are newer, and keeps what they found as one file, replaced whole. It holds totals and values of breakdowns,
and names nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter, ValidationError

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.folder import Definition
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.newest import newest_versions
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.book import read_journeys
from quarterdeck.stats.figures import whole

if TYPE_CHECKING:
    from quarterdeck.insights.journeys.service.seen import FunnelSeen

FILE = Path(".quarterdeck") / "journeys" / "answers.json"
MOST_ROWS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptAnswer:
    """What a journey found: its claim, its rows, its drawing, and the definition and tables behind them.

    `trouble` says why it could not be answered; then the rest is empty.
    """

    version: str
    answered_at: datetime
    tables: Mapping[str, int]
    claim: str = ""
    measure: str = ""
    base: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    drawing: str = ""
    shares: tuple[float, ...] = ()
    query: str = ""
    trouble: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptAnswers:
    """The last answer of every saved journey, by name."""

    format: Literal[1] = 1
    answers: Mapping[str, KeptAnswer]


KEPT = TypeAdapter(KeptAnswers)
Tell = Callable[[int, int, str], None]


def kept_answers(workspace: Workspace) -> Mapping[str, KeptAnswer]:
    """What is kept; nothing where nothing was answered yet, or where this program cannot read it."""
    try:
        return KEPT.validate_json((workspace.path / FILE).read_bytes()).answers
    except (FileNotFoundError, ValidationError):
        return {}


def answered_at(workspace: Workspace) -> int:
    """When the kept answers were written, as a number that changes with them; 0 where there are none."""
    try:
        return (workspace.path / FILE).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def is_behind(workspace: Workspace) -> bool:
    """Is there a saved journey whose last answer is of older facts or of another definition?"""
    tables = newest_versions(workspace.facts_path)
    if "events" not in tables:
        return False
    kept = kept_answers(workspace)
    try:
        saved = read_journeys(workspace)
    except QuarterdeckError:
        return False
    return saved.keys() != kept.keys() or any(
        (kept[name].version, dict(kept[name].tables)) != (each.version, tables)
        for name, each in saved.items()
    )


def keep_answers(workspace: Workspace, *, tell: Tell) -> int:
    """Answer every saved journey that is behind, and keep the answers; how many were answered."""
    saved, kept = read_journeys(workspace), kept_answers(workspace)
    tables = newest_versions(workspace.facts_path)
    found, answered = {}, 0
    for place, (name, each) in enumerate(saved.items()):
        tell(place, len(saved), each.model.title or name)
        last = kept.get(name)
        if last is not None and (last.version, dict(last.tables)) == (each.version, tables):
            found[name] = last
            continue
        found[name] = _answered(workspace, each, tables)
        answered += 1
        # At once: whatever befalls the next one, this one is kept, with what was kept of those to come.
        _keep(workspace, {**{key: kept[key] for key in saved.keys() & kept.keys()}, **found})
    _keep(workspace, found)
    return answered


def _keep(workspace: Workspace, found: Mapping[str, KeptAnswer]) -> None:
    write_atomically(workspace.path / FILE, KEPT.dump_json(KeptAnswers(answers=found)).decode())


def _answered(workspace: Workspace, each: Definition[Journey], tables: Mapping[str, int]) -> KeptAnswer:
    begun = datetime.now(UTC)
    try:
        found = _funnel(workspace, each) if each.model.kind == "funnel" else _laid(workspace, each)
    except QuarterdeckError as error:
        return KeptAnswer(version=each.version, answered_at=begun, tables=tables, trouble=error.message)
    return found


def _funnel(workspace: Workspace, each: Definition[Journey]) -> KeptAnswer:
    from quarterdeck.insights.journeys.service.asking import Asked  # slow import
    from quarterdeck.insights.journeys.service.drawing import draw_funnel  # slow import
    from quarterdeck.insights.journeys.service.exploring import explore  # slow import
    from quarterdeck.insights.journeys.service.written import yaml_of  # slow import

    seen, _ = explore(workspace, each.model, Asked(), tables={}, sees_personal=False)
    drawn = draw_funnel(seen)
    return KeptAnswer(
        version=each.version,
        answered_at=datetime.now(UTC),
        tables=dict(seen.versions),
        claim=drawn.claim if drawn else f"Nobody did “{seen.steps[0].name}” in this time",
        measure=drawn.measure if drawn else "",
        base=f"of {whole(seen.begun)} {seen.noun}, within {seen.within}",
        columns=("Step", seen.noun.capitalize(), "Of all", "95 % interval", "Of step before", "Stopped"),
        rows=tuple(_step_rows(seen)),
        drawing=str(drawn.wide) if drawn else "",
        shares=tuple(step.reached / seen.begun for step in seen.steps) if seen.begun else (),
        query=yaml_of(each.model),
    )


def _step_rows(seen: FunnelSeen) -> list[tuple[str, ...]]:
    return [
        (
            f"{step.number} · {step.name}",
            f"{step.reached:,}",
            step.of_all.percent if step.of_all else "",
            step.of_all.bounds if step.of_all else "",
            step.of_before.percent if step.of_before else "",
            f"{step.stopped:,}" if step.number > 1 else "",
        )
        for step in seen.steps
    ]


def _laid(workspace: Workspace, each: Definition[Journey]) -> KeptAnswer:
    from quarterdeck.insights.journeys.service.laying_out import lay_out  # slow import
    from quarterdeck.insights.journeys.service.written import yaml_of  # slow import

    laid = lay_out(workspace, each.model, tables={}, sees_personal=False)
    first = next(iter(laid.tables), None)
    return KeptAnswer(
        version=each.version,
        answered_at=datetime.now(UTC),
        tables=dict(laid.versions),
        claim=first.claim if first else "Nothing was found in this time",
        measure=first.measure if first else "",
        columns=(first.first, *first.columns) if first else (),
        rows=tuple((row.name, *(cell.words for cell in row.cells)) for row in first.rows[:MOST_ROWS])
        if first
        else (),
        drawing=str(first.drawing or "") if first else "",
        query=yaml_of(each.model),
    )
