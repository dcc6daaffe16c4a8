"""Which fields has the form of a kind, and how do their values get out of a YAML text and into it?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from quarterdeck.definitions.blocks import Block, read_blocks, reads_as, replace_blocks, written_text
from quarterdeck.definitions.folder import Kind
from quarterdeck.definitions.schema import json_schema, modeline
from quarterdeck.definitions.source import Content, parse_source

Widget = Literal["line", "text", "number", "choice", "truth", "yaml"]
WIDGETS: Mapping[str, Widget] = {"boolean": "truth", "number": "number", "integer": "number"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One key of a definition: how it is asked for, and what stands there now."""

    key: str
    widget: Widget
    description: str
    required: bool
    choices: tuple[str, ...] = ()
    longest: int | None = None
    unless_told: str = ""
    value: str = ""

    @property
    def label(self) -> str:
        return self.key.replace("_", " ").capitalize()

    @property
    def strange(self) -> bool:
        """Whether something else stands there than may be chosen."""
        return bool(self.value) and self.widget in ("choice", "truth") and self.value not in self.choices


def form_fields(kind: Kind[Any], text: str) -> tuple[Field, ...] | None:
    """The fields of a kind with what a text says; None where the text is no keys with values yet."""
    blocks = read_blocks(text)
    content = parse_source(Path(), text).content
    if blocks is None or not isinstance(content, dict | None):
        return None
    return tuple(_fields(kind, blocks, content or {}))


def fill_form(kind: Kind[Any], text: str, given: Mapping[str, str]) -> str:
    """The text with what was given in the form; what was not changed there stays byte for byte."""
    fields = form_fields(kind, text)
    if fields is None:
        raise ValueError("the text is no keys with values")
    changed: dict[str, str] = {}
    for field in fields:
        said = given.get(field.key, field.value).replace("\r\n", "\n")
        if field.widget in ("number", "choice", "truth"):
            said = said.strip()
        if said.rstrip("\n") != field.value.rstrip("\n"):
            changed[field.key] = _fragment(field, said)
    return replace_blocks(text, changed, [field.key for field in fields]) if changed else text


def new_text(kind: Kind[Any]) -> str:
    """What a definition begins from: the line for editors, and the keys that it must have."""
    lines = [modeline(kind)]
    for field in form_fields(kind, "") or ():
        if field.required:
            lines.append(f"{field.key}: {field.choices[0]}" if field.choices else f"{field.key}:")
    return "".join(f"{line}\n" for line in lines)


def _fields(kind: Kind[Any], blocks: Mapping[str, Block], content: Mapping[str, Content]) -> Iterator[Field]:
    schema = json_schema(kind)
    required = set(schema.get("required", ()))
    for key, asked in schema.get("properties", {}).items():
        node = _only(schema, asked)
        widget, choices = _widget(node)
        block, value = blocks.get(key), content.get(key)
        shown = block.fragment if block else ""
        if widget != "yaml" and value is None:
            shown = ""
        elif widget != "yaml" and not isinstance(value, list | dict):
            shown = str(value).lower() if isinstance(value, bool) else str(value)
        yield Field(
            key=key,
            widget=widget,
            description=str(asked.get("description", "")),
            required=key in required,
            choices=choices,
            longest=node.get("maxLength"),
            unless_told=_words(asked.get("default")),
            value=shown,
        )


def _only(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """A key's one shape, where being empty is not counted; several stay several."""
    while "$ref" in node:
        node = schema["$defs"][str(node["$ref"]).rsplit("/", 1)[-1]]
    shapes = [each for each in node.get("anyOf", ()) if each.get("type") != "null"]
    return _only(schema, shapes[0]) if len(shapes) == 1 else node


def _widget(node: Mapping[str, Any]) -> tuple[Widget, tuple[str, ...]]:
    choices = node.get("enum") or ([node["const"]] if "const" in node else [])
    if choices and all(isinstance(choice, str) for choice in choices):
        return "choice", tuple(choices)
    if node.get("type") in WIDGETS:
        widget = WIDGETS[node["type"]]
        return widget, ("true", "false") if widget == "truth" else ()
    if node.get("type") == "string":
        return ("line" if "pattern" in node or "maxLength" in node else "text"), ()
    return "yaml", ()


def _fragment(field: Field, said: str) -> str:
    if field.widget == "yaml" or not said:
        return said
    if field.widget in ("number", "truth"):
        numbers = parse_source(Path(), f"- {said}").content
        value = numbers[0] if isinstance(numbers, list) and len(numbers) == 1 else None
        if isinstance(value, int | float) and reads_as(field.key, said, value):
            return said
    return written_text(field.key, said)


def _words(default: object) -> str:
    """A default as people write it; nothing where it is nothing."""
    if default in (None, [], (), {}):
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)
