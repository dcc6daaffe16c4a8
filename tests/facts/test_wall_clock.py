"""Local times become the instants that `zoneinfo` says, in every zone and year."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.wall_clock import WallClock
from tests.facts.conftest import EVENTS_MAP, GOOD, HEADER, Import

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


def test_times_that_a_clock_shows_twice_or_never_are_counted_by_day() -> None:
    clock = WallClock(ZoneInfo("Europe/Amsterdam"))
    shown = [
        datetime(2026, 3, 29, 1, 59, 59),  # noqa: DTZ001
        datetime(2026, 3, 29, 2),  # noqa: DTZ001
        datetime(2026, 3, 29, 2, 59, 59),  # noqa: DTZ001
        datetime(2026, 3, 29, 3),  # noqa: DTZ001
        datetime(2026, 10, 25, 1, 59, 59),  # noqa: DTZ001
        datetime(2026, 10, 25, 2),  # noqa: DTZ001
        datetime(2026, 10, 25, 3),  # noqa: DTZ001
        datetime(2026, 12, 31, 23, 59),  # noqa: DTZ001
    ]
    micros = np.array([(time - datetime(1970, 1, 1)) // timedelta(microseconds=1) for time in shown])  # noqa: DTZ001
    clock.instants(micros)
    found = {(unclear.day, unclear.change): count for unclear, count in clock.unclear(micros).items()}
    assert found == {(date(2026, 3, 29), "skipped"): 2, (date(2026, 10, 25), "repeated"): 1}
    assert not WallClock(ZoneInfo("UTC")).unclear(micros)


def test_an_import_says_which_times_were_unclear_and_keeps_their_number(bring: Import, ask) -> None:
    local = EVENTS_MAP + "timezone: Europe/Amsterdam\n"
    times = ["2026-10-25 02:30:00"] * 3 + [
        "2026-03-29 02:30:00",
        "2026-03-30 02:30:00",
        "2026-10-25T02:30:00Z",
    ]
    rows = "".join(f"{i},ann,view,{time},pro,1\n" for i, time in enumerate(times))
    result = bring(f"{HEADER}{rows}9,,view,2026-10-25 02:30:00,pro,1\n", map_text=local)
    assert result.notes == (
        "3 times fall in the hour of 2026-10-25 that clocks in Europe/Amsterdam show twice; read as the "
        "first of the two.",
        "1 time falls in the hour of 2026-03-29 that clocks in Europe/Amsterdam skip; counted on from before "
        "the change.",
    )
    assert ask("SELECT times_unclear FROM imports WHERE finished_at IS NOT NULL") == [(4,)]


def test_a_store_of_an_earlier_version_learns_to_keep_the_number(
    bring: Import, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = replace(TABLES["imports"], columns=TABLES["imports"].columns[:-1])
    with monkeypatch.context() as patched:
        patched.setattr("quarterdeck.facts.delta.TABLES", {**TABLES, "imports": earlier})
        patched.setattr("quarterdeck.facts.importing.TABLES", {**TABLES, "imports": earlier})
        bring(HEADER + GOOD, name="a.csv")
    assert bring(None, name="a.csv").same_file
    bring(HEADER + GOOD + GOOD, name="b.csv")
    assert ask("SELECT times_unclear FROM imports WHERE finished_at IS NOT NULL ORDER BY file") == [
        (None,),
        (0,),
    ]


@given(st.sampled_from(ZONES), st.lists(recent, min_size=1, max_size=5))
@example("Australia/Lord_Howe", [datetime(2024, 4, 7, 1, 45), datetime(2024, 4, 7, 1, 15)])  # noqa: DTZ001
@example("Pacific/Apia", [datetime(2011, 12, 30, 12), datetime(2011, 12, 31, 0)])  # noqa: DTZ001
def test_a_time_is_unclear_where_its_two_folds_differ(zone: str, shown: list[datetime]) -> None:
    clock = WallClock(ZoneInfo(zone))
    clock.instants(microseconds(shown))
    folds = [
        [time.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1)] for time in shown
    ]
    assert clock.unclear(microseconds(shown)).total() == sum(first != second for first, second in folds)
