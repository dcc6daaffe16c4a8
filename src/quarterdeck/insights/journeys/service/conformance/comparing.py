"""In what does an answer differ from what a case expects? Only what the case names is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TOLERANCE = 1e-6
INDEXES = frozenset("-0123456789")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One thing that was expected otherwise."""

    where: str
    expected: Any
    got: Any


def differences(expected: Any, got: Any, where: str = "") -> Iterator[Difference]:
    """Everything in which an answer differs from what is expected."""
    if isinstance(expected, Mapping):
        yield from _of_mapping(expected, got, where)
    elif isinstance(expected, list | tuple):
        if not isinstance(got, Sequence) or isinstance(got, str) or len(got) != len(expected):
            yield Difference(where=where, expected=expected, got=got)
            return
        for place, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from differences(one, other, f"{where}[{place}]")
    elif not equal(expected, got):
        yield Difference(where=where, expected=expected, got=got)


def equal(expected: Any, got: Any) -> bool:
    """Are two plain values the same? Numbers may differ by a millionth."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return abs(expected - got) <= TOLERANCE * max(1.0, abs(expected))
    return bool(expected == got)


def _of_mapping(expected: Mapping[str, Any], got: Any, where: str) -> Iterator[Difference]:
    if set(expected) == {"approx"}:
        if not isinstance(got, int | float) or abs(got - expected["approx"]) > TOLERANCE:
            yield Difference(where=where, expected=expected, got=got)
    elif set(expected) == {"any_order"} and isinstance(expected["any_order"], list):
        wanted = sorted(expected["any_order"], key=repr)
        if not isinstance(got, Sequence) or list(differences(wanted, sorted(got, key=repr))):
            plain = sorted(map(_plain, got), key=repr) if isinstance(got, Sequence) else got
            if plain != sorted(map(_plain, expected["any_order"]), key=repr):
                yield Difference(where=where, expected=expected, got=got)
    elif isinstance(got, Sequence) and not isinstance(got, str):
        yield from _of_places(expected, got, where)
    elif isinstance(got, Mapping):
        for key, value in expected.items():
            if key not in got:
                yield Difference(where=f"{where}.{key}", expected=value, got=None)
            else:
                yield from differences(value, got[key], f"{where}.{key}")
    else:
        yield Difference(where=where, expected=expected, got=got)


def _of_places(expected: Mapping[str, Any], got: Sequence[Any], where: str) -> Iterator[Difference]:
    """A list of which some places are named: "0", "-1", and its length."""
    floating = [key for key, value in expected.items() if _floats(value)]
    free = list(range(len(got)))
    for key in floating:
        wanted = expected[key]["any_order"]
        place = next((place for place in free if not list(differences(wanted, got[place]))), None)
        if place is None:
            yield Difference(where=f"{where}[any]", expected=wanted, got=list(got))
        else:
            free.remove(place)
    for key, value in expected.items():
        if key in floating:
            continue
        if key == "length":
            yield from differences(value, len(got), f"{where}.length")
        elif not set(key) <= INDEXES or not -len(got) <= int(key) < len(got):
            yield Difference(where=f"{where}[{key}]", expected=value, got=None)
        else:
            yield from differences(value, got[int(key)], f"{where}[{key}]")


def _floats(value: Any) -> bool:
    return (
        isinstance(value, Mapping) and set(value) == {"any_order"} and isinstance(value["any_order"], Mapping)
    )


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
