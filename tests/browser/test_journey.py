"""One walk through the deck: invite, import, sign, annotate, publish, answer, and be graded."""

import json
import re
import sqlite3

import pytest

from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("deck")]

PASSWORD = "correct horse battery"
AS_OF = "2026-11-16"
TOLD = re.compile("^Who dispatches again:")
FIRST_ANSWER = 240_000  # where the demo's own answers were not kept, kernels are compiled once
ROUNDS = 90
EVENTS = "event_id,who,what,at\n" + "".join(
    f"walk-{number},walker,job_created,2026-11-15T0{number}:00:00Z\n" for number in range(5)
)


@pytest.fixture
def boss(deck):
    watched = Watched(deck.context(viewport={"width": 1280, "height": 900}), deck.address)
    yield watched.page
    assert watched.complaints == []
    assert watched.foreign == []
    watched.page.context.close()


def test_from_an_invitation_to_a_graded_decision(deck, boss, tmp_path):
    boss.goto("/people/")
    boss.fill("#email", "eve@tidewright.example")
    boss.fill("#title", "Core lead")
    boss.select_option("#role", "editor")
    press(boss, "Invite")
    link = boss.input_value('input[aria-label="Link of the invitation"]')

    watched = Watched(deck.context(signed_in=False), deck.address)
    eve = watched.page
    eve.goto(link)
    eve.fill("#name", "Eve Adams")
    eve.fill("#password", PASSWORD)
    press(eve, "Join")
    eve.wait_for_url("**/brief/**")

    import_a_file(eve, tmp_path)
    sign_a_metric(eve)
    annotate(eve)
    pin_a_journey(eve)
    publish(boss)
    number = answer(boss)
    let_time_pass(deck, number)
    boss.goto(f"/decisions/{number}/")
    press(boss, "Read the metric now")
    boss.locator("text=/came true|did not|cannot tell/").first.wait_for()
    assert watched.complaints == []
    eve.context.close()


def press(page, words):
    page.get_by_role("button", name=words, exact=True).first.click()


def import_a_file(page, tmp_path):
    file = tmp_path / "walk.csv"
    file.write_text(EVENTS)
    page.goto("/facts/upload/")
    page.set_input_files("input[type=file]", file)
    press(page, "Upload the file")
    page.fill("textarea", "event_id: event_id\nperson: who\nevent: what\ntime: at\n")
    page.click("main button.main")
    page.wait_for_url("**/jobs/**")
    page.locator("#state .state.done").wait_for(timeout=60_000)
    assert "Added\n5" in page.locator("#state").inner_text()


def sign_a_metric(page):
    page.goto("/definitions/metric/invoiced_amount/")
    press(page, "Sign as Core lead")
    page.locator(".state.signed").first.wait_for()
    assert "Core lead" in page.locator("main").inner_text()


def annotate(page):
    page.goto(f"/brief/{AS_OF}/")
    page.fill("#words-error_rate", "The old phones again.")
    page.locator("#judge-error_rate button").click()
    assert "The old phones again." in page.locator(".score").inner_text()


def pin_a_journey(page):
    """A brief tells what was found last; where nothing was kept, a job finds it in its next round."""
    page.goto("/journeys/weekly_return/")
    page.get_by_role("button", name="Pin to the brief").click(timeout=FIRST_ANSWER)
    told = page.get_by_role("link", name=TOLD)
    for _ in range(ROUNDS):
        page.goto(f"/brief/{AS_OF}/")
        if told.count():
            break
        page.wait_for_timeout(2000)
    told.click()
    page.get_by_role("heading", name="Who dispatches again").wait_for()
    assert page.locator("figure.chart svg").count() == 1


def publish(page):
    page.goto(f"/brief/{AS_OF}/")
    press(page, "Publish the brief")
    page.locator("text=published, frozen").wait_for()
    assert "The old phones again." in page.locator(".score").inner_text()
    assert page.get_by_role("link", name=TOLD).count() == 1


def answer(page):
    """One click on the page answers an ask; the answer is a decision."""
    form = page.locator(".decision form").first
    number = int(re.search(r"/decisions/(\d+)/answer/", form.get_attribute("action"))[1])
    form.locator("button").first.click()
    page.goto(f"/decisions/{number}/")
    assert "Decide this" not in page.locator("main").inner_text()
    return number


def let_time_pass(deck, number):
    """As if it had been decided in October, to be reviewed when the week of the brief had ended."""
    with sqlite3.connect(deck.workspace / ".quarterdeck" / "records.sqlite3", timeout=20) as records:
        (prediction,) = records.execute(
            "SELECT prediction FROM decisions_decision WHERE id = ?", [number]
        ).fetchone()
        moved = json.dumps({**json.loads(prediction), "review_on": AS_OF})
        records.execute(
            "UPDATE decisions_decision SET prediction = ?, review_on = ?, "
            "answered_at = '2026-10-05 08:00:00' WHERE id = ?",
            [moved, AS_OF, number],
        )
    records.close()
