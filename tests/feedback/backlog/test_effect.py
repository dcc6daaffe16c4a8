"""What an item did is measured once its weeks are over, and nothing is claimed before or beyond that."""

from datetime import timedelta

import pytest

from quarterdeck.errors import QuarterdeckError
from quarterdeck.feedback.backlog.calc.before_after import Change, Share, Unknown
from quarterdeck.feedback.backlog.service import linking
from quarterdeck.feedback.backlog.service.asking import read_ground
from quarterdeck.feedback.backlog.service.closing import draft_replies
from quarterdeck.feedback.backlog.service.effect import aim_at, effect_of
from quarterdeck.feedback.backlog.service.for_brief import told_in_brief
from quarterdeck.feedback.backlog.service.shelf import measures_of, see_item, see_shelf
from quarterdeck.feedback.backlog.service.similar import similar_to_item, similar_to_text
from quarterdeck.records.models import Change as Logged
from tests.feedback.backlog.shipping import SHIPPED, do, ship_the_map
from tests.feedback.backlog.tracker import day


@pytest.fixture
def company(standing, alice):
    ship_the_map(standing, alice)
    return standing


def effect(company, at=None):
    return effect_of(company, read_ground(company, at), "W-1")


def test_fewer_mentions_are_told_with_counts_and_interval(company):
    mentions = effect(company).mentions
    assert mentions.themes == ("Map",)
    assert isinstance(mentions.change, Change)
    assert mentions.change.verdict == "fell"
    assert mentions.change.low < 0.3 < mentions.change.high < 1
    assert mentions.before > 3 * mentions.after
    assert sum(many for _, many in mentions.weeks) > mentions.before


def test_of_a_tagger_that_nobody_checked_less_is_known(standing, alice):
    ship_the_map(standing, alice, checked=False)
    found = effect(standing)
    assert found.mentions.change.verdict == "not told apart"
    assert measures_of(found)[0].verdict.startswith("no change can be told: nobody has checked the tagger")


def test_too_early_says_until_when(company):
    found = effect(company, day(SHIPPED + 10))
    assert found.too_early
    assert "too early: 28 days are over on 8 November 2026" in found.mentions.change.reason
    assert (found.scores, found.adoption) == ((), None)
    assert effect_of(company, read_ground(company, day(SHIPPED - 1)), "W-1") is None


def test_a_window_that_was_not_heard_is_not_compared(standing, alice):
    ship_the_map(standing, alice, first=SHIPPED - 20)
    assert effect(standing).mentions.change == Unknown(
        reason="what was said before it shipped is not all here"
    )


def test_quotes_alone_are_counted_by_the_theme_that_most_of_them_have(company, alice):
    quotes = [quote.quote for quote in see_item(company, "W-1").asks.quotes[:3]]
    linking.unlink_theme(theme="Map", item="W-1", by=alice)
    for quote in quotes:
        linking.link_quote(quote=quote, item="W-1", by=alice)
    assert effect(company).mentions.themes == ("Map",)
    for quote in quotes:
        linking.unlink_quote(quote=quote, item="W-1", by=alice)
    assert isinstance(effect(company).mentions, Unknown)


def test_scores_are_those_of_messages_and_set_beside_the_others(company):
    [score] = effect(company).scores
    assert (score.survey, min(score.answers) >= 5) == ("NPS", True)
    assert isinstance(score.change, Change)
    named = [measure.name for measure in measures_of(effect(company))]
    assert named[:2] == ["Mentions of Map", "NPS of those who asked"]


def test_use_is_compared_with_those_who_did_not_ask(company, alice):
    item = read_ground(company).items.find("W-1")
    with pytest.raises(QuarterdeckError):
        aim_at(workspace=company, item=item, event="map_opened", by=alice)
    asked = see_item(company, "W-1").asks.accounts
    everybody = [*asked, *(f"other-{number}" for number in range(20))]
    do(company, {each: "map_opened" if each in asked else "worked" for each in everybody}, day(SHIPPED + 3))
    aim_at(workspace=company, item=item, event="map_opened", by=alice)
    adoption = effect(company).adoption
    assert adoption.after == Share(took=len(asked), of=len(asked))
    assert (adoption.others, adoption.beside_others.verdict) == (Share(took=0, of=20), "rose")
    assert "0 of them were there before" in adoption.change.reason
    do(company, dict.fromkeys(everybody, "worked"), day(SHIPPED - 3))
    adoption = effect(company).adoption
    assert (adoption.before, adoption.change.verdict) == (Share(took=0, of=len(asked)), "rose")
    told = measures_of(effect(company))[-2:]
    assert [(each.before, each.after) for each in told] == [
        (f"0 of {len(asked)} customers", f"{len(asked)} of {len(asked)} customers"),
        ("", "others: 0 of 20 customers"),
    ]
    aim_at(workspace=company, item=item, event="", by=alice)
    assert effect(company).adoption is None
    assert Logged.objects.filter(verb="named what shows adoption").count() == 2


def test_the_shelf_has_what_is_most_asked_for_first(company):
    found = see_shelf(company, show="all")
    assert [row.item.key for row in found.rows] == ["W-1", "W-3", "W-2"]
    assert found.rows[0].customers == len(see_item(company, "W-1").asks.accounts)
    assert [row.item.key for row in see_shelf(company, show="open", words="INVOICE").rows] == ["W-2"]
    assert "asked for it; it shipped on" in see_item(company, "W-1").claim
    assert "less often since" in see_item(company, "W-1").claim


def test_items_are_suggested_by_title_and_by_words_of_customers(company):
    assert similar_to_text(company, "please export our invoices")[0].item.key == "W-2"
    suggested = [each.item.key for each in similar_to_item(company, "W-1")]
    assert suggested[0] == "W-3"
    assert "W-1" not in suggested


def test_the_brief_tells_a_loop_when_it_ships_and_when_its_effect_is_known(company):
    draft_replies(company, "W-1")
    shipped, known = (day(SHIPPED + days).date() + timedelta(days=1) for days in (0, 28))
    [told] = told_in_brief(company, shipped)
    assert told.text.startswith("Loop closed: “Correct the map of depots” shipped, asked for by")
    [later] = told_in_brief(company, known)
    assert "times as often" in later.text
    assert later.rows[-1][0].startswith("NPS") or later.rows[-1][0].startswith("Mentions")
    for quiet in (shipped - timedelta(days=3), shipped + timedelta(days=10), known + timedelta(days=10)):
        assert told_in_brief(company, quiet) == ()
