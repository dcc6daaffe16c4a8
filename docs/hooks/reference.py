"""What do the commands, definitions, fact tables and brief.json look like? Written from the code itself."""

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from typer.testing import CliRunner

NOTE = "*Written from the code when the documentation is built.*\n"


def pages() -> dict[str, str]:
    """Every generated page of the reference, by its path."""
    return {
        "reference/commands.md": "\n".join(_commands()),
        "reference/definitions.md": "\n".join(_definitions()),
        "reference/facts.md": "\n".join(_facts()),
        "reference/brief.md": "\n".join(_brief()),
    }


def _commands() -> Iterator[str]:
    from quarterdeck.cli.main import build

    app = build()
    root = typer.main.get_command(app)
    yield f"# Commands\n\n{NOTE}"
    yield "Expected trouble is one message with a hint on standard error, and exit code 2.\n"
    for path in _command_paths(root, ()):
        name = " ".join(("quarterdeck", *path))
        shown = CliRunner().invoke(app, [*path, "--help"], prog_name="quarterdeck", terminal_width=96)
        yield f"## {name}\n\n```text\n{shown.output.strip()}\n```\n"


def _command_paths(group: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if getattr(command, "commands", None):
            yield from _command_paths(command, (*path, name))
        else:
            yield (*path, name)


def _definitions() -> Iterator[str]:
    from quarterdeck.definitions.settings import WORKSPACE
    from quarterdeck.site.capabilities import load_kinds

    yield f"# Definitions\n\n{NOTE}"
    yield (
        "Definitions are YAML in the workspace folder, reviewed in git. `quarterdeck init` puts a JSON "
        "Schema of each kind into `schemas/`, so that an editor completes them; `quarterdeck check` says "
        "what is wrong, with file and line.\n"
    )
    for kind in (WORKSPACE, *load_kinds()):
        place = kind.file if kind.folder == "." else f"{kind.folder}/{kind.file or 'NAME.yaml'}"
        yield f"## {kind.name[:1].upper()}{kind.name[1:]}: `{place}`\n"
        schema = kind.model.model_json_schema()
        yield from _fields(schema, schema.get("$defs", {}))
        for name, part in sorted(schema.get("$defs", {}).items()):
            if part.get("properties"):
                yield f"### {name}\n"
                yield from _fields(part, schema["$defs"])


def _fields(schema: Mapping[str, Any], parts: Mapping[str, Any], *, read: bool = False) -> Iterator[str]:
    """A table of a model's fields; one that is only `read` has nothing that could be left out."""
    if schema.get("description"):
        yield f"{schema['description'].splitlines()[0]}\n"
    yield (
        "| field | what | meaning |\n|---|---|---|"
        if read
        else ("| field | what | if left out | meaning |\n|---|---|---|---|")
    )
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        default = "" if read else f" {'**needed**' if name in required else _default(field)} |"
        yield f"| `{name}` | {_type(field, parts)} |{default} {_cell(field.get('description', ''))} |"
    yield ""


def _default(field: Mapping[str, Any]) -> str:
    default = field.get("default")
    return "" if default is None or default in ([], {}) or isinstance(default, dict) else f"`{default}`"


def _type(field: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[-1]
        return name if parts.get(name, {}).get("properties") else _type(parts.get(name, {}), parts)
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "anyOf" in field:
        kinds = [_type(one, parts) for one in field["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if field.get("type") == "array":
        items = field.get("items")
        return f"list of {_type(items, parts)}" if items else "list"
    words = {"string": "text", "boolean": "true or false", "object": "mapping", "integer": "whole number"}
    written = str(field.get("format") or field.get("type") or "anything")
    return words.get(written, written)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _facts() -> Iterator[str]:
    from quarterdeck.facts.schema import TABLES

    yield f"# Fact tables\n\n{NOTE}"
    yield (
        "Facts came from outside and can be loaded again. Each table is a Delta table in the workspace's "
        "`facts/` folder. Times are UTC. Every reading pins a version.\n"
    )
    for table in TABLES.values():
        yield f"## {table.name}\n\n{table.description}\n"
        traits = [f"ordered by `{table.time}`"] if table.time else []
        traits += [f"rows are known again by `{table.key}`"] if table.key else []
        traits += ["takes properties beside its columns"] if table.properties else []
        traits += [] if table.importable else ["written by Quarterdeck alone"]
        if traits:
            yield f"{'; '.join(traits).capitalize()}.\n"
        yield "| column | type | meaning |\n|---|---|---|"
        for column in table.columns:
            needed = " **needed**" if column.required else ""
            yield f"| `{column.name}` | {column.type}{needed} | {_cell(column.description)} |"
        yield ""


def _brief() -> Iterator[str]:
    from quarterdeck.report.brief.definitions import BriefDocument

    schema = BriefDocument.model_json_schema(mode="serialization")
    yield f"# brief.json\n\n{NOTE}"
    yield (
        "`quarterdeck brief` writes `brief.html`, `brief.md`, `brief.json` and `evidence/*.html`. The JSON "
        "follows [this JSON Schema](brief.schema.json). Its `pins` reproduce the brief: "
        "[how to](../how-to/reproduce-a-brief.md).\n"
    )
    yield from _fields(schema, schema["$defs"], read=True)
    for name, part in sorted(schema["$defs"].items()):
        yield f"## {name}\n"
        yield from _fields(part, schema["$defs"], read=True)
