"""Which tags does the tagger take for which others?"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Confusion:
    """People said `wanted`, the tagger `given`, so many times; the first of its quotes. Empty is no tag."""

    wanted: str
    given: str
    places: tuple[int, ...]

    @property
    def times(self) -> int:
        """How often."""
        return len(self.places)


def confusions(wanted: Sequence[tuple[str, ...]], given: Sequence[tuple[str, ...]]) -> tuple[Confusion, ...]:
    """Every wrong tag beside what was missed in its stead, the most frequent first.

    A tag that is merely missing is no confusion: then the tagger abstained, and said so.
    """
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, (people, tagger) in enumerate(zip(wanted, given, strict=True)):
        missed = [tag for tag in people if tag not in tagger] or [""]
        for wrong in (tag for tag in tagger if tag not in people):
            found[missed[0], wrong].append(place)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        Confusion(wanted=people, given=tagger, places=tuple(places)) for (people, tagger), places in ordered
    )
