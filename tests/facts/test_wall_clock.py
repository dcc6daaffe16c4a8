"""Local times become the instants that `zoneinfo` says, in every zone and year."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quarterdeck.facts.wall_clock import WallClock

ZONES = sorted(available_timezones())
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
times = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001
recent = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2040, 1, 1))  # noqa: DTZ001


def microseconds(shown: list[datetime]) -> np.ndarray:
    return np.array([(time - EPOCH) // timedelta(microseconds=1) for time in shown], np.int64)


def by_zoneinfo(shown: datetime, zone: ZoneInfo) -> datetime:
    offset = shown.replace(tzinfo=zone, fold=0).utcoffset()
    assert offset is not None
    return shown - offset


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(ZONES), shown=st.lists(times | recent, max_size=5))
@example(name="Africa/Casablanca", shown=[datetime(2026, 2, 10, 12), datetime(2026, 3, 22, 2, 30)])  # noqa: DTZ001
@example(name="Pacific/Apia", shown=[datetime(2011, 12, 30, 12)])  # noqa: DTZ001
@example(name="Europe/Dublin", shown=[datetime(2024, 3, 31, 1, 30), datetime(2024, 10, 27, 1, 30)])  # noqa: DTZ001
@example(name="Africa/Freetown", shown=[datetime(1939, 9, 1), datetime(1939, 9, 5), datetime(1939, 9, 6)])  # noqa: DTZ001
def test_any_time_is_the_instant_that_zoneinfo_says(name: str, shown: list[datetime]) -> None:
    zone = ZoneInfo(name)
    found = WallClock(zone).instants(microseconds(shown))
    assert found.tolist() == microseconds([by_zoneinfo(time, zone) for time in shown]).tolist()


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(ZONES), year=st.integers(1950, 2060), seconds=st.integers(-7200, 7200))
def test_round_every_change_of_clocks_as_well(name: str, year: int, seconds: int) -> None:
    zone = ZoneInfo(name)
    hours = [datetime(year, 1, 1) + timedelta(hours=6 * k) for k in range(4 * 365)]  # noqa: DTZ001
    offsets = [hour.replace(tzinfo=zone).utcoffset() for hour in hours]
    near = [hour for hour, one, two in zip(hours, offsets, offsets[1:], strict=False) if one != two]
    shown = [hour + timedelta(hours=k, seconds=seconds) for hour in near for k in range(-3, 10)]
    found = WallClock(zone).instants(microseconds(shown))
    assert found.tolist() == microseconds([by_zoneinfo(time, zone) for time in shown]).tolist()


@pytest.mark.parametrize(
    ("shown", "instant"),
    [
        # The clocks go from 02:00 to 03:00: what they skip counts from the offset before.
        (datetime(2024, 3, 31, 2, 30), datetime(2024, 3, 31, 1, 30)),  # noqa: DTZ001
        (datetime(2024, 3, 31, 3, 30), datetime(2024, 3, 31, 1, 30)),  # noqa: DTZ001
        # The clocks go from 03:00 back to 02:00: the first of the two.
        (datetime(2024, 10, 27, 2, 30), datetime(2024, 10, 27, 0, 30)),  # noqa: DTZ001
        (datetime(2024, 10, 27, 3, 0), datetime(2024, 10, 27, 2, 0)),  # noqa: DTZ001
    ],
)
def test_gaps_move_forward_and_folds_take_the_first(shown: datetime, instant: datetime) -> None:
    assert WallClock(ZoneInfo("Europe/Amsterdam")).instants(microseconds([shown])) == microseconds([instant])


def test_nothing_is_nothing() -> None:
    assert not len(WallClock(ZoneInfo("UTC")).instants(microseconds([])))
