"""A model of the company's may draft names, if configured and asked; what it writes is held."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from quarterdeck.definitions.settings import Drafting
from quarterdeck.errors import QuarterdeckError
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.themes.models import Note
from quarterdeck.feedback.themes.service import endpoint
from quarterdeck.feedback.themes.service.endpoint import draft_name
from quarterdeck.feedback.themes.service.found import see_found
from quarterdeck.feedback.themes.service.noting import make_tag
from quarterdeck.feedback.themes.service.untagged import keep_found, kept_found
from quarterdeck.feedback.themes.service.wording import draft_names, quotable
from quarterdeck.jobs.models import Job
from quarterdeck.records.here import workspace
from quarterdeck.records.workshop import drafting
from tests.feedback.themes.test_found import MAIL, PRINT, unnamed
from tests.feedback.themes.test_pages import shown

GOOD = json.dumps({"name": "Dark\nmap <b>", "summary": "The map is | too bright at night."})


class Endpoint(ThreadingHTTPServer):
    """An endpoint on this machine that answers as it is told, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked, self.plan, self.over = [], [], threading.Event()

    @property
    def drafting(self):
        return Drafting(endpoint=f"http://127.0.0.1:{self.server_port}/v1/", model="tiny")


class Answers(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers.get("Authorization"), json.loads(body)))
        plan = self.server.plan
        told = plan.pop(0) if len(plan) > 1 else plan[0]
        if told == "hangs":
            self.server.over.wait(5)
            return
        status, text = told if isinstance(told, tuple) else (200, told)
        content = {"choices": [{"message": {"content": text}}]}
        raw = text.encode() if text.startswith("raw") else json.dumps(content).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        """Quietly."""


@pytest.fixture
def model():
    server = Endpoint()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def asked(model, plan, **more):
    model.plan[:] = plan
    given = {"key": "secret", "words": ["map"], "said": ["Too bright."], "seconds": 0.3}
    return draft_name(model.drafting, **given | more)


def test_a_good_answer_becomes_a_name_and_a_sentence_of_plain_text(model):
    found = asked(model, [f"```json\n{GOOD}\n```"])
    assert (found.name, found.summary) == ("Dark map <b>", "The map is too bright at night.")
    [(path, key, body)] = model.asked
    assert (path, key, body["model"]) == ("/v1/chat/completions", "Bearer secret", "tiny")
    asked(model, [GOOD], key="")
    assert model.asked[-1][1] is None


def test_a_busy_endpoint_is_asked_again_and_another_fault_is_not(model):
    assert asked(model, [(500, ""), (429, ""), GOOD]).name
    assert len(model.asked) == 3
    with pytest.raises(QuarterdeckError, match="it answered 500"):
        asked(model, [(500, "")])
    model.asked.clear()
    with pytest.raises(QuarterdeckError, match="it answered 401"):
        asked(model, [(401, "")])
    with pytest.raises(QuarterdeckError, match="it answered 302"):
        asked(model, [(302, "")])
    assert len(model.asked) == 2


def test_an_endpoint_that_hangs_is_left(model):
    with pytest.raises(QuarterdeckError, match="drafted nothing"):
        asked(model, ["hangs"], seconds=0.1)
    assert len(model.asked) == endpoint.TRIES


@pytest.mark.parametrize(
    "told",
    [
        "raw nonsense",
        "",
        "I would call it Map.",
        "{}",
        '{"name": 3, "summary": []}',
        '{"name": " ", "summary": "x"}',
    ],
)
def test_garbage_is_said_and_never_kept(model, told):
    with pytest.raises(QuarterdeckError, match="cannot be read"):
        asked(model, [told])


def test_where_nobody_listens_it_is_said():
    nobody = Drafting(endpoint="http://127.0.0.1:9/v1", model="tiny")
    with pytest.raises(QuarterdeckError, match="drafted nothing"):
        draft_name(nobody, key="", words=[], said=[], seconds=0.1)


@pytest.mark.parametrize(
    "address", ["http://models.example.com/v1", "ftp://127.0.0.1/v1", "file:///etc/passwd"]
)
def test_only_https_or_this_machine_may_be_named(address):
    with pytest.raises(ValueError, match="does not begin with https"):
        Drafting(endpoint=address, model="tiny")


def configure(here, model):
    file = here.path / "quarterdeck.yaml"
    named = f"drafting:\n  endpoint: {model.drafting.endpoint}\n  model: tiny\n"
    file.write_text(file.read_text() + named)
    return workspace()


def test_nothing_leaves_unless_configured(unnamed, model, client, carol):
    keep_found(unnamed)
    model.plan[:] = [GOOD]
    assert draft_names(unnamed) == 0
    client.force_login(carol)
    assert "Let AI draft names" not in shown(client, "/themes/new/")
    answer = client.post("/themes/new/names/")
    assert answer.status_code == 400
    assert "nothing leaves this machine" in answer.content.decode()
    assert not Job.objects.exists()
    assert model.asked == []


def test_what_is_drafted_is_marked_and_waits_for_somebody_to_take_it(unnamed, model, client, carol, dave):
    keep_found(unnamed)
    here = configure(unnamed, model)
    model.plan[:] = [GOOD]
    client.force_login(carol)
    assert client.post("/themes/new/names/").status_code == 302
    assert Job.objects.filter(task="themes.draft").count() == 1
    assert model.asked == []
    assert draft_names(here) == 2
    assert draft_names(here) == 0  # nobody is asked twice
    sent = json.dumps(model.asked)
    assert MAIL not in sent
    page = shown(client, "/themes/new/")
    assert page.count("AI output, not reviewed") == 2
    assert "Dark map &lt;b&gt;" in page
    client.force_login(dave)
    assert "Dark map" not in shown(client, "/themes/new/")
    client.force_login(carol)
    first, second = Note.objects.all()
    assert client.post(f"/themes/new/{first.theme}/", {"verb": "take"}).status_code == 302
    assert client.post(f"/themes/new/{second.theme}/", {"verb": "decline"}).status_code == 302
    names = {each.key: each.name for each in see_found(here, sees_personal=False).themes}
    assert names[first.theme] == "Dark map <b>"
    assert "Dark" not in names[second.theme]
    make_tag(theme=first.theme, by=carol)
    [draft] = drafting.open_drafts()
    assert "too bright at night." in draft.text


def test_quotes_of_who_did_not_agree_never_leave(unnamed, model):
    keep_found(unnamed)
    here = configure(unnamed, model)
    model.plan[:] = [GOOD]
    book, found = open_book(here), kept_found(here).themes
    told = {each.key: quotable(book, each) for each in found}
    assert sorted(map(len, told.values())) == [1, 5]
    for said in told.values():
        assert not any(sentence.startswith(PRINT) for sentence in said)
        assert not any(MAIL in sentence for sentence in said)


__all__ = ["unnamed"]  # a fixture
