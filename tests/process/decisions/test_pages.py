from datetime import timedelta

import pytest

from quarterdeck.process.decisions.models import Action, Decision
from quarterdeck.process.decisions.service.asking import version_of
from quarterdeck.records.models import Comment


@pytest.fixture
def form(today):
    """What a browser sends from the form of a new question."""
    return {
        "question": "Do we switch it on?",
        "decider": "Growth lead",
        "due": str(today + timedelta(2)),
        "option": ["Yes", "", "No", "", ""],
        "why_rejected": ["", "", "Too slow.", "", ""],
        "recommended": "2",
        "recommended_why": "It is cheap.",
        "waiting_costs": "A week",
        "dissent": "",
        "flips_if": "",
        "evidence": "metric activation | Activation\nbrief 2026-11-16\nhttps://example.com/a\n",
        "metric": "activation",
        "direction": "rises",
        "measured": "change",
        "low": "5 %",
        "high": "",
        "review_on": str(today + timedelta(60)),
    }


def test_a_question_is_asked_answered_discussed_and_exported(form, sign_in, carol, bob):
    client = sign_in(carol)
    asked = client.post("/decisions/ask/", form)
    decision = Decision.objects.get()
    assert asked.headers["Location"] == f"/decisions/{decision.pk}/"
    assert decision.recommended == "No"
    assert decision.predicted.low == 0.05
    assert [(each.type, each.title) for each in decision.written_evidence] == [
        ("metric", "Activation"),
        ("brief", ""),
        ("page", ""),
    ]
    page = client.get(f"/decisions/{decision.pk}/").content.decode()
    for said in (
        "Do we switch it on?",
        "Too slow.",
        "rises by 5 points or more",
        'href="/metrics/activation/"',
    ):
        assert said in page
    client = sign_in(bob)
    assert "Do we switch it on?" in client.get("/decisions/").content.decode()
    client.post(f"/decisions/{decision.pk}/answer/", {"option": "Yes", "why": "Now."})
    client.post(f"/decisions/{decision.pk}/comment/", {"text": "Good."})
    page = client.get(f"/decisions/{decision.pk}/").content.decode()
    assert "Growth lead decided: Yes." in page
    assert Comment.objects.get().text == "Good."
    assert "Decide this" not in page
    assert "Do we switch it on?" in client.get("/decisions/export.csv").content.decode()
    assert client.get("/decisions/export.json").json()["decisions"][0]["answer"] == "Yes"
    assert "Do we switch it on?" in client.get("/search/?q=switch").content.decode()


def test_what_is_wrong_is_said_above_the_form_and_nothing_is_lost(form, sign_in, carol):
    sent = sign_in(carol).post("/decisions/ask/", {**form, "low": "a lot"})
    page = sent.content.decode()
    assert sent.status_code == 400
    assert "is no number" in page
    assert 'value="Do we switch it on?"' in page
    assert 'value="2" aria-label="Recommended: option 3" checked' in page
    assert not Decision.objects.exists()


@pytest.mark.parametrize("changed", [{"due": ""}, {"due": "soon"}, {"review_on": ""}, {"option": ["Yes"]}])
def test_a_form_that_lacks_something_is_no_crash(changed, form, sign_in, carol):
    assert sign_in(carol).post("/decisions/ask/", {**form, **changed}).status_code == 400


def test_a_decision_is_written_down_with_its_answer(form, sign_in, bob):
    client = sign_in(bob)
    assert "Chosen" in client.get("/decisions/ask/?made=1").content.decode()
    client.post("/decisions/ask/?made=1", {**form, "answer_why": "It was cheap."})
    decision = Decision.objects.get()
    assert (decision.state, decision.answer, decision.answer_why) == ("made", "No", "It was cheap.")


def test_the_form_of_a_decision_shows_it_and_saves_it(form, sign_in, bob):
    client = sign_in(bob)
    client.post("/decisions/ask/", form)
    decision = Decision.objects.get()
    address = f"/decisions/{decision.pk}/edit/"
    page = client.get(address).content.decode()
    for said in ('value="5 %"', "metric activation | Activation", 'value="Too slow."'):
        assert said in page
    seen = version_of(decision)
    assert client.post(address, {**form, "question": "On?", "seen": seen}).status_code == 302
    again = client.post(address, {**form, "question": "Off?", "seen": seen})
    assert again.status_code == 409
    assert "meanwhile" in again.content.decode()
    assert Decision.objects.get().question == "On?"
    client.post(f"/decisions/{decision.pk}/answer/", {"option": "Wait", "own_words": "1"})
    page = client.get(address).content.decode()
    assert 'name="question"' not in page
    client.post(address, {"dissent": "Too soon.", "flips_if": "", "evidence": ""})
    decision.refresh_from_db()
    assert (decision.question, decision.answer, decision.dissent) == ("On?", "Wait", "Too soon.")
    assert decision.evidence == []


def test_the_second_answer_is_told_whose_was_first(asked, client, alice, bob):
    client.force_login(bob)
    client.post(f"/decisions/{asked.pk}/answer/", {"option": "Leave it"})
    client.force_login(alice)
    late = client.post(f"/decisions/{asked.pk}/answer/", {"option": "Roll back"})
    assert late.status_code == 409
    assert "Growth lead answered this already" in late.content.decode()


def test_a_promise_is_made_kept_changed_and_taken_back(asked, sign_in, carol, today):
    client = sign_in(carol)
    form = {"text": "Ship it", "owner": "Core lead", "due": str(today - timedelta(1))}
    made = client.post("/actions/promise/", {**form, "decision": str(asked.pk)})
    assert made.headers["Location"] == f"/decisions/{asked.pk}/#actions"
    action = Action.objects.get()
    assert action.decision == asked
    page = client.get("/actions/?show=mine").content.decode()
    assert "Ship it" in page
    assert 'class="state late"' in page
    address = f"/actions/{action.pk}/"
    assert "follows from" in client.get(address).content.decode()
    client.post(f"{address}edit/", {**form, "text": "Ship both"})
    assert (
        client.post(f"{address}settle/", {"state": "done", "back": "list"}).headers["Location"] == "/actions/"
    )
    assert "Ship both" in client.get("/actions/?show=finished").content.decode()
    assert client.post(f"{address}settle/", {"state": "dropped"}).status_code == 409
    assert client.post(f"{address}settle/", {"state": "sold"}).status_code == 400
    client.post(f"{address}settle/", {"state": "worked"})
    assert client.post(f"{address}edit/", form).status_code == 409
    client.post(f"{address}comment/", {"text": "Well done."})
    assert "Well done." in client.get(address).content.decode()
    assert "worked" in client.get("/actions/export.csv").content.decode()


@pytest.mark.parametrize(
    "changed",
    [{"text": ""}, {"due": "never"}, {"decision": "9999"}, {"decision": "x"}, {"decision": "9" * 40}],
)
def test_a_promise_that_cannot_be_kept_is_said_in_its_form(changed, sign_in, carol, today):
    form = {"text": "Ship it", "owner": "Core lead", "due": str(today), "decision": "", **changed}
    sent = sign_in(carol).post("/actions/promise/", form)
    assert sent.status_code == 400
    assert 'role="alert"' in sent.content.decode()


def test_empty_pages_say_what_to_do_next(sign_in, dave):
    client = sign_in(dave)
    assert "No decision is asked for" in client.get("/decisions/").content.decode()
    assert "Nothing is put away" in client.get("/decisions/put-away/").content.decode()
    assert "Nothing is promised" in client.get("/actions/").content.decode()
    assert client.get("/decisions/99999999999999999999999/").status_code == 404


def test_what_is_put_away_is_taken_out_on_its_page(asked, promised, sign_in, carol):
    promised()
    Decision.objects.update(archived_at="2026-11-16T00:00Z")
    Action.objects.update(archived_at="2026-11-16T00:00Z")
    client = sign_in(carol)
    assert asked.question in client.get("/decisions/put-away/").content.decode()
    for kind, table in (("decisions", Decision), ("actions", Action)):
        address = f"/{kind}/{table.objects.get().pk}/"
        assert "put away" in client.get(address).content.decode()
        client.post(f"{address}take-out/")
        assert table.objects.get().archived_at is None


def test_the_navigation_counts_what_is_asked(asked, sign_in, dave):
    page = sign_in(dave).get("/decisions/").content.decode()
    assert 'data-go="d">Decisions<span class="count">1</span>' in page


def test_words_of_people_are_never_markup(form, sign_in, carol):
    nasty = '<script>alert("x")</script>'
    client = sign_in(carol)
    options = [nasty, "", "No", "", ""]
    client.post("/decisions/ask/", {**form, "question": nasty, "option": options, "dissent": nasty})
    page = client.get(f"/decisions/{Decision.objects.get().pk}/").content.decode()
    assert nasty not in page
    assert "javascript:" not in page


def test_what_was_asked_stands_on_the_page_once_and_not_in_its_history_again(sign_in, bob, asked):
    page = sign_in(bob).get(f"/decisions/{asked.pk}/").content.decode()
    changes = page.partition("<h2>Changes</h2>")[2].partition("</section>")[0]
    assert "Asked" in changes
    assert "<br>" not in changes
    assert asked.question not in changes


def test_a_promise_follows_from_a_decision_chosen_by_its_question(sign_in, carol, asked, promised):
    client = sign_in(carol)
    page = client.get("/actions/").content.decode()
    assert f'<option value="{asked.pk}">{asked.question[:40]}' in page
    assert "decision number" not in page
    assert '<option value="Core lead"></option>' in page
    action = promised(decision=asked)
    Decision.objects.update(state="reviewed")
    edited = client.get(f"/actions/{action.pk}/").content.decode()
    assert f'<option value="{asked.pk}" selected>' in edited
    assert f'<option value="{asked.pk}"' not in client.get("/actions/").content.decode()
