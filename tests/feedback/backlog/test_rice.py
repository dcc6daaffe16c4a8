"""RICE follows by its stated rules: numbers by hand, and the laws that any such score obeys."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.feedback.backlog.calc import rice
from quarterdeck.feedback.backlog.calc.rice import (
    Check,
    Range,
    Share,
    Signal,
    confidence_checks,
    confidence_of,
    effort_of,
    impact_of,
    journey_signal,
    mood_signal,
    reach_of,
    renewal_signal,
    value_of,
    weighted_share,
)

points = st.floats(0.01, 1e6)
counts = st.integers(1, 5_000)


@st.composite
def ranges(draw):
    low, point, high = sorted(draw(st.tuples(points, points, points)))
    return Range(point=point, low=low, high=high)


def contains(found):
    return found.low <= found.point * (1 + 1e-9) and found.point <= found.high * (1 + 1e-9)


def exactly(value):
    return Range(point=value, low=value, high=value)


def test_the_examples_in_the_file_are_true():
    assert doctest.testmod(rice).failed == 0


def test_the_examples_of_the_source_give_its_numbers():
    # McBride, Intercom 2018: "500 customers reach this point in the signup funnel each month, and 30 % choose
    # this option. The reach is 500 x 30 % x 3 = 450 customers per quarter."
    assert reach_of(150, wrote=500, passing=1500).point == 450
    # "Project 1: massive impact, 80 % confidence, two person-months": by hand 450 x 3 x .8 / 2.
    assert rice.rice(exactly(450), exactly(3.0), 0.8, exactly(2)).point == pytest.approx(540)


def test_a_score_by_hand_with_its_bounds():
    reach = Range(point=100, low=50, high=200)
    effort = Range(point=2, low=1, high=4)
    # Each factor may be half or double, so together by 2 ** sqrt(2): 100 x 1 x .8 / 2 = 40.
    found = rice.rice(reach, exactly(1.0), 0.8, effort)
    assert (found.point, found.low, found.high) == pytest.approx((40, 40 / 2**2**0.5, 40 * 2**2**0.5))


@given(ranges(), ranges(), st.sampled_from([0.5, 0.8, 1.0]), ranges())
def test_a_score_lies_within_its_bounds(reach, impact, confidence, effort):
    assert contains(rice.rice(reach, impact, confidence, effort))
    assert contains(value_of(reach, impact, confidence))


@given(ranges(), ranges(), ranges(), st.floats(1.01, 100))
def test_a_score_grows_with_reach_and_falls_with_effort(reach, impact, effort, times):
    def scaled(found):
        return Range(point=found.point * times, low=found.low * times, high=found.high * times)

    plain = rice.rice(reach, impact, 0.8, effort)
    assert rice.rice(scaled(reach), impact, 0.8, effort).point > plain.point
    assert rice.rice(reach, impact, 0.8, scaled(effort)).point < plain.point
    assert rice.rice(reach, impact, 1.0, effort).point > plain.point


@pytest.mark.parametrize("missing", ["reach", "impact", "confidence", "effort"])
def test_what_is_not_known_gives_no_score(missing):
    known = {"reach": exactly(9), "impact": exactly(1.0), "confidence": 0.8, "effort": exactly(2)}
    assert rice.rice(**(known | {missing: None})) is None


@given(counts, counts, st.integers(0, 100_000), st.floats(0, 1))
def test_reach_is_at_least_who_spoke_and_within_its_bounds(speakers, others, passing, right):
    precision = Share(value=1.0, low=right, high=1.0)
    found = reach_of(speakers, wrote=speakers + others, passing=passing, precision=precision)
    assert found.point >= speakers
    assert contains(found)
    alone = reach_of(speakers)
    assert alone.point == speakers
    assert contains(alone)


@given(counts, counts, counts)
def test_reach_grows_with_those_who_go_through(speakers, others, passing):
    less = reach_of(speakers, wrote=speakers + others, passing=speakers + passing)
    more = reach_of(speakers, wrote=speakers + others, passing=speakers + 2 * passing)
    assert more.point >= less.point


def test_nobody_who_spoke_is_no_reach():
    assert reach_of(0, wrote=10, passing=100) is None


def test_twice_the_usual_share_of_renewals_gives_two_points():
    share = weighted_share(60, 100, 1000)
    assert renewal_signal(share, 0.30).points == 2
    assert renewal_signal(share, 0.40).points == 1
    assert renewal_signal(share, 0.60).points == 0
    assert renewal_signal(share, None) is None
    assert weighted_share(1, 0, 5) is None


def test_thirty_points_of_nps_below_the_others_give_two_points():
    def mood(point):
        return Range(point=point, low=point - 5, high=point + 5)

    assert mood_signal(mood(-20), mood(10)) == Signal(name="mood", points=2, low=1, high=2)
    assert mood_signal(mood(5), mood(20)).points == 1
    assert mood_signal(mood(30), mood(20)).points == 0
    assert mood_signal(None, mood(20)) is None


def test_a_quarter_of_conversions_lost_gives_two_points():
    assert journey_signal((300, 1000), (400, 1000)).points == 2
    assert journey_signal((350, 1000), (400, 1000)).points == 1
    assert journey_signal((400, 1000), (400, 1000)) == Signal(name="journey", points=0, low=0, high=1)
    assert journey_signal((0, 0), (400, 1000)) is None


@pytest.mark.parametrize(
    ("given_points", "impact"),
    [
        ((0,), 0.25),
        ((0, 1), 0.5),
        ((1,), 1.0),
        ((2, 1), 2.0),
        ((2, 2), 3.0),
        ((2, 2, 0), 2.0),
        ((2, 0, 0), 0.5),
    ],
)
def test_impact_is_the_step_of_the_mean_points(given_points, impact):
    signals = [Signal(name="mood", points=each, low=each, high=each) for each in given_points]
    assert impact_of(signals) == exactly(impact)
    assert impact_of([]) is None


def test_confidence_is_full_only_where_every_check_is_passed():
    signals = [Signal(name="mood", points=2, low=2, high=2), Signal(name="renewal", points=1, low=1, high=1)]
    full = {
        "accounts": 10,
        "channels": (3, 3),
        "trend": (1.1, 2.0),
        "precision": Share(value=0.9, low=0.8, high=0.95),
        "signals": signals,
    }
    assert confidence_of(confidence_checks(**full)) == 1.0
    assert confidence_of(confidence_checks(**(full | {"precision": None}))) == 0.8
    assert confidence_of(confidence_checks(**(full | {"accounts": 9, "channels": (30, 2)}))) == 0.8
    thin = full | {"accounts": 9, "channels": (30,), "trend": None}
    assert confidence_of(confidence_checks(**thin)) == 0.5
    assert Check(name="trend", passed=None) in confidence_checks(**thin)


def test_effort_is_the_median_of_like_work_in_weeks():
    assert effort_of((7, 14, 21, 28, 35)) == Range(point=3, low=2, high=4)
    assert effort_of((7, 14, 21, 28)) is None


@given(st.lists(st.floats(0.1, 400), min_size=5, max_size=40))
def test_effort_lies_within_its_quartiles_in_whatever_order(days):
    found = effort_of(days)
    assert contains(found)
    assert effort_of(days[::-1]) == found
