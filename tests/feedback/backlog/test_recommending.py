"""What is recommended follows from facts, and what people say to it is kept with what it rested on."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.utils import timezone

from quarterdeck.definitions.folder import definition_files
from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.feedback.backlog.models.recommending import Recommendation
from quarterdeck.feedback.backlog.service import recommending
from quarterdeck.feedback.backlog.service.gathering import gather
from quarterdeck.feedback.backlog.service.linking import (
    items_of_theme,
    link_theme,
    read_links,
    unlink_theme,
)
from quarterdeck.feedback.themes.service.book import TAXONOMY, read_taxonomy_file
from quarterdeck.feedback.themes.service.keeping import keep_tags
from quarterdeck.feedback.themes.service.lint import unknown_journey
from quarterdeck.records.models import Change, Link
from tests.feedback.backlog.heard import BILLING, OFFLINE, PRAISE, hear
from tests.feedback.backlog.tracker import track


@pytest.fixture
def heard(standing, carol):
    hear(standing, by=carol)
    return standing


def recommended(workspace):
    return recommending.recommend(workspace)


def about(workspace, theme):
    return recommended(workspace).find(theme)


def test_nothing_is_recommended_before_anything_is_tagged(standing, db):
    assert recommended(standing) is None


def test_what_may_be_lost_and_is_missed_comes_first_and_praise_is_only_watched(heard):
    found = recommended(heard)
    assert [each.weighed.grounds.theme for each in found.changes] == [OFFLINE, BILLING]
    assert [each.weighed.grounds.theme for each in found.watched] == [PRAISE]
    first = found.changes[0].weighed
    assert (first.grounds.accounts, first.grounds.arr, first.grounds.arr_at_risk) == (12, 24_000, 24_000)
    assert first.reach.point == 12
    assert {signal.name: signal.points for signal in first.signals} == {"renewal": 1, "mood": 2}
    assert first.impact.point == 2
    # Six finished items took 1 to 6 weeks.
    assert first.effort.point == pytest.approx(3.5)
    assert first.score.point == pytest.approx(12 * 2 * first.confidence / 3.5)
    assert {"As of", "Taxonomy", "Tagger", "Facts: feedback"} <= found.pins.keys()


def test_nothing_said_after_a_day_counts_as_of_that_day(heard):
    past = recommending.recommend(heard, recommended(heard).as_of - timedelta(weeks=3))
    assert past.find(OFFLINE).weighed.grounds.mentions == 12
    assert about(heard, OFFLINE).weighed.grounds.mentions > 12


def test_changes_together_are_worth_no_more_than_their_distinct_customers(heard):
    gathered = gather(heard)
    worth = {each.theme: each for each in gathered.grounds}
    for one, other in combinations(worth, 2):
        customers, arr, at_risk = gathered.together({one, other})
        assert max(worth[one].arr, worth[other].arr) <= arr <= worth[one].arr + worth[other].arr
        assert customers <= worth[one].accounts + worth[other].accounts
        assert at_risk <= worth[one].arr_at_risk + worth[other].arr_at_risk
    assert gathered.together([OFFLINE]) == (12, 24_000, 24_000)


def test_what_somebody_says_it_takes_counts_and_is_logged(heard, carol):
    record = recommending.say_effort(theme=BILLING, weeks=2, low=1, high=4, by=carol)
    found = about(heard, BILLING)
    assert (found.weighed.effort.point, found.weighed.effort_by) == (2, "Core lead")
    assert found.record == record
    assert Change.objects.filter(type="recommendation", verb="said effort", by=carol).count() == 1


@pytest.mark.parametrize(
    "wrong", [{"weeks": 0}, {"weeks": -1}, {"weeks": 3, "low": 4}, {"weeks": float("nan")}]
)
def test_an_effort_that_cannot_be_is_refused(heard, carol, wrong):
    with pytest.raises(QuarterdeckError, match="above 0"):
        recommending.say_effort(theme=BILLING, by=carol, **wrong)
    assert not Recommendation.objects.exists()


def test_an_accepted_one_keeps_what_it_rested_on_and_leads_to_its_work_item(heard, carol, bob):
    then = about(heard, OFFLINE).weighed
    record = recommending.accept(theme=OFFLINE, reason="They leave otherwise.", item="W-open", by=bob)
    assert (record.state, record.decided_as, record.reason) == (
        "accepted", "Growth lead", "They leave otherwise.",
    )  # fmt: skip
    assert recommending.items_of(record) == ("W-open",)
    assert items_of_theme(OFFLINE) == ("W-open",)
    track(heard, "W-9", (0, "In progress"), (200, "Done"), title="The schedule again")
    record.refresh_from_db()
    assert recommending.weighed_then(record) == then
    assert record.pins["Taxonomy"]
    verbs = set(Change.objects.filter(type="recommendation").values_list("verb", flat=True))
    assert verbs == {"proposed", "accepted", "linked"}


def test_what_is_under_way_is_no_longer_recommended_as_new(heard, bob):
    recommending.accept(theme=OFFLINE, by=bob)
    found = recommended(heard)
    assert [each.theme for each in found.under_way] == [OFFLINE]
    assert OFFLINE not in [each.weighed.grounds.theme for each in (*found.changes, *found.watched)]
    with pytest.raises(QuarterdeckError):
        recommending.accept(theme=OFFLINE, by=bob)
    assert Recommendation.objects.count() == 1


def test_work_under_way_is_watched_while_its_theme_holds_steady(heard, bob):
    record = recommending.accept(theme=OFFLINE, by=bob)
    recommending.link_item(recommendation=record, item="W-open", by=bob)
    assert about(heard, OFFLINE).weighed.verb == "watch"
    with pytest.raises(Conflict, match="accepted this already"):
        recommending.decline(theme=OFFLINE, reason="No.", by=bob)
    unlink_theme(theme=OFFLINE, item="W-open", by=bob)


def test_a_declined_one_needs_a_reason_and_rests_a_quarter(heard, bob):
    with pytest.raises(QuarterdeckError, match="with a reason"):
        recommending.decline(theme=BILLING, reason="  ", by=bob)
    record = recommending.decline(theme=BILLING, reason="Prices change in January.", by=bob)
    found = recommended(heard)
    assert BILLING not in [each.weighed.grounds.theme for each in found.changes]
    assert found.declined == (record,)
    Recommendation.objects.filter(pk=record.pk).update(decided_at=timezone.now() - timedelta(weeks=14))
    back = about(heard, BILLING)
    assert back.before == record


def test_a_declined_one_comes_back_when_more_customers_speak_than_was_thought(heard, bob):
    record = recommending.decline(theme=BILLING, reason="Few.", by=bob)
    inputs = dict(record.inputs)
    inputs["reach"] = {"point": 2.0, "low": 1.0, "high": 4.0}
    Recommendation.objects.filter(pk=record.pk).update(inputs=inputs)
    assert about(heard, BILLING).before == record


def test_what_is_not_there_is_said(heard, bob):
    with pytest.raises(QuarterdeckError, match="Nothing is recommended about 'Ofline schedule'") as raised:
        recommending.accept(theme="Ofline schedule", by=bob)
    assert OFFLINE in raised.value.hint
    with pytest.raises(QuarterdeckError, match="no work item 'W-99'"):
        recommending.accept(theme=OFFLINE, item="W-99", by=bob)
    assert not Recommendation.objects.exists()
    assert not Link.objects.exists()


def test_only_what_was_accepted_gets_work_items_and_is_measured_once(heard, bob):
    declined = recommending.decline(theme=BILLING, reason="No.", by=bob)
    with pytest.raises(Conflict):
        recommending.link_item(recommendation=declined, item="W-open", by=bob)
    with pytest.raises(Conflict):
        recommending.note_measured(recommendation=declined, by=None, effect={})
    accepted = recommending.accept(theme=OFFLINE, item="W-open", by=bob)
    for _ in range(2):
        recommending.note_measured(recommendation=accepted, by=None, effect={"tickets": "fell"})
    accepted.refresh_from_db()
    assert (accepted.state, accepted.measured_at is not None) == ("measured", True)
    assert Change.objects.filter(verb="measured").count() == 1


def test_a_journey_that_is_no_funnel_or_not_there_is_told_and_not_guessed(heard):
    file = definition_files(heard.path, TAXONOMY)[0]
    file.write_text(file.read_text().replace("owner: Core lead", "owner: Core lead, journeys: [nowhere]"))
    from quarterdeck.feedback.themes.service.keeping import keep_tags

    keep_tags(heard)
    found = about(heard, OFFLINE).weighed
    assert "nowhere" in found.grounds.journeys[0].trouble
    assert found.reach.point == 12


def test_a_taxonomy_names_saved_journeys_only(heard):
    file = definition_files(heard.path, TAXONOMY)[0]
    file.write_text(file.read_text().replace("owner: Core lead", "owner: Core lead, journeys: [plan_a_dya]"))
    taxonomy = read_taxonomy_file(file).model
    [(location, message, hint)] = unknown_journey("taxonomy", taxonomy, {"journey": {"plan_a_day": None}})
    assert location == ("tags", 0, "journeys", 0)
    assert "plan_a_dya" in message
    assert "plan_a_day" in hint


def test_what_was_decided_about_a_theme_follows_it_to_its_new_name(heard, carol, alice):
    recommending.accept(theme=OFFLINE, by=alice, item="W-open")
    recommending.decline(theme=BILLING, by=alice, reason="Next year.")
    recommending.say_effort(theme=PRAISE, weeks=2, by=carol)
    taxonomy = heard.path / "themes" / "taxonomy.yaml"
    written = taxonomy.read_text()
    before = recommended(heard)
    taxonomy.write_text(
        written.replace(f"name: {OFFLINE}", f"was: [{OFFLINE}], name: Basements")
        .replace(f"name: {BILLING}", f"was: [{BILLING}], name: Invoices")
        .replace(f"name: {PRAISE}", f"was: [{PRAISE}], name: Thanks")
    )
    keep_tags(heard)
    after = recommended(heard)
    assert after.find("Basements").weighed.grounds.items == items_of_theme("Basements") == ("W-open",)
    assert after.find("Thanks").record == before.find(PRAISE).record
    assert after.find("Thanks").weighed.effort.point == 2
    with pytest.raises(QuarterdeckError, match="Invoices"):
        after.find("Invoices")
    recommending.say_effort(theme="Thanks", weeks=3, by=carol)
    assert Recommendation.objects.count() == 3
    assert read_links().themes == {"W-open": ("Basements",)}
    assert not link_theme(theme="Basements", item="W-open", by=alice)
    assert unlink_theme(theme="Basements", item="W-open", by=alice)
    assert read_links().themes == {}
