"""Quotes are sorted by keyboard alone, and the inbox is open to everybody."""

import pytest

from tests.browser.access import DESK, faults_of
from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("deck")]


def waiting(page):
    return int(page.locator(".tabs a").first.inner_text().rpartition(" ")[2].replace(",", ""))


def at_hand(page):
    return page.locator("#sorting [name=quote]").get_attribute("value")


def press(page, key):
    """A key that leads to another page, and that page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_quotes_are_sorted_by_keyboard_alone(deck):
    context = deck.context(viewport=DESK)
    watched = Watched(context, deck.address)
    page = watched.page
    page.goto("/metrics/")
    page.keyboard.press("g")
    press(page, "i")
    first, there = at_hand(page), waiting(page)
    press(page, "j")
    second = at_hand(page)
    press(page, "k")
    assert at_hand(page) == first != second
    page.keyboard.press("t")
    page.keyboard.type("Crew invite")
    page.keyboard.press("Escape")
    press(page, "Enter")
    assert (at_hand(page), waiting(page)) == (second, there - 1)
    press(page, "x")
    assert waiting(page) == there - 2
    press(page, "u")
    assert (at_hand(page), waiting(page)) == (second, there - 1)
    press(page, "u")
    assert (at_hand(page), waiting(page)) == (first, there)
    page.keyboard.press("m")
    assert page.locator("[name=into]").first.evaluate("each => each === document.activeElement")
    press(page, "o")
    assert "account=" in page.url
    assert (watched.complaints, watched.foreign) == ([], [])
    context.close()


def test_the_inbox_is_open_to_everybody(deck):
    context = deck.context(viewport=DESK)
    faults = []
    for address in ("/inbox/", "/inbox/?show=kept", "/inbox/tell/"):
        watched = Watched(context, deck.address)
        watched.page.goto(address)
        faults += [f"{address}: {fault}" for fault in (*watched.foreign, *faults_of(watched))]
        if address == "/inbox/":
            watched.page.locator(".queue a").nth(1).click()
            watched.page.locator("#sorting").wait_for()
            faults += [f"one quote: {fault}" for fault in faults_of(watched)]
            watched.page.get_by_text("Whole message").click()
            watched.page.locator(".message").wait_for()
            faults += [f"whole message: {fault}" for fault in faults_of(watched)]
        watched.page.close()
    context.close()
    assert faults == []


def test_the_inbox_is_sorted_without_javascript(deck):
    context = deck.context(java_script_enabled=False)
    page = context.new_page()
    page.goto("/inbox/")
    there = waiting(page)
    page.locator("button[value=keep]").click()
    assert waiting(page) == there - 1
    page.locator("[data-key=u]").click()
    assert waiting(page) == there
    context.close()
