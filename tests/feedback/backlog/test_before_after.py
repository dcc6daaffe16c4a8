"""What changed after shipping is told with its interval, and not where it cannot be known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.feedback.backlog.calc.before_after import (
    Change,
    Mentions,
    Share,
    Unknown,
    change_of_share,
    difference_in_differences,
    difference_of_means,
    difference_of_shares,
    mentions_ratio,
)

COUNTS = st.lists(
    st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(0, 400)] * 2).map(
        lambda each: (each[0], each[0] + each[2], each[1], each[1] + each[3])
    ),
    min_size=1,
    max_size=4,
)
SCORES = st.lists(st.integers(0, 10), min_size=5, max_size=30).map(lambda each: np.array(each, float))


def mentions(*channels, crowded=1.0):
    """Channels, each with hits and all that was said before, and the same after."""
    columns = np.array(channels, float).T
    return Mentions(
        hits_before=columns[0], all_before=columns[1], hits_after=columns[2], all_after=columns[3],
        crowded=crowded,
    )  # fmt: skip


def test_half_as_often_said_is_told_with_its_interval():
    found = mentions_ratio(mentions((80, 1000, 40, 1000)))
    assert found.value == pytest.approx(0.5)
    # ln 0.5 -+ 1.96 sqrt(1/40 - 1/1000 + 1/80 - 1/1000), by hand
    assert (found.low, found.high) == (pytest.approx(0.346, abs=5e-4), pytest.approx(0.723, abs=5e-4))
    assert found.verdict == "fell"


def test_a_survey_that_went_out_is_no_change():
    found = mentions_ratio(mentions((10, 100, 11, 110), (40, 200, 400, 2000)))
    assert found.value == pytest.approx(1)
    assert found.verdict == "not told apart"


def test_silence_after_many_mentions_is_an_answer():
    found = mentions_ratio(mentions((40, 400, 0, 400)))
    assert found.verdict == "fell"
    assert 0 < found.low < found.value < found.high < 0.25


def test_what_the_tagger_may_get_wrong_widens_the_interval():
    plain = mentions((80, 1000, 55, 1000))
    doubtful = replace(plain, doubtful=(80, 55), right=0.5)
    known = replace(plain, doubtful=(80, 55), right=0.99)
    found, surer, sure = (mentions_ratio(each) for each in (doubtful, known, plain))
    assert (found.verdict, surer.verdict, sure.verdict) == ("not told apart", "fell", "fell")
    # ln .6875 -+ 1.96 sqrt(1/80 - 1/1000 + 1/55 - 1/1000 + 1/80 + 1/55), by hand: half of n hits are right,
    # so their logarithm varies by n/4 / (n/2)^2 = 1/n.
    assert (found.low, found.high) == (pytest.approx(0.426, abs=5e-4), pytest.approx(1.108, abs=5e-4))


def test_customers_who_repeat_themselves_widen_the_interval():
    plain, crowded = (mentions_ratio(mentions((80, 1000, 55, 1000), crowded=wide)) for wide in (1, 4))
    assert (plain.verdict, crowded.verdict) == ("fell", "not told apart")
    assert crowded.low < plain.low < plain.high < crowded.high


def test_little_is_not_told():
    assert mentions_ratio(mentions((5, 100, 4, 100))) == Unknown(reason="only 9 mentions before and after")
    assert isinstance(mentions_ratio(mentions((20, 100, 0, 0), (0, 0, 20, 100))), Unknown)
    assert isinstance(difference_of_means(np.array([9.0] * 4), np.array([8.0] * 20)), Unknown)
    assert isinstance(difference_of_shares(Share(took=3, of=9), Share(took=10, of=100)), Unknown)


def test_a_difference_of_means_agrees_with_scipy():
    from scipy.stats import ttest_ind

    chance = np.random.default_rng(3)
    before, after = chance.normal(6, 2, 40), chance.normal(7, 1, 25)
    found = difference_of_means(before, after)
    expected = ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_a_difference_of_shares_is_newcombes():
    # Newcombe (1998), table II, method 10, case (a): 56/70 - 48/80.
    found = difference_of_shares(Share(took=56, of=70), Share(took=48, of=80))
    assert [round(each, 4) for each in (found.value, found.low, found.high)] == [0.2, 0.0524, 0.3339]


def test_the_others_saw_the_same_weeks():
    everybody_rose = [np.array([6.0, 7, 6, 7, 6, 7]) + extra for extra in (0, 2, 0, 2)]
    found = difference_in_differences(*everybody_rose)
    assert found.value == pytest.approx(0)
    assert found.verdict == "not told apart"
    only_those = [everybody_rose[0], everybody_rose[1], everybody_rose[0], everybody_rose[0]]
    assert difference_in_differences(*only_those).verdict == "rose"


@given(COUNTS, st.floats(1, 5))
def test_the_interval_holds_the_ratio_and_turning_time_round_turns_it(channels, crowded):
    found = mentions_ratio(mentions(*channels, crowded=crowded))
    turned = mentions_ratio(mentions(*[(c, d, a, b) for a, b, c, d in channels], crowded=crowded))
    assert isinstance(found, Change) == isinstance(turned, Change)
    if isinstance(found, Change):
        assert found.low <= found.value <= found.high
        assert (turned.low, turned.high) == (pytest.approx(1 / found.high), pytest.approx(1 / found.low))


@given(SCORES, SCORES, st.integers(-5, 5))
def test_a_difference_moves_with_its_scores(before, after, extra):
    there = difference_of_means(before, after)
    moved = difference_of_means(before, after + extra)
    assert there.low <= there.value <= there.high
    assert moved.value == pytest.approx(there.value + extra)
    assert difference_of_means(after, before).value == pytest.approx(-there.value)


@given(SCORES, SCORES, SCORES, st.integers(-5, 5))
def test_what_moves_everybody_is_no_difference_of_differences(asked, later, others, extra):
    found = difference_in_differences(asked, later, others, others)
    moved = difference_in_differences(asked, later + extra, others, others + extra)
    assert moved.value == pytest.approx(found.value)
    assert moved.low <= moved.value <= moved.high


@given(st.integers(10, 200), st.integers(10, 200), st.data())
def test_a_difference_of_shares_lies_in_its_interval(of, others, data):
    took, rest = data.draw(st.integers(0, of)), data.draw(st.integers(0, others))
    found = difference_of_shares(Share(took=took, of=of), Share(took=rest, of=others))
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert change_of_share(Share(took=rest, of=others), Share(took=took, of=of)) == found


@pytest.mark.slow
def test_the_interval_misses_a_true_ratio_one_time_in_twenty():
    chance = np.random.default_rng(11)
    missed = 0
    for _ in range(2000):
        before, after = chance.binomial([900, 300], [0.06, 0.1]), chance.binomial([700, 600], [0.03, 0.05])
        found = mentions_ratio(mentions(*zip(before, (900, 300), after, (700, 600), strict=True)))
        missed += not found.low <= 0.5 <= found.high
    assert 0.03 < missed / 2000 < 0.07
