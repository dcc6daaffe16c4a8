"""What does a tagger learn from, and what does it say?"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class TagWords:
    """A tag and what its taxonomy says of it."""

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A text and the tags that people gave it; none is a decision too."""

    text: str
    tags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tagged:
    """The tags of one text, best first, and how likely the first is right; none where the tagger abstains."""

    tags: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A text as people tagged it (`wanted`) and as the tagger would have, had it not been told (`given`)."""

    text: str
    wanted: tuple[str, ...]
    given: tuple[str, ...]
    confidence: float
