"""Does a text hold an id as a word of its own, however it was written down?

The proof's own answer, apart from the one by which ids are masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import unquote

_HEXADECIMAL = re.compile(r"\\+u([0-9A-Fa-f]{4})")
_SHORT = re.compile(r"\\+([bfnrt])")
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def stands_in(name: str, text: str) -> bool:
    """Is the id a word of its own in the text?"""
    place = text.find(name)
    while place >= 0:
        end = place + len(name)
        before, after = text[place - 1 : place], text[end : end + 1]
        if not (_joins(before, name[0]) or _joins(name[-1], after)):
            return True
        place = text.find(name, place + 1)
    return False


def _joins(left: str, right: str) -> bool:
    """Do these two characters belong to one word?"""
    return all(side.isascii() and side.isalnum() for side in (left, right))


def variants_of(text: str) -> Iterator[str]:
    """A text as it stands and without the marks of CSV, JSON, URLs, HTML, or of UTF-8 read as latin-1."""
    yield text
    if "%" in text:
        yield unquote(text)
    if "&" in text:
        yield unescape(text)
    plain = _HEXADECIMAL.sub(lambda found: chr(int(found[1], 16)), text.replace('""', '"'))
    plain = _SHORT.sub(lambda found: _PLAIN[found[1]], plain).replace('\\"', '"').replace("\\/", "/")
    plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if plain != text:
        yield plain
        yield plain.replace("\\\\", "\\")
    if not text.isascii():
        yield text.encode("latin-1", "ignore").decode("utf-8", "ignore")


def texts_in(value: object) -> Iterator[str]:
    """Every text in a JSON value, the names of its fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from texts_in(key)
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def named_texts(value: object) -> Iterator[tuple[str, str]]:
    """Every text and number in a JSON value that stands directly under a name, with that name."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, str):
                yield key, inner
            elif isinstance(inner, int | float) and not isinstance(inner, bool):
                yield key, f"{inner:.0f}" if inner == inner // 1 else str(inner)
            yield from named_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from named_texts(inner)
