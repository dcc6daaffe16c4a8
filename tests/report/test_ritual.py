from datetime import date

import pytest

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.models import Change
from quarterdeck.report.brief.models import Message
from quarterdeck.report.brief.service import ritual
from quarterdeck.report.brief.service.asks import ask_owners, lines_of
from tests.report.readings import eventful
from tests.report.week import week_of


def first_metric(edition):
    return ritual.pages_of(edition).document.scoreboard[0].metric


def test_what_was_read_comes_back_as_it_was(edition):
    assert ritual.reading_of(edition) == week_of(eventful())


def test_a_judgement_stands_on_the_page_as_the_owners_and_can_be_taken_back(edition, bob):
    metric = first_metric(edition)
    ritual.judge(edition=edition, metric=metric, words="  Flat\nby choice. ", by=bob)
    edition.refresh_from_db()
    document = ritual.pages_of(edition).document
    assert (edition.state, document.state, document.scoreboard[0].remark) == (
        "annotated",
        "annotated",
        "Flat by choice.",
    )
    ritual.judge(edition=edition, metric=metric, words="", by=bob)
    edition.refresh_from_db()
    assert (edition.state, ritual.pages_of(edition).document.scoreboard[0].remark) == ("draft", "")


def test_a_judgement_is_one_line_on_a_metric_that_is_shown(edition, bob):
    with pytest.raises(QuarterdeckError, match="91 characters"):
        ritual.judge(edition=edition, metric=first_metric(edition), words="x" * 91, by=bob)
    with pytest.raises(QuarterdeckError, match="not on this scoreboard"):
        ritual.judge(edition=edition, metric="nonsense", words="Fine.", by=bob)


def test_publishing_freezes_every_byte_and_happens_once(edition, alice, bob):
    metric = first_metric(edition)
    ritual.judge(edition=edition, metric=metric, words="Flat by choice.", by=bob)
    published = ritual.publish(edition=edition, by=alice)
    files = {file.path: file.text for file in published.files.all()}
    assert {"brief.html", "brief.md", "brief.json", "evidence/index.html"} <= set(files)
    assert "Flat by choice." in files["brief.html"]
    assert '"state": "published"' in files["brief.json"]
    assert ritual.file_of(published, "brief.json") == files["brief.json"]
    again = ritual.publish(edition=edition, by=bob)
    assert (again.published_by, again.published_at) == (alice, published.published_at)
    assert Change.objects.filter(verb="published").count() == 1


def test_a_published_brief_is_neither_judged_nor_drafted_again(edition, alice, bob):
    published = ritual.publish(edition=edition, by=alice)
    with pytest.raises(Conflict, match="stays as it is"):
        ritual.judge(edition=published, metric=first_metric(published), words="Late.", by=bob)
    before = published.reading
    from quarterdeck.records.here import workspace

    assert ritual.draft(workspace(), as_of=published.as_of, by=bob).reading == before


def test_a_correction_stands_beside_the_frozen_page(edition, alice):
    with pytest.raises(Conflict, match="is a draft"):
        ritual.correct(edition=edition, words="Wrong.", by=alice)
    published = ritual.publish(edition=edition, by=alice)
    frozen = published.files.get(path="brief.html").text
    ritual.correct(edition=published, words="It was 31 %.", by=alice)
    assert published.files.get(path="brief.html").text == frozen
    assert published.corrections.get().words == "It was 31 %."
    with pytest.raises(QuarterdeckError):
        ritual.correct(edition=published, words="  ", by=alice)


def test_owners_are_asked_by_letter_once_for_a_brief(edition, bob, mailoutbox):
    bob.title = ritual.pages_of(edition).document.scoreboard[0].owner.upper()
    bob.save()
    document = ritual.pages_of(edition).document
    assert lines_of(edition, document)[0].owners == (bob,)
    assert ask_owners(edition, document) == 1
    assert ask_owners(edition, document) == 0
    letter = Message.objects.get()
    assert (letter.kind, letter.address) == ("ask", bob.email)
    assert document.scoreboard[0].title in letter.text


def test_an_owner_who_has_judged_is_not_asked(edition, bob):
    document = ritual.pages_of(edition).document
    bob.title = document.scoreboard[0].owner
    bob.save()
    mine = [row.metric for row in document.scoreboard if row.owner == bob.title]
    for metric in mine:
        ritual.judge(edition=edition, metric=metric, words="Fine.", by=bob)
    assert ask_owners(edition, document) == 0


def test_an_opening_is_counted_once_a_session_and_nobody_is_kept(edition, alice, dave, client):
    address = f"/brief/{edition.as_of}/"
    client.force_login(dave)
    client.get(address)
    ritual.publish(edition=edition, by=alice)
    for _ in range(3):
        assert client.get(address).status_code == 200
    client.logout()
    client.force_login(alice)
    client.get(address)
    edition.refresh_from_db()
    assert edition.opened == 2


def test_a_week_is_drafted_from_facts_and_kept(db, alice):
    from quarterdeck.records.here import workspace

    edition = ritual.draft(workspace(), as_of=date(2026, 11, 16), by=alice)
    assert edition.headline
    again = ritual.draft(workspace(), as_of=date(2026, 11, 16), by=alice)
    assert again.pk == edition.pk
    assert list(Change.objects.filter(type="brief").values_list("verb", flat=True)) == [
        "read anew",
        "drafted",
    ]
