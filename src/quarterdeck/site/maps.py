"""What may a map in maps/ say, so that editors complete it and `quarterdeck check` reads it?

A map does not name its table: the command that uses it does. Its file does, by how it begins:
maps/events.yaml, maps/events_web.yaml, maps/accounts.yaml.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, Field, create_model

from quarterdeck.definitions.folder import Kind, Models, Problem
from quarterdeck.errors import did_you_mean
from quarterdeck.facts.maps import Constant, Name, Options
from quarterdeck.facts.schema import TABLES, Table

IMPORTABLE = {name: table for name, table in TABLES.items() if table.importable}


def _fields() -> dict[str, Any]:
    """A key for each column of any table; a column that several tables have bears all its meanings."""
    meanings: dict[str, dict[str, None]] = {}
    for table in IMPORTABLE.values():
        for column in table.columns:
            meanings.setdefault(column.name, {})[column.description] = None
    return {
        name: (Name | list[Name] | Constant | None, Field(None, description=" / ".join(texts)))
        for name, texts in meanings.items()
    }


Map = create_model(
    "Map",
    __base__=Options,
    __doc__="How the columns of a file become the columns of a fact table.",
    **_fields(),
)


def table_of(name: str) -> Table | None:
    """The table that a map is for, by the beginning of its name."""
    fitting = [table for table in IMPORTABLE if name == table or name.startswith(f"{table}_")]
    return IMPORTABLE[max(fitting, key=len)] if fitting else None


def unknown_table(name: str, _: BaseModel, __: Models) -> Iterator[Problem]:
    """The file's name must begin with a table's, or nobody can say what the map is for."""
    if table_of(name) is None:
        hint = did_you_mean(name, IMPORTABLE) or f"Tables: {', '.join(IMPORTABLE)}."
        yield (), f"the name '{name}' begins with no table's name", hint


def wrong_columns(name: str, content: Options, _: Models) -> Iterator[Problem]:
    """A map may give only columns of its table, and must give the required ones."""
    table = table_of(name)
    if table is None:
        return
    given = content.model_fields_set - set(Options.model_fields)
    for key in sorted(given - set(table.column_names)):
        hint = did_you_mean(key, table.column_names) or f"Columns: {', '.join(table.column_names)}."
        yield (key,), f"{table.name} has no column '{key}'", hint
    for column in table.columns:
        if column.required and column.name not in given:
            yield (), f"the map gives no '{column.name}', which {table.name} needs", column.description
    if content.properties and not table.properties:
        yield ("properties",), f"{table.name} keeps no properties", "Leave the line out."


MAP = Kind(name="map", folder="maps", model=Map, linters=(unknown_table, wrong_columns))
