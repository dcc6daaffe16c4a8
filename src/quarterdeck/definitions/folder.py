"""Which definitions of one kind does a workspace hold?"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from quarterdeck.definitions.faults import validate
from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.source import Location, Source, content_version, parse_source, read_source
from quarterdeck.errors import DefinitionError

Model = TypeVar("Model", bound=BaseModel)

NAME = re.compile(r"[a-z][a-z0-9_]*")
MOST_NAME = 60

Problem = tuple[Location, str, str]
"""What a linter yields: where in the definition, what is wrong, and what to do (or "")."""

Models = Mapping[str, Mapping[str, Any]]
"""Every readable definition of the workspace: kind name, then definition name, then its model.

Under `FACT_NAMES` stand the names found in the facts, where there are any: what they name, then the names.
"""

FACT_NAMES = "fact names"

Linter = Callable[[str, Any, Models], Iterator[Problem]]
"""A generator over one definition's name and model; its `__name__` is the rule that `no_lint:` silences."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind(Generic[Model]):
    """A kind of definition: one YAML file each in `folder`, or all of it in one `file` of that folder.

    `references` says which keys name other definitions, and of which kind; `leaves_out` names the files of
    the folder that belong to another kind; `doubts` are linters that only warn. `uncounted` keys say how a
    definition stands and not what it means; it means another thing when one named at `rests_on` does.
    """

    name: str
    folder: str
    model: type[Model]
    file: str = ""
    leaves_out: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    linters: tuple[Linter, ...] = ()
    doubts: tuple[Linter, ...] = ()
    uncounted: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()

    @property
    def schema_name(self) -> str:
        """Name of its JSON Schema, also said in the first line of each file."""
        return f"{self.name.replace(' ', '_')}.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition(Generic[Model]):
    """A valid definition; `version` changes with its content, not with comments or the order of keys."""

    name: str
    model: Model
    file: Path
    line: int
    version: str
    source: Source

    def line_of(self, location: Location) -> int:
        """The 1-based line on which a part of the definition stands."""
        return self.source.line_of(location)


def joined_version(own: str, parts: Sequence[str]) -> str:
    """The version of a definition that rests on others: another one as soon as any of them is."""
    return sha256("".join((own, *parts)).encode()).hexdigest()[:12] if parts else own


def definition_files(workspace_path: Path, kind: Kind[Any]) -> tuple[Path, ...]:
    """The files of one kind, sorted by name."""
    folder = workspace_path / kind.folder
    if not folder.is_dir():
        return ()
    return tuple(sorted(file for file in folder.glob("*.yaml") if _is_of(kind, file) and file.is_file()))


def definition_file(workspace_path: Path, kind: Kind[Any], name: str) -> Path | None:
    """Where a definition of that name stands or would stand; None where no file of the kind may be so called.

    A name is a plain word, so that no path leaves the folder of the kind.
    """
    if len(name) > MOST_NAME or not NAME.fullmatch(name):
        return None
    file = workspace_path / kind.folder / f"{name}.yaml"
    return file if _is_of(kind, file) else None


def _is_of(kind: Kind[Any], file: Path) -> bool:
    if kind.file:
        return file.name == kind.file
    return not file.name.startswith(".") and file.name not in kind.leaves_out


def read_definition(
    file: Path, kind: Kind[Model], text: str | None = None
) -> tuple[Definition[Model] | None, Source, tuple[Finding, ...]]:
    """Read one file, or a text as if it stood there: the definition if valid, its source, every finding."""
    source = read_source(file) if text is None else parse_source(file, text)
    if source.findings and source.content is None:
        return None, source, source.findings
    made = validate(kind.model, source)
    if isinstance(made, tuple):
        return None, source, (*source.findings, *made)
    if source.findings:
        return None, source, source.findings
    definition = Definition(
        name=file.stem,
        model=made,
        file=file,
        line=source.line_of(()),
        version=content_version(source.content, kind.uncounted),
        source=source,
    )
    return definition, source, ()


def read_folder(workspace_path: Path, kind: Kind[Model]) -> tuple[Definition[Model], ...]:
    """Every definition of one kind, by name; the first fault is raised as a DefinitionError."""
    definitions = []
    for file in definition_files(workspace_path, kind):
        definition, _, findings = read_definition(file, kind)
        if definition is None:
            first = min(findings, key=lambda finding: finding.line)
            hint = first.hint or "`quarterdeck check` lists everything that is wrong."
            raise DefinitionError(first.message, hint, file=first.file, line=first.line)
        definitions.append(definition)
    return tuple(definitions)
