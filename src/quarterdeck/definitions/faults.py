"""How does a file differ from what its kind allows, in words for the person who wrote it?"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.source import Content, Location, Source, content_json, value_at
from quarterdeck.errors import did_you_mean

Model = TypeVar("Model", bound=BaseModel)

WANTED = {
    "string_type": "text",
    "string_sub_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "dataclass_type": "keys with values",
    "date_type": "a date such as 2026-01-31",
    "date_parsing": "a date such as 2026-01-31",
    "date_from_datetime_parsing": "a date such as 2026-01-31",
    "datetime_type": "a time such as 2026-01-31T09:00:00Z",
    "datetime_parsing": "a time such as 2026-01-31T09:00:00Z",
    "datetime_from_date_parsing": "a time such as 2026-01-31T09:00:00Z",
    "none_required": "empty",
}
LIMITS = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "string_too_short": "must have {min_length} characters or more",
    "string_too_long": "must have {max_length} characters or fewer",
    "too_short": "needs {min_length} entries or more",
    "too_long": "may have {max_length} entries at most",
    "finite_number": "must be a finite number",
}


def validate(model: type[Model], source: Source) -> Model | tuple[Finding, ...]:
    """The model made from a source, or every way in which the source does not fit it."""
    content = source.content
    if not isinstance(content, dict):
        said = "is empty" if content is None else f"must hold keys with values, not {kind_of(content)}"
        return (Finding(file=source.file, line=1, message=f"the file {said}", rule="wrong_type"),)
    if "no_lint" not in model.model_fields:
        content = {key: value for key, value in content.items() if key != "no_lint"}
    try:
        # JSON mode is strict in the way people expect: 5 is no text, but a list may become a tuple.
        return model.model_validate_json(content_json(content), strict=True, extra="forbid")
    except ValidationError as error:
        details = error.errors(include_url=False)
        return tuple(_findings(source, model, details))


def kind_of(value: object) -> str:
    """What a value is, in plain words.

    >>> kind_of(5), kind_of([]), kind_of(None)
    ('the number 5', 'a list', 'empty')
    """
    match value:
        case None:
            return "empty"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text '{value}'"
        case dict():
            return "keys with values"
        case list() | tuple():
            return "a list"
    return f"the date {value}"


def path_words(location: Location) -> str:
    """A location as people write it.

    >>> path_words(("where", 0, "property"))
    'where[1].property'
    """
    words = ""
    for part in location:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words


def _findings(source: Source, model: type[BaseModel], details: list[ErrorDetails]) -> Iterator[Finding]:
    schema = model.model_json_schema(by_alias=True)
    wanted: dict[Location, list[str]] = {}
    for detail in details:
        if detail["type"] in WANTED:
            location, _ = _real_location(source.content, detail["loc"])
            words = wanted.setdefault(location, [])
            if WANTED[detail["type"]] not in words:
                words.append(WANTED[detail["type"]])
    said: set[tuple[Location, str]] = set()
    for detail in details:
        location, rest = _real_location(source.content, detail["loc"])
        rule, message, hint = _words(source.content, schema, wanted, detail, location, rest)
        if (location, message) not in said:
            said.add((location, message))
            line = source.line_of(location)
            yield Finding(file=source.file, line=line, message=message, hint=hint, rule=rule)


def _words(
    content: Content,
    schema: Mapping[str, Any],
    wanted: Mapping[Location, list[str]],
    detail: ErrorDetails,
    location: Location,
    rest: Location,
) -> tuple[str, str, str]:
    """Rule, message and hint for one of pydantic's errors."""
    kind, name = detail["type"], path_words(location) or "the file"
    context: Mapping[str, Any] = detail.get("ctx", {})
    value = value_at(content, location)
    if kind == "extra_forbidden":
        known = known_keys(schema, location[:-1])
        hint = did_you_mean(str(location[-1]), known) or f"Known keys: {', '.join(sorted(known))}."
        return "unknown_key", f"unknown key '{name}'", hint
    if kind == "missing":
        return "missing_key", f"the key '{path_words((*location, str(rest[-1])))}' is missing", ""
    if location in wanted:
        return "wrong_type", f"'{name}' must be {_either(wanted[location])}, not {kind_of(value)}", ""
    if kind in ("literal_error", "enum"):
        choices = str(context["expected"])
        hint = did_you_mean(str(value), re.findall(r"'([^']*)'", choices))
        return "unknown_value", f"'{name}' must be {choices}, not {kind_of(value)}", hint
    if kind == "string_pattern_mismatch":
        return "wrong_value", f"'{name}' may not be '{value}': it must match {context['pattern']}", ""
    if kind in LIMITS:
        return "wrong_value", f"'{name}' {LIMITS[kind].format(**context)}, not {kind_of(value)}", ""
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    message, _, hint = message.partition(". ")
    return "wrong_value", f"{name}: {message}" if location else message, hint


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _real_location(content: Content, loc: Location) -> tuple[Location, Location]:
    """The part of pydantic's location that exists in the file (it also names union members), and the rest."""
    location: Location = ()
    here: Content = content
    rest: list[str | int] = []
    for part in loc:
        if isinstance(here, dict) and part in here:
            here = here[str(part)]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            rest.append(part)
            continue
        location = (*location, part)
    return location, tuple(rest)


def known_keys(schema: Mapping[str, Any], location: Location) -> set[str]:
    """Which keys a JSON Schema allows at a location, over all alternatives."""
    nodes = _alternatives(schema, schema)
    for part in location:
        below: list[Mapping[str, Any]] = []
        for node in nodes:
            if isinstance(part, int):
                inner = node.get("items")
            else:
                inner = node.get("properties", {}).get(part, node.get("additionalProperties"))
            if isinstance(inner, dict):
                below += _alternatives(schema, inner)
        nodes = below
    return {key for node in nodes for key in node.get("properties", {})}


def _alternatives(root: Mapping[str, Any], node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "$ref" in node:
        return _alternatives(root, root["$defs"][str(node["$ref"]).rsplit("/", 1)[-1]])
    members = [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())]
    return [node, *(found for member in members for found in _alternatives(root, member))]
