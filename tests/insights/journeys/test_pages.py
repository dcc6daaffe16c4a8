"""What people see of journeys in the browser and through the API."""

import json
from urllib.parse import urlencode

import pytest

from quarterdeck.errors import QuarterdeckError
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.asking import Asked, AskedStep
from quarterdeck.insights.journeys.service.bounds import refuse_endless
from quarterdeck.insights.journeys.service.exploring import explore
from quarterdeck.insights.journeys.service.saving import name_of
from quarterdeck.jobs.models import Job
from tests.insights.journeys.walking import FUNNEL, STEPS, shown, walk, work
from tests.insights.metrics.conftest import add_events

RETURN = "start: {event: signed_up}\nreturn: {event: looked}\n"
WAY = "title: Way\nkind: funnel\nsteps: [{event: signed_up}, {event: worked}]\n"


def test_an_empty_workspace_says_what_to_do_next(own_workspace, sign_in, dave):
    client = sign_in(dave)
    assert "No journey is saved yet." in shown(client, "/journeys/")
    answer = client.get("/journeys/explore/?step=signed_up")
    assert answer.status_code == 400
    assert "There are no events yet." in answer.content.decode()
    assert Job.objects.count() == 0


def test_the_first_question_waits_for_a_job_and_does_not_block(here, sign_in, dave):
    client = sign_in(dave)
    page = shown(client, FUNNEL)
    assert "The events are being sorted." in page
    assert 'hx-trigger="every 1s"' in page
    shown(client, FUNNEL)
    assert Job.objects.filter(task="journeys.prepare").count() == 1
    work()
    assert Job.objects.get().state == "done", Job.objects.get().trouble
    assert "The events are being sorted." not in shown(client, FUNNEL)


def test_work_that_failed_is_told_and_not_asked_for_again(here, sign_in, dave):
    client = sign_in(dave)
    shown(client, FUNNEL)
    Job.objects.update(state="failed")
    answer = client.get(FUNNEL)
    assert answer.status_code == 400
    assert "could not be sorted" in answer.content.decode()
    assert Job.objects.count() == 1


def test_a_funnel_of_four_steps_says_where_people_stop_and_why(sorted_events, sign_in, dave):
    page = shown(sign_in(dave), FUNNEL)
    assert "stop between “Signed up” and “Invited”" in page
    assert "8 stopped before “Invited”" in page
    assert "Never came back in time" in page
    assert "Came back, but not to “invited”" in page
    assert "May still do it" in page
    assert 'role="img"' in page


def test_a_breakdown_shows_each_value_with_its_interval(sorted_events, sign_in, dave):
    page = shown(sign_in(dave), f"{FUNNEL}&by=device")
    assert "<h2>By device</h2>" in page
    assert '<th scope="row">android</th>' in page


def test_two_breakdowns_stand_beside_each_other_and_the_form_offers_a_third(sorted_events, sign_in, dave):
    page = shown(sign_in(dave), f"{FUNNEL}&by=device&by=event")
    assert "<h2>By device and event</h2>" in page
    assert '<th scope="row">android / signed_up</th>' in page
    assert 'id="by_new"' in page


def test_names_stay_hidden_wherever_they_stand_among_several_breakdowns(sorted_events, sign_in, dave):
    page = shown(sign_in(dave), f"{FUNNEL}&by=device&by=person")
    assert "hidden 1" in page
    assert "acme.test" not in page


def test_a_move_of_a_path_opens_the_list_of_who_made_it(sorted_events, sign_in, dave, alice):
    asked = urlencode({"text": "kind: paths\nsince: -60d\npause_minutes: 100\n"})
    page = shown(sign_in(dave), f"/journeys/explore/?{asked}")
    move = "moved_from=signed_up&moved_to=invited&moved_at=1"
    assert move in page.replace("&amp;", "&")
    listed = shown(sign_in(dave), f"/journeys/explore/?{asked}&{move}")
    assert "went from “Signed up” to “Invited”" in listed
    assert "Person 1" in listed
    assert "acme.test" not in listed
    answer = sign_in(dave).get(f"/journeys/explore/?{asked}&moved_from=signed_up&moved_to=nowhere")
    assert answer.status_code == 400
    assert "Nobody was ever at" in answer.content.decode()


def test_why_somebody_is_here_is_told_with_times_and_without_a_name(sorted_events, sign_in, dave, alice):
    why = f"{FUNNEL}&stop=2&reason=gone&who=1"
    page = shown(sign_in(dave), why)
    assert "Why is Person 1 here?" in page
    assert "No “Invited”, and nothing else, by" in page
    assert "acme.test" not in page
    alice.sees_personal = True
    alice.save()
    assert "@acme.test here?" in shown(sign_in(alice), why)


def test_every_stop_has_one_reason_and_the_figures_add_up(sorted_events, sign_in, dave):
    asked = Asked(steps=tuple(AskedStep(event=step) for step in STEPS), within="7 days", stop=2)
    seen, choices = explore(sorted_events, asked.journey(), asked, tables={}, sees_personal=False)
    first, second, third, _ = seen.steps
    assert [step.reached for step in seen.steps] == [21, 12, 8, 8]
    assert first.reached == second.reached + second.stopped + second.open
    assert (second.stopped, second.open, third.stopped) == (8, 1, 4)
    assert {reason.key: reason.count for reason in seen.stopped.reasons} == {"gone": 7, "other": 1, "open": 1}
    assert sum(week.entered for week in seen.weeks) == 21
    assert [week.open for week in seen.weeks if week.open] == [1]
    assert dict(choices.events)["signed_up"] == 21
    assert "device" in choices.properties
    assert "person" not in choices.properties


def test_filters_order_and_exclusions_narrow_the_question(sorted_events, sign_in, dave):
    client = sign_in(dave)
    android = "&where1=device&is1=equals&value1=android"
    page = shown(client, f"/journeys/explore/?step=signed_up{android}&step=invited&within=7+days")
    assert "signed_up, device is android" in page
    assert ">4<" in page
    left_out = shown(client, "/journeys/explore/?step=signed_up&step=worked&leave_out=planned&within=7+days")
    assert "are left out: what leaves them out came in between" in left_out
    wrong = client.get("/journeys/explore/?step=signed_up&where1=device&is1=above&value1=x")
    assert wrong.status_code == 400
    assert "is no number" in wrong.content.decode()


def test_buttons_work_without_javascript(sorted_events, sign_in, dave):
    client = sign_in(dave)
    answer = client.get(f"{FUNNEL}&do=remove+2")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/journeys/explore/?step=signed_up&step=planned&step=worked")
    live = client.get(f"{FUNNEL}&do=up+2&step=", headers={"HX-Request": "true"})
    assert live["HX-Push-Url"].startswith("/journeys/explore/?step=invited&step=signed_up&step=planned")
    same = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{live['HX-Push-Url']}"}
    assert "HX-Push-Url" not in client.get(live["HX-Push-Url"], headers=same)


def test_a_link_with_pins_shows_the_same_numbers_after_new_facts(sorted_events, sign_in, dave):
    client = sign_in(dave)
    page = shown(client, FUNNEL)
    pinned = page.split('data-pinned="')[1].split('"')[0].replace("&amp;", "&").split("testserver")[1]
    add_events(sorted_events, walk("late", 4, 20), transaction="later")
    for path in (FUNNEL, pinned):
        client.get(path)
        work()
    assert "Share of 22 people" in shown(client, FUNNEL)
    assert "Share of 21 people" in shown(client, pinned)


def test_a_question_is_saved_as_a_draft_of_a_definition(sorted_events, sign_in, carol, dave):
    save = FUNNEL.replace("explore/?", "explore/save/?")
    assert sign_in(dave).post(save, {"title": "First week"}).status_code == 403
    client = sign_in(carol)
    answer = client.post(save, {"title": "First week"})
    assert answer["Location"] == "/definitions/journey/first_week/edit/"
    page = shown(client, answer["Location"])
    assert "kind: funnel" in page
    assert "event: signed_up" in page
    assert client.post(save, {"title": "99"}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("retention", f"grain: day\ncolumns: 4\n{RETURN}", "back in day 1"),
        ("trend", "series: [{event: worked}]\n", "Worked: "),
        ("trend", "compare: true\nseries: [{event: worked}]\n", "Worked, before"),
        ("trend", "series: [{event: worked, measure: median, property: device}]\n", "Worked"),
        ("retention", f"grain: day\ncolumns: 4\ncompare: true\n{RETURN}", "95 % interval"),
        ("lifecycle", "grain: week\nseries: [{}]\n", " new, "),
        ("lifecycle", "grain: week\nweigh: arr\nseries: [{}]\n", "Revenue: "),
        ("stickiness", "series: [{}]\n", "in one day only"),
        ("stickiness", "weigh: arr\nseries: [{}]\n", "of annual revenue stand behind them"),
        ("paths", "pause_minutes: 100\n", "go from “Signed up” to “Invited”"),
        (
            "funnel",
            "steps: [{any_of: [{event: signed_up}, {event: looked}]}, {event: worked}]\n",
            "stop between",
        ),
    ],
)
def test_every_kind_of_saved_journey_has_a_page(sorted_events, sign_in, dave, kind, text, words):
    folder = sorted_events.path / "journeys"
    folder.mkdir(exist_ok=True)
    (folder / "asked.yaml").write_text(f"title: What is asked\nkind: {kind}\n{text}")
    client = sign_in(dave)
    assert "What is asked" in shown(client, "/journeys/")
    opened = client.get("/journeys/asked/", follow=True)
    assert opened.status_code == 200
    assert words in opened.content.decode()


def test_a_saved_funnel_opens_in_the_explorer(sorted_events, sign_in, dave):
    folder = sorted_events.path / "journeys"
    folder.mkdir(exist_ok=True)
    (folder / "way.yaml").write_text(WAY)
    answer = sign_in(dave).get("/journeys/way/", follow=True)
    assert answer.redirect_chain[0][0] == (
        "/journeys/explore/?step=signed_up&step=worked&since=-30d&name=way"
    )
    assert "<h1>Way</h1>" in answer.content.decode()
    assert sign_in(dave).get("/journeys/none/").status_code == 404


def test_who_is_lost_before_a_step_becomes_a_cohort(sorted_events, sign_in, carol, dave):
    folder = sorted_events.path / "journeys"
    folder.mkdir(exist_ok=True)
    (folder / "way.yaml").write_text(WAY)
    assert "Make a cohort of these" not in sign_in(dave).get("/journeys/way/", follow=True).content.decode()
    client = sign_in(carol)
    assert "Make a cohort of these" in client.get("/journeys/way/", follow=True).content.decode()
    answer = client.post("/journeys/way/lost/2/")
    assert answer["Location"] == "/definitions/cohort/way_lost_before_2/edit/"
    page = shown(client, answer["Location"])
    assert "journey: way" in page
    assert "lost_before: 2" in page
    assert client.post("/journeys/way/lost/3/").status_code == 400
    assert client.post("/journeys/none/lost/2/").status_code == 404


@pytest.mark.parametrize(
    "odd",
    [
        {"within": "99999999999 months"},
        {"since": "-99999999999d"},
        {"since": "2026-13-45"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31T23:59:59"},
        {"where": [{"property": "x", "matches": "("}]},
    ],
)
def test_endless_and_malformed_questions_are_refused(odd):
    with pytest.raises(QuarterdeckError):
        refuse_endless(Journey.model_validate({"kind": "funnel", "steps": [{}], **odd}))


def test_a_title_makes_the_name_of_a_file():
    assert name_of("First week of a team") == "first_week_of_a_team"
    for title in ("", "7 days", "Explore"):
        with pytest.raises(QuarterdeckError):
            name_of(title)


def test_the_api_answers_and_explains(sorted_events, sign_in, dave):
    client = sign_in(dave)
    client.get("/")
    question = {"kind": "funnel", "within": "7 days", "steps": [{"event": step} for step in STEPS]}

    def post(path, body):
        token = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else ""
        return client.post(
            path, json.dumps(body), content_type="application/json", headers={"X-CSRFToken": token}
        )

    found = post("/api/journeys/run", question)
    assert found.status_code == 200, found.content
    assert [step["reached"] for step in found.json()["figures"]["groups"][0]["steps"]] == [21, 12, 8, 8]
    stopped = post("/api/journeys/stopped?step=2&reason=gone&who=1", question).json()
    assert stopped["count"] == 8
    assert stopped["why"]["verdict"] == "No “Invited”, and nothing else, by"
    assert "acme.test" not in json.dumps(stopped)
    assert post("/api/journeys/stopped?step=9", question).status_code == 400
    paths = {"kind": "paths", "pause_minutes": 600}
    move = "source=signed_up&target=invited&limit=3"
    moved = post(f"/api/journeys/moved?{move}", paths).json()
    assert (moved["moves"], moved["units"], len(moved["people"])) == (12, 12, 3)
    assert [each["name"] for each in moved["people"]] == ["Person 1", "Person 2", "Person 3"]
    assert post(f"/api/journeys/moved?{move}&step=2", paths).json()["moves"] == 0
    assert post(f"/api/journeys/moved?{move}", question).status_code == 400
    named = post("/api/journeys/run", {**question, "by": ["person"]})
    assert named.status_code == 400
    assert "would name people" in named.json()["title"]
    assert post("/api/journeys/run", {**question, "since": "-9999999y"}).status_code == 400
    hourly = {"kind": "trend", "grain": "hour", "since": "1990-01-01", "series": [{}]}
    assert post("/api/journeys/run", hourly).status_code == 400


def test_saved_journeys_are_listed_through_the_api(sorted_events, sign_in, dave):
    folder = sorted_events.path / "journeys"
    folder.mkdir(exist_ok=True)
    (folder / "way.yaml").write_text("title: Way\nkind: trend\nseries: [{event: worked}]\n")
    client = sign_in(dave)
    assert client.get("/api/journeys").json()["items"][0]["name"] == "way"
    assert client.get("/api/journeys/way").json()["definition"]["series"] == [{"event": "worked"}]
    assert client.get("/api/journeys/way/answer").json()["figures"]["lines"][0]["total"] == 8
    assert client.get("/api/journeys/none").status_code == 404


def test_the_api_says_when_events_are_still_being_sorted(here, sign_in, dave):
    folder = here.path / "journeys"
    folder.mkdir(exist_ok=True)
    (folder / "way.yaml").write_text("title: Way\nkind: trend\nseries: [{event: worked}]\n")
    answer = sign_in(dave).get("/api/journeys/way/answer")
    assert answer.status_code == 409
    assert "being sorted" in answer.json()["title"]
