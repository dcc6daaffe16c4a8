"""Local days in SQL are those of `zoneinfo`, over any number of changes of clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest

from quarterdeck.insights.metrics.facts.clock import Question, local_time


@pytest.mark.parametrize("name", ["Europe/Amsterdam", "Africa/Casablanca", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("years", [1, 12])
def test_an_instant_is_the_local_time_that_zoneinfo_says(name: str, years: int) -> None:
    zone = ZoneInfo(name)
    question = Question(
        since=date(2027 - years, 1, 1), until=date(2027, 1, 1), grain="day", zone=zone, week_starts_on=0
    )
    begin = datetime(2027 - years, 1, 2, tzinfo=UTC)
    moments = [begin + timedelta(hours=7 * k, minutes=13) for k in range(years * 1240)]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TABLE t AS SELECT unnest($1)::TIMESTAMPTZ AS moment", [moments])
        found = connection.execute(f"SELECT {local_time('moment', question)} FROM t").fetchall()
    assert [time for (time,) in found] == [moment.astimezone(zone).replace(tzinfo=None) for moment in moments]
