"""What keeps people from a page: the console's complaints, its width, its headings, and what axe finds."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Watched

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 780}
SERIOUS = {"serious", "critical"}
# What another scheme or width can change; names, roles and headings are the same there.
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
ALL_BUT_COLOURS = {"rules": {"color-contrast": {"enabled": False}}}


def faults_of(watched: Watched, *, also_dark_and_narrow: bool = True) -> list[str]:
    """In words; none on a page that is open to everybody.

    A page is loaded once: schemes and widths are matters of style. One whose pieces another page shows may be
    asked for its width alone on a phone, and not for its colours in the dark.
    """
    page = watched.page
    faults = _found(page, "desk", {})
    if (headings := page.locator("h1").count()) != 1:
        faults.append(f"{headings} headings of the first order")
    if also_dark_and_narrow:
        page.emulate_media(color_scheme="dark")
        faults += _found(page, "dark", COLOURS)
        page.emulate_media(color_scheme="light")
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"wider than {size['width']}")
    if also_dark_and_narrow:
        faults += _found(page, "phone", ALL_BUT_COLOURS)
    page.set_viewport_size(DESK)
    # A page that says 404 is reported by the browser itself.
    return faults + [each for each in watched.complaints if "status of 40" not in each]


def _found(page: Any, screen: str, rules: dict[str, Any]) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"], **rules}).response["violations"]
    return [
        f"{screen}: {each['id']} {[node['target'] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in SERIOUS
    ]
