"""The share that came to an event by each time is what the literature has for its own example."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.stats.survival import kaplan_meier

# Weeks in remission under 6-mercaptopurine (Freireich et al., 1963), as in Kleinbaum and Klein, "Survival
# Analysis" (2012), table 2.1, and R's survfit(conf.type = "log-log").
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
KEPT = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
AT_RISK = {6: 21, 7: 17, 10: 15, 13: 12, 16: 11, 22: 7, 23: 6}
LOWER = {6: 0.620, 7: 0.563, 10: 0.503, 13: 0.432, 16: 0.368, 22: 0.268, 23: 0.188}

watched = st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=30)


def curve(pairs):
    durations, came = zip(*pairs, strict=True)
    return kaplan_meier(np.array(durations, float), np.array(came, bool))


def test_the_remissions_of_1963_come_out_as_published():
    points = curve(list(zip(WEEKS, RELAPSED, strict=True)))
    assert [point.seconds for point in points] == list(KEPT)
    for point in points:
        assert 1 - point.share == pytest.approx(KEPT[point.seconds], abs=6e-4)
        assert 1 - point.high == pytest.approx(LOWER[point.seconds], abs=6e-4)
        assert point.at_risk == AT_RISK[point.seconds]


@given(watched)
def test_it_never_falls_and_lies_within_its_bounds(pairs):
    points = curve(pairs)
    shares = [0.0, *(point.share for point in points), 1.0 + 1e-12]
    assert shares == sorted(shares)
    assert all(0 <= point.low <= point.share + 1e-12 <= point.high + 1e-9 <= 1 + 1e-8 for point in points)


@given(watched)
def test_whoever_is_watched_to_the_end_makes_it_the_plain_share(pairs):
    """Nobody leaves before the last event: the curve counts heads."""
    whole = [(duration if came else 99, came) for duration, came in pairs]
    points = curve(whole)
    for point in points:
        by_then = sum(came and duration <= point.seconds for duration, came in whole)
        assert point.share == pytest.approx(by_then / len(whole))


def test_nobody_who_came_gives_no_curve():
    assert curve([(3, False)]) == []
