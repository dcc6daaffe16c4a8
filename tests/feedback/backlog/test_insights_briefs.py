"""An insights brief says what moved and what to change, stays as written, and holds nobody's words."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from quarterdeck.errors import Conflict
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.backlog.jobs import next_fortnight, something_is_tagged, write_brief
from quarterdeck.feedback.backlog.models.recommending import InsightsBrief, Recommendation
from quarterdeck.feedback.backlog.service import briefing, recommending
from quarterdeck.feedback.backlog.service.writing import voices_of, written
from quarterdeck.feedback.intake.service.projecting import refresh
from tests.feedback.backlog.heard import BILLING, OFFLINE, SECRET, hear


class Silent:
    def tell(self, done, total=None, saying=""):
        pass

    def should_stop(self):
        return False


@pytest.fixture
def heard(standing, carol):
    hear(standing, by=carol)
    return standing


def test_a_brief_says_first_what_to_do_and_why(heard):
    document = briefing.compose(heard)
    assert document.as_of == date(2026, 11, 16)
    assert document.headline[1].text == f"Act on {OFFLINE}: €24,000 a year is up for renewal."
    [first, second] = document.changes
    assert (first.theme, first.number, second.theme) == (OFFLINE, 1, BILLING)
    assert [factor.name for factor in first.factors] == ["Reach", "Impact", "Confidence", "Effort"]
    assert all(said.text for factor in first.factors for said in factor.source)
    assert first.sum.endswith(f"= {first.point}")
    assert [other.name for other in first.alternatives][:2] == ["Leave it as it is", f"{BILLING} first"]
    assert document.together.text == (
        "Two recommended changes concern 24 customers, worth €36,000 a year, €24,000 of it up for renewal; "
        "each counts once."
    )


def test_a_change_without_an_effort_has_words_in_place_of_a_score(heard):
    change = briefing.compose(heard).changes[1]
    assert (change.point, change.between) == ("", "")
    assert change.sum == "No score: effort is not known."
    assert change.score.endswith("effort not known")
    assert change.factors[3].source[0].text.startswith("No finished work items are like it; five items")


def test_a_written_brief_stays_and_leaves_open_proposals(heard, bob):
    brief = briefing.write(by=bob)
    text = brief.document
    assert set(Recommendation.objects.values_list("theme", "state")) == {
        (OFFLINE, "proposed"), (BILLING, "proposed"),
    }  # fmt: skip
    recommending.say_effort(theme=BILLING, weeks=2, by=bob)
    again = briefing.write(by=bob)
    assert again == brief
    assert InsightsBrief.objects.get().document == text
    assert briefing.compose(heard).changes[1].point != ""


def test_the_next_brief_tells_what_became_of_the_last(heard, bob):
    briefing.write(as_of=date(2026, 11, 2), by=None)
    recommending.accept(theme=OFFLINE, reason="They leave otherwise.", item="W-open", by=bob)
    became = {each.title: each for each in briefing.compose(heard).became}
    accepted = became[f"Act on {OFFLINE}"]
    assert accepted.state == "accepted"
    assert accepted.said.text.startswith("Growth lead, ")
    assert "W-open: They leave otherwise." in accepted.said.text
    assert all(each.state == "proposed" for title, each in became.items() if OFFLINE not in title)


def test_quotes_are_shown_only_with_consent_and_never_kept(heard, bob):
    brief = briefing.write(by=bob)
    document = briefing.read(brief)
    [voice, *_] = voices_of(document.changes[0])
    for form in ("markdown", "html"):
        page = written(document, form)
        assert voice.words in page
        assert "ann.lee" not in page
        assert SECRET[:20] not in page
    assert voice.words not in brief.document
    assert "ann" not in json.dumps(brief.pins)


def test_words_of_an_erased_person_are_gone_from_a_frozen_brief(heard, bob):
    document = briefing.read(briefing.write(by=bob))
    keys = {voice.key for voice in voices_of(document.changes[0])}
    from quarterdeck.facts.erasing import erase_person

    store = FactStore(heard.facts_path)
    for number in range(12):
        erase_person(store, f"o{number}-ann")
    refresh(heard)
    assert keys
    assert voices_of(document.changes[0]) == []


def test_every_form_says_the_same_changes(heard):
    document = briefing.compose(heard)
    for form in ("text", "markdown", "html", "json"):
        page = written(document, form)
        for change in document.changes:
            assert change.title in page
    assert json.loads(written(document, "json"))["as_of"] == "2026-11-16"
    assert "http" not in written(document, "html").replace("http-equiv", "").replace("http://www.w3.org", "")


def test_nothing_tagged_is_nothing_to_write(standing, bob):
    with pytest.raises(Conflict, match="Nothing is tagged yet"):
        briefing.write(by=bob)
    assert not something_is_tagged()


def test_the_job_writes_once_however_often_it_runs(heard):
    assert something_is_tagged()
    results = [write_brief(Silent()) for _ in range(2)]
    assert results[0] == results[1] == {"brief": "2026-11-16", "page": "/backlog/briefs/2026-11-16/"}
    assert InsightsBrief.objects.count() == 1


def test_a_brief_comes_every_other_monday_morning(standing):
    moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
    first = next_fortnight(moment)
    second = next_fortnight(first)
    assert first.weekday() == second.weekday() == 0
    assert second - first == timedelta(14)
    assert first > moment
    assert (first.hour, str(first.tzinfo)) == (7, "Europe/Amsterdam")
