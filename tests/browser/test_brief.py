"""The pages in a real browser: one printed page, no request, no error, every screen and scheme."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from quarterdeck.report.brief.service.pages import BriefPages, page_files
from tests.report.contributions import FULL
from tests.report.readings import calm, eventful, too_young, tracking_gone, wordy
from tests.report.week import week_of

pytestmark = pytest.mark.browser

WEEKS = {
    "eventful": (eventful(), ()),
    "full": (eventful(), (FULL,)),
    "wordy": (wordy(), (FULL,)),
    "wordy alone": (wordy(), ()),
    "calm": (calm(), ()),
    "young": ((too_young(), tracking_gone()), ()),
    "empty": ((), ()),
}


@pytest.fixture(scope="session")
def briefs(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("briefs")
    for name, (readings, contributions) in WEEKS.items():
        for path, text in page_files(BriefPages(week_of(readings), contributions=contributions)).items():
            file = folder / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    return folder


class Watched:
    """A page together with everything it asked for and complained of."""

    def __init__(self, browser: Browser, **options) -> None:
        self.page: Page = browser.new_context(**options).new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, file: Path) -> Page:
        self.page.goto(file.as_uri())
        return self.page


def all_pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


@pytest.mark.parametrize("name", WEEKS)
def test_the_brief_prints_on_exactly_one_a4_page(browser, briefs, name):
    page = Watched(browser).open(briefs / name / "brief.html")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", printed)
    assert box is not None
    assert [round(float(side)) for side in box.groups()] == [595, 842]


@pytest.mark.parametrize("name", ["full", "calm", "young", "empty"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_scrolls_sideways_complains_or_asks_for_anything(browser, briefs, name, width):
    watched = Watched(browser, viewport={"width": width, "height": 800})
    for file in all_pages(briefs / name):
        page = watched.open(file)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, file.name
        assert page.locator("h1").count() == 1
    assert not watched.complaints
    assert all(url.startswith(("file:", "data:")) for url in watched.requests)
    assert len({url for url in watched.requests if url.startswith("file:")}) == len(all_pages(briefs / name))


@pytest.mark.parametrize("name", WEEKS)
def test_a_reader_meets_at_most_350_words_and_40_numbers(browser, briefs, name):
    page = Watched(browser, viewport={"width": 1280, "height": 900}).open(briefs / name / "brief.html")
    shown = page.evaluate(
        """() => {
          const texts = [];
          const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            const parent = walk.currentNode.parentElement;
            if (parent.checkVisibility() && !parent.closest('svg.narrow')) texts.push(walk.currentNode.data);
          }
          return texts.join(' ');
        }"""
    )
    words = [word for word in shown.split() if any(letter.isalnum() for letter in word)]
    numbers = re.findall(r"\d+(?:[.,]\d+)*", shown)
    assert len(words) <= 350
    assert len(numbers) <= 40
    assert page.locator("figure.chart").count() <= 1
    assert page.locator(".score tbody tr").count() <= 6


@pytest.mark.parametrize("name", ["eventful", "full"])
def test_every_sentence_is_a_link_to_a_page_that_is_there(browser, briefs, name):
    page = Watched(browser).open(briefs / name / "brief.html")
    bare = page.evaluate(
        """() => [...document.querySelectorAll('h1, h3, .moved li p, .list > li, .rows > li, footer')]
          .flatMap(block => [...block.childNodes])
          .filter(node => node.nodeType === Node.TEXT_NODE && node.data.trim()).map(node => node.data)"""
    )
    assert bare == []
    targets = page.evaluate("[...document.querySelectorAll('main a')].map(link => link.getAttribute('href'))")
    assert len(targets) > 10
    for target in targets:
        assert (briefs / name / target.split("#")[0]).is_file()


def test_the_page_is_walked_by_keyboard_alone(browser, briefs):
    page = Watched(browser).open(briefs / "full" / "brief.html")
    links = page.locator("a").count()
    reached = []
    for _ in range(links):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent"))
        assert page.evaluate("document.activeElement.matches(':focus-visible')")
    assert reached[0] == "Skip to content"
    assert len(reached) == links
    assert page.evaluate("[...document.querySelectorAll('a')].at(-1) === document.activeElement")


def test_the_evidence_opens_and_closes_by_keyboard(browser, briefs):
    page = Watched(browser).open(briefs / "full" / "evidence" / "metric-activation.html")
    summary = page.locator("details > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open] table").first.is_visible()


READABLE = """() => {
  const dab = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = colour => { dab.clearRect(0, 0, 1, 1); dab.fillStyle = colour; dab.fillRect(0, 0, 1, 1);
    return [...dab.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, index) => sum + v * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = node => { for (let at = node; at; at = at.parentElement) {
    const colour = rgb(getComputedStyle(at).backgroundColor); if (colour[3] > 250) return colour; }
    return [255, 255, 255]; };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !parent.checkVisibility()) continue;
    const style = getComputedStyle(parent);
    const ink = light(rgb(parent.closest('svg') ? style.fill : style.color)), paper = light(ground(parent));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < 4.5) poor.push([walk.currentNode.data.trim(), ratio]);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read_in_both_schemes(browser, briefs, scheme):
    watched = Watched(browser, color_scheme=scheme)
    for file in all_pages(briefs / "full"):
        assert watched.open(file).evaluate(READABLE) == [], file.name


def test_dark_is_dark_and_print_is_light(browser, briefs):
    page = Watched(browser, color_scheme="dark").open(briefs / "calm" / "brief.html")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(paper) == "rgb(16, 24, 31)"
    page.emulate_media(media="print")
    assert page.evaluate(paper) == "rgb(255, 255, 255)"


def test_the_narrow_chart_is_shown_on_a_phone_and_the_wide_one_on_a_desk(browser, briefs):
    for width, shown in ((390, "narrow"), (1280, "wide")):
        watched = Watched(browser, viewport={"width": width, "height": 800})
        page = watched.open(briefs / "eventful" / "brief.html")
        visible = page.locator("figure.chart svg:visible")
        assert visible.count() == 1
        assert visible.get_attribute("class") == shown


def test_reading_needs_no_script(browser, briefs):
    page = Watched(browser, java_script_enabled=False).open(briefs / "full" / "brief.html")
    assert page.locator("h1").inner_text().startswith("On track except activation")
