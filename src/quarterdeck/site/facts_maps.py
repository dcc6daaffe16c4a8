"""Which maps can somebody choose in the browser, and what is wrong with one that they wrote?"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import DefinitionError, QuarterdeckError
from quarterdeck.facts.maps import PRESETS, FactMap, read_map
from quarterdeck.facts.schema import Table
from quarterdeck.site.maps import table_of

LONGEST_MAP = 20_000


class MapFault(QuarterdeckError):  # noqa: N818 -- named as the page names it
    """A map that was written in the browser cannot be used; `line` says where."""

    def __init__(self, message: str, hint: str, *, line: int) -> None:
        super().__init__(message, hint)
        self.line = line


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One map that may be chosen, by its value in the form, and the table it is for."""

    value: str
    label: str
    table: str


def choices(here: Workspace) -> tuple[Choice, ...]:
    """The workspace's maps and the presets."""
    files = sorted((here.path / "maps").glob("*.yaml"))
    own = [
        Choice(value=f"maps/{file.name}", label=f"maps/{file.name}", table=table.name)
        for file in files
        if (table := table_of(file.stem)) is not None
    ]
    presets = [
        Choice(value=f"preset:{name}", label=f"{name.capitalize()} export", table="events")
        for name in PRESETS
    ]
    return (*own, *presets)


def chosen(here: Workspace, value: str) -> tuple[str, str]:
    """The map file and the preset that a value of the form stands for; one of them, or neither."""
    if not value:
        return "", ""
    if value not in {choice.value for choice in choices(here)}:
        raise QuarterdeckError(f"There is no map '{value[:80]}'.", "Choose one of the list.")
    return ("", value.removeprefix("preset:")) if value.startswith("preset:") else (value, "")


def map_from_text(table: Table, text: str) -> FactMap:
    """A map from what somebody wrote; a MapFault at its line where it cannot be used."""
    if len(text) > LONGEST_MAP:
        raise MapFault(f"The map has {len(text):,} characters.", f"At most {LONGEST_MAP:,} fit.", line=1)
    with tempfile.TemporaryDirectory(prefix="quarterdeck-map-") as folder:
        file = Path(folder) / "map.yaml"
        file.write_text(text.replace("\r\n", "\n").replace("\x00", ""), encoding="utf-8")
        try:
            return read_map(table, file)
        except DefinitionError as error:
            said = error.message.removeprefix(f"{file}:{error.line}: ")
            hint = error.hint or "After the colon stands the name of a column of the file."
            raise MapFault(f"Line {error.line}: {said}", hint, line=error.line) from error
