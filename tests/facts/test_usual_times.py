"""Times that are written alike, read digit by digit, against those read one by one."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.facts.usual_times import usual_times
from tests.facts.conftest import EVENTS_MAP, HEADER, Import

LAYOUTS = ("T%H:%M:%S", " %H:%M:%S", "T%H:%M:%S.%f")
ZONES = ("", "Z", "+00:00", "+05:30", "-11:45", "+14:00", "-12:00")


@given(
    st.lists(st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 12, 31)), min_size=1, max_size=20),  # noqa: DTZ001
    st.sampled_from(LAYOUTS),
    st.sampled_from(ZONES),
)
def test_every_time_is_read_as_python_reads_it(times: list[dt.datetime], layout: str, zone: str) -> None:
    texts = [f"{time.year:04}-{time:%m-%d}{time.strftime(layout)}{zone}" for time in times]
    found = usual_times(pa.array(texts))
    assert found is not None
    assert found.known.all()
    assert found.zoned == bool(zone)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    for text, value in zip(texts, found.values.tolist(), strict=True):
        read = dt.datetime.fromisoformat(text)
        read = read if read.tzinfo else read.replace(tzinfo=dt.UTC)
        assert value == (read - epoch) // dt.timedelta(microseconds=1)


NO_TIMES = [
    "2024-13-01T10:00:00Z",
    "2024-00-01T10:00:00Z",
    "2023-02-29T10:00:00Z",
    "2024-04-31T10:00:00Z",
    "2024-04-00T10:00:00Z",
    "2024-04-01T24:00:01Z",
    "2024-04-01T10:60:00Z",
    "2024-04-01T10:00:61Z",
    "2024-04-01x10:00:00Z",
    "2024-04-01T10:00:0aZ",
    "2024-04-01T10;00:00Z",
    "0000-04-01T10:00:00Z",
]


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_is_left(text: str) -> None:
    found = usual_times(pa.array(["2024-05-01T10:00:00Z", text, None, "x", "2024-05-01T10:00:01Z"]))
    assert found is not None
    assert found.known.tolist() == [True, False, False, False, True]


def test_a_slice_of_a_column_is_read_by_its_own_texts() -> None:
    texts = pa.array(["long ago", *(f"2024-05-01T10:00:{i:02}Z" for i in range(10))])
    found = usual_times(texts.slice(3, 4))
    assert found is not None
    assert [value // 1_000_000 % 60 for value in found.values.tolist()] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    "texts", [[], [None], ["", ""], ["soon"], ["1714557600", "1714557601"], ["a", "b" * 40]]
)
def test_columns_of_something_else_are_left(texts: list[str | None]) -> None:
    assert usual_times(pa.array(texts, pa.string())) is None


BEYOND = ["+25:00", "+14:01", "-12:01", "+05:60", "-99:00", "+2500", "+15"]


@pytest.mark.parametrize("offset", BEYOND)
@pytest.mark.parametrize("time_format", ["", 'time_format: "%Y-%m-%dT%H:%M:%S%z"\n'])
def test_an_offset_that_no_clock_has_is_no_time(bring: Import, ask, offset: str, time_format: str) -> None:
    good = "1,ann,view,2024-05-01T10:00:00+14:00,pro,1\n2,ann,view,2024-05-01T10:00:00-12:00,pro,1\n"
    result = bring(
        f"{HEADER}{good}3,bob,view,2024-05-01T10:00:00{offset},pro,1\n", map_text=EVENTS_MAP + time_format
    )
    assert (result.added, result.quarantined) == (2, 1)
    assert ask(
        "SELECT raw LIKE '3,bob%', reason LIKE '%has an offset that no clock has%' FROM quarantine"
    ) == [(True, True)]
    hours = ask(
        "SELECT epoch(time - TIMESTAMPTZ '2024-05-01 10:00:00+00') / 3600 FROM events ORDER BY event_id"
    )
    assert hours == [(-14,), (12,)]
