"""What saved journeys found is kept, shown in their list, and stands in the brief where they are pinned."""

from datetime import date

import pytest

from quarterdeck.insights.journeys.jobs import RHYTHMS
from quarterdeck.insights.journeys.service.kept import is_behind, keep_answers, kept_answers
from quarterdeck.insights.journeys.service.pinning import pinned_journeys
from quarterdeck.jobs.models import Job
from quarterdeck.process.decisions.calc.question import Evidence
from quarterdeck.process.decisions.service.asking import _pinned
from quarterdeck.records.models import Change
from quarterdeck.report.brief.models import Edition
from quarterdeck.report.brief.service import ritual
from tests.insights.journeys.walking import NOW, shown, walk, work
from tests.insights.metrics.conftest import add_events

WAY = "title: First steps\nkind: funnel\nwithin: 7 days\nsteps: [{event: signed_up}, {event: worked}]\n"
BACK = "title: Who is back\nkind: retention\nstart: {event: signed_up}\nreturn: {event: worked}\n"


def quiet(*_):
    """Nobody listens."""


@pytest.fixture
def saved(sorted_events):
    folder = sorted_events.path / "journeys"
    folder.mkdir(exist_ok=True)
    (folder / "first_steps.yaml").write_text(WAY)
    (folder / "who_is_back.yaml").write_text(BACK)
    return sorted_events


def test_answers_are_kept_until_facts_or_definitions_are_newer(saved):
    assert is_behind(saved)
    assert keep_answers(saved, tell=quiet) == 2
    assert not is_behind(saved)
    assert keep_answers(saved, tell=quiet) == 0
    found = kept_answers(saved)["first_steps"]
    assert "stop between “Signed up” and “Worked”" in found.claim
    assert found.rows[1][1] == "8"
    assert found.shares == (1.0, 8 / 21)
    (saved.path / "journeys" / "first_steps.yaml").write_text(WAY.replace("7 days", "8 days"))
    assert is_behind(saved)
    assert keep_answers(saved, tell=quiet) == 1
    add_events(saved, walk("late", 4, 20), transaction="later")
    assert is_behind(saved)
    (saved.path / "journeys" / "first_steps.yaml").unlink()
    assert keep_answers(saved, tell=quiet) == 1
    assert "first_steps" not in kept_answers(saved)


def test_a_journey_that_cannot_be_answered_says_why_and_is_not_asked_again(saved, sign_in, dave):
    wrong = WAY + "where: [{cohort: nobody}]\n"
    (saved.path / "journeys" / "first_steps.yaml").write_text(wrong)
    keep_answers(saved, tell=quiet)
    assert not is_behind(saved)
    assert "There is no cohort named" in shown(sign_in(dave), "/journeys/")


def test_the_list_shows_what_was_found_last_and_when_without_asking_anew(saved, sign_in, dave, monkeypatch):
    client = sign_in(dave)
    assert "not answered yet" in shown(client, "/journeys/")
    keep_answers(saved, tell=quiet)
    monkeypatch.setattr("quarterdeck.facts.store.FactStore.snapshot", None)  # nothing may be read
    page = shown(client, "/journeys/")
    assert "stop between “Signed up” and “Worked”" in page
    assert "today" in page
    assert 'class="steps"' in page


def test_work_comes_around_by_itself_where_something_is_behind(saved):
    [rhythm] = RHYTHMS
    assert rhythm.wanted()
    keep_answers(saved, tell=quiet)
    assert not rhythm.wanted()


def test_a_pinned_journey_stands_in_the_draft_of_the_brief_with_its_evidence_and_pins(saved, sign_in, carol):
    client = sign_in(carol)
    edition = ritual.draft(saved, as_of=NOW.date(), by=None)
    page = f"/brief/{edition.as_of}/"
    assert "First steps:" not in shown(client, page)
    assert client.post("/journeys/first_steps/brief/").status_code == 302
    assert Job.objects.filter(task="journeys.answer").exists()
    work()
    assert "First steps: six in ten stop between" in shown(client, page)
    assert "of 21 people, within 7 days" in shown(client, page)
    proof = shown(client, f"{page}evidence/journey-first_steps.html")
    assert "Share of 21 people" in proof
    assert "<svg" in proof
    assert "kind: funnel" in proof
    assert "<dt>events</dt><dd>version" in proof
    assert "First steps" in shown(client, f"{page}evidence/index.html")
    assert "First steps: six in ten" in ritual.file_of(edition, "brief.md")
    assert "in the brief" in shown(client, "/journeys/")
    verbs = [change.verb for change in Change.objects.filter(type="journey")]
    assert verbs == ["linked"]


def test_a_published_brief_keeps_its_journey_and_the_next_does_not(saved, sign_in, bob):
    client = sign_in(bob)
    client.post("/journeys/first_steps/brief/")
    work()
    edition = ritual.draft(saved, as_of=NOW.date(), by=None)
    ritual.publish(edition=edition, by=bob)
    client.post("/journeys/first_steps/brief/", {"out": "1"})
    assert pinned_journeys() == ()
    assert "First steps:" in shown(client, f"/brief/{edition.as_of}/")
    other = ritual.draft(saved, as_of=date(2026, 1, 5), by=None)
    assert "First steps:" not in shown(client, f"/brief/{other.as_of}/")
    assert Edition.objects.count() == 2


def test_a_viewer_cannot_pin_and_nobody_pins_what_is_not_there_or_too_much(saved, sign_in, dave, carol):
    assert "Pin to the brief" not in shown_after(sign_in(dave), "/journeys/first_steps/")
    assert sign_in(dave).post("/journeys/first_steps/brief/").status_code == 403
    client = sign_in(carol)
    assert "Pin to the brief" in shown_after(client, "/journeys/first_steps/")
    assert client.post("/journeys/none/brief/").status_code == 404
    (saved.path / "journeys" / "third.yaml").write_text(WAY)
    for name in ("first_steps", "who_is_back"):
        client.post(f"/journeys/{name}/brief/")
    assert client.post("/journeys/third/brief/").status_code == 409
    assert pinned_journeys() == ("first_steps", "who_is_back")
    assert "Take out of the brief" in shown_after(client, "/journeys/first_steps/")


def test_a_decision_may_rest_on_a_journey_at_its_version(saved):
    [evidence] = _pinned((Evidence(type="journey", key="first_steps"),))
    assert evidence.definition_version
    assert evidence.tables["events"] >= 0


def test_saving_a_change_is_a_draft_of_the_same_file_and_never_writes_over_another(saved, sign_in, carol):
    client = sign_in(carol)
    file = saved.path / "journeys" / "first_steps.yaml"
    changed = "/journeys/explore/save/?step=signed_up&step=worked&within=3+days&since=-30d"
    refused = client.post(changed, {"title": "First steps"})
    assert refused.status_code == 400
    assert "There is a journey &#x27;first_steps&#x27; already, in journeys/first_steps.yaml" in (
        refused.content.decode()
    )
    kept = client.post(f"{changed}&name=first_steps", {"title": "First steps"})
    assert kept["Location"] == "/definitions/journey/first_steps/edit/"
    assert file.read_text() == WAY
    page = shown(client, "/journeys/explore/?step=signed_up&step=worked&since=-30d&name=first_steps")
    assert "changed, not saved" in page
    assert "changed, not saved" not in shown_after(client, "/journeys/first_steps/")


def shown_after(client, path):
    answer = client.get(path, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()
