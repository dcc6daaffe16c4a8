"""How is the brief of a week written, and written again from its pins?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pydantic import ValidationError

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.folder import read_folder
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.facts.snapshot import ABSENT, Snapshot
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.service.book import TREE
from quarterdeck.insights.metrics.service.changes import read_changes
from quarterdeck.insights.metrics.service.dossiers import read_dossiers
from quarterdeck.insights.metrics.service.week import choose_day, read_week
from quarterdeck.report.brief.calc.page import Contribution
from quarterdeck.report.brief.definitions import BriefDocument, Pins
from quarterdeck.report.brief.facts import read_trust
from quarterdeck.report.brief.service.pages import BriefPages, WeekRead, page_files

CHANGES_SHOWN_DAYS = 42
TREE_PIN = "metric tree"


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenBrief:
    """A brief on disk: where it is, what it says, and how many pages of evidence stand behind it."""

    folder: Path
    document: BriefDocument
    evidence_pages: int


def write_brief(
    workspace: Workspace,
    *,
    as_of: date,
    folder: Path | None = None,
    contributions: Sequence[Contribution] = (),
) -> WrittenBrief:
    """The brief of the last whole week before `as_of`, at the latest version of every table."""
    return _write(workspace, read_for_brief(workspace, as_of=as_of), folder, contributions)


def read_for_brief(workspace: Workspace, *, as_of: date) -> WeekRead:
    """All that a brief of the last whole week before `as_of` says, at the latest version of every table."""
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        return _read(workspace, snapshot, as_of=as_of, tables=snapshot.versions)


def rewrite_brief(
    workspace: Workspace,
    pins: Pins,
    *,
    folder: Path | None = None,
    contributions: Sequence[Contribution] = (),
) -> WrittenBrief:
    """The same brief again, from its pins; a definition or setting that changed since is a Conflict."""
    _check_settings(workspace, pins)
    store = FactStore(workspace.facts_path)
    later = {table: ABSENT for table in store.versions() if table not in pins.tables}
    with store.snapshot(at={**pins.tables, **later}) as snapshot:
        week = _read(workspace, snapshot, as_of=pins.as_of, tables=pins.tables, only=pins.definitions)
    _check_definitions(week.pins, pins)
    return _write(workspace, week, folder, contributions)


def read_pins(file: Path) -> Pins:
    """The pins of a brief.json, or of a file that holds nothing but pins."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(data, dict) and isinstance(data.get("pins"), dict):
            data = data["pins"]
        return Pins.model_validate(data)
    except OSError as error:
        raise QuarterdeckError(f"{file} cannot be read: {error.strerror}.", "Name a brief.json.") from error
    except (ValueError, ValidationError) as error:
        raise QuarterdeckError(
            f"{file} holds no pins.", "Name the brief.json of the brief to write again."
        ) from error


def choose_as_of(workspace: Workspace, *, today: date) -> date:
    """Today; or, where the facts ended long ago, the end of their last whole week."""
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        return choose_day(workspace, snapshot, today)


def _read(
    workspace: Workspace,
    snapshot: Snapshot,
    *,
    as_of: date,
    tables: Mapping[str, int],
    only: Mapping[str, str] | None = None,
) -> WeekRead:
    week = read_week(workspace, snapshot, as_of)
    readings = [reading for reading in week.readings if only is None or reading.name in only]
    versions = {reading.name: reading.proof.definition_version for reading in readings}
    if trees := read_folder(workspace.path, TREE):
        versions[TREE_PIN] = trees[0].version
    return WeekRead(
        company=workspace.company,
        made_up=workspace.demo,
        week_start=week.start,
        dossiers=read_dossiers(readings, currency=workspace.currency, tables=tables),
        changes=read_changes(
            snapshot, since=week.end - timedelta(days=CHANGES_SHOWN_DAYS), until=as_of, zone=workspace.zone
        ),
        trust=read_trust(snapshot, tables, until=as_of, zone=workspace.zone),
        pins=Pins(
            as_of=as_of,
            company=workspace.company,
            timezone=workspace.timezone,
            week_start=workspace.week_start,
            currency=workspace.currency,
            tables=dict(sorted(tables.items())),
            definitions=dict(sorted(versions.items())),
        ),
    )


def _check_settings(workspace: Workspace, pins: Pins) -> None:
    for name in ("company", "timezone", "week_start", "currency"):
        then, now = getattr(pins, name), getattr(workspace, name)
        if then != now:
            raise Conflict(
                f"The workspace's {name} was {then!r} in these pins and is {now!r} now.",
                "Set it back in quarterdeck.yaml, or write a new brief without --pins.",
            )


def _check_definitions(now: Pins, then: Pins) -> None:
    for name, version in then.definitions.items():
        found = now.definitions.get(name)
        if found == version:
            continue
        subject = "The metric tree" if name == TREE_PIN else f"The definition of {name}"
        happened = f"is at version {found} now" if found else "is not there any more"
        raise Conflict(
            f"{subject} was at version {version} in these pins and {happened}.",
            "Check out the definitions of that day, or write a new brief without --pins.",
        )


def _write(
    workspace: Workspace, week: WeekRead, folder: Path | None, contributions: Sequence[Contribution]
) -> WrittenBrief:
    target = folder if folder is not None else workspace.path / "briefs" / week.pins.as_of.isoformat()
    pages = BriefPages(week, contributions=contributions)
    files = page_files(pages)
    if (target / "brief.json").exists():
        for page in (target / "evidence").glob("metric-*.html"):
            if f"evidence/{page.name}" not in files:
                page.unlink()
    for path, text in sorted(files.items()):
        write_atomically(target / path, text)
    evidence = sum(path.startswith("evidence/") for path in files)
    return WrittenBrief(folder=target, document=pages.document, evidence_pages=evidence)
