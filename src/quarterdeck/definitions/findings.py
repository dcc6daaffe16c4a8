"""What is wrong with a definition, where, and what did its writer probably mean?"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing to mend; `line` is 1-based, `rule` is the name that `no_lint:` silences."""

    file: Path
    line: int
    message: str
    hint: str = ""
    rule: str

    @property
    def words(self) -> str:
        """What is wrong, what to do, and the rule's name, in one line."""
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.message}.{hint} [{self.rule}]"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The question "Did you mean 'x'?" for the nearest known word, or nothing when none is near.

    >>> did_you_mean("timezon", ["timezone", "currency"])
    "Did you mean 'timezone'?"
    """
    by_lower_case = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(word.lower(), by_lower_case, n=1, cutoff=0.6)
    return f"Did you mean '{by_lower_case[near[0]]}'?" if near else ""
