"""Which JSON Schema lets an editor complete and check a definition?"""

import json
from collections.abc import Iterator
from typing import Any

from quarterdeck.definitions.folder import Kind

SCHEMAS_FOLDER = "schemas"
_WRITTEN: dict[tuple[type[Any], str], str] = {}


def json_schema(kind: Kind[Any]) -> dict[str, Any]:
    """The JSON Schema of one kind: strict, so that an editor underlines an unknown key."""
    schema: dict[str, Any] = kind.model.model_json_schema(by_alias=True)
    for node in _objects(schema):
        if "properties" in node:
            node.setdefault("additionalProperties", False)
    schema.setdefault("properties", {}).setdefault(
        "no_lint",
        {
            "title": "No lint",
            "description": "Names of `quarterdeck check` rules that this file silences.",
            "type": "array",
            "items": {"type": "string"},
        },
    )
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = f"Quarterdeck {kind.name}"
    return schema


def schema_text(kind: Kind[Any]) -> str:
    """The JSON Schema as the text of a file; it is written once in the life of a program."""
    key = kind.model, kind.name
    if key not in _WRITTEN:
        _WRITTEN[key] = json.dumps(json_schema(kind), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    return _WRITTEN[key]


def schema_files(kinds: tuple[Kind[Any], ...]) -> dict[str, str]:
    """Path inside the workspace and text of every schema."""
    return {f"{SCHEMAS_FOLDER}/{kind.schema_name}": schema_text(kind) for kind in kinds}


def modeline(kind: Kind[Any]) -> str:
    """The first line of a definition file, by which editors with a YAML language server find its schema."""
    up = "" if kind.folder == "." else "../" * len(kind.folder.split("/"))
    return f"# yaml-language-server: $schema={up}{SCHEMAS_FOLDER}/{kind.schema_name}"


def undescribed(kind: Kind[Any]) -> tuple[str, ...]:
    """The keys of a kind whose schema says no description; editors would show nothing for them."""
    schema = json_schema(kind)
    missing = [
        f"{node.get('title', '?')}.{key}"
        for node in _objects(schema)
        for key, value in node.get("properties", {}).items()
        if "description" not in value
    ]
    return tuple(missing)


def _objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    yield from schema.get("$defs", {}).values()
