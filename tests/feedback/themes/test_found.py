"""Themes nobody named are found among quotes without a tag, made tags, or set aside and taken back."""

import pytest

from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.feedback.themes.jobs import find_all, tags_are_newer
from quarterdeck.feedback.themes.models import Note
from quarterdeck.feedback.themes.service.found import see_found
from quarterdeck.feedback.themes.service.keeping import FOLDER, keep_tags
from quarterdeck.feedback.themes.service.noting import dismiss, make_tag, take_back
from quarterdeck.feedback.themes.service.reshaping import taxonomy_of
from quarterdeck.feedback.themes.service.untagged import keep_found, kept_found
from quarterdeck.records.models import Change
from quarterdeck.records.workshop import drafting
from tests.feedback.themes.test_pages import TAXONOMY, say, shown
from tests.feedback.themes.test_quality_seen import whatever

DARK = "The colours of the map are too bright at night, a dark map would help"
PRINT = "Printing the job sheet cuts the last line of the paper"
MAIL = "ann@small.test"


@pytest.fixture
def unnamed(own_workspace, bob):
    """Two things that no tag names, each told by one customer; people left all of it without a tag."""
    rows = [
        (number % 4, account, f"{about} {whatever(f'{about}{number}')}.")
        for about, account, many in ((DARK, "big", 9), (PRINT, "small", 7))
        for number in range(many)
    ]
    agreed = (0, "small", f"Printing the job sheet cuts the paper, tell {MAIL} about it.")
    say(own_workspace, [*rows, agreed], silent=PRINT)
    (own_workspace.path / "themes").mkdir()
    (own_workspace.path / "themes" / "taxonomy.yaml").write_text(TAXONOMY)
    refresh(own_workspace)
    book = open_book()
    for quote in book.at(range(len(book))):
        deciding.keep(quote=quote.quote, tags=[], by=bob)
    keep_tags(own_workspace)
    return own_workspace


class Quiet:
    def tell(self, done, total=None, saying=""):
        """Nobody listens."""


def named(page, word):
    return next(each for each in page.themes if any(word in voice.words for voice in each.typical))


def test_themes_are_found_among_quotes_without_a_tag_and_stay_the_same(unnamed, bob):
    assert tags_are_newer()
    assert find_all(Quiet())["page"] == "/themes/new/"
    assert not tags_are_newer()
    page = see_found(unnamed, sees_personal=False)
    dark, printing = named(page, "map"), named(page, "sheet")
    assert (dark.quotes, dark.customers, dark.origin) == ("9", "1", "new")
    quotes = {key for each in kept_found(unnamed).themes if each.key == dark.key for key in each.quotes}
    for quote in sorted(quotes)[:2]:
        deciding.keep(quote=quote, tags=["Billing"], by=bob)
    keep_tags(unnamed)
    again = keep_found(unnamed)
    assert {each.key: len(each.quotes) for each in again.themes} == {dark.key: 7, printing.key: 8}
    assert not any(each.is_new for each in again.themes)


def test_nothing_personal_is_kept_of_what_was_found(unnamed):
    keep_found(unnamed)
    kept = (unnamed.path / FOLDER / "found.json").read_text()
    assert MAIL not in kept
    assert "small.test" not in kept


def test_what_is_no_theme_is_set_aside_and_comes_back(unnamed, bob):
    keep_found(unnamed)
    key = named(see_found(unnamed, sees_personal=False), "map").key
    before = see_found(unnamed, sees_personal=False)
    dismiss(theme=key, by=bob)
    page = see_found(unnamed, sees_personal=False)
    assert [each.key for each in page.dismissed] == [key]
    assert key not in {each.key for each in page.themes}
    keep_found(unnamed)
    assert [each.key for each in see_found(unnamed, sees_personal=False).dismissed] == [key]
    take_back(theme=key, by=bob)
    after = see_found(unnamed, sees_personal=False)
    assert [(each.key, each.quotes) for each in after.themes] == [
        (each.key, each.quotes) for each in before.themes
    ]
    assert [change.verb for change in Change.objects.filter(type="found theme", key=key)] == [
        "said it may be a theme",
        "said it is no theme",
    ]


def test_an_id_that_people_said_something_of_never_becomes_anothers(unnamed, bob):
    keep_found(unnamed)
    keys = {each.key for each in kept_found(unnamed).themes}
    for key in keys:
        dismiss(theme=key, by=bob)
    (unnamed.path / FOLDER / "found.json").unlink()
    again = keep_found(unnamed)
    assert not keys & {each.key for each in again.themes}


def test_a_found_theme_becomes_the_draft_of_a_tag_with_masked_examples(unnamed, bob):
    keep_found(unnamed)
    page = see_found(unnamed, sees_personal=False)
    for each in page.themes:
        address = make_tag(theme=each.key, by=bob)
    assert address == "/definitions/taxonomy/taxonomy/edit/"
    [draft] = drafting.open_drafts()
    tags = taxonomy_of(draft.text).model.tags
    assert len(tags) == 3 + len(page.themes)
    assert any(DARK[:20] in example for tag in tags for example in tag.examples)
    assert MAIL not in draft.text
    assert Note.objects.exclude(tag="").count() == len(page.themes)


def test_the_page_shows_what_was_found_and_each_button_works(unnamed, client, carol, dave):
    client.force_login(dave)
    assert "Nobody looked yet." in shown(client, "/themes/new/")
    keep_found(unnamed)
    page = shown(client, "/themes/new/")
    assert "Two themes among 17 quotes without a tag" in page
    assert "Make a theme of it" not in page
    assert MAIL not in page
    client.force_login(carol)
    key = named(see_found(unnamed, sees_personal=False), "map").key
    address = f"/themes/new/{key}/"
    assert client.post(address, {"verb": "dismiss"})["Location"] == "/themes/new/"
    assert "Take back" in shown(client, "/themes/new/")
    assert client.post(address, {"verb": "back"}).status_code == 302
    assert client.post(address, {"verb": "take"}).status_code == 409
    assert client.post(address, {"verb": "burn"}).status_code == 400
    assert client.post("/themes/new/theme-999/", {"verb": "dismiss"}).status_code == 400
    assert client.post(address, {"verb": "make"})["Location"].endswith("/edit/")
    assert "is drafted" in shown(client, "/themes/new/")
    assert client.post("/themes/new/look/").status_code == 302
    assert "A look is under way" in shown(client, "/themes/new/")
