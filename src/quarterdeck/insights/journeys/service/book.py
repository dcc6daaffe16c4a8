"""Which journeys and cohorts are saved in a workspace?"""

from __future__ import annotations

from pathlib import Path

from quarterdeck.definitions.folder import Definition, Kind, read_definition, read_folder
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import DefinitionError, QuarterdeckError, did_you_mean
from quarterdeck.insights.journeys.definitions.cohort import Cohort
from quarterdeck.insights.journeys.definitions.journey import Journey

JOURNEY = Kind(name="journey", folder="journeys", model=Journey)
COHORT = Kind(name="cohort", folder="cohorts", model=Cohort, references={"journey": "journey"})


def read_journeys(workspace: Workspace) -> dict[str, Definition[Journey]]:
    """Every saved journey, by name."""
    return {each.name: each for each in read_folder(workspace.path, JOURNEY)}


def read_cohorts(workspace: Workspace) -> dict[str, Definition[Cohort]]:
    """Every cohort, by name."""
    return {each.name: each for each in read_folder(workspace.path, COHORT)}


def find_journey(workspace: Workspace, name: str) -> Definition[Journey]:
    """A saved journey; an unknown name is an error that suggests one."""
    known = read_journeys(workspace)
    if name not in known:
        raise QuarterdeckError(
            f"There is no journey named {name!r}.",
            did_you_mean(name, known) or f"Write journeys/{name}.yaml, or name a file.",
        )
    return known[name]


def read_file(file: Path) -> Definition[Journey]:
    """The journey that a file asks for, wherever it stands."""
    definition, _, findings = read_definition(file, JOURNEY)
    if definition is None:
        first = min(findings, key=lambda finding: finding.line)
        raise DefinitionError(first.message, first.hint, file=first.file, line=first.line)
    return definition
