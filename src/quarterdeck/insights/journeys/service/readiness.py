"""Are the events sorted into sequences yet, as a question needs them, and how do they come to be?

Reading a question is quick once the projection stands; to build it may take minutes, so that is a job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.newest import newest_versions
from quarterdeck.facts.sequences.manifest import read_manifest
from quarterdeck.facts.sequences.store import SequenceStore
from quarterdeck.facts.snapshot import ABSENT
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.asked import columns_of
from quarterdeck.insights.journeys.service.opening import FOLDER, PINNED

FEW_ROWS = 2_000_000  # of so many, a column is added while somebody waits
Tell = Callable[[str], None]


def pinned(workspace: Workspace, tables: Mapping[str, int]) -> dict[str, int]:
    """Pins that hold for every table: those that were not there then stay away."""
    newest = newest_versions(workspace.facts_path)
    return {**dict.fromkeys(newest, ABSENT), **tables} if tables else {}


def is_ready(workspace: Workspace, journey: Journey, tables: Mapping[str, int]) -> bool:
    """Can a question be answered at once?"""
    manifest = read_manifest(workspace.path / folder_of(workspace, tables))
    if manifest is None or manifest.versions != (dict(tables) or newest_versions(workspace.facts_path)):
        return False
    missing = set(columns_of(journey)) - set(manifest.columns)
    return not missing or manifest.rows <= FEW_ROWS


def prepare(workspace: Workspace, *, tables: Mapping[str, int], columns: Iterable[str], tell: Tell) -> int:
    """Sort the events of some versions, with these columns; the number of rows."""
    tell("Sorting the events by person and time")
    store = SequenceStore(workspace.path / folder_of(workspace, tables))
    with FactStore(workspace.facts_path).snapshot(at=pinned(workspace, tables)) as snapshot:
        return len(store.open(snapshot, dict.fromkeys(columns)).time)


def folder_of(workspace: Workspace, tables: Mapping[str, int]) -> str:
    """Where the sequences of some versions are kept; the newest have a place of their own."""
    return PINNED if tables and dict(tables) != newest_versions(workspace.facts_path) else FOLDER
