"""What does one line of JSON say, with nothing of it lost?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import orjson

# Parsers read integers beyond 64 bits as floats, by which two ids become one; such are kept as text.
_LONG = 19
_LONG_NUMBER = re.compile(rb"[0-9]{19}")
_ESCAPE = re.compile(rb"\\.", re.DOTALL)


def parse_row(text: bytes) -> dict[str, object]:
    """The object in a line; ValueError says why it is no row."""
    try:
        value: object = orjson.loads(text)
        # Of a key that stands twice one value would be lost. Written again it stands once.
        complete = _texts(text) == _texts(orjson.dumps(value))
        if not complete or _LONG_NUMBER.search(text):
            value = parse_slowly(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not valid JSON: {str(error).partition(':')[0]}") from error
    except (TypeError, RecursionError) as error:
        raise ValueError("objects or lists stand too deep in one another") from error
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def parse_slowly(text: bytes | str) -> object:
    """A JSON value, long numbers as text; ValueError where a key stands twice in one object."""
    return json.loads(text, parse_int=_whole_number, object_pairs_hook=_once)


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) < _LONG else digits


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key `{twice[:60]}` stands twice in one object")
    return found


def _texts(text: bytes) -> int:
    """How many quotes begin or end a text."""
    return (_ESCAPE.sub(b"", text) if b"\\" in text else text).count(b'"')


def values_at(content: Mapping[str, object], path: str) -> Iterator[object]:
    """The values at a dotted path: a key that itself has dots comes before an object in an object."""
    if content.get(path) is not None:
        yield content[path]
    dot = path.find(".")
    while dot >= 0:
        inner = content.get(path[:dot])
        if isinstance(inner, dict):
            yield from values_at(inner, path[dot + 1 :])
        dot = path.find(".", dot + 1)


def value_at(content: Mapping[str, object], path: str) -> object:
    """The first value at a dotted path, if there is one."""
    return next(values_at(content, path), None) if "." in path else content.get(path)


def as_text(value: object) -> str | None:
    """A JSON value as the text of a column."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return (
        orjson.dumps(value).decode() if not isinstance(value, int) or isinstance(value, bool) else str(value)
    )
