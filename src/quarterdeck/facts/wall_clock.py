"""Which instant does a wall clock show in a time zone, for a column of times at once?

By `zoneinfo` alone, as metrics cut their days: two libraries with time zones of their own differ where a
country changed its clocks lately.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Microseconds = npt.NDArray[np.int64]
Change = Literal["repeated", "skipped"]

_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
_LAST_YEAR = 9999
# No zone ever changed its clocks twice within four days.
_STEP = timedelta(days=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unclear:
    """A span on the clocks of a zone that came twice on a day, or not at all."""

    zone: str
    day: date
    change: Change

    def words(self, count: int) -> str:
        """How the times in it were read, for the report of an import."""
        if self.change == "repeated":
            how = "show twice; read as the first of the two"
        else:
            how = "skip; counted on from before the change"
        fall = "time falls" if count == 1 else "times fall"
        return f"{count:,} {fall} in the hour of {self.day} that clocks in {self.zone} {how}."


class WallClock:
    """The clocks of one zone. Years are looked up as they are met.

    A time that comes twice in autumn is the first of the two. One that is skipped in spring counts from the
    offset that held before: 02:30 is half an hour behind the change, which the clocks show as 03:30.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._years: dict[int, list[tuple[int, int]]] = {}
        self._begins: Microseconds = np.zeros(0, np.int64)
        self._offsets: Microseconds = np.zeros(0, np.int64)

    def instants(self, shown: Microseconds) -> Microseconds:
        """Microseconds since 1970 in UTC, from those that a clock shows, in the years 1 to 9999."""
        if not len(shown):
            return shown
        self._learn(shown)
        return shown - self._offsets[np.searchsorted(self._begins, shown, side="right") - 1]

    def unclear(self, shown: Microseconds) -> Counter[Unclear]:
        """How many of these times, all looked up before, are shown twice or never."""
        found: Counter[Unclear] = Counter()
        if not len(shown) or len(self._begins) < 2:
            return found
        following = np.searchsorted(self._begins, shown, side="right")
        # Behind the last change nothing is unclear.
        steps = np.append(np.diff(self._offsets), 0)[following - 1]
        begins = np.append(self._begins, 0)[following]
        within = (steps != 0) & (shown >= begins - np.abs(steps))
        for change, count in zip(*np.unique(following[within], return_counts=True), strict=True):
            step = self._offsets[change] - self._offsets[change - 1]
            moment = _EPOCH + timedelta(microseconds=int(self._begins[change] - abs(step)))
            kind: Change = "skipped" if step > 0 else "repeated"
            found[Unclear(zone=self._zone.key, day=moment.date(), change=kind)] = int(count)
        return found

    def _learn(self, shown: Microseconds) -> None:
        years = shown.astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64) + 1970
        met = np.flatnonzero(np.bincount(years, minlength=_LAST_YEAR + 1))
        new = [year for year in met.tolist() if year not in self._years]
        if not new:
            return
        for year in new:
            self._years[year] = list(self._changes(year))
        known = [change for year in sorted(self._years) for change in self._years[year]]
        self._begins = np.array([begin for begin, _ in known], np.int64) * _SECOND
        self._offsets = np.array([offset for _, offset in known], np.int64) * _SECOND

    def _changes(self, year: int) -> Iterator[tuple[int, int]]:
        """From which second on the clock which offset holds, in one year."""
        # Times of one zone are compared and added as its clock shows them.
        sooner = datetime(year, 1, 1, tzinfo=self._zone)
        last = datetime(year, 12, 31, 23, 59, 59, tzinfo=self._zone)
        held = sooner.utcoffset()
        yield _seconds(sooner), _length(held)
        while sooner < last:
            later = sooner + _STEP if last - sooner > _STEP else last
            offset = later.utcoffset()
            if offset != held:
                yield _seconds(_first_with(offset, sooner, later)), _length(offset)
            sooner, held = later, offset


def _first_with(offset: timedelta | None, sooner: datetime, later: datetime) -> datetime:
    """The second between two times from which on the offset of the later one holds."""
    while later - sooner > timedelta(seconds=1):
        middle = sooner + timedelta(seconds=(later - sooner) // timedelta(seconds=2))
        sooner, later = (sooner, middle) if middle.utcoffset() == offset else (middle, later)
    return later


def _seconds(shown: datetime) -> int:
    return _length(shown.replace(tzinfo=None) - _EPOCH)


def _length(time: timedelta | None) -> int:
    return 0 if time is None else time // timedelta(seconds=1)
