"""Which release of the app does a device run on a day?"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from quarterdeck.demo.plan import DAYS, FIRST_DAY, Floats, Integers, day_date, day_index
from quarterdeck.demo.stories import DROP_AT, DROP_DAY, DROP_RELEASE, OUTAGE_AFTER, OUTAGE_FIRST

DEVICES = ("android", "ios", "web")
DEVICE_EDGES = np.array([0.44, 0.71])  # shares .44, .27, .29
ANDROID, IOS, WEB = range(3)
UPDATE_DAYS = 3.0  # by then two thirds of the phones have the new release


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One release of one app."""

    device: int
    name: str
    day: int

    @property
    def moment(self) -> datetime:
        """When it was deployed."""
        if (DEVICES[self.device], self.name) == ("android", DROP_RELEASE):
            return DROP_AT
        hour = 6 + (self.day * 5 + self.device) % 6
        return datetime.fromisoformat(f"{day_date(self.day)}T{hour:02d}:20:00+00:00")


def make_releases() -> tuple[Release, ...]:
    """All releases, oldest first: apps about every two weeks, the web each week."""
    releases = [
        Release(
            device=WEB, name=f"2026.{(FIRST_DAY + timedelta(7 * week)).isocalendar().week}", day=7 * week + 2
        )
        for week in range(-1, DAYS // 7)
    ]
    for device, days in ((ANDROID, _android_days()), (IOS, _ios_days())):
        releases += [Release(device=device, name=name, day=day_index(day)) for name, day in days]
    return tuple(sorted(releases, key=lambda release: (release.day, release.device)))


def _android_days() -> list[tuple[str, date]]:
    names = [f"4.0.{patch}" for patch in range(6)] + [f"4.1.{patch}" for patch in range(6)] + ["4.2.0"]
    days = [DROP_DAY - timedelta(14 * (len(names) - index)) for index in range(len(names))]
    return [*zip(names, days, strict=True), (DROP_RELEASE, DROP_DAY)]


def _ios_days() -> list[tuple[str, date]]:
    before = [(f"3.{minor}.0", OUTAGE_FIRST - timedelta(14 * (8 - minor))) for minor in range(8)]
    after = [(f"3.{minor}.0", OUTAGE_AFTER + timedelta(14 * (minor - 8))) for minor in range(9, 14)]
    return [*before, ("3.8.0", OUTAGE_FIRST), ("3.8.1", OUTAGE_AFTER), *after]


RELEASES = make_releases()
RELEASE_NAMES = tuple(release.name for release in RELEASES)


def installed(device: Integers, day: int, habit: Floats) -> Integers:
    """Index into RELEASES for each row; `habit` in [0, 1) says how soon a person updates."""
    found = np.zeros(len(device), np.int64)
    for kind in range(len(DEVICES)):
        newest_first = [
            index for index, release in enumerate(RELEASES) if release.device == kind and release.day <= day
        ][::-1]
        mine = device == kind
        chosen = np.full(int(mine.sum()), newest_first[-1])
        for index in newest_first[::-1]:
            age = day - RELEASES[index].day
            share = 1.0 if kind == WEB else 1 - np.exp(-(age + 0.5) / UPDATE_DAYS)
            chosen[habit[mine] < share] = index
        found[mine] = chosen
    return found
