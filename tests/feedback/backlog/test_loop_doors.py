"""The loop is walked by page, by program, by command and by the background alike."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.feedback.backlog.jobs import close_loops, something_shipped
from quarterdeck.feedback.backlog.models.replying import Reply
from quarterdeck.feedback.backlog.service import closing, linking
from quarterdeck.records.models import Link
from tests.feedback.backlog.shipping import ship_the_map


class Silent:
    """Progress that nobody looks at."""

    def tell(self, done, total=None, saying=""):
        pass

    def should_stop(self):
        return False


@pytest.fixture
def company(standing, alice):
    ship_the_map(standing, alice)
    return standing


@pytest.fixture
def page(client, company, carol):
    """The pages as a contributor without the right to personal data sees them."""
    client.force_login(carol)
    return client


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_the_background_lists_everyone_once_and_then_rests(company):
    assert something_shipped()
    done = close_loops(Silent())
    assert (done["items"], done["replies"] > 20) == (1, True)
    assert not something_shipped()
    assert close_loops(Silent())["replies"] == 0


def test_the_page_of_an_item_tells_who_asked_and_hides_who_they_are(page, company):
    closing.draft_replies(company, "W-1")
    told = text_of(page.get("/backlog/items/W-1/"))
    for words in (
        "Correct the map of depots",
        "asked for it; it shipped on",
        "Tell who asked",
        "What it did",
    ):
        assert words in told
    assert "person hidden" in told
    assert "p-1-" not in told
    assert page.get("/backlog/items/W-9/").status_code == 404
    assert "Show depots on the map" in text_of(page.get("/backlog/items/similar/?item=W-1"))
    assert "Show depots on the map" in text_of(page.get("/backlog/items/W-1/?similar=1"))


def test_a_reply_is_sent_skipped_and_taken_back_on_the_page(page, company):
    closing.draft_replies(company, "W-1")
    first, second = Reply.objects.order_by("pk")[:2]
    say = "/backlog/items/replies/"
    page.post(say, {"item": "W-1", "reply": first.pk, "verb": "sent"})
    page.post(say, {"item": "W-1", "reply": second.pk, "verb": "skip", "reason": "Left us"})
    assert [each.state for each in Reply.objects.order_by("pk")[:2]] == ["sent", "skipped"]
    assert "Left us" in text_of(page.get(f"/backlog/items/W-1/?reply={second.pk}"))
    page.post(say, {"item": "W-1", "reply": first.pk, "verb": "take back"})
    assert Reply.objects.get(pk=first.pk).state == "draft"
    refused = page.post(say, {"item": "W-1", "reply": first.pk, "verb": "skip"})
    assert (refused.status_code, "needs a reason" in text_of(refused)) == (400, True)
    assert page.post(say, {"item": "W-1", "reply": "x", "verb": "nonsense"}).status_code == 400


def test_items_are_merged_themes_linked_and_all_of_it_undone_on_the_page(page, company):
    act = "/backlog/items/act/"
    page.post(act, {"item": "W-3", "verb": "merge", "into": "W-1"})
    assert "the same as" in text_of(page.get("/backlog/items/W-3/"))
    assert "W-3 Show depots on the map" in text_of(page.get("/backlog/items/W-1/"))
    page.post(act, {"item": "W-3", "verb": "undo merge"})
    page.post(act, {"item": "W-2", "verb": "link theme", "theme": "Invoices"})
    assert linking.items_of_theme("Invoices") == ("W-2",)
    page.post(act, {"item": "W-2", "verb": "unlink theme", "theme": "Invoices"})
    assert not Link.objects.exclude(from_key="Map").exists()
    assert page.post(act, {"item": "W-2", "verb": "undo merge"}).status_code == 409
    assert page.post(act, {"item": "W-2", "verb": "name event", "event": "never"}).status_code == 400


def test_a_quote_is_linked_from_the_inbox_and_comes_back_to_it(page, company):
    inbox = text_of(page.get("/inbox/?quote=m5%231"))
    assert 'data-key="l"' in inbox
    assert "/backlog/items/link/?quote=m5%231" in inbox
    back = "/inbox/?quote=m5%231"
    offered = text_of(page.get("/backlog/items/link/", {"quote": "m5#1", "back": back}))
    assert "Likeliest first" in offered
    answer = page.post("/backlog/items/link/", {"quote": "m5#1", "item": "W-2", "back": back})
    assert answer.headers["Location"] == back
    assert "W-2 Export invoices" in text_of(page.get(back))
    page.post("/backlog/items/link/", {"quote": "m5#1", "item": "W-2", "verb": "unlink", "back": back})
    assert linking.items_of_quote("m5#1") == ()
    outside = page.post("/backlog/items/link/", {"quote": "m5#1", "item": "W-2", "back": "//evil.test"})
    assert outside.headers["Location"].startswith("/inbox/?quote=")
    unknown = page.post("/backlog/items/link/", {"quote": "m5#1", "named": "W-9", "back": back})
    assert unknown.status_code == 400


def test_the_list_is_taken_along_masked_and_without_formulas(page, company, alice):
    closing.draft_replies(company, "W-1")
    closing.reword(number=Reply.objects.order_by("pk")[0].pk, words="=1+1", by=alice)
    rows = list(csv.DictReader(io.StringIO(page.get("/backlog/items/replies.csv?item=W-1").content.decode())))
    assert {row["person"] for row in rows} == {""}
    assert "'=1+1" in {row["draft"] for row in rows}
    assert len({(row["reply"]) for row in rows}) == len(rows)
    assert page.get("/backlog/items/replies.csv?item=W-2").status_code == 400


def test_the_list_of_items_is_searched_and_an_empty_tracker_says_what_to_do(page, company):
    assert "Correct the map of depots" in text_of(page.get("/backlog/items/?show=done"))
    assert "No such work item" in text_of(page.get("/backlog/items/?words=nothing+like+it"))


def test_without_work_items_one_thing_is_to_be_done(client, standing, carol):
    client.force_login(carol)
    assert "quarterdeck import work_items" in text_of(client.get("/backlog/items/"))


def test_a_program_walks_the_loop(client, company, alice):
    client.force_login(alice)

    def ask(path, **query):
        answer = client.get(f"/api/{path}", query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def send(path, **body):
        return client.post(f"/api/{path}", json.dumps(body), content_type="application/json")

    assert ask("work-items", show="done")["items"][0]["item"] == "W-1"
    loop = ask("work-items/one", item="W-1")
    assert (loop["themes"], loop["effect"][0]["verdict"]) == (["Map"], "fell")
    assert ask("work-items/similar", text="export invoices")["items"][0]["item"] == "W-2"
    assert send("work-items/links", item="W-2", quote="m5#1").json() == {"changed": True}
    assert send("work-items/links", item="W-2", quote="m5#1", undo=True).json() == {"changed": True}
    assert send("work-items/links", item="W-3", verb="same as", into="W-1").status_code == 201
    assert send("work-items/links", item="W-3", verb="same as", into="W-1").status_code == 409
    assert send("work-items/links", item="W-3", verb="same as", undo=True).status_code == 201
    close_loops(Silent())
    [first, *_] = ask("work-items/replies", item="W-1", limit=1)["items"]
    assert send(f"replies/{first['reply']}", verb="sent").json()["state"] == "sent"
    assert send("replies/999999", verb="sent").status_code == 400
    assert client.get("/api/work-items/one", {"item": "W-9"}).status_code == 404


def test_a_command_walks_the_loop(company, alice):
    def run(*arguments, code=0):
        done = CliRunner().invoke(build(), ["backlog", *arguments, "-w", str(company.path)])
        assert done.exit_code == code, done.output
        return done.output

    assert "Correct the map of depots" in run("items", "--show", "done")
    assert json.loads(run("similar", "--text", "export invoices", "--json"))[0]["item"] == "W-2"
    assert "asks for W-2" in run("link", "W-2", "--quote", "m5#1", "--by", "alice@acme.test")
    assert "asks no more" in run("link", "W-2", "--quote", "m5#1", "--undo")
    assert "counted with W-1" in run("merge", "W-3", "W-1")
    assert "stands for itself" in run("merge", "W-3", "--undo")
    assert "W-1" in run("close")
    first = json.loads(run("replies", "W-1", "--format", "json"))[0]
    assert (first["person"], first["state"]) == ("", "draft")
    assert "sent" in run("sent", str(first["reply"]))
    second = json.loads(run("replies", "W-1", "--format", "json", "--personal"))[1]
    assert second["person"].startswith("p-")
    assert "skipped" in run("skip", str(second["reply"]), "--reason", "Left us")
    assert "Mentions of Map" in run("effect", "W-1")
    assert json.loads(run("effect", "W-1", "--json"))["effect"]["mentions"]["change"]["verdict"] == "fell"
