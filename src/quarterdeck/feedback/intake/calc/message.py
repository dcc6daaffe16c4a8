"""What does an export say, once its own shape is gone: messages, and what was left out and why?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

AGENT: Final = "written by an agent or a bot"
INTERNAL: Final = "internal notes"
NO_WORDS: Final = "without words"

LeftOutReason = Literal["written by an agent or a bot", "internal notes", "without words"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What one customer said at once; `properties` is all else that the source tells."""

    key: str
    time: str
    text: str
    channel: str
    account: str | None = None
    person: str | None = None
    score: str | None = None
    consent: bool | None = None
    properties: Mapping[str, object] = field(default_factory=dict)

    @property
    def row(self) -> dict[str, object]:
        """The message under the names of the fact table `feedback`."""
        return {
            "feedback_id": self.key,
            "time": self.time,
            "channel": self.channel,
            "account": self.account,
            "person": self.person,
            "text": self.text,
            "score": self.score,
            "consent": self.consent,
            "properties": {name: value for name, value in self.properties.items() if value not in (None, "")},
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """Something in the export that no customer said."""

    reason: LeftOutReason


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """A record that is no message: why not, in words; `raw` where only its reader knows how it stood."""

    reason: str
    raw: str = ""


Found = Message | LeftOut | Unreadable
Record = Mapping[str, object]


def as_text(value: object) -> str | None:
    """A value of a source as text; blanks are nothing."""
    if value is None or isinstance(value, bool | Mapping | list):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def as_record(value: object) -> Record:
    """An object of a source; nothing where it is none."""
    return value if isinstance(value, Mapping) else {}


def as_records(value: object) -> list[Record]:
    """The objects in a list of a source."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def as_moment(value: object) -> str:
    """A time as ISO writes it; seconds and milliseconds since 1970 as well.

    >>> as_moment(1700000000), as_moment("1700000000000"), as_moment("2026-11-02T08:00:00Z")
    ('2023-11-14T22:13:20+00:00', '2023-11-14T22:13:20+00:00', '2026-11-02T08:00:00Z')
    """
    text = as_text(value) or ""
    if not text.isascii() or not text.isdecimal() or not 9 <= len(text) <= 13:
        return text
    seconds = int(text) / (1000 if len(text) > 11 else 1)
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def named_plainly(record: Record) -> dict[str, str | None]:
    """A row of a table with its columns as they are looked for: small, with blanks.

    >>> named_plainly({"Created_At ": " 2026-11-17 ", "Stars": 4.0})
    {'created at': '2026-11-17', 'stars': '4'}
    """
    return {plain_column(str(name)): as_text(value) for name, value in record.items()}


def plain_column(name: str) -> str:
    """The name of a column as it is looked for."""
    return " ".join(name.lower().replace("_", " ").split())


def first_of(named: Mapping[str, str | None], names: Sequence[str]) -> str | None:
    """The first of some columns in which something stands."""
    return next((value for name in names if (value := named.get(name))), None)


def without(record: Record, *names: str) -> dict[str, object]:
    """The rest of a record."""
    return {name: value for name, value in record.items() if name not in names}
