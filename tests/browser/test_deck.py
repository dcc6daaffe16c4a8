"""The served pages in a real browser: nothing foreign, no complaint, open to everybody, on every screen."""

import pytest

from tests.browser.access import DESK, faults_of
from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("deck")]

OUTSIDE = ("/sign-in/", "/sign-in/link/used/", "/invitation/used/")
INSIDE = (
    "/brief/",
    "/brief/2026-11-09/",
    "/brief/history/",
    "/brief/2026-11-16/evidence/index.html",
    "/decisions/",
    "/decisions/1/",
    "/decisions/ask/",
    "/decisions/bring-in/",
    "/actions/",
    "/metrics/",
    "/metrics/activation/",
    "/metrics/activation/?by=device&grain=month",
    "/definitions/",
    "/definitions/metric/activation/",
    "/definitions/metric/activation/edit/",
    "/facts/",
    "/facts/events/",
    "/facts/quarantine/",
    "/facts/sql/",
    "/facts/upload/",
    "/start/",
    "/start/suggestions/",
    "/people/",
    "/people/1/",
    "/account/",
    "/jobs/",
    "/changes/",
    "/search/",
    "/search/?q=jobs",
)
# Their pieces stand on other pages, too: looked at in the light at a desk, and for their width on a phone.
ALIKE = frozenset(
    {
        "/brief/2026-11-09/",
        "/brief/history/",
        "/decisions/bring-in/",
        "/actions/",
        "/metrics/activation/?by=device&grain=month",
        "/definitions/",
        "/facts/",
        "/facts/events/",
        "/start/",
        "/people/1/",
        "/account/",
        "/jobs/",
        "/changes/",
        "/search/",
    }
)


def visit(deck, address):
    context = deck.context(viewport=DESK)
    watched = Watched(context, deck.address)
    watched.page.goto(address)
    watched.page.wait_for_load_state("networkidle")
    return context, watched


@pytest.mark.parametrize("signed_in", [False, True], ids=["outside", "inside"])
def test_every_page_is_open_to_everybody(deck, signed_in):
    context = deck.context(signed_in=signed_in, viewport=DESK)
    faults = []
    for address in INSIDE if signed_in else OUTSIDE:
        watched = Watched(context, deck.address)
        watched.page.goto(address)
        found = faults_of(watched, also_dark_and_narrow=address not in ALIKE)
        faults += [f"{address}: {fault}" for fault in (*watched.foreign, *found)]
        watched.page.close()
    context.close()
    assert faults == []


def test_the_pages_are_walked_by_keyboard_alone(deck):
    context, watched = visit(deck, "/brief/")
    page = watched.page
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/people/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator('[data-row][aria-selected="true"]').count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/*/")
    page.keyboard.press("/")
    page.keyboard.type("change l")
    page.locator("#palette-found a").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/changes/")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    assert watched.complaints == []
    context.close()


def test_single_keys_can_be_switched_off_and_are_off_in_fields(deck):
    context, watched = visit(deck, "/brief/")
    page = watched.page
    page.keyboard.press("/")
    page.keyboard.type("g p ?")
    assert page.url.endswith("/brief/2026-11-16/")
    page.keyboard.press("Escape")
    page.locator("#palette").wait_for(state="hidden")
    page.keyboard.press("?")
    page.locator("#keys").wait_for(state="visible")
    page.check("#keys-off")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert not page.locator("#keys").is_visible()
    context.close()


def test_everything_is_read_without_javascript(deck):
    context = deck.context(java_script_enabled=False)
    page = context.new_page()
    for address in INSIDE:
        page.goto(address)
        assert page.locator("h1").inner_text().strip(), address
    page.goto("/brief/")
    assert page.locator(".score tbody tr").count() > 3
    context.close()


def test_the_brief_of_the_application_prints_as_the_page_alone(deck):
    context, watched = visit(deck, "/brief/2026-11-09/")
    watched.page.emulate_media(media="print")
    for hidden in (".nav", ".bar", ".ritual"):
        assert not watched.page.locator(hidden).first.is_visible()
    assert watched.page.locator(".claim").is_visible()
    context.close()
