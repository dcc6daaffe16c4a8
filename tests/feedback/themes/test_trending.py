"""A theme rises when more of what is said is about it, not when more is said."""

import numpy as np
import pytest

from quarterdeck.feedback.themes.calc.measuring import Said
from quarterdeck.feedback.themes.calc.trending import Precision, trend_of

SUPPORT, SURVEY = 0, 1


def said(*parts):
    """Parts of (period, channel, quotes, of them about the theme); everybody speaks once."""
    period, channel, theme = [], [], []
    for when, where, count, hits in parts:
        period += [when] * count
        channel += [where] * count
        theme += [place < hits for place in range(count)]
    count = len(period)
    return Said(
        period=np.array(period, np.int32),
        account=np.arange(count, dtype=np.int32),
        person=np.arange(count, dtype=np.int32),
        channel=np.array(channel, np.int32),
        message=np.arange(count, dtype=np.int32),
        score=np.full(count, np.nan),
        is_survey=np.zeros(count, bool),
        tags=np.array(theme, bool).reshape(-1, 1),
        arr=np.ones(count),
        at_risk=np.zeros(count, bool),
    )


def trend(everything, precision=None, longer=1.0):
    return trend_of(
        everything,
        everything.tags[:, 0],
        everything.within(1, 1),
        everything.within(0, 0),
        precision,
        longer=longer,
    )


def test_one_channel_gives_the_plain_ratio_of_shares_and_its_textbook_variance():
    found = trend(said((0, SUPPORT, 200, 20), (1, SUPPORT, 100, 30)))
    assert found.ratio == pytest.approx((30 / 100) / (20 / 200))
    deviation = np.sqrt(1 / 30 - 1 / 100 + 1 / 20 - 1 / 200)
    assert found.low == pytest.approx(found.ratio * np.exp(-1.959964 * deviation), rel=1e-3)
    assert found.verdict == "rises"


def test_a_survey_that_went_out_is_told_as_such():
    found = trend(
        said((0, SUPPORT, 100, 10), (0, SURVEY, 20, 4), (1, SUPPORT, 100, 10), (1, SURVEY, 300, 60))
    )
    assert found.raw == 5.0
    assert found.ratio == pytest.approx(1.0)
    assert (found.verdict, found.channel) == ("by channel", SURVEY)


def test_more_time_before_is_no_fall_and_hides_no_survey_that_went_out():
    steady = trend(said((0, SUPPORT, 300, 60), (1, SUPPORT, 100, 20)), longer=3.0)
    assert steady.raw == pytest.approx(1.0)
    assert (steady.verdict, steady.channel) == ("steady", None)
    louder = trend(
        said((0, SUPPORT, 300, 30), (0, SURVEY, 60, 12), (1, SUPPORT, 100, 10), (1, SURVEY, 300, 60)),
        longer=3.0,
    )
    assert louder.raw == 5.0
    assert (louder.verdict, louder.channel) == ("by channel", SURVEY)


def test_a_theme_that_rises_within_each_channel_rises_whatever_the_mix():
    found = trend(
        said((0, SUPPORT, 100, 10), (0, SURVEY, 200, 40), (1, SUPPORT, 200, 50), (1, SURVEY, 50, 22))
    )
    assert found.verdict == "rises"
    assert found.ratio > 2
    assert found.channel is None


def test_few_mentions_say_nothing():
    assert trend(said((0, SUPPORT, 50, 2), (1, SUPPORT, 50, 5))).verdict == "too few"
    assert trend(said((0, SUPPORT, 50, 0), (1, SUPPORT, 50, 50))).verdict == "too few"


def test_a_tagger_that_errs_and_customers_who_repeat_themselves_widen_the_interval():
    everything = said((0, SUPPORT, 200, 20), (1, SUPPORT, 200, 35))
    sure, unsure = trend(everything), trend(everything, Precision(right=6, looked_at=10))
    assert unsure.low < sure.low
    assert unsure.high > sure.high
    assert unsure.ratio == sure.ratio
    one_speaks = Said(
        **{name: getattr(everything, name) for name in Said.__slots__ if name != "account"},
        account=np.where(everything.tags[:, 0], 0, everything.account).astype(np.int32),
    )
    assert trend(one_speaks).low < sure.low


def test_more_of_everything_is_no_rise():
    found = trend(said((0, SUPPORT, 100, 20), (1, SUPPORT, 400, 80)))
    assert found.raw == 4.0
    assert found.ratio == pytest.approx(1.0)
    assert (found.verdict, found.channel) == ("by channel", SUPPORT)
