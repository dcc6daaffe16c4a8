"""Which taxonomy is in force, and what does a file say?"""

from pathlib import Path

from quarterdeck.definitions.folder import Definition, Kind, definition_files, read_definition
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import DefinitionError, QuarterdeckError
from quarterdeck.feedback.themes.definitions import Taxonomy
from quarterdeck.feedback.themes.service.lint import (
    parent_of_itself,
    tag_named_twice,
    unknown_journey,
    unknown_parent,
)

TAXONOMY = Kind(
    name="taxonomy",
    folder="themes",
    model=Taxonomy,
    file="taxonomy.yaml",
    linters=(tag_named_twice, unknown_parent, parent_of_itself, unknown_journey),
)


def read_taxonomy(workspace: Workspace) -> Definition[Taxonomy] | None:
    """The company's taxonomy, or None where none is written yet."""
    files = definition_files(workspace.path, TAXONOMY)
    return read_taxonomy_file(files[0]) if files else None


def taxonomy_file(workspace: Workspace) -> Path:
    """The file of the company's taxonomy."""
    files = definition_files(workspace.path, TAXONOMY)
    if not files:
        where = workspace.path / TAXONOMY.folder / TAXONOMY.file
        raise QuarterdeckError(f"There is no taxonomy in {where}.", "Write one there, or in the browser.")
    return files[0]


def name_now(workspace: Workspace, name: str) -> str:
    """What a tag is called now that had a name once: records go by the names of their time."""
    taxonomy = read_taxonomy(workspace)
    return taxonomy.model.became.get(name, name) if taxonomy else name


def names_called(workspace: Workspace, name: str) -> tuple[str, ...]:
    """Every name under which records of a tag may stand, that of now first."""
    taxonomy = read_taxonomy(workspace)
    became = taxonomy.model.became if taxonomy else {}
    return (name, *(old for old, new in became.items() if new == name))


def read_taxonomy_file(file: Path) -> Definition[Taxonomy]:
    """The taxonomy in a file, wherever it stands; its first fault is raised with its line."""
    definition, _, findings = read_definition(file, TAXONOMY)
    if definition is None:
        first = min(findings, key=lambda finding: finding.line)
        raise DefinitionError(first.message, first.hint, file=first.file, line=first.line)
    for linter in TAXONOMY.linters:
        for location, message, hint in linter(definition.name, definition.model, {}):
            raise DefinitionError(message, hint, file=file, line=definition.line_of(location))
    return definition
