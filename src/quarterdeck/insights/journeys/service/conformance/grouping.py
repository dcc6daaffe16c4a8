"""Which kind of group does a case mean, by number or by name?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
NUMBERED = re.compile(r"\$?(?:group)?[_:]?(\d+)")
NAMED = ("group_type", "group_type_index", "type", "group", "index")


def kinds_of(case: Json) -> tuple[str, ...]:
    """The names of the kinds of group that a case has, by their number."""
    given = case.get("group_types") or ()
    if isinstance(given, Mapping):
        pairs = [(key, value) if str(key).isdecimal() else (value, key) for key, value in given.items()]
        return tuple(str(name) for _, name in sorted(pairs, key=lambda pair: int(pair[0])))
    listed = [told_of(each) if isinstance(each, Mapping) else each for each in given]
    return tuple(str(name) for name in listed) or _kinds_in(case)


def number_of_kind(told: object, kinds: tuple[str, ...]) -> int | None:
    """The number of a kind that a case tells by number, as `$group_0`, or by name; None where it is none."""
    text = str(told)
    if text in kinds:
        return kinds.index(text)
    name = text.removeprefix("group:")
    if name in kinds:
        return kinds.index(name)
    if text == "group":
        return 0
    found = NUMBERED.fullmatch(text)
    return int(found[1]) if found else None


def told_of(given: Json) -> object:
    """What an object tells of its kind of group; the first unless told."""
    return next((given[name] for name in NAMED if given.get(name) is not None), 0)


def _kinds_in(case: Json) -> tuple[str, ...]:
    """Where no names are given: those of the groups that there are, in their order; numbers need none."""
    groups = case.get("groups") or ()
    told = list(groups) if isinstance(groups, Mapping) else [told_of(each) for each in groups]
    return tuple(dict.fromkeys(str(each) for each in told if number_of_kind(each, ()) is None))
