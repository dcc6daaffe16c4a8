"""Which company is this, and where do its definitions and facts live?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """An opened workspace folder; `path` is absolute."""

    path: Path
    company: str
    timezone: str
    week_start: Weekday = "monday"
    currency: str = "USD"
    stage: Literal["startup", "scaleup", "enterprise"] = "startup"
    demo: bool = False

    @property
    def facts_path(self) -> Path:
        return self.path / "facts"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
