"""The whole loop is walked in the browser, and its pages are open to everybody."""

import re

import pytest

from tests.browser.access import DESK, faults_of
from tests.browser.conftest import Watched
from tests.browser.test_inbox import press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("deck")]


def sent(page):
    return page.locator(".replies .state", has_text="sent").count()


def test_the_whole_loop_is_walked(deck):
    context = deck.context(viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    watched = Watched(context, deck.address)
    page = watched.page
    page.goto("/inbox/")
    press(page, "l")
    assert page.locator("h1").inner_text() == "Which work item does it ask for?"
    page.fill("#named", "TW-91")
    press(page, "Enter")
    page.get_by_role("link", name="TW-91 Make the schedule available offline").click()
    page.locator(".voice").first.wait_for()

    page.goto("/themes/")
    page.get_by_role("link", name="Offline schedule").click()
    assert page.locator("h1").inner_text() == "Offline schedule"

    page.keyboard.press("g")
    press(page, "k")
    page.get_by_role("link", name="Work items").click()
    page.get_by_role("link", name="Make the schedule available offline").wait_for()
    page.goto("/backlog/items/?show=done")
    page.keyboard.press("j")
    press(page, "Enter")
    assert page.locator("h1").inner_text() == "Show holidays and free crews in the calendar"
    page.get_by_role("heading", name="What it did").wait_for()
    page.locator("#similar li").first.wait_for()

    page.goto("/backlog/items/TW-90/?all=1")
    before = sent(page)
    page.fill("#words", "There it is.")
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "There it is."
    press(page, "s")
    page.goto("/backlog/items/TW-90/?all=1")
    assert sent(page) == before + 1
    page.locator(".replies a", has_text=re.compile(r"\w")).last.click()
    page.get_by_role("button", name="Take it back").click()
    page.goto("/backlog/items/TW-90/?all=1")
    assert sent(page) == before
    assert (watched.complaints, watched.foreign) == ([], [])
    context.close()


def test_work_items_are_open_to_everybody(deck):
    context = deck.context(viewport=DESK)
    faults = []
    addresses = ("/backlog/items/", "/backlog/items/TW-90/?similar=1", "/backlog/items/TW-91/?similar=1")
    for address in addresses:
        watched = Watched(context, deck.address)
        watched.page.goto(address)
        faults += [f"{address}: {fault}" for fault in (*watched.foreign, *faults_of(watched))]
        watched.page.close()
    context.close()
    assert faults == []
