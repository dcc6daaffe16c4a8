"""What is wrong with a definition, where, and what did its writer probably mean?"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing to mend, or a warning; `line` is 1-based, `rule` is the name that `no_lint:` silences."""

    file: Path
    line: int
    message: str
    hint: str = ""
    rule: str
    warning: bool = False

    @property
    def words(self) -> str:
        """What is wrong, what to do, and the rule's name, in one line."""
        hint = f" {self.hint}" if self.hint else ""
        opening = "warning: " if self.warning else ""
        return f"{opening}{self.message}.{hint} [{self.rule}]"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words}"
