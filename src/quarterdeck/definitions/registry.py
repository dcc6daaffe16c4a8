"""Which definitions are in force, all of them read at once or none?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

from quarterdeck.definitions.folder import Definition, Kind, read_folder
from quarterdeck.errors import DefinitionError, did_you_mean

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """Every definition of a workspace, frozen; a changed file needs a new registry."""

    workspace_path: Path
    definitions: Mapping[str, Mapping[str, Definition[Any]]]

    def get(self, kind: Kind[Model], name: str) -> Definition[Model]:
        """The definition of that kind and name; an unknown name is a DefinitionError with a suggestion."""
        known = self.definitions.get(kind.name, {})
        if name not in known:
            hint = did_you_mean(name, known) or f"Known: {', '.join(known) or 'none'}."
            raise DefinitionError(
                f"no {kind.name} is named '{name}'", hint, file=self.workspace_path / kind.folder
            )
        return known[name]

    def all(self, kind: Kind[Model]) -> tuple[Definition[Model], ...]:
        """Every definition of a kind, by name."""
        return tuple(self.definitions.get(kind.name, {}).values())


def read_registry(workspace_path: Path, kinds: Iterable[Kind[Any]]) -> Registry:
    """Read every kind; the first fault raises, so that a half-read registry never exists."""
    definitions = {
        kind.name: MappingProxyType(
            {definition.name: definition for definition in read_folder(workspace_path, kind)}
        )
        for kind in kinds
    }
    return Registry(workspace_path=workspace_path, definitions=MappingProxyType(definitions))
