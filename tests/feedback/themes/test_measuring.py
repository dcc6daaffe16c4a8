"""Customers and their revenue count once, whatever they say and however often."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.feedback.themes.calc.measuring import (
    Said,
    answers,
    mean_rating,
    mentions_by_period,
    net_promoters,
    tally,
)
from quarterdeck.stats.mentions import crowding

TAGS = 3


def said(rows, arr, at_risk=None):
    """Rows of (period, account, person, tags)."""
    count = len(rows)
    tags = np.zeros((count, TAGS), bool)
    for row, (*_, given_tags) in enumerate(rows):
        tags[row, list(given_tags)] = True
    return Said(
        period=np.array([row[0] for row in rows], np.int32),
        account=np.array([row[1] for row in rows], np.int32),
        person=np.array([row[2] for row in rows], np.int32),
        channel=np.zeros(count, np.int32),
        message=np.arange(count, dtype=np.int32),
        score=np.full(count, np.nan),
        is_survey=np.zeros(count, bool),
        tags=tags,
        arr=np.array(arr, float),
        at_risk=np.array(at_risk if at_risk is not None else [False] * len(arr), bool),
    )


@st.composite
def anything(draw):
    arr = draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
    row = st.tuples(
        st.integers(0, 4),
        st.integers(-1, len(arr) - 1),
        st.integers(-1, 5),
        st.sets(st.integers(0, TAGS - 1)),
    )
    risk = draw(st.lists(st.booleans(), min_size=len(arr), max_size=len(arr)))
    return said(draw(st.lists(row, max_size=30)), arr, risk)


def test_a_customer_that_writes_three_times_counts_once():
    found = tally(said([(0, 0, 0, {0}), (0, 0, 1, {0}), (1, 0, 0, {0})], [500.0], [True]), np.ones(3, bool))
    assert (found.mentions, found.people, found.accounts, found.arr, found.arr_at_risk) == (3, 2, 1, 500, 500)


def test_who_nobody_knows_is_a_mention_and_no_customer():
    found = tally(said([(0, -1, -1, {0})], [500.0]), np.ones(1, bool))
    assert (found.mentions, found.people, found.accounts, found.arr) == (1, 0, 0, 0.0)


@given(anything())
def test_overlapping_themes_never_have_more_revenue_than_their_customers(everything):
    any_theme = everything.tags.any(axis=1)
    together = tally(everything, any_theme)
    apart = [tally(everything, everything.tags[:, tag]) for tag in range(TAGS)]
    customers = np.unique(everything.account[any_theme & (everything.account >= 0)])
    assert together.arr == everything.arr[customers].sum()
    assert together.arr <= sum(each.arr for each in apart)
    assert max((each.arr_at_risk for each in apart), default=0) <= together.arr_at_risk <= together.arr
    assert together.accounts <= sum(each.accounts for each in apart)


@given(anything(), st.integers(0, TAGS - 1), st.integers(0, TAGS - 1))
def test_a_merged_theme_has_each_customer_of_both_once(everything, one, other):
    first, second = everything.tags[:, one], everything.tags[:, other]
    merged, apart = tally(everything, first | second), (tally(everything, first), tally(everything, second))
    assert max(each.accounts for each in apart) <= merged.accounts <= sum(each.accounts for each in apart)
    assert merged.mentions == int((first | second).sum())


@given(anything())
def test_periods_add_up_to_all_mentions(everything):
    which = np.ones(len(everything.period), bool)
    assert mentions_by_period(everything, which, 5).sum() == tally(everything, which).mentions


@given(anything())
def test_an_interval_is_never_narrowed_by_customers_who_repeat_themselves(everything):
    assert crowding(everything.account) >= 1.0


def test_the_score_of_promoters_and_detractors_is_their_difference():
    found = net_promoters(np.array([10, 9, 9, 7, 8, 3, 6, 10, 0, 9], float))
    assert found.value == pytest.approx(100 * (5 - 3) / 10)
    assert found.low < found.value < found.high
    assert net_promoters(np.array([10.0, 0.0])) is None


def test_the_mean_rating_has_the_interval_of_student():
    ratings = np.array([5, 4, 4, 3, 5, 2], float)
    found = mean_rating(ratings)
    # t of .975 with 5 degrees of freedom is 2.570582 (Student, 1908, as any table has it).
    half = 2.570582 * ratings.std(ddof=1) / np.sqrt(6)
    assert (found.value, found.answers) == (pytest.approx(23 / 6), 6)
    assert (found.low, found.high) == (pytest.approx(23 / 6 - half), pytest.approx(23 / 6 + half))
    assert mean_rating(ratings[-2:]) is None


def test_the_score_of_a_message_counts_once_however_many_quotes_it_has():
    rows = said([(0, 0, 0, {0}), (0, 0, 0, {0}), (0, 0, 0, {0}), (0, 0, 1, {0})], [500.0])
    told = replace(rows, message=np.array([0, 0, 0, 1], np.int32), score=np.array([3.0, 3.0, 3.0, np.nan]))
    assert answers(told, np.ones(4, bool)).tolist() == [3.0]
