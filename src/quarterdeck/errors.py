"""What can go wrong, said so that the reader knows what to do next."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class QuarterdeckError(Exception):
    """Expected trouble: `message` says what and where, `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class DefinitionError(QuarterdeckError):
    """A definition cannot be used; `file` and `line` (1-based) say where."""

    def __init__(self, message: str, hint: str = "", *, file: Path, line: int = 1) -> None:
        super().__init__(f"{file}:{line}: {message}", hint)
        self.file = file
        self.line = line


class FactError(QuarterdeckError):
    """Facts cannot be read, written or queried as asked."""


class Conflict(QuarterdeckError):
    """Somebody else changed the same thing in the meantime."""


def did_you_mean(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """The question "Did you mean 'x'?" for the nearest known word, or nothing when none is near.

    >>> did_you_mean("timezon", ["timezone", "currency"])
    "Did you mean 'timezone'?"
    >>> did_you_mean("country", ["account"]), did_you_mean("country", ["account"], likeness=0.75)
    ("Did you mean 'account'?", '')
    """
    by_folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), by_folded, n=1, cutoff=likeness)
    return f"Did you mean '{by_folded[near[0]]}'?" if near else ""
