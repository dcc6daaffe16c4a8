"""What is a record about, in whichever store it lives?"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A thing by its type and key (a metric by name, a decision by number, an account by id)."""

    type: str
    key: str
    title: str = ""
