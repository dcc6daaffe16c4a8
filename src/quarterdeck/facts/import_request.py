"""Which map and which files does an import ask for?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.errors import FactError
from quarterdeck.facts.maps import FactMap, preset_map, read_map
from quarterdeck.facts.reading.formats import ENDINGS, is_data_file
from quarterdeck.facts.schema import Table


def chosen_map(
    table: Table, map_file: Path | None, preset: str | None, *, home: Path | None = None
) -> FactMap | None:
    """The map that was asked for; None means that columns named as in the schema map themselves.

    A file that is not here is looked for in the workspace, `home`, where maps lie.
    """
    if map_file is not None and preset is not None:
        raise FactError("A map and a preset were given.", "Give one of them.")
    if preset is not None:
        return preset_map(table, preset)
    if map_file is None:
        return None
    inside = home / map_file if home is not None else map_file
    return read_map(table, inside if inside.is_file() and not map_file.exists() else map_file)


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """The files that names stand for, and what was passed over in folders."""

    files: tuple[Path, ...]
    skipped: tuple[Path, ...]


def expanded(names: Sequence[Path]) -> Named:
    """Files as named; a folder stands for the data files in it, in the order of their names."""
    files: list[Path] = []
    skipped: list[Path] = []
    for name in names:
        if not name.is_dir():
            files.append(name)
            continue
        inside = sorted(name.iterdir())
        fitting = [file for file in inside if file.is_file() and is_data_file(file)]
        if not fitting:
            raise FactError(
                f"The folder {name} has no file to import.", f"Endings that are known: {', '.join(ENDINGS)}."
            )
        files += fitting
        skipped += [file for file in inside if file not in fitting]
    if not files:
        raise FactError(
            "No file to import was named.", "Name one or more: `quarterdeck import TABLE FILE...`."
        )
    return Named(files=tuple(files), skipped=tuple(skipped))
