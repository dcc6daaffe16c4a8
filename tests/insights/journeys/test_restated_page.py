"""What has become of a saved figure is told on a page and through the API, once a job has counted anew."""

from datetime import UTC, datetime

from quarterdeck.jobs.models import Job
from tests.insights.journeys.walking import shown, work

WAY = "title: Way\nkind: funnel\nwithin: 7 days\nsteps: [{event: signed_up}, {event: worked}]\n"
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


def save(workspace, name, text):
    (workspace.path / "journeys").mkdir(exist_ok=True)
    (workspace.path / "journeys" / f"{name}.yaml").write_text(text)


def test_a_figure_is_counted_anew_by_a_job_and_kept(here, sign_in, dave):
    save(here, "way", WAY)
    client = sign_in(dave)
    assert "End of the day" in shown(client, "/journeys/way/restated/")
    assert Job.objects.count() == 0
    page = f"/journeys/way/restated/?against={TODAY}"
    assert "is being counted anew" in shown(client, page)
    shown(client, page)
    assert client.get(f"/api/journeys/way/restated?against={TODAY}").status_code == 409
    assert Job.objects.filter(task="journeys.restate").count() == 1
    work()
    assert "38.1 % then, 38.1 % now: nothing changed." in shown(client, page)
    told = client.get(f"/api/journeys/way/restated?against={TODAY}").json()
    assert told["sentence"] == "38.1 % then, 38.1 % now: nothing changed."
    assert told["lines"] == [{"what": "then", "figure": "38.1 %", "moved": ""}]
    assert told["versions_before"] == told["versions_after"]


def test_a_day_without_facts_and_what_is_no_day_are_said(here, sign_in, dave):
    save(here, "way", WAY)
    client = sign_in(dave)
    client.get("/journeys/way/restated/?against=2001-01-01")
    work()
    answer = client.get("/journeys/way/restated/?against=2001-01-01")
    assert answer.status_code == 400
    assert "There were no events then." in answer.content.decode()
    assert client.get("/journeys/way/restated/?against=soon").status_code == 400
    assert client.get("/journeys/nobody/restated/").status_code == 404
    assert client.get("/api/journeys/nobody/restated?against=2026-01-01").status_code == 404


def test_a_journey_without_one_figure_says_so(here, sign_in, dave):
    save(here, "ways", "title: Ways\nkind: paths\n")
    client = sign_in(dave)
    client.get(f"/journeys/ways/restated/?against={TODAY}")
    work()
    assert "has no one figure" in client.get(f"/journeys/ways/restated/?against={TODAY}").content.decode()
