"""A product manager who has read no manual builds a funnel, breaks it down and learns why people stop."""

import re

import pytest

from tests.browser.access import DESK, faults_of
from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("deck")]
STEPS = ("signed_up", "team_activated", "crew_invited", "job_dispatched")
FUNNEL = "/journeys/explore/?" + "&".join(f"step={step}" for step in STEPS) + "&unit=account"
FIRST_ANSWER = 240_000  # where the demo's own answers were not kept, kernels are compiled once


@pytest.fixture
def manager(deck):
    watched = Watched(deck.context(viewport=DESK), deck.address)
    yield watched.page
    assert watched.complaints == []
    assert watched.foreign == []
    watched.page.context.close()


def add_step(page, event, number):
    """As somebody does who types a part of a name and takes what is offered."""
    page.get_by_label("Next step").click()
    page.keyboard.type(event[:6].replace("_", " "))
    page.get_by_role("option", name=re.compile(event)).click()
    page.get_by_label(f"Step {number}", exact=True).wait_for(timeout=FIRST_ANSWER)


def test_a_funnel_of_four_steps_is_built_broken_down_and_a_drop_off_explained(manager):
    manager.goto("/journeys/")
    assert manager.locator("tbody tr", has_text="First week of a team").count() == 1
    manager.get_by_role("link", name="Build a funnel").click()
    manager.get_by_role("link", name=STEPS[0]).click(timeout=FIRST_ANSWER)
    for number, step in enumerate(STEPS[1:], 2):
        add_step(manager, step, number)
    assert [value for name, value in query(manager) if name == "step"] == list(STEPS)
    assert manager.locator("table.figures").first.locator("tbody tr").count() == len(STEPS)
    assert "stop" in manager.locator("#chart figcaption").inner_text()

    manager.get_by_label("Break down by").click()
    manager.get_by_role("option", name="device", exact=True).click()
    manager.get_by_role("heading", name="By device").wait_for()
    assert manager.locator("#groups tbody tr").count() == 3
    assert ("by", "device") in query(manager)

    manager.get_by_role("link", name=re.compile(r"stopped before Crew invited")).click()
    manager.get_by_role("heading", name=re.compile(r"stopped before “Crew invited”")).wait_for()
    assert "What they did next" in manager.locator("#people").inner_text()
    manager.get_by_role("link", name="Never came back in time").click()
    manager.get_by_role("heading", name="Why is Person 1 here?").wait_for()
    why = manager.locator("#why").inner_text()
    assert "Team activated" in why
    assert "No “Crew invited”, and nothing else, by" in why

    manager.get_by_role("button", name="Remove job_dispatched").click()
    manager.get_by_label("Step 4", exact=True).wait_for(state="detached")
    manager.go_back()
    manager.get_by_label("Step 4", exact=True).wait_for()


def test_conditions_offer_properties_and_their_values_and_ask_nothing_half_written(manager):
    manager.goto(FUNNEL)
    manager.locator("#about1 summary").click(timeout=FIRST_ANSWER)
    manager.locator("#about1").get_by_label("Property").first.click()
    manager.get_by_role("option", name="channel", exact=True).click()
    manager.wait_for_url(re.compile("where1=channel"))
    value = manager.get_by_label("Value of channel")
    value.click()
    manager.get_by_role("option", name="referral").click()
    manager.get_by_text("channel is referral", exact=True).wait_for()
    assert ("value1", "referral") in query(manager)


def test_the_explorer_is_worked_by_keyboard_alone(manager):
    manager.goto("/journeys/explore/?step=signed_up&step=team_activated")
    manager.locator("#chart").wait_for(timeout=FIRST_ANSWER)
    manager.get_by_label("Next step").focus()
    manager.keyboard.type("dispatch")
    manager.keyboard.press("ArrowDown")
    manager.keyboard.press("Enter")
    manager.get_by_label("Step 3", exact=True).wait_for()
    manager.get_by_label("Step 3", exact=True).focus()
    manager.keyboard.press("Alt+ArrowUp")
    manager.wait_for_url(re.compile("step=signed_up&step=job_dispatched&step=team_activated"))
    manager.get_by_role("button", name="Move job_dispatched down").press("Enter")
    manager.wait_for_url(re.compile("step=signed_up&step=team_activated&step=job_dispatched"))
    manager.locator("h1").click()
    manager.keyboard.press("j")
    manager.keyboard.press("j")
    manager.keyboard.press("Enter")
    manager.wait_for_url(re.compile("stop=2"))


def test_any_question_is_asked_as_text_and_opened_in_the_form_again(manager):
    manager.goto(FUNNEL)
    manager.get_by_role("link", name="Write it as text").click(timeout=FIRST_ANSWER)
    text = manager.get_by_label("The question as text")
    text.fill(text.input_value() + "exclude:\n  - event: error_shown\n")
    manager.get_by_role("button", name="Answer").click()
    manager.wait_for_url(re.compile("exclude"))
    manager.get_by_role("link", name="Use the form").click()
    assert manager.locator("#leave_out1").input_value() == "error_shown"
    manager.goto("/journeys/explore/?kind=stickiness")
    manager.locator("figure.chart svg").first.wait_for()


def test_a_saved_journey_is_pinned_to_the_brief_and_taken_out_again(manager):
    manager.goto("/journeys/first_week_of_a_team/")
    manager.get_by_role("button", name="Pin to the brief").click(timeout=FIRST_ANSWER)
    manager.get_by_text("in every brief not yet published").wait_for()
    manager.get_by_role("button", name="Take out of the brief").click()
    manager.get_by_role("button", name="Pin to the brief").wait_for()


def test_every_page_of_journeys_is_open_to_everybody(deck):
    context = deck.context(viewport=DESK)
    faults = []
    for address in (
        "/journeys/",
        FUNNEL + "&by=device&stop=3&compare=1&weigh=arr&where2=device",
        "/journeys/weekly_return/",
        "/journeys/explore/?text=kind%3A+funnel",
    ):
        watched = Watched(context, deck.address)
        watched.page.goto(address)
        watched.page.locator("#chart, figure.chart, .empty li, .callout, .found").first.wait_for(
            timeout=FIRST_ANSWER
        )
        faults += [f"{address}: {fault}" for fault in faults_of(watched)]
        watched.page.close()
    assert faults == []
    context.close()


def test_a_question_is_asked_without_javascript(deck):
    context = deck.context(java_script_enabled=False)
    page = context.new_page()
    page.goto("/journeys/explore/?step=schedule_viewed&step=job_created")
    for _ in range(60):
        if page.locator("#chart").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.get_by_label("Next step").fill("job_dispatched")
    page.get_by_role("button", name="Answer").last.click()
    rows = page.locator("table.figures").first.locator("tbody tr")
    assert rows.count() == 3
    page.get_by_role("button", name="Remove job_created").click()
    assert rows.count() == 2
    context.close()


def query(page):
    return [tuple(pair.split("=")) for pair in page.url.partition("?")[2].split("&")]
