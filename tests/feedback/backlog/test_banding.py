"""Where numbers would pretend, words follow by stated rules; and themes rank alike in whatever order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.feedback.backlog.calc.banding import Stake, effort_band, moscow_of, tier_of, verb_of
from quarterdeck.feedback.backlog.calc.grounds import Grounds, Passed, not_apart, ranked, weigh
from quarterdeck.feedback.backlog.calc.rice import Range

USUAL = Grounds(
    theme="Offline",
    product_area="Schedule",
    owner="Core lead",
    mentions=40,
    mentions_lately=20,
    people=30,
    accounts=20,
    wrote=100,
    by_channel=(("support", 30), ("nps", 10)),
    arr=40_000.0,
    arr_at_risk=30_000.0,
    evenness=20.0,
    all_arr=200_000.0,
    all_at_risk=60_000.0,
    mood=Range(point=-30, low=-50, high=-10),
    mood_of_others=Range(point=20, low=10, high=30),
    moving="rises",
    ratio=Range(point=2.0, low=1.2, high=3.0),
    channel="",
    right=18,
    looked_at=20,
    journeys=(),
    like=(7.0, 14.0, 14.0, 21.0, 28.0),
    like_items=("W-1", "W-2", "W-3", "W-4", "W-5"),
    items=(),
    quotes=(),
)


def grounds(**changed):
    return Grounds(**({name: getattr(USUAL, name) for name in Grounds.__dataclass_fields__} | changed))


def test_a_theme_by_hand():
    found = weigh(USUAL)
    # 75 % of theirs is up for renewal, 30 % of all: 2 points; the mood is 50 below: 2 points; so massive.
    assert found.impact.point == 3
    # Ten customers, two channels, a near trend, a tagger right in 18 of 20, signals that agree.
    assert found.confidence == 1.0
    assert found.score.point == pytest.approx(20 * 3 * 1.0 / 2)
    assert (found.verb, found.tier, found.band, found.moscow) == ("do", 1, "M", "must")


def test_a_journey_speaks_for_those_who_do_not_write():
    passed = Passed(
        name="plan", title="Plan", entered=500, converted=100, entered_before=500, converted_before=100
    )
    assert weigh(grounds(journeys=(passed,))).reach.point == 100  # 20 of the 100 that wrote, of 500
    lost = Passed(name="plan", title="Plan", trouble="it is no funnel")
    assert weigh(grounds(journeys=(lost,))).reach == weigh(USUAL).reach


def test_a_few_customers_get_words_and_no_number():
    found = weigh(grounds(accounts=4))
    assert found.score is None
    assert found.value is None
    assert found.is_thin
    assert found.verb == "watch"
    assert found.moscow == "must"


def test_without_like_work_there_is_no_score_until_somebody_says_what_it_takes():
    unknown = grounds(like=(7.0, 7.0))
    assert weigh(unknown).score is None
    assert weigh(unknown).band == "unknown"
    assert weigh(unknown).value is not None
    said = weigh(unknown, said=Range(point=6, low=5, high=8), said_by="Core lead")
    assert said.score.point == pytest.approx(10)
    assert (said.band, said.effort_by) == ("L", "Core lead")


@pytest.mark.parametrize(
    ("of_revenue", "of_renewals", "tier"),
    [(0.2, 0.0, 1), (0.01, 0.2, 1), (0.05, 0.0, 2), (0.0, 0.05, 2), (0.04, None, 3), (None, 0.9, None)],
)
def test_tiers_are_shares_of_what_the_company_has(of_revenue, of_renewals, tier):
    assert tier_of(Stake(of_revenue=of_revenue, of_renewals=of_renewals)) == tier


def test_the_words_of_moscow_follow_tier_and_trend():
    told = {
        (tier, moving): moscow_of(tier, moving) for tier in (1, 2, 3, None) for moving in ("rises", "steady")
    }
    assert list(told.values()) == [
        "must", "should", "should", "could", "could", "not now", "could", "not now",
    ]  # fmt: skip
    weeks = {0.5: "S", 1: "S", 4: "M", 5: "L"}
    assert {w: effort_band(Range(point=w, low=w, high=w)) for w in weeks} == weeks


@pytest.mark.parametrize(
    ("changed", "verb"),
    [
        ({}, "do"),
        ({"moving": "by channel"}, "watch"),
        ({"content": True}, "watch"),
        ({"accounts": 4}, "watch"),
        ({"tier": 3, "moving": "steady"}, "watch"),
        ({"linked": True}, "raise"),
        ({"linked": True, "moving": "falls"}, "lower"),
        ({"linked": True, "moving": "steady"}, "watch"),
        ({"linked": True, "accounts": 1, "moving": "too few"}, "stop"),
    ],
)
def test_what_to_do_follows_from_what_is_known(changed, verb):
    usual = {"accounts": 20, "moving": "rises", "content": False, "linked": False, "tier": 1}
    assert verb_of(**(usual | changed)) == verb


@st.composite
def several(draw):
    many = draw(st.integers(1, 6))
    return [
        weigh(
            grounds(
                theme=f"theme {place}",
                accounts=draw(st.integers(1, 100)),
                arr_at_risk=draw(st.floats(0, 40_000)),
                moving=draw(st.sampled_from(["rises", "falls", "steady", "too few", "by channel"])),
                like=tuple(draw(st.lists(st.floats(1, 90), max_size=8))),
            )
        )
        for place in range(many)
    ]


@given(several(), st.randoms(use_true_random=False))
def test_themes_rank_alike_in_whatever_order(weighed, chance):
    mixed = list(weighed)
    chance.shuffle(mixed)
    assert ranked(mixed) == ranked(weighed)


@given(several())
def test_not_being_told_apart_is_mutual(weighed):
    for one in weighed:
        for other in not_apart(one, weighed):
            assert one in not_apart(other, weighed)
            assert one.score.overlaps(other.score)


def test_of_scores_that_cannot_be_told_apart_what_may_be_lost_decides():
    more = weigh(grounds(theme="more", accounts=24, arr_at_risk=29_000.0))
    lost = weigh(grounds(theme="lost", accounts=20, arr_at_risk=30_000.0))
    far = weigh(grounds(theme="far", accounts=5, arr_at_risk=30_500.0, like=(70.0,) * 5))
    assert more.score.point > lost.score.point
    assert more.score.overlaps(lost.score)
    assert not more.score.overlaps(far.score)
    assert ranked([more, far, lost]) == [lost, more, far]
