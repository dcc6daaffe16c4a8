"""What do customers speak of that nobody has named yet?"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quarterdeck.errors import FactError, QuarterdeckError
from quarterdeck.feedback.themes.calc.matching import Theme
from quarterdeck.feedback.themes.service.encoding import AUTO, MINILM, NONE, WORDS, find_encoder

if TYPE_CHECKING:
    from quarterdeck.feedback.themes.calc.tagging import Encoder

RESOLUTION = 1.5
TYPICAL = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundTheme:
    """A theme: its id for good, a name made of its words, how many texts it has, and the most typical ones.

    `split_from` and `merged` name earlier themes: the one it came off, and those that went up in it.
    """

    key: str
    name: str
    size: int
    words: Mapping[str, float]
    typical: tuple[str, ...]
    split_from: str | None
    merged: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Discovery:
    """The themes, greatest first, and the theme of each text, or None; `next_number` was never a theme's."""

    themes: tuple[FoundTheme, ...]
    theme_of: Mapping[str, str | None]
    gone: tuple[str, ...]
    next_number: int
    encoder: str
    resolution: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """The themes of an earlier run, as far as they are needed to know them again."""

    themes: tuple[Theme, ...]
    next_number: int


def discover(
    ids: Sequence[str],
    texts: Sequence[str],
    *,
    resolution: float = RESOLUTION,
    encoder: str = AUTO,
    earlier: Earlier | None = None,
) -> Discovery:
    """Group texts into themes, named by their words; a theme that was there `earlier` keeps its id."""
    from quarterdeck.feedback.themes.calc.grouping import group_texts  # slow import
    from quarterdeck.feedback.themes.calc.matching import match_themes  # slow import
    from quarterdeck.feedback.themes.calc.naming import distinctive_words, name_of  # slow import

    if resolution <= 0:
        raise QuarterdeckError(
            f"A resolution of {resolution:g} parts nothing.", "Say more than 0; 1.5 is usual."
        )
    model = reader_of(encoder)
    groups = group_texts(texts, resolution=resolution, encoder=model)
    members = _members(groups.group.tolist(), groups.nearness.tolist(), ids)
    words = distinctive_words([[texts[row] for row in rows] for rows in members])
    now = [
        Theme(key="", items=frozenset(ids[row] for row in rows), words=told)
        for rows, told in zip(members, words, strict=True)
    ]
    known = earlier or Earlier(themes=(), next_number=1)
    match = match_themes(known.themes, now)
    keys, next_number = _keys(match.same, known.next_number)
    themes = tuple(
        FoundTheme(
            key=keys[place],
            name=name_of(told),
            size=len(rows),
            words=told,
            typical=_typical(rows, ids, texts),
            split_from=match.split_from.get(place),
            merged=tuple(sorted(old for old, into in match.merged_into.items() if into == place)),
        )
        for place, (rows, told) in enumerate(zip(members, words, strict=True))
    )
    theme_of: dict[str, str | None] = dict.fromkeys(ids)
    for key, rows in zip(keys, members, strict=True):
        theme_of |= {ids[row]: key for row in rows}
    gone = {old.key for old in known.themes} - set(keys) - set(match.merged_into)
    return Discovery(
        themes=themes,
        theme_of=theme_of,
        gone=tuple(sorted(gone)),
        next_number=next_number,
        encoder=NONE if model is None else model.name,
        resolution=resolution,
    )


def reader_of(name: str) -> "Encoder | None":
    """The encoder of that name; a slow one reads some texts and teaches a fast one to lay out the others."""
    model = find_encoder(name)
    helper = find_encoder(WORDS)
    if model is None or helper is None or model.name != MINILM:
        return model
    from quarterdeck.feedback.themes.calc.teaching import taught  # slow import

    return taught(model, helper)


def _members(group: Sequence[int], nearness: Sequence[float], ids: Sequence[str]) -> list[list[int]]:
    """The rows of each group, most typical first."""
    members: list[list[int]] = [[] for _ in range(max(group, default=-1) + 1)]
    for row, number in enumerate(group):
        if number >= 0:
            members[number].append(row)
    # Sums differ in their last digits with the order of rows; ids decide where texts are equally typical.
    return [sorted(rows, key=lambda row: (-round(nearness[row], 4), ids[row])) for rows in members]


def _typical(rows: Sequence[int], ids: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
    """The most typical texts that differ."""
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(texts[row].casefold(), ids[row])
        if len(first) == TYPICAL:
            break
    return tuple(first.values())


def _keys(same: Sequence[str | None], next_number: int) -> tuple[list[str], int]:
    keys = []
    for key in same:
        keys.append(key or f"theme-{next_number}")
        next_number += key is None
    return keys, next_number


def discovery_json(found: Discovery) -> Mapping[str, object]:
    """What was found, as JSON that a later run reads to keep the ids."""
    return {
        "encoder": found.encoder,
        "resolution": found.resolution,
        "next_number": found.next_number,
        "themes": [
            {
                "id": each.key,
                "name": each.name,
                "size": each.size,
                "typical": each.typical,
                "words": each.words,
                "split_from": each.split_from,
                "merged": each.merged,
            }
            for each in found.themes
        ],
        "gone": found.gone,
        "without_theme": sum(theme is None for theme in found.theme_of.values()),
        "items": [{"id": key, "theme": theme} for key, theme in found.theme_of.items()],
    }


def discovery_lines(found: Discovery) -> Iterator[str]:
    """The themes as a table."""
    for each in found.themes:
        origin = f"  (split from {each.split_from})" if each.split_from else ""
        merged = f"  (with {', '.join(each.merged)})" if each.merged else ""
        yield f"{each.key:<12}{each.size:>7,}  {each.name}{origin}{merged}"
    without = sum(theme is None for theme in found.theme_of.values())
    yield f"{len(found.theme_of):,} texts, {len(found.themes):,} themes, {without:,} texts without one"


def read_earlier(file: Path) -> Earlier:
    """The themes that an earlier `themes discover --json` wrote."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        items: dict[str, set[str]] = {theme["id"]: set() for theme in told["themes"]}
        for item in told["items"]:
            if item["theme"] is not None:
                items[item["theme"]].add(item["id"])
        themes = tuple(
            Theme(key=theme["id"], items=frozenset(items[theme["id"]]), words=theme["words"])
            for theme in told["themes"]
        )
        return Earlier(themes=themes, next_number=int(told["next_number"]))
    except (ValueError, KeyError, TypeError) as error:
        hint = "Name a file that `quarterdeck themes discover --json` wrote."
        raise FactError(f"{file} holds no themes of an earlier run: {error!r}.", hint) from error
