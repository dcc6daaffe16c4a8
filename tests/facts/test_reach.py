"""Facts that end tell of nothing after their end; nights and weekends are no end."""

from datetime import UTC, datetime, timedelta

import pytest

from quarterdeck.facts.reach import QUARTER_HOUR, Reach, reach_of
from quarterdeck.facts.store import FactStore
from tests.insights.metrics.conftest import add_events

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def reached(workspace, moments):
    add_events(workspace, [("al", "", "a", each.isoformat(), {}) for each in moments])
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        return reach_of(snapshot)


def micro(moment):
    return round(moment.timestamp() * 1e6)


def test_no_event_reaches_nowhere(own_workspace):
    assert reached(own_workspace, []) is None


def test_the_longest_silence_of_four_weeks_is_usual_and_a_longer_one_is_not(own_workspace):
    days = [MONDAY + timedelta(days=day) for day in range(26) if day % 7 < 5]
    working = [day + hour * HOUR for day in days for hour in (9, 13, 17)]
    old = MONDAY - timedelta(days=300)
    found = reached(own_workspace, [old, *working])
    friday = working[-1]
    assert found.newest == micro(friday)
    weekend = 64 * HOUR  # from Friday 17:00 to Monday 9:00
    assert found.silence == weekend // timedelta(microseconds=1) + QUARTER_HOUR
    monday = friday + weekend
    assert found.known_at(micro(monday)) == micro(monday)
    late = friday + weekend + HOUR
    assert found.known_at(micro(late)) == micro(friday)


def test_one_burst_says_nothing_of_what_is_usual_until_four_weeks_are_over(own_workspace):
    found = reached(own_workspace, [MONDAY, MONDAY + timedelta(minutes=1)])
    soon, late = MONDAY + timedelta(days=20), MONDAY + timedelta(days=30)
    assert found.known_at(micro(soon)) == micro(soon)
    assert found.known_at(micro(late)) == found.newest


@pytest.mark.parametrize("ahead", [0, 1, 10**12])
def test_of_an_earlier_moment_everything_is_known(ahead):
    assert Reach(newest=10**15 + ahead, silence=1).known_at(10**15) == 10**15
