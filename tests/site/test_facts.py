"""Facts in the browser: what is shown and hidden, files that come in, rows that are mended or given up."""

import gzip
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from quarterdeck.facts.store import FactStore
from quarterdeck.jobs.models import Job
from quarterdeck.jobs.worker import Worker
from quarterdeck.records.models import Change
from quarterdeck.site.uploading import FOLDER, find_upload, forget_old_uploads

HEADER = "message_id,user_id,company_id,event_name,timestamp,plan\n"
GOOD = (
    "m1,ada@acme.test,a1,paid,2026-11-02T10:00:00Z,pro\nm2,bob@acme.test,a1,paid,2026-11-03T10:00:00Z,pro\n"
)
BAD = "m3,eve@acme.test,a2,paid,03.11.2026 11:00,pro\nm4,eve@acme.test\n"
MAP = "event_id: message_id\nperson: user_id\naccount: company_id\nevent: event_name\ntime: timestamp\n"


@pytest.fixture
def here(db, own_workspace):
    return own_workspace


@pytest.fixture
def seeing(bob):
    """An editor who may see personal data."""
    bob.sees_personal = True
    bob.save()
    return bob


def upload(client, content, name="events.csv", table="events"):
    data = content if isinstance(content, bytes) else content.encode()
    return client.post("/facts/upload/", {"table": table, "file": SimpleUploadedFile(name, data)})


def work():
    assert Worker(name="w").run_one()
    return Job.objects.latest("pk")


def bring(client, content=HEADER + GOOD + BAD, *, text=MAP + "timezone: UTC\nproperties: [plan]\n"):
    place = upload(client, content).headers["Location"].partition("?")[0]
    client.post(place, {"table": "events", "map": "written", "text": text})
    return work()


def test_a_file_goes_from_the_browser_into_the_table(here, sign_in, bob):
    client = sign_in(bob)
    assert "There are no facts yet." in client.get("/facts/").content.decode()
    sent = upload(client, HEADER + GOOD)
    page = client.get(sent.headers["Location"]).content.decode()
    assert "person: user_id" in page
    assert "time: timestamp" in page
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1]
    place = sent.headers["Location"].partition("?")[0]
    asked = client.post(place, {"table": "events", "map": "written", "text": text})
    job = work()
    assert asked.headers["Location"] == f"/jobs/{job.pk}/"
    assert (job.state, job.result["added"], job.done > 0) == ("done", 2, True)
    with FactStore(here.facts_path).snapshot_of("events") as snapshot:
        rows = snapshot.rows("SELECT person, event, properties.plan FROM events ORDER BY time")
    assert rows == [("ada@acme.test", "paid", "pro"), ("bob@acme.test", "paid", "pro")]
    assert not list((here.path / FOLDER).iterdir())
    change = Change.objects.get(verb="imported")
    assert (change.by, change.after["added"]) == (bob, 2)
    assert "events.csv" in client.get("/facts/").content.decode()


def test_the_bar_of_an_import_ends_when_the_work_does(here, sign_in, bob, monkeypatch):
    from quarterdeck.jobs import worker

    told = []
    monkeypatch.setattr(
        worker, "tell", lambda job, *, done, total, saying: told.append((done, total, saying))
    )
    bring(sign_in(bob))
    read = [each for each in told if each[2].startswith("Reading")]
    assert read
    assert all(done < total for done, total, _ in told)
    assert told[-1][2] == "Putting the files of events together"


def test_a_compressed_file_that_is_named_as_the_schema_needs_no_map(here, sign_in, bob):
    client = sign_in(bob)
    packed = gzip.compress(b"person,event,time\nu1,paid,2026-11-02T10:00:00Z\n")
    place = upload(client, packed, name="events.csv.gz").headers["Location"].partition("?")[0]
    client.post(place, {"table": "events", "map": ""})
    assert work().result["added"] == 1


def test_a_file_in_another_encoding_comes_in_by_a_map_that_says_so(here, sign_in, bob):
    job = bring(sign_in(bob), (HEADER + GOOD).encode("utf-16"), text=MAP + "encoding: utf-16\n")
    assert (job.state, job.result["added"]) == ("done", 2)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "events.csv", "events.csv is empty."),
        (b"PK\x03\x04rest", "events.xlsx", "is an Excel workbook"),
        (b"person,event\x00,time\n1,2,3\n", "events.csv", "events.csv has NUL bytes in its beginning"),
        (b"[1,2]", "events.json", "is one JSON array"),
    ],
)
def test_a_file_that_is_none_is_told_clearly(here, sign_in, bob, content, name, said):
    client = sign_in(bob)
    answer = upload(client, content, name=name)
    if answer.status_code == 302:
        answer = client.get(answer.headers["Location"])
    page = answer.content.decode()
    assert said in page
    assert str(here.path) not in page


def test_no_file_an_unknown_table_and_an_unknown_upload_are_told(here, sign_in, bob):
    client = sign_in(bob)
    assert "No file came in." in client.post("/facts/upload/", {"table": "events"}).content.decode()
    assert "no fact table" in upload(client, GOOD, table="nonsense").content.decode()
    assert "Nothing is imported into imports" in upload(client, GOOD, table="imports").content.decode()
    assert client.get("/facts/uploads/0123456789abcdef/").status_code == 404
    assert client.get("/facts/uploads/../").status_code == 404


def test_a_file_beyond_the_limit_is_refused_and_leaves_nothing(here, sign_in, bob, settings):
    settings.QUARTERDECK_UPLOAD_BYTES = 1_000_000
    answer = upload(sign_in(bob), b"x" * 1_500_000)
    assert answer.status_code == 400
    assert "at most 1 MB" in answer.content.decode()
    assert not (here.path / FOLDER).exists()


def test_a_stranger_cannot_write_a_byte(here, client):
    file = SimpleUploadedFile("x.csv", b"y" * 3_000_000)
    assert client.post("/sign-in/", {"email": "x", "file": file}).status_code == 400
    assert not [each for each in (here.path / ".quarterdeck").iterdir() if each.name.endswith(".upload")]


def test_a_wrong_map_is_told_at_its_line_and_nothing_is_asked(here, sign_in, bob):
    client = sign_in(bob)
    place = upload(client, HEADER + GOOD).headers["Location"].partition("?")[0]
    for text, said in (
        (MAP + "persson: user_id\n", "Line 6: events has no column"),
        ("person: user_id\n", "Line 1: the map has no"),
        ("person: [\n", "not valid YAML"),
        ("person: \x07\n", "not valid YAML"),
        ("[" * 5000, "not valid YAML"),
        ("person:\nevent: a\ntime: b\n", "the name of a column of the file"),
    ):
        answer = client.post(place, {"table": "events", "map": "written", "text": text})
        assert answer.status_code == 400
        assert said in answer.content.decode()
        assert "quarterdeck-map" not in answer.content.decode()
    assert client.post(place, {"table": "events", "map": "maps/../x"}).status_code == 400
    assert not Job.objects.exists()


def test_a_map_that_fits_another_file_fails_the_job_in_plain_words(here, sign_in, bob):
    client = sign_in(bob)
    place = upload(client, HEADER + GOOD).headers["Location"].partition("?")[0]
    client.post(place, {"table": "events", "map": "preset:segment"})
    job = work()
    assert job.state == "failed"
    assert "events.csv has no column" in job.trouble
    assert str(here.path) not in job.trouble
    assert find_upload(here, place.split("/")[3]) is not None


def test_rows_are_tried_with_a_mended_map_and_then_come_in(here, sign_in, seeing):
    client = sign_in(seeing)
    job = bring(client)
    assert (job.result["added"], job.result["in quarantine"]) == (2, 2)
    page = client.get("/facts/quarantine/").content.decode()
    assert "03.11.2026 11:00" in page
    form = client.get("/facts/quarantine/mend/?table=events&file=events.csv").content.decode()
    assert "person: user_id" in form
    mended = MAP + 'time_format: "%d.%m.%Y %H:%M"\ntimezone: UTC\n'
    given = {"table": "events", "file": "events.csv", "text": mended}
    tried = client.post("/facts/quarantine/mend/", {**given, "try": "yes"}).content.decode()
    assert "1 row would come in, 1 would wait on." in tried
    assert Job.objects.count() == 1
    client.post("/facts/quarantine/mend/", given)
    assert work().result["added"] == 1
    with FactStore(here.facts_path).snapshot_of("events") as snapshot:
        assert snapshot.rows("SELECT count(*) FROM events") == [(3,)]


def test_rows_are_given_up_for_a_reason_that_is_logged(here, sign_in, bob):
    client = sign_in(bob)
    bring(client)
    given = {"table": "events", "file": "events.csv"}
    assert client.post("/facts/quarantine/dismiss/", {**given, "reason": " "}).status_code == 400
    client.post("/facts/quarantine/dismiss/", {**given, "reason": "A test of the vendor"})
    assert work().result["dismissed"] == 2
    assert Change.objects.get(verb="dismissed").after["because"] == "A test of the vendor"
    assert "Nothing waits." in client.get("/facts/quarantine/").content.decode()


def test_what_is_about_people_is_hidden_without_the_right_to_see_it(here, sign_in, bob, dave):
    bring(sign_in(bob))
    paths = (
        "/facts/events/",
        "/facts/quarantine/",
        "/facts/quarantine/mend/?table=events",
        "/facts/quarantine_/",
    )
    for person, seen in ((dave, paths[:2]), (bob, paths)):
        for path in (*seen, "/facts/", f"/jobs/{Job.objects.latest('pk').pk}/"):
            page = sign_in(person).get(path).content.decode()
            assert "@acme.test" not in page, path
            assert "03.11.2026" not in page, path
    assert "hidden" in sign_in(dave).get("/facts/events/").content.decode()
    raw = sign_in(dave).get("/facts/quarantine/").content.decode()
    assert "<code>time</code> is not a time" in raw
    bob.sees_personal = True
    bob.save()
    assert "ada@acme.test" in sign_in(bob).get("/facts/events/").content.decode()


def test_sql_takes_an_editor_who_may_see_personal_data(here, sign_in, bob, dave, seeing):
    bring(sign_in(seeing))
    assert sign_in(dave).get("/facts/sql/").status_code == 403
    seeing.sees_personal = False
    seeing.save()
    refused = sign_in(seeing).post("/facts/sql/", {"query": "SELECT person FROM events"})
    assert "takes the right to see personal data" in refused.content.decode()
    assert "@acme.test" not in refused.content.decode()
    seeing.sees_personal = True
    seeing.save()
    client = sign_in(seeing)
    page = client.post("/facts/sql/", {"query": "SELECT person FROM events ORDER BY 1"}).content.decode()
    assert "ada@acme.test" in page
    taken = client.post("/facts/sql/", {"query": "SELECT count(*) AS n FROM events", "csv": "yes"})
    assert taken.content == b"n\n2\n"


@pytest.mark.parametrize(
    "query", ["DROP TABLE events", "SELECT 1; SELECT 2", "SELECT nonsense FROM events", ""]
)
def test_a_query_that_cannot_be_is_told(here, sign_in, seeing, query):
    answer = sign_in(seeing).post("/facts/sql/", {"query": query or "SELECT * FROM read_csv('/etc/passwd')"})
    assert answer.status_code == 400
    assert "root:" not in answer.content.decode()


def test_every_table_has_a_page_with_what_its_columns_mean(here, sign_in, dave):
    client = sign_in(dave)
    page = client.get("/facts/feedback/").content.decode()
    assert "May it be quoted?" in page
    assert "No row yet." in page
    assert client.get("/facts/nonsense/").status_code == 404


def test_the_rows_that_wait_are_counted_in_the_navigation(here, sign_in, dave, bob):
    bring(sign_in(bob))
    page = sign_in(dave).get("/people/").content.decode()
    assert 'href="/facts/" data-go="f">Facts<span class="count">2</span>' in page


def test_the_quarantine_is_narrowed_and_paged(here, sign_in, dave, bob):
    rows = "".join(f"n{number},u1,a1,paid,never,pro\n" for number in range(120))
    bring(sign_in(bob), HEADER + rows + "m4,eve\n")
    client = sign_in(dave)
    first = client.get("/facts/quarantine/").content.decode()
    assert "1 – 50 of 121" in first
    assert "101 – 121 of 121" in client.get("/facts/quarantine/?page=3").content.decode()
    assert "101 – 121" in client.get("/facts/quarantine/?page=999999").content.decode()
    narrowed = client.get("/facts/quarantine/?reason=2+fields+where+the+header+has+6").content.decode()
    assert narrowed.count("<tr data-row>") == 2 + 1


def test_the_api_shows_tables_imports_a_file_and_mends(here, client, seeing):
    client.force_login(seeing)
    tables = client.get("/api/facts").json()["items"]
    assert {table["table"]: table["rows"] for table in tables}["events"] == 0
    assert client.get("/api/facts/nonsense").status_code == 400
    file = SimpleUploadedFile("events.csv", (HEADER + GOOD + BAD).encode())
    asked = client.post("/api/facts/events/imports", {"file": file, "map": MAP + "timezone: UTC\n"})
    assert asked.status_code == 202
    assert work().pk == asked.json()["id"]
    waiting = client.get("/api/quarantine").json()["items"]
    assert {item["reason"]: item["rows"] for item in waiting}["2 fields where the header has 6"] == 1
    one = client.get("/api/facts/events").json()
    assert (one["rows"], one["waiting"], one["columns"][1]["personal"]) == (2, 2, True)
    mended = {"map": MAP + 'time_format: "%d.%m.%Y %H:%M"\ntimezone: UTC\n'}
    asked = client.post("/api/facts/events/mend", mended, content_type="application/json")
    assert asked.status_code == 202
    assert work().result["added"] == 1
    wrong = client.post("/api/facts/events/mend", {"map": "x: y"}, content_type="application/json")
    assert wrong.status_code == 400


def test_uploads_that_nobody_imported_are_forgotten(here, sign_in, bob, monkeypatch):
    upload(sign_in(bob), HEADER + GOOD)
    assert forget_old_uploads(here) == 0
    monkeypatch.setattr("quarterdeck.site.uploading.KEPT_SECONDS", -1)
    assert forget_old_uploads(here) == 1


LOCAL = "user_id,event_name,timestamp\n" + "".join(
    f"p{day},paid,2026-11-{day:02} 10:00:00\n" for day in range(1, 11)
)


def test_times_without_an_offset_come_in_by_the_clock_of_the_company(here, sign_in, bob):
    client = sign_in(bob)
    place = upload(client, LOCAL).headers["Location"]
    page = client.get(place).content.decode()
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1]
    assert "timezone: Europe/Amsterdam" in text
    assert re.search(r'value="written" checked', page)
    client.post(place, {"table": "events", "map": "written", "text": text})
    job = work()
    assert (job.result["added"], job.result["in quarantine"]) == (10, 0)
    with FactStore(here.facts_path).snapshot() as snapshot:
        first = snapshot.rows("SELECT min(time) FROM events")[0][0]
    assert f"{first:%H:%M}" == "09:00"


def test_a_map_is_tried_on_the_first_rows_before_anything_is_imported(here, sign_in, bob, seeing):
    client = sign_in(bob)
    place = upload(client, LOCAL).headers["Location"].partition("?")[0]
    text = "person: user_id\nevent: event_name\ntime: timestamp\n"
    given = {"table": "events", "map": "written", "try": "yes"}
    without = client.post(place, {**given, "text": text}).content.decode()
    assert "Of the first 10 rows, 0 would come in, 10 would wait on." in without
    assert "no offset" in without
    assert text.strip() in without
    good = client.post(place, {**given, "text": text + "timezone: UTC\n"}).content.decode()
    assert "Of the first 10 rows, 10 would come in, none would wait on." in good
    wrong = client.post(place, {**given, "text": text.replace("user_id", "who")})
    assert wrong.status_code == 400
    assert "events.csv has no column" in wrong.content.decode()
    assert not Job.objects.exists()
