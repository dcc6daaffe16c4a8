"""What a theme's sentence says of those who speak of it."""

from dataclasses import replace

import pytest

from quarterdeck.feedback.themes.calc.measuring import Tally
from quarterdeck.feedback.themes.calc.trending import Trend
from quarterdeck.feedback.themes.definitions import Tag
from quarterdeck.feedback.themes.service.board import Theme
from quarterdeck.feedback.themes.service.seeing import claim_of

SAID = Tally(mentions=7, people=3, accounts=2, arr=12_000.0, arr_at_risk=0.0, score=None)
STEADY = Trend(now=7, before=7, raw=1.0, ratio=1.0, low=0.8, high=1.2, verdict="steady")


@pytest.mark.parametrize(
    ("lately", "who"),
    [
        (SAID, "two customers with €12,000 a year speak of it"),
        (replace(SAID, arr=0.0), "two customers without revenue on record speak of it"),
        (replace(SAID, accounts=0, arr=0.0), "people whose company is not known speak of it"),
    ],
)
def test_nothing_that_is_not_known_is_told_as_nought(lately, who):
    theme = Theme(tag=Tag(name="Fees"), lately=lately, trend=STEADY, channel="", weeks=())
    assert who in claim_of(theme, "EUR")
