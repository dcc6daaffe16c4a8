"""Where signatures show: the metric's page, the dictionary, the API, the command, the brief, letters."""

import json
from datetime import date

import pytest
from django.core import mail
from typer.testing import CliRunner

from quarterdeck.insights.metrics.service.kept import keep_reading
from quarterdeck.jobs.worker import Worker
from quarterdeck.records.workshop import signing_off
from quarterdeck.report.brief.service import ritual
from quarterdeck.site.shelf import shelf
from tests.insights.metrics.conftest import add_events
from tests.insights.metrics.test_kept import COUNT, paid

TODAY = date(2026, 11, 16)
REVENUE = f"title: Revenue\ndescription: Payments.\nowner: Core lead\n{COUNT}".replace("status: signed\n", "")
RUNNING = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def here(db, own_workspace):
    folder = own_workspace.path / "metrics"
    folder.mkdir(exist_ok=True)
    (folder / "revenue.yaml").write_text(REVENUE)
    add_events(own_workspace, paid(190))
    keep_reading(own_workspace, today=TODAY)
    return own_workspace


def place():
    return shelf().place("metric", "revenue")


def propose(by):
    found = shelf()
    version = found.read(place()).version
    signing_off.propose(shelf=found, place=place(), version=version, by=by)
    return version


def sign(by):
    version = propose(by)
    signing_off.sign(shelf=shelf(), place=place(), version=version, by=by)
    return version


def change(here):
    (here.path / "metrics" / "revenue.yaml").write_text(REVENUE.replace("Payments.", "All payments."))
    keep_reading(here, today=TODAY)


def test_an_unsigned_metric_says_so_everywhere(here, sign_in, dave):
    client = sign_in(dave)
    assert "by nobody yet" in client.get("/metrics/revenue/").content.decode()
    assert "not signed" in client.get("/dictionary/").content.decode()
    assert client.get("/api/metrics/revenue").json()["signature"]["standing"] == "not signed"


def test_a_signed_metric_says_by_whom_when_and_which_version(here, sign_in, carol, dave):
    version = sign(carol)
    client = sign_in(dave)
    page = client.get("/metrics/revenue/").content.decode()
    assert "Core lead, today" in page
    assert "this version" in page
    assert "signed by Core lead" in client.get("/dictionary/").content.decode()
    for answer in (
        client.get("/api/metrics").json()["items"][0],
        client.get("/api/metrics/revenue/series").json(),
        client.get("/metrics/revenue/data.json").json(),
    ):
        told = answer["signature"]
        assert (told["standing"], told["signed_by"], told["signed_version"]) == (
            "signed",
            "Core lead",
            version,
        )


def test_a_changed_metric_names_the_version_that_was_signed(here, sign_in, carol, dave):
    version = sign(carol)
    change(here)
    page = sign_in(dave).get("/metrics/revenue/").content.decode()
    assert "signature lost" in page
    assert f"version <code>{version}</code>; it has changed since" in page
    assert "signature is waited for" not in page


def test_the_owner_finds_what_waits_on_the_metric_and_on_the_brief(here, sign_in, carol, dave):
    ritual.draft(here, as_of=TODAY, by=None)
    propose(dave)
    client = sign_in(carol)
    assert "Your signature is waited for." in client.get("/metrics/revenue/").content.decode()
    brief = client.get("/brief/2026-11-16/").content.decode()
    assert '/definitions/metric/revenue/#signing">Revenue</a>' in brief
    sign(carol)
    assert "#signing" not in client.get("/brief/2026-11-16/").content.decode()
    change(here)
    assert "changed since you signed it" in client.get("/metrics/revenue/").content.decode()
    assert "#signing" in client.get("/brief/2026-11-16/").content.decode()
    assert "#signing" not in sign_in(dave).get("/brief/2026-11-16/").content.decode()


def test_a_broken_definition_does_not_take_the_brief_with_it(here, sign_in, carol):
    ritual.draft(here, as_of=TODAY, by=None)
    (here.path / "metrics" / "broken.yaml").write_text("title: [\n")
    assert sign_in(carol).get("/brief/2026-11-16/").status_code == 200


def test_the_brief_says_who_stands_behind_each_row_and_keeps_it_when_published(here, sign_in, alice, carol):
    edition = ritual.draft(here, as_of=TODAY, by=None)
    assert "not signed" in ritual.file_of(edition, "brief.html")
    client = sign_in(alice)
    assert "definition not signed</small>" in client.get("/brief/2026-11-16/").content.decode()
    version = sign(carol)
    # Beside words of judgement "signed" would seem to sign those, so what is in order is left unsaid.
    assert 'class="sealed"' not in client.get("/brief/2026-11-16/").content.decode()
    evidence = client.get("/brief/2026-11-16/evidence/metric-revenue.html").content.decode()
    assert f"version <code>{version}" in evidence
    published = ritual.publish(edition=edition, by=alice)
    change(here)
    [row] = json.loads(ritual.file_of(published, "brief.json"))["scoreboard"]
    assert (row["signed"]["standing"], row["signed"]["by"], row["signed"]["version"]) == (
        "signed",
        "Core lead",
        version,
    )
    assert "(signed)" in ritual.file_of(published, "brief.md")


def test_the_owner_is_asked_by_letter_once_for_a_version(
    here, settings, carol, dave, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = RUNNING
    with django_capture_on_commit_callbacks(execute=True):
        version = propose(dave)
        propose(dave)
    assert Worker(name="w").run_one()
    [letter] = mail.outbox
    assert letter.to == ["carol@acme.test"]
    assert "/definitions/metric/revenue/#signing" in letter.body
    assert version in letter.extra_headers["Message-ID"]
    assert not Worker(name="w").run_one()


def test_no_letter_goes_for_what_was_signed_meanwhile(
    here, settings, carol, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = RUNNING
    with django_capture_on_commit_callbacks(execute=True):
        sign(carol)
    assert Worker(name="w").run_one()
    assert mail.outbox == []


def test_the_command_says_nothing_of_signatures_where_nobody_ever_signed_in(here, monkeypatch):
    from quarterdeck.insights.metrics.cli import app

    monkeypatch.delenv("DATABASE_URL", raising=False)
    done = CliRunner().invoke(app, ["show", "revenue", "--json", "-w", str(here.path)])
    assert json.loads(done.output)["signature"] is None


def test_the_command_tells_the_signature(here, carol, monkeypatch):
    from quarterdeck.insights.metrics.cli import app

    monkeypatch.setattr("quarterdeck.records.here.has_records", lambda *_: True)
    version = sign(carol)
    done = CliRunner().invoke(app, ["show", "revenue", "--json", "-w", str(here.path)])
    told = json.loads(done.output)["signature"]
    assert (told["standing"], told["signed_by"], told["signed_version"]) == ("signed", "Core lead", version)
    shown = CliRunner().invoke(app, ["show", "revenue", "-w", str(here.path)]).output
    assert "Definition: signed by Core lead" in shown
