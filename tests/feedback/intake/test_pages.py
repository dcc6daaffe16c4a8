"""The inbox in the browser without a script: what waits, one quote at hand, what is decided and undone."""

import re
from html import unescape

import pytest

from quarterdeck.feedback.intake.models import Step
from quarterdeck.feedback.intake.service import deciding, suggesting
from quarterdeck.feedback.intake.service import inbox as looking
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.intake.service.projecting import is_behind, refresh
from quarterdeck.feedback.intake.service.suggesting import Suggestion
from quarterdeck.jobs.models import Job
from tests.feedback.intake.test_deciding import AGAIN, INVITE, KARTE, MAP, PHONE

pytestmark = pytest.mark.django_db


def words(html):
    return re.findall(r'<span class="words">(.*?)</span>', html)


def quote_at_hand(html):
    return re.search(r'name="quote" value="([^"]+)"', html)[1]


def test_without_messages_the_inbox_says_what_to_do(own_workspace, sign_in, carol):
    html = sign_in(carol).get("/inbox/").content.decode()
    assert "No quotes yet." in html
    assert "quarterdeck intake import" in html


def test_new_quotes_of_the_largest_accounts_come_first(inbox, sign_in, carol):
    html = sign_in(carol).get("/inbox/").content.decode()
    assert words(html) == [
        "The map is wrong, and the schedule is late.",
        "the crew invite just spins.",
        "I had to phone [phone].",
        "Die Karte ist falsch.",
    ]
    assert "€54,000" in html
    assert "said 2 times" in html
    assert quote_at_hand(html) == MAP
    assert '<span class="count">4</span>' in html


def test_keeping_goes_on_to_the_next_and_undoing_comes_back(inbox, sign_in, carol):
    client = sign_in(carol)
    sent = {"quote": MAP, "verb": "keep", "tag": ["Map", "", "Late"], "next": INVITE}
    answer = client.post("/inbox/decide/", sent)
    assert answer["Location"] == "/inbox/?quote=m1%231"
    assert open_book().find(MAP).tags == ("Map", "Late")
    html = client.get(answer["Location"]).content.decode()
    assert (quote_at_hand(html), len(words(html))) == (INVITE, 3)
    assert "1 sorted today by you" in html
    back = client.post("/inbox/undo/", {})
    assert back["Location"] == "/inbox/?quote=m2%231"
    assert open_book().find(MAP).state == ""


def test_filters_stay_while_one_sorts(inbox, sign_in, carol):
    client = sign_in(carol)
    html = client.get("/inbox/?language=de").content.decode()
    assert words(html) == ["Die Karte ist falsch."]
    answer = client.post("/inbox/decide/", {"quote": KARTE, "verb": "leave out", "language": "de"})
    assert answer["Location"] == "/inbox/?language=de"
    assert "No such quotes." in client.get(answer["Location"]).content.decode()
    assert words(client.get("/inbox/?show=out").content.decode()) == ["Die Karte ist falsch."]
    assert len(words(client.get("/inbox/?account=a-1").content.decode())) == 2
    assert len(words(client.get("/inbox/?channel=sales").content.decode())) == 1


def test_kept_quotes_are_found_by_their_tag(inbox, sign_in, carol):
    client = sign_in(carol)
    client.post("/inbox/decide/", {"quote": MAP, "verb": "keep", "tag": ["Map"]})
    client.post("/inbox/decide/", {"quote": INVITE, "verb": "keep", "tag": ["Invite"]})
    assert len(words(client.get("/inbox/?show=kept").content.decode())) == 2
    html = client.get("/inbox/?show=kept&tagged=Map").content.decode()
    assert words(html) == ["The map is wrong, and the schedule is late."]
    assert '<option value="Invite">' in html


def test_cutting_merging_and_unfolding_by_form(inbox, sign_in, carol):
    client = sign_in(carol)
    html = client.get(f"/inbox/?quote={MAP.replace('#', '%23')}").content.decode()
    place = re.search(r'name="at" value="(\d+)"', html)[1]
    answer = client.post("/inbox/decide/", {"quote": MAP, "verb": "split", "at": place})
    assert answer["Location"] == "/inbox/?quote=m2%231.1"
    client.post("/inbox/decide/", {"quote": PHONE, "verb": "merge", "into": INVITE})
    assert open_book().find(PHONE).same_as == INVITE
    client.post("/inbox/decide/", {"quote": INVITE, "verb": "unfold", "folded": AGAIN})
    assert open_book().find(AGAIN).same_as == ""


def test_what_cannot_be_decided_is_said_on_the_page(inbox, sign_in, carol):
    client = sign_in(carol)
    for sent in (
        {"verb": "eat"},
        {"verb": "keep", "quote": "m9#1"},
        {"verb": "split", "quote": MAP, "at": "x"},
    ):
        answer = client.post("/inbox/decide/", sent)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()
    assert not Step.objects.exists()


def test_personal_data_is_masked_for_whoever_has_no_right_to_it(inbox, sign_in, carol, alice):
    alice.sees_personal = True
    alice.save()
    shown = sign_in(alice).get("/inbox/").content.decode()
    assert "+49 30 1234567" in shown
    whole = "/inbox/message/?quote=m1%232"
    assert "Hi Anna," in sign_in(alice).get(whole).content.decode()
    html = sign_in(carol).get(whole).content.decode()
    assert "Hi [name]," in html
    assert "<mark>I had to phone [phone].</mark>" in html
    for page in ("/inbox/", f"/inbox/?quote={PHONE.replace('#', '%23')}", whole):
        assert "1234567" not in sign_in(carol).get(page).content.decode()


def test_viewers_read_and_cannot_sort(inbox, sign_in, dave):
    html = sign_in(dave).get("/inbox/").content.decode()
    assert words(html)
    assert "Keep and next" not in html


def test_a_quote_that_may_not_be_quoted_says_so(inbox, sign_in, carol):
    html = sign_in(carol).get(f"/inbox/?quote={KARTE.replace('#', '%23')}").content.decode()
    assert "May not be quoted outside" in html
    assert [open_book().find(quote).may_be_shown_outside for quote in (KARTE, MAP)] == [False, False]


def test_a_colleague_tells_what_a_customer_said(inbox, sign_in, carol):
    client = sign_in(carol)
    assert "Tell us what a customer said" in client.get("/inbox/tell/").content.decode()
    sent = {
        "text": "They want SSO.",
        "account": "Yard Group",
        "channel": "sales",
        "consent": "no",
        "score": "7",
    }
    assert client.post("/inbox/tell/", {**sent, "day": "2026-11-17"})["Location"] == "/inbox/tell/?told=1"
    assert is_behind(inbox)
    assert Job.objects.filter(task="intake.project_quotes").count() == 1
    refresh(inbox)
    quote = next(each for each in open_book().at(range(len(open_book()))) if each.text == "They want SSO.")
    assert (quote.account, quote.consent, quote.score, quote.channel) == ("a-2", False, 7, "sales")
    for wrong in (
        {"text": " "},
        {"text": "x", "score": "many"},
        {"text": "x", "day": "0001-01-01"},
        {"text": "x", "score": "nan"},
    ):
        assert client.post("/inbox/tell/", wrong).status_code == 400


def test_whoever_can_suggest_tags_does(inbox, sign_in, carol, monkeypatch):
    class Themes:
        def suggest(self, quotes):
            return {
                each.quote: [
                    Suggestion(tag="Unlikely", sureness=0.2),
                    Suggestion(tag="Map", sureness=0.94, kept=94, of=100, because=("The map",)),
                ]
                for each in quotes
            }

        def tag_names(self):
            return ["Map", "Unlikely"]

        def earlier_names(self):
            return {"Chart": "Map"}

        def unsure(self):
            return ()

    monkeypatch.setattr(suggesting, "_suggesters", lambda: (Themes(),))
    html = sign_in(carol).get("/inbox/").content.decode()
    assert html.index('value="Map" data-key="1" checked') < html.index('value="Unlikely" data-key="2">')
    assert "94 of 100" in html
    assert "“The map”" in html


def test_tags_stand_under_the_names_that_they_have_now(sign_in, carol, inbox):
    (inbox.path / "themes").mkdir(exist_ok=True)
    taxonomy = inbox.path / "themes" / "taxonomy.yaml"
    taxonomy.write_text(
        "tags:\n- {name: Chart, description: the map}\n- {name: Crew, description: invites}\n"
    )
    deciding.keep(quote="m2#1", tags=["Chart"], by=carol)
    taxonomy.write_text(
        "tags:\n- {name: Map, description: the map, was: [Chart]}\n- {name: Crew, description: invites}\n"
    )
    client = sign_in(carol)
    for page in (client.get("/inbox/?show=kept"), client.get("/inbox/?show=kept&tagged=Map")):
        assert 'value="Map" checked' in page.content.decode()
        assert "Chart" not in page.content.decode()
    [quote] = client.get("/api/quotes?show=kept&tag=Map").json()["items"]
    assert quote["tags"] == ["Map"]


def test_what_follows_on_the_next_page_of_the_list_is_a_link_away(inbox, sign_in, carol, monkeypatch):
    monkeypatch.setattr(looking, "PER_PAGE", 2)
    client = sign_in(carol)
    html = client.get("/inbox/").content.decode()
    assert "1 – 2 of 4, the largest accounts first" in html
    assert ">Before</a>" not in html
    further = unescape(re.search(r'href="([^"]+)">Further</a>', html)[1])
    html = client.get(f"/inbox/{further}").content.decode()
    assert words(html) == ["I had to phone [phone].", "Die Karte ist falsch."]
    assert '<div class="panes">' in html  # on a phone the list, not its first quote
    assert ">Further</a>" not in html
    before = unescape(re.search(r'href="([^"]+)">Before</a>', html)[1])
    html = client.get(f"/inbox/{before}").content.decode()
    assert quote_at_hand(html) == MAP
    assert "list=" not in re.search(r'<li><a href="([^"]+)"', html)[1]
