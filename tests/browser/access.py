"""What keeps people from a page: the console's complaints, its width, its headings, and what axe finds."""

from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Watched

SCREENS = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 780}, "has_touch": True, "is_mobile": True},
}
SERIOUS = {"serious", "critical"}
# The pages are the same on every screen: the dark differ in colours alone, and a phone in all but colours.
RULES = {
    "desk": {},
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},
    "phone": {"rules": {"color-contrast": {"enabled": False}}},
}


def faults_of(watched: Watched, screen: str) -> list[str]:
    """In words; none on a page that is open to everybody."""
    page = watched.page
    # A page that says 404 is reported by the browser itself.
    faults = [each for each in watched.complaints if "status of 40" not in each]
    if (headings := page.locator("h1").count()) != 1:
        faults.append(f"{headings} headings of the first order")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append("wider than the screen")
    found = Axe().run(page, options={"resultTypes": ["violations"], **RULES[screen]}).response["violations"]
    return faults + [
        f"{each['id']} {[node['target'] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in SERIOUS
    ]
