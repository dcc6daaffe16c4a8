"""What people see of metrics in the browser and through the API."""

import csv
import io
from datetime import date

import pytest

from quarterdeck.insights.metrics.service.kept import FOLDER, keep_reading, kept_reading
from quarterdeck.jobs.models import Job
from quarterdeck.jobs.worker import Worker
from tests.insights.metrics.conftest import add_events
from tests.insights.metrics.test_kept import COUNT, paid

TODAY = date(2026, 11, 16)
TREE = "north_star: revenue\ninputs: [payers]\n"
PAYERS = "title: Payers\ndescription: People who paid.\nowner: Growth lead\nkind: unique\nof: person\n"
REVENUE = f"title: Revenue\ndescription: Payments.\nowner: Core lead\n{COUNT}"


@pytest.fixture
def here(db, own_workspace):
    """A workspace with metrics and facts."""
    folder = own_workspace.path / "metrics"
    folder.mkdir(exist_ok=True)
    files = {"revenue": REVENUE, "payers": PAYERS + "dimensions: [person]\nno_lint: [personal_dimension]\n"}
    for name, text in (files | {"tree": TREE}).items():
        (folder / f"{name}.yaml").write_text(text)
    add_events(own_workspace, [*paid(190), *paid(60, plan="=free", person="u2")])
    return own_workspace


@pytest.fixture
def read(here):
    keep_reading(here, today=TODAY)
    return here


def test_addresses_and_numbers_among_the_values_of_any_dimension_are_hidden_from_who_may_not_see_them(
    here, sign_in, dave, alice
):
    add_events(here, [*paid(60, plan="ann@acme.test"), *paid(60, plan="+49 30 1234567")], transaction="more")
    keep_reading(here, today=TODAY)
    client = sign_in(dave)
    hidden = client.get("/metrics/revenue/?by=plan").content.decode()
    assert "pro" in hidden
    assert "hidden" in hidden
    taken = client.get("/metrics/revenue/data.csv?by=plan").content.decode()
    api = client.get("/api/metrics/revenue/series?by=plan").content.decode()
    for text in (hidden, taken, api):
        assert "ann@acme.test" not in text
        assert "1234567" not in text
    readings = here.path / FOLDER
    assert not [each for each in readings.rglob("*.json") if "ann@acme" in each.read_text()]
    alice.sees_personal = True
    alice.save()
    assert "ann@acme.test" in sign_in(alice).get("/metrics/revenue/?by=plan").content.decode()


def test_before_anything_was_read_the_page_offers_to_read_it(here, sign_in, carol):
    client = sign_in(carol)
    page = client.get("/metrics/").content.decode()
    assert "No metric has been read yet." in page
    assert client.get("/metrics/revenue/").status_code == 200
    asked = client.post("/metrics/read-anew/")
    job = Job.objects.get()
    assert asked.headers["Location"] == f"/jobs/{job.pk}/"
    assert Worker(name="w").run_one()
    job.refresh_from_db()
    assert (job.state, job.result["metrics"]) == ("done", 2)
    assert "Revenue" in client.get("/metrics/").content.decode()


def test_a_viewer_reads_metrics_but_asks_for_nothing(read, sign_in, dave):
    client = sign_in(dave)
    assert "Revenue" in client.get("/metrics/").content.decode()
    assert client.post("/metrics/read-anew/").status_code == 403
    assert client.post("/metrics/revenue/comment/", {"text": "x"}).status_code == 403


def test_the_tree_names_each_metric_under_what_it_is_for(read, sign_in, dave):
    page = sign_in(dave).get("/metrics/").content.decode()
    north, inputs = page.index("North star"), page.index("Inputs")
    assert north < page.index("/metrics/revenue/") < inputs < page.index("/metrics/payers/")
    assert "42" in page


def test_the_dictionary_is_searched_by_words_owner_and_state(read, sign_in, dave):
    client = sign_in(dave)
    everything = client.get("/dictionary/").content.decode()
    assert "2 of 2 definitions" in everything
    found = client.get("/dictionary/?q=people+paid&owner=Growth+lead").content.decode()
    assert "/metrics/payers/" in found
    assert "/metrics/revenue/" not in found
    assert "No definition fits." in client.get("/dictionary/?status=nonsense").content.decode()


def test_a_faulty_definition_is_told_and_the_rest_stays_readable(read, sign_in, dave):
    (read.path / "metrics" / "broken.yaml").write_text("title: [\n")
    try:
        answer = sign_in(dave).get("/dictionary/")
        assert answer.status_code == 200
        assert "broken.yaml" in answer.content.decode()
        assert sign_in(dave).get("/metrics/revenue/").status_code == 200
    finally:
        (read.path / "metrics" / "broken.yaml").unlink()


@pytest.mark.parametrize("query", ["", "?grain=week", "?grain=month", "?by=plan", "?grain=week&by=plan"])
def test_a_metric_is_shown_by_every_grain_and_dimension(read, sign_in, dave, query):
    page = sign_in(dave).get(f"/metrics/revenue/{query}").content.decode()
    assert "Payments." in page
    assert 'role="img"' in page
    assert "events, version" in page
    assert "SELECT" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?grain=hour", "no grain"),
        ("?by=country", "no dimension"),
        ("?pins=events.x&as_of=2026-11-16", "names no table version"),
        ("?pins=events.0&as_of=never", "is no day"),
        ("?pins=nonsense.1&as_of=2026-11-16", "no fact table"),
    ],
)
def test_what_cannot_be_shown_is_said(read, sign_in, dave, query, said):
    answer = sign_in(dave).get(f"/metrics/revenue/{query}")
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_no_metric_of_that_name_is_no_page(read, sign_in, dave):
    assert sign_in(dave).get("/metrics/nonsense/").status_code == 404
    assert sign_in(dave).get("/metrics/nonsense/data.csv").status_code == 404
    assert sign_in(dave).get("/metrics/revenue/data.xlsx").status_code == 404


def test_a_link_with_pins_shows_the_same_number_after_more_facts_came(read, sign_in, dave):
    client = sign_in(dave)
    page = client.get("/metrics/revenue/").content.decode()
    pinned = page.partition('data-pinned="http://testserver')[2].partition('"')[0].replace("&amp;", "&")
    add_events(read, paid(6, person="u8"), transaction="later")
    keep_reading(read, today=TODAY)
    assert "<strong>60</strong>" in client.get("/metrics/revenue/").content.decode()
    then = client.get(pinned).content.decode()
    assert "<strong>42</strong>" in then
    assert "As pinned" in then
    assert "The definition has changed" not in then
    file = read.path / "metrics" / "revenue.yaml"
    file.write_text(file.read_text().replace("Payments.", "All payments."))
    assert "The definition has changed" in client.get(pinned).content.decode()


def test_names_of_people_are_hidden_from_who_may_not_see_them(read, sign_in, dave, alice):
    hidden = sign_in(dave).get("/metrics/payers/?by=person").content.decode()
    assert "hidden 1" in hidden
    assert "u1" not in sign_in(dave).get("/metrics/payers/data.csv?by=person").content.decode()
    api = sign_in(dave).get("/api/metrics/payers/series?by=person").json()
    assert {point["slice"] for point in api["points"]} == {"hidden 1", "hidden 2"}
    alice.sees_personal = True
    alice.save()
    shown = sign_in(alice).get("/metrics/payers/data.csv?by=person").content.decode()
    assert "u1" in shown
    kept = kept_reading(read)
    assert kept is not None
    assert not (read.path / FOLDER / kept.digest).exists()


def test_the_data_of_the_page_can_be_taken_along(read, sign_in, dave):
    client = sign_in(dave)
    rows = list(csv.DictReader(io.StringIO(client.get("/metrics/revenue/data.csv").content.decode())))
    assert len(rows) == 42
    assert rows[-1]["value"] == "6.0"
    sliced = client.get("/metrics/revenue/data.csv?by=plan").content.decode()
    assert "'=free" in sliced
    data = client.get("/metrics/revenue/data.json?grain=week").json()
    assert (data["value"], len(data["points"]), data["tables"]) == (
        42.0,
        13,
        {"events": kept_reading(read).tables["events"]},
    )


def test_the_api_gives_the_tree_a_metric_and_its_series(read, sign_in, dave):
    client = sign_in(dave)
    assert client.get("/api/metric-tree").json() == [
        {"role": "north star", "metrics": ["revenue"]},
        {"role": "input", "metrics": ["payers"]},
    ]
    listed = client.get("/api/metrics?limit=1").json()
    assert (listed["count"], listed["items"][0]["name"]) == (2, "revenue")
    one = client.get("/api/metrics/revenue").json()
    assert one["value"] == 42
    assert "SELECT" in one["sql"]
    months = client.get("/api/metrics/revenue/series?grain=month&by=plan").json()
    assert {point["slice"] for point in months["points"]} == {"pro", "=free"}
    assert client.get("/api/metrics/nonsense").status_code == 404
    assert client.get("/api/metrics/revenue/series?grain=hour").status_code == 422
    assert client.get("/api/metrics/revenue/series?by=nonsense").status_code == 400


def test_what_is_said_stands_on_the_page_and_nothing_is_refused(read, sign_in, carol):
    client = sign_in(carol)
    assert client.post("/metrics/revenue/comment/", {"text": "Flat by choice."}).status_code == 302
    assert "Flat by choice." in client.get("/metrics/revenue/").content.decode()
    empty = client.post("/metrics/revenue/comment/", {"text": " "})
    assert empty.status_code == 400
    assert "The comment is empty." in empty.content.decode()


def test_search_finds_metrics(read, sign_in, dave):
    assert "/metrics/payers/" in sign_in(dave).get("/search/?q=people+who+paid").content.decode()


def test_the_chart_carries_what_a_crosshair_reads_out(read, sign_in, dave):
    page = sign_in(dave).get("/metrics/revenue/").content.decode()
    assert '<script id="spots" type="application/json">' in page
    assert '"value": "6"' in page


def test_newer_facts_are_said_to_wait(read, sign_in, dave):
    assert "newer facts" not in sign_in(dave).get("/metrics/revenue/").content.decode()
    add_events(read, paid(1, person="u4"), transaction="later")
    assert "newer facts wait to be read" in sign_in(dave).get("/metrics/revenue/").content.decode()
