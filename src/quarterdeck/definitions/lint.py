"""Is everything in a workspace as it should be, and if not, what should be mended?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.folder import (
    FACT_NAMES,
    NAME,
    Definition,
    Kind,
    Problem,
    definition_file,
    definition_files,
    read_definition,
)
from quarterdeck.definitions.settings import SETTINGS_FILE
from quarterdeck.definitions.source import Content, Location, read_source, value_at
from quarterdeck.definitions.workspace import GITIGNORE, read_settings
from quarterdeck.errors import did_you_mean


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """Everything that could be read, by kind: the valid definitions, and the names of all files."""

    path: Path
    kinds: tuple[Kind[Any], ...]
    definitions: Mapping[str, Mapping[str, Definition[Any]]]
    names: Mapping[str, frozenset[str]]
    fact_names: Mapping[str, frozenset[str]]


def check_workspace(
    path: Path,
    kinds: Sequence[Kind[Any]],
    fact_names: Mapping[str, frozenset[str]] | None = None,
    instead: Mapping[Path, str] | None = None,
) -> list[Finding]:
    """Every finding in a workspace, by file and line; an empty list means that all is well.

    With the names that stand in the facts, what names nothing there is a warning. With texts `instead` of
    what files say, or of files that are not there yet, the workspace is judged as it would then be.
    """
    source = read_source(path / SETTINGS_FILE)
    settings = read_settings(source)
    findings = list(settings) if isinstance(settings, tuple) else []
    if any(finding.rule == "format" for finding in findings):
        return findings  # what another format means by its files, this program cannot know
    contents, faults = read_contents(path, tuple(kinds), fact_names or {}, instead or {})
    findings += faults
    for look in FOLDER_LINTERS:
        findings += look(contents)
    for kind in contents.kinds:
        for definition in contents.definitions[kind.name].values():
            findings += lint_definition(definition, kind, contents)
    return sorted(set(findings), key=lambda finding: (str(finding.file), finding.line, finding.message))


def read_contents(
    path: Path,
    kinds: tuple[Kind[Any], ...],
    fact_names: Mapping[str, frozenset[str]],
    instead: Mapping[Path, str] = MappingProxyType({}),
) -> tuple[Contents, list[Finding]]:
    """Read all files of all kinds, or the texts `instead` of them, and collect what is wrong with them."""
    findings: list[Finding] = []
    definitions: dict[str, dict[str, Definition[Any]]] = {}
    names: dict[str, frozenset[str]] = {}
    for kind in kinds:
        coming = {file for file in instead if definition_file(path, kind, file.stem) == file}
        files = sorted({*definition_files(path, kind), *coming})
        names[kind.name] = frozenset(file.stem for file in files)
        definitions[kind.name] = {}
        for file in files:
            definition, _, faults = read_definition(file, kind, instead.get(file))
            findings += faults
            if definition is not None:
                definitions[kind.name][definition.name] = definition
    contents = Contents(path=path, kinds=kinds, definitions=definitions, names=names, fact_names=fact_names)
    return contents, findings


def lint_definition(
    definition: Definition[BaseModel], kind: Kind[Any], contents: Contents
) -> Iterator[Finding]:
    """What the linters here and the kind's own say about one valid definition, unless it silences them."""
    silenced = _no_lint(definition)
    models: dict[str, Mapping[str, Any]] = {
        name: {key: each.model for key, each in of_kind.items()}
        for name, of_kind in contents.definitions.items()
    }
    models[FACT_NAMES] = contents.fact_names
    problems = {rule.__name__: rule(definition, kind, contents) for rule in DEFINITION_LINTERS}
    problems |= {
        rule.__name__: rule(definition.name, definition.model, models)
        for rule in (*kind.linters, *kind.doubts)
    }
    warning = {rule.__name__ for rule in kind.doubts}
    for rule, found in problems.items():
        for location, message, hint in () if rule in silenced else found:
            line = definition.line_of(location)
            yield Finding(
                file=definition.file,
                line=line,
                message=message,
                hint=hint,
                rule=rule,
                warning=rule in warning,
            )


def file_name(definition: Definition[BaseModel], kind: Kind[Any], _: Contents) -> Iterator[Problem]:
    """A definition is called by its file's name, so that must be a plain word."""
    if not kind.file and not NAME.fullmatch(definition.name):
        message = f"'{definition.name}' is no name for a {kind.name}"
        yield (), message, "Name the file with small letters, digits and _ , beginning with a letter."


def unknown_reference(
    definition: Definition[BaseModel], kind: Kind[Any], contents: Contents
) -> Iterator[Problem]:
    """Whatever a definition names must exist; a faulty file counts, since it has findings of its own."""
    for location, key, target, name in _references(definition, kind):
        known = contents.names.get(target, frozenset())
        if name not in known:
            hint = did_you_mean(name, known) or f"Known: {', '.join(sorted(known)) or 'none yet'}."
            yield location, f"'{key}' names the {target} '{name}', which does not exist", hint


def references_of(definition: Definition[BaseModel], kind: Kind[Any]) -> tuple[tuple[str, str, str], ...]:
    """What a definition names: at which key, of which kind, called what."""
    return tuple((key, target, name) for _, key, target, name in _references(definition, kind))


def _references(
    definition: Definition[BaseModel], kind: Kind[Any]
) -> Iterator[tuple[Location, str, str, str]]:
    for key, target in kind.references.items():
        for location, name in _names_at((key,), value_at(definition.source.content, (key,))):
            yield location, key, target, name


def unknown_rule(definition: Definition[BaseModel], kind: Kind[Any], _: Contents) -> Iterator[Problem]:
    """A `no_lint:` that silences nothing is a typing error or a leftover."""
    known = {rule.__name__ for rule in (*DEFINITION_LINTERS, *kind.linters, *kind.doubts)}
    for index, rule in enumerate(_no_lint(definition)):
        if rule not in known:
            hint = did_you_mean(rule, known) or f"Known rules: {', '.join(sorted(known))}."
            yield ("no_lint", index), f"no rule is named '{rule}'", hint


def unknown_file(contents: Contents) -> Iterator[Finding]:
    """A folder of definitions holds nothing else, so that no file is believed to count when it does not."""
    known = {file for kind in contents.kinds for file in definition_files(contents.path, kind)}
    for folder in sorted({kind.folder for kind in contents.kinds}):
        for file in sorted((contents.path / folder).glob("*")):
            if file in known or file.name.startswith("."):
                continue
            message = f"'{file.name}' is not a definition, so nothing reads it"
            hint = "Name it .yaml." if file.suffix == ".yml" else "Move it out of this folder."
            yield Finding(file=file, line=1, message=message, hint=hint, rule="unknown_file")


def unknown_folder(contents: Contents) -> Iterator[Finding]:
    """A folder that is nearly named like one of definitions is a typing error, and nothing reads it."""
    known = {kind.folder for kind in contents.kinds}
    for folder in sorted(contents.path.glob("*/")):
        hint = did_you_mean(folder.name, known)
        if folder.name not in known and hint and any(folder.glob("*.y*ml")):
            message = f"nothing reads the folder '{folder.name}'"
            yield Finding(file=folder, line=1, message=message, hint=hint, rule="unknown_folder")


def not_ignored(contents: Contents) -> Iterator[Finding]:
    """Facts and secrets must not slip into git; only an existing .gitignore can be wrong about that."""
    file = contents.path / ".gitignore"
    if not file.is_file():
        return
    lines = {line.strip().strip("/") for line in file.read_text("utf-8", errors="replace").splitlines()}
    for wanted in GITIGNORE.splitlines():
        if not wanted.startswith("#") and wanted.strip("/") not in lines:
            message = f".gitignore does not name '{wanted}'"
            yield Finding(file=file, line=1, message=message, hint="Add that line.", rule="not_ignored")


DefinitionLinter = Callable[[Definition[BaseModel], Kind[Any], Contents], Iterator[Problem]]
DEFINITION_LINTERS: tuple[DefinitionLinter, ...] = (file_name, unknown_reference, unknown_rule)
FOLDER_LINTERS = (unknown_file, unknown_folder, not_ignored)


def _no_lint(definition: Definition[BaseModel]) -> tuple[str, ...]:
    said = value_at(definition.source.content, ("no_lint",))
    return tuple(str(rule) for rule in said) if isinstance(said, list) else ()


def _names_at(location: Location, content: Content) -> Iterator[tuple[Location, str]]:
    """Every name that stands at a key: one, or a list of them."""
    if isinstance(content, str | date):  # a file may be called 2026-01-31
        yield location, str(content)
    elif isinstance(content, list):
        for index, item in enumerate(content):
            yield from _names_at((*location, index), item)
