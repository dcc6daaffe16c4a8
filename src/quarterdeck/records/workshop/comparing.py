"""How do two texts differ from the one that both began from, line by line?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a text, None where it has none there; `changed` where it is not the origin's."""

    text: str | None
    changed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The same place in three texts; `clash` where both sides changed it, to different things."""

    base: str | None
    disk: Line
    draft: Line
    number: int | None

    @property
    def clash(self) -> bool:
        return self.disk.changed and self.draft.changed and self.disk.text != self.draft.text


def compare(base: str, disk: str, draft: str) -> tuple[Row, ...]:
    """Three texts side by side: each line of the origin once, and what was put in its place or between.

    >>> [(row.base, row.disk.text, row.draft.text) for row in compare("a\\nb\\n", "a\\nc\\n", "a\\nb\\nd\\n")]
    [('a', 'a', 'a'), ('b', 'c', 'b'), (None, None, 'd')]
    """
    origin = base.splitlines()
    theirs, ours = _against(origin, disk.splitlines()), _against(origin, draft.splitlines())
    rows: list[Row] = []
    for index in range(len(origin) + 1):
        left, right = theirs[index], ours[index]
        for place in range(max(len(left.before), len(right.before))):
            rows.append(
                Row(
                    base=None, disk=_added(left.before, place), draft=_added(right.before, place), number=None
                )
            )
        if index < len(origin):
            rows.append(
                Row(
                    base=origin[index],
                    disk=Line(text=left.line, changed=left.line != origin[index]),
                    draft=Line(text=right.line, changed=right.line != origin[index]),
                    number=index + 1,
                )
            )
    return tuple(rows)


def merge(rows: Iterable[Row]) -> str | None:
    """The text with what both sides changed; None where they changed the same place to different things.

    >>> merge(compare("a\\nb\\nc\\n", "a\\nb\\nd\\n", "x\\nb\\nc\\n"))
    'x\\nb\\nd\\n'
    """
    merged = []
    for row in rows:
        if row.clash:
            return None
        line = row.disk.text if row.disk.changed else row.draft.text
        if line is not None:
            merged.append(f"{line}\n")
    return "".join(merged)


@dataclass(kw_only=True, slots=True)
class _Spot:
    """What a text has before a line of the origin, and in that line's place."""

    before: list[str]
    line: str | None


def _against(origin: Sequence[str], text: Sequence[str]) -> list[_Spot]:
    spots = [_Spot(before=[], line=None) for _ in range(len(origin) + 1)]
    matcher = SequenceMatcher(None, origin, text, autojunk=False)
    for _, from_, until, text_from, text_until in matcher.get_opcodes():
        lines = text[text_from:text_until]
        for index, line in zip(range(from_, until), lines, strict=False):
            spots[index].line = line
        spots[until].before.extend(lines[until - from_ :])
    return spots


def _added(lines: Sequence[str], place: int) -> Line:
    text = lines[place] if place < len(lines) else None
    return Line(text=text, changed=text is not None)
