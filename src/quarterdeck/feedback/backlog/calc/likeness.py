"""Which finished work was like what a theme asks for, going by the words of its title?"""

import re
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[^\W\d_]{3,}")
_SAY_NOTHING = frozenset(
    (
        "add", "and", "are", "but", "can", "fix", "for", "from", "has", "have", "its", "more", "new", "not",
        "out", "over", "the", "their", "this", "too", "was", "when", "with",
    )
)  # fmt: skip


def words_of(text: str) -> frozenset[str]:
    """The words that say something, without the endings of many and of doing.

    >>> sorted(words_of("Adding recurring jobs to the schedules"))
    ['add', 'job', 'recurr', 'schedule']
    """
    plain = (word.casefold() for word in _WORD.findall(text))
    return frozenset(_stem(word) for word in plain if word not in _SAY_NOTHING)


def like_items(wanted: str, titles: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of the titles that share a word with what is wanted, most shared words first."""
    words = words_of(wanted)
    shared = {key: len(words & words_of(title)) for key, title in titles.items()}
    return tuple(sorted((key for key, many in shared.items() if many), key=lambda key: (-shared[key], key)))


def said_by(keys: Iterable[str], *, most: int) -> str:
    """A few keys as a reader looks them up."""
    named = list(keys)
    more = f" and {len(named) - most} more" if len(named) > most else ""
    return ", ".join(named[:most]) + more


def _stem(word: str) -> str:
    for ending in ("ing", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
