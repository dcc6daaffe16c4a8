"""Who may not see personal data sees none of it, through whatever door of what customers say."""

import pytest

from quarterdeck.feedback.backlog.models.replying import Reply
from quarterdeck.feedback.backlog.service import briefing, closing, linking
from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.feedback.themes.service.keeping import keep_tags
from tests.feedback.backlog.shipping import ship_the_map
from tests.feedback.backlog.tracker import day
from tests.feedback.intake.said import add_person, say

WORDS = (
    "Grit Sommer says that the map is wrong, write to grit@firm.test",
    "Tell Sommer the map is wrong again and again",
    "Hi Grit, the <b>map</b> of depots is wrong",
)
PERSONAL = ("Grit", "Sommer", "grit@firm.test", "person-4711")
PAGES = (
    "/inbox/",
    "/inbox/?show=kept",
    "/inbox/?show=unsure",
    "/inbox/?quote={quote}",
    "/inbox/message/?quote={quote}",
    "/inbox/message/?quote={cut}",
    "/themes/",
    "/themes/Map/",
    "/themes/quality/",
    "/themes/new/",
    "/themes/taxonomy/?verb=merge&tag=Map&name=Invoices",
    "/backlog/",
    "/backlog/about/Map/",
    "/backlog/briefs/{day}/",
    "/backlog/briefs/{day}/brief.md",
    "/backlog/briefs/{day}/brief.json",
    "/backlog/items/?show=all",
    "/backlog/items/W-1/?all",
    "/backlog/items/W-1/?reply={reply}",
    "/backlog/items/replies.csv?item=W-1",
    "/backlog/items/similar/?item=W-1",
    "/backlog/items/link/?quote={quote}",
    "/api/quotes?limit=100",
    "/api/quotes?show=kept&limit=100",
    "/api/quotes/one?quote={cut}",
    "/api/themes/quotes?name=Map&limit=100",
    "/api/recommendations/about?theme=Map",
    "/api/work-items/replies?item=W-1&limit=100",
    "/api/work-items/one?item=W-1",
)


@pytest.fixture
def places(standing, alice):
    """A company of which one person wrote what names her; kept, cut, linked, shipped, answered."""
    add_person(standing, "person-4711", name="Grit Sommer")
    say(
        standing,
        *(
            {
                "feedback_id": f"grit-{number}",
                "text": text,
                "person": "person-4711",
                "account": "a-29",
                "time": day(60 + number),
                "consent": True,
            }
            for number, text in enumerate(WORDS)
        ),
        transaction="grit",
    )
    ship_the_map(standing, alice)
    refresh(standing)
    deciding.keep(quote="grit-0#1", tags=["Map"], by=alice)
    deciding.split(quote="grit-1#1", at=[len("Tell Sommer the map is wrong")], by=alice)
    deciding.keep(quote="grit-2#1", tags=["Map"], by=alice)
    linking.link_quote(quote="grit-0#1", item="W-1", by=alice)
    keep_tags(standing)
    closing.draft_replies(standing, "W-1")
    reply = Reply.objects.get(quote__startswith="grit-")
    closing.reword(number=reply.pk, words="Dear Ms Grit Sommer,\nit is there. grit@firm.test", by=alice)
    brief = briefing.write(by=alice)
    return {"quote": "grit-0%231", "cut": "grit-1%231.1", "reply": reply.pk, "day": brief.as_of}


def read(client, page, places):
    answer = client.get(page.format(**places))
    assert answer.status_code == 200, (page, answer.status_code)
    text = answer.content.decode()
    assert "<b>map" not in text or not answer["Content-Type"].startswith("text/html"), page
    return text


def test_no_door_shows_what_is_personal_to_who_may_not_see_it(places, client, carol, dave):
    assert open_book().find("grit-1#1.1").masked == "Tell [name] the map is wrong"
    for who in (dave, carol):
        client.force_login(who)
        for page in PAGES:
            if who == dave and "/link/" in page:
                continue
            text = read(client, page, places)
            assert not [each for each in PERSONAL if each in text], page


def test_whoever_may_see_it_does_and_markup_is_words(places, client, alice):
    alice.sees_personal = True
    alice.save()
    client.force_login(alice)
    for page in ("/inbox/?quote={quote}", "/inbox/message/?quote={quote}", "/backlog/items/W-1/?all"):
        assert "grit@firm.test" in read(client, page, places), page
