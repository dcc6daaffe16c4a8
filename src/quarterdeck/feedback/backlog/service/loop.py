"""How does this company close its loops?"""

from quarterdeck.definitions.folder import Kind, definition_files, read_definition
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import DefinitionError
from quarterdeck.feedback.backlog.definitions import Loop

LOOP = Kind(name="loop", folder="backlog", model=Loop, file="loop.yaml")


def read_loop(workspace: Workspace) -> Loop:
    """What `backlog/loop.yaml` says, or what is usual."""
    files = definition_files(workspace.path, LOOP)
    if not files:
        return Loop()
    definition, _, findings = read_definition(files[0], LOOP)
    if definition is None:
        first = min(findings, key=lambda finding: finding.line)
        raise DefinitionError(first.message, first.hint, file=first.file, line=first.line)
    return definition.model
