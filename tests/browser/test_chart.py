"""The chart of a metric in a real browser: what the crosshair reads out, by mouse and by keys."""

import json
from dataclasses import asdict

import pytest

from quarterdeck.insights.metrics.service.story import over_time
from quarterdeck.pages.engine import STYLESHEET
from tests.report.readings import eventful
from tests.report.week import week_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("deck")]
SCRIPT = STYLESHEET.parent / "chart.js"


@pytest.fixture
def drawn():
    dossier = week_of(eventful()).dossiers[0]
    chart = over_time(dossier, None, grain="day", changes=())
    assert chart is not None
    return chart


@pytest.fixture
def chart(browser, drawn):
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    spots = json.dumps([asdict(spot) for spot in drawn.spots])
    page.set_content(
        f'<div class="spotted" data-spots="spots"><figure class="chart">{drawn.wide}{drawn.narrow}</figure>'
        f'<p class="readout" hidden></p></div><script id="spots" type="application/json">{spots}</script>'
    )
    page.add_style_tag(path=STYLESHEET)
    page.add_script_tag(path=SCRIPT)
    yield page
    page.close()


def readout(page):
    return " ".join(page.locator(".readout").inner_text().split())


def test_nothing_is_read_out_before_somebody_points(chart):
    assert not chart.locator(".readout").is_visible()
    assert chart.locator(".cross").count() == 0


def test_keys_walk_from_the_last_point_to_the_first(chart, drawn):
    chart.locator(".spotted").focus()
    for spot in (drawn.spots[-1], drawn.spots[-2]):
        chart.keyboard.press("ArrowLeft")
        assert readout(chart).startswith(f"{spot.when} {spot.value}")
    chart.keyboard.press("End")
    assert readout(chart).startswith(drawn.spots[-1].when)
    chart.keyboard.press("ArrowRight")
    assert readout(chart).startswith(drawn.spots[-1].when)
    chart.keyboard.press("Home")
    assert readout(chart).startswith(drawn.spots[0].when)
    assert chart.locator(".cross").count() == 1


def test_the_mouse_finds_the_nearest_point(chart, drawn):
    box = chart.locator("svg.wide").bounding_box()
    place = drawn.spots[20]
    assert place.wide is not None
    chart.mouse.move(box["x"] + box["width"] * (place.wide[0] + 2) / 760, box["y"] + 80)
    assert readout(chart).startswith(place.when)
    ring = chart.locator(".cross circle")
    assert float(ring.get_attribute("cx")) == place.wide[0]


def test_a_point_that_is_not_known_is_said_in_words(chart, drawn):
    unknown = [place for place, spot in enumerate(drawn.spots) if spot.wide is None]
    chart.locator(".spotted").focus()
    chart.keyboard.press("Home")
    for place in range(1, len(drawn.spots)):
        chart.keyboard.press("ArrowRight")
        assert chart.locator(".cross").count() == (0 if place in unknown else 1)
