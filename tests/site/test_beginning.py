"""A new team walks from a file to its first brief, with nothing but the pages."""

import io
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from quarterdeck.definitions.starters import starter_definitions
from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.jobs.models import Job
from quarterdeck.jobs.worker import Worker
from quarterdeck.report.brief.models import Edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(tmp_path, settings) -> Path:
    workspace = tmp_path / "fresh"
    init_workspace(workspace, company="Shop", timezone="UTC", definitions=starter_definitions("startup"))
    settings.QUARTERDECK_WORKSPACE = str(workspace)
    return workspace


def events():
    dice = random.Random(3)
    lines = ["user_id,event,timestamp"]
    begins = datetime(2026, 5, 4, tzinfo=UTC)
    for person in range(60):
        first = begins + timedelta(days=dice.randrange(150), hours=dice.randrange(24))
        lines.append(f"p{person},joined,{first.isoformat()}")
        at = first
        while (at := at + timedelta(days=dice.uniform(0.5, 6))) < datetime(2026, 11, 16, tzinfo=UTC):
            lines.append(f"p{person},order_placed,{at.isoformat()}")
    return "\n".join(lines).encode() + b"\n"


def run_all():
    worker = Worker(name="w")
    while worker.run_one():
        pass


def test_a_look_at_the_events_that_failed_is_told_and_not_asked_for_again_and_again(
    fresh, bob, dave, client, monkeypatch
):
    from quarterdeck.site import beginning

    client.force_login(bob)
    assert "Nothing to suggest yet." in client.get("/start/suggestions/").content.decode()
    monkeypatch.setattr(beginning, "events_version", lambda _: 3)
    client.get("/start/suggestions/")
    Job.objects.update(state="failed", trouble="No room left.")
    page = client.get("/start/suggestions/").content.decode()
    assert "The events could not be looked at." in page
    assert Job.objects.count() == 1
    Job.objects.all().delete()
    client.force_login(dave)
    assert "An editor looks at what they suggest." in client.get("/start/suggestions/").content.decode()
    assert not Job.objects.exists()


def test_from_a_file_to_the_first_brief(fresh, alice, client):
    client.force_login(alice)
    assert client.get("/").headers["Location"] == "/start/"
    assert "Bring the first facts in." in client.get("/start/").content.decode()

    file = io.BytesIO(events())
    file.name = "events.csv"
    answer = client.post("/facts/upload/", {"table": "events", "file": file}, follow=True)
    address = answer.redirect_chain[-1][0]
    mapped = {"table": "events", "map": "", "text": "person: user_id\nevent: event\ntime: timestamp\n"}
    form = answer.content.decode()
    mapped["map"] = "written" if 'value="written"' in form else "text"
    client.post(address, mapped)
    run_all()
    assert "What shall be measured?" in client.get("/start/").content.decode()

    looking = client.get("/start/suggestions/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in looking
    assert "<progress" in looking
    client.get("/start/suggestions/")
    assert Job.objects.filter(task="metrics.suggest").count() == 1
    run_all()
    shown = client.get("/start/suggestions/").content.decode()
    assert "order_placed_people" in shown
    chosen = {"north_star": "order_placed_people", "inputs": ["joined_people"], "retire": "on"}
    assert client.post("/start/choose/", chosen).status_code == 302
    tree = (fresh / "metrics" / "tree.yaml").read_text()
    assert "north_star: order_placed_people" in tree
    assert "status: retired" in (fresh / "metrics" / "sign_ups.yaml").read_text()

    figures = io.BytesIO(b"date,value\n2026-11-09,1\n")
    figures.name = "theirs.csv"
    compared = client.post("/start/reconcile/", {"metric": "order_placed_people", "file": figures})
    assert "differs: 1 of 1" in compared.content.decode()

    client.post("/brief/draft/", {"as_of": "2026-11-16"})
    run_all()
    assert Edition.objects.get().as_of == date(2026, 11, 16)
    assert "The first brief is drafted." in client.get("/start/").content.decode()
    assert client.get("/").headers["Location"] == "/brief/"


def test_an_unfinished_choice_and_a_bad_file_say_what_to_do(fresh, alice, client):
    client.force_login(alice)
    refused = client.post("/start/choose/", {"north_star": "x"})
    assert refused.status_code == 400
    figures = io.BytesIO(b"nonsense\n")
    figures.name = "theirs.csv"
    wrong = client.post("/start/reconcile/", {"metric": "weekly_active_people", "file": figures})
    assert wrong.status_code == 400
    assert "theirs.csv" in wrong.content.decode()
    assert "/tmp/" not in wrong.content.decode()


def test_rows_that_all_wait_are_told_with_their_reason_and_the_way_out(fresh, alice, dave, client):
    client.force_login(alice)
    file = io.BytesIO(b"user_id,event,timestamp\np1,joined,2026-11-02 10:00\np2,joined,2026-11-03 10:00\n")
    file.name = "events.csv"
    address = client.post("/facts/upload/", {"table": "events", "file": file}).headers["Location"]
    text = "person: user_id\nevent: event\ntime: timestamp\n"
    client.post(address, {"table": "events", "map": "written", "text": text})
    run_all()
    page = client.get("/start/").content.decode()
    assert "The first facts wait in quarantine." in page
    assert "2 rows wait in quarantine</a>: <code>time</code> has no offset" in page
    assert 'href="/facts/quarantine/mend/?table=events">Mend</a>' in page
    assert "Bring the first facts in." not in page
    client.force_login(dave)
    assert ">Mend</a>" not in client.get("/start/").content.decode()
