"""Where does a text mention an id, however it is spelled there, and what is left of the text without it?"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator

MASK = "[erased]"
# Brackets in the name of a column would have to be quoted by everyone.
KEY_MASK = "erased"
# Shorter ids, or ids that are plain words, also stand in texts that mean somebody or something else.
_DISTINCTIVE_LENGTH = 6
# Where people write as they like. All else names or counts something: a key that changed would be imported a
# second time.
FREE_TEXT = frozenset(
    {"text", "title", "value", "name", "owner", "file", "reason", "raw", "header", "properties_rest"}
)

# Under these names, written one way or another, a text says who somebody is.
_PERSONAL = frozenset(
    {
        *("person", "personid", "alias", "user", "userid", "username", "customerid", "distinctid"),
        *("anonymousid", "email", "emailaddress", "requester"),
    }
)

# An underscore joins words as a hyphen does.
_BEGINS = r"(?:(?<![0-9A-Za-z])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4}))"
_ENDS = r"(?![0-9A-Za-z])"
_EDGE = re.compile(r"(?<![0-9A-Za-z])|(?![0-9A-Za-z])")
_SHORT_ESCAPES = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
_JSON_TEXT = r'"(?:[^"\\]|\\.)*"'
# A name with its text or number, or a text alone.
_JSON_PAIR = re.compile(rf"({_JSON_TEXT})(?:(\s*:\s*)({_JSON_TEXT}|-?[0-9][0-9.eE+-]*))?", re.DOTALL)
_ESCAPED = re.compile(r"\\+(?:u([0-9A-Fa-f]{4})|([bfnrt\"/]))")


def is_distinctive(name: str) -> bool:
    """Can this id be looked for inside texts without hitting other things?"""
    return len(name) >= _DISTINCTIVE_LENGTH and not name.isalpha() and name not in MASK


def is_personal(key: str, declared: Collection[str] = ()) -> bool:
    """Does a property of that name say who somebody is, by its usual name or because a map declares it?"""
    return key in declared or re.sub("[^a-z0-9]", "", key.rpartition(".")[2].lower()) in _PERSONAL


class Mentions:
    """Some ids, to be looked for in texts; `declared` are names under which a map says who somebody is."""

    def __init__(self, ids: Collection[str], declared: Collection[str] = ()) -> None:
        self.ids = frozenset(ids)
        self._declared = frozenset(declared)
        # The longest first: one id may be the beginning of another.
        distinctive = sorted(filter(is_distinctive, ids), key=lambda name: (-len(name), name))
        self._pattern = re.compile("|".join(map(_as_word, distinctive))) if distinctive else None
        self.distinctive_hint = "|".join(map(_spelled, distinctive))
        self.hint = "|".join(_spelled(name) for name in sorted(ids) if name)
        """A pattern (Python's or RE2) that each text which may mention an id matches, and some others."""

    def masked(self, text: str) -> str:
        """The text with each distinctive id masked, also as CSV or JSON write it."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def masked_under(self, key: str, text: str) -> str:
        """The text of a property masked: also a short id, where the property says who somebody is."""
        return MASK if text.strip() in self.ids and self.may_name(key) else self.masked(text)

    def may_name(self, key: str) -> bool:
        """Does a property say who somebody is?"""
        return is_personal(key, self._declared)

    def masked_key(self, key: str) -> str:
        """The name of a property with each distinctive id masked."""
        return key if self._pattern is None else self._pattern.sub(KEY_MASK, key)

    @property
    def numbers(self) -> list[float]:
        """Those of the ids that a column of numbers holds as they are."""
        return [float(name) for name in self.ids if name.isdecimal() and _as_id(float(name)) == name]

    def masked_json(self, text: str, spared: Collection[str] = (), keys: Collection[str] = ()) -> str:
        """A JSON text with its texts and names masked, but for the spared ones; all else as it stood.

        Under `keys` stand keys of somebody or something else, whatever their names say.
        """

        def masked_pair(found: re.Match[str]) -> str:
            first, colon, literal = found.groups()
            written = self._masked_literal(first, spared)
            if literal is None:
                return written
            key, value = json.loads(first, strict=False), json.loads(literal, strict=False)
            if key not in keys and _as_id(value) in self.ids and self.may_name(key):
                return f'{written}{colon}"{MASK}"'
            return f"{written}{colon}{self._masked_literal(literal, spared)}"

        return _JSON_PAIR.sub(masked_pair, text)

    def _masked_literal(self, literal: str, spared: Collection[str]) -> str:
        if literal[0] != '"':
            return literal
        value = json.loads(literal, strict=False)
        masked = self.masked(value)
        if value in spared or masked == value:
            return literal
        # Half a surrogate pair has no bytes of its own.
        alone = any("\ud800" <= character <= "\udfff" for character in masked)
        return json.dumps(masked, ensure_ascii=alone)


def _as_id(value: str | float) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def readings(text: str) -> Iterator[str]:
    """A text as it stands, and as it reads with the quotes and escapes of CSV and JSON taken off."""
    yield text
    single = text.replace('""', '"')
    if single != text:
        yield single
    plain = _ESCAPED.sub(_unescaped, single)
    if plain != single:
        # Escapes write characters beyond 16 bits as two.
        yield plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def words(text: str, lengths: Collection[int]) -> Iterator[str]:
    """What may be an id of one of these lengths: it neither begins nor ends inside a word."""
    edges = [found.start() for found in _EDGE.finditer(text)]
    ends = set(edges)
    for length in lengths:
        for start in edges:
            if start + length in ends:
                yield text[start : start + length]


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return next((plain for plain, short in _SHORT_ESCAPES.items() if short == found[2]), found[2])


def _as_word(name: str) -> str:
    begins = _BEGINS if _is_of_word(name[0]) else ""
    ends = _ENDS if _is_of_word(name[-1]) else ""
    return f"{begins}{_spelled(name)}{ends}"


def _is_of_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _spelled(name: str) -> str:
    return "".join(map(_spelled_character, name))


def _spelled_character(character: str) -> str:
    """A character as it stands, escaped as in JSON, URLs or HTML, doubled as in CSV, or misread."""
    units = character.encode("utf-16-be", "surrogatepass")
    escaped = "".join(rf"\\+u(?i:{units[i : i + 2].hex()})" for i in range(0, len(units), 2))
    spellings = [re.escape(character), escaped]
    if character == '"':
        spellings = [r'\\*""?', escaped]
    elif character == "\\":
        spellings = [r"\\+", escaped]
    elif character == "/":
        spellings = [r"\\*/", escaped]
    elif character in _SHORT_ESCAPES:
        spellings.append(rf"\\+{_SHORT_ESCAPES[character]}")
    elif not character.isascii():
        spellings.append(re.escape(character.encode("utf-8", "surrogatepass").decode("latin-1")))
    if not (character.isascii() and character.isalnum()):
        octets = character.encode("utf-8", "surrogatepass")
        spellings.append("".join(rf"%(?i:{octet:02x})" for octet in octets))
        spellings.append(rf"&#(?:0*{ord(character)}|(?i:x0*{ord(character):x}));")
    return f"(?:{'|'.join(spellings)})"
