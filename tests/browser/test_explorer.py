"""A product manager who has read no manual builds a funnel, breaks it down and learns why people stop."""

import re

import pytest

from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("deck")]
STEPS = ("schedule_viewed", "job_created", "job_dispatched", "invoice_sent")
FIRST_ANSWER = 240_000  # the events are sorted and the kernels compiled once


@pytest.fixture
def manager(deck):
    watched = Watched(deck.context(viewport={"width": 1440, "height": 900}), deck.address)
    yield watched.page
    assert watched.complaints == []
    assert watched.foreign == []
    watched.page.context.close()


def test_a_funnel_of_four_steps_is_built_broken_down_and_a_drop_off_explained(manager):
    manager.goto("/journeys/")
    manager.get_by_role("link", name="Ask a new one").click()
    manager.get_by_role("link", name=STEPS[0]).click(timeout=FIRST_ANSWER)
    for number, step in enumerate(STEPS[1:], 2):
        manager.get_by_label("Next step").fill(step)
        manager.keyboard.press("Tab")
        manager.get_by_label(f"Step {number}").wait_for(timeout=FIRST_ANSWER)
    assert [value for name, value in query(manager) if name == "step"] == list(STEPS)
    rows = manager.locator("table.figures").first.locator("tbody tr")
    assert rows.count() == len(STEPS)
    assert "stop" in manager.locator("#chart figcaption").inner_text()

    manager.get_by_label("Break down by").fill("device")
    manager.keyboard.press("Tab")
    manager.get_by_role("heading", name="By device").wait_for()
    assert manager.locator("#groups tbody tr").count() == 3
    assert ("by", "device") in query(manager)

    manager.get_by_role("link", name=re.compile(r"stopped before Job dispatched")).click()
    manager.get_by_role("heading", name=re.compile(r"stopped before “Job dispatched”")).wait_for()
    manager.get_by_role("link", name="Never came back in time").click()
    manager.get_by_role("link", name="Person 1", exact=True).click()
    manager.get_by_role("heading", name="Why is Person 1 here?").wait_for()
    why = manager.locator("#why").inner_text()
    assert "Schedule viewed" in why
    assert "No “Job dispatched”, and nothing else, by" in why

    manager.get_by_role("button", name="Remove invoice_sent").click()
    manager.get_by_label("Step 4").wait_for(state="detached")
    manager.go_back()
    manager.get_by_label("Step 4").wait_for()


def test_the_explorer_fits_a_phone_and_works_by_keyboard_alone(deck, manager):
    address = "/journeys/explore/?" + "&".join(f"step={step}" for step in STEPS)
    manager.goto(address)
    manager.locator("#chart").wait_for(timeout=FIRST_ANSWER)
    manager.locator("h1").click()
    manager.keyboard.press("j")
    manager.keyboard.press("j")
    manager.keyboard.press("Enter")
    manager.wait_for_url(re.compile("stop=2"))
    phone = Watched(deck.context(viewport={"width": 320, "height": 800}), deck.address)
    phone.page.goto(address)
    phone.page.locator("#chart").wait_for(timeout=FIRST_ANSWER)
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert phone.complaints == []
    phone.page.context.close()


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
    assert page.locator("table.figures tbody tr").count() == 3
    page.get_by_role("button", name="Remove job_created").click()
    assert page.locator("table.figures tbody tr").count() == 2
    context.close()


def query(page):
    return [tuple(pair.split("=")) for pair in page.url.partition("?")[2].split("&")]
