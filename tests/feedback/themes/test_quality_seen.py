"""What people decided says how far the tagger can be believed, and a theme's interval allows for it."""

from random import Random

import numpy as np
import pytest

from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.feedback.themes.calc.calibrating import USUAL
from quarterdeck.feedback.themes.calc.confusing import confusions
from quarterdeck.feedback.themes.calc.families import wholes
from quarterdeck.feedback.themes.calc.parts import without_wholes
from quarterdeck.feedback.themes.calc.tagging import Fit
from quarterdeck.feedback.themes.calc.texts import Example
from quarterdeck.feedback.themes.calc.trending import Precision, trend_of
from quarterdeck.feedback.themes.definitions import Tag, Taxonomy
from quarterdeck.feedback.themes.service.board import (
    marks_of,
    read_said,
    said_before,
    said_lately,
    theme_of,
)
from quarterdeck.feedback.themes.service.keeping import judged_quotes, keep_tags, kept_tags
from quarterdeck.feedback.themes.service.quality import precision_of, see_quality
from quarterdeck.feedback.themes.service.tagging import tag_quotes
from tests.feedback.themes.speaking import SENTENCES
from tests.feedback.themes.test_pages import TAXONOMY, say, shown

ABOUT = {
    "Billing": "The invoice shows a price for our seats that",
    "No signal": "No signal in the basement, so that",
    "Offline schedule": "Without a connection the schedule",
}
SYLLABLES = [first + vowel for first in "bdfgklmnprstvz" for vowel in "aeiou"]


def whatever(number):
    """A few words of which no two texts have many in common."""
    chance = Random(number)
    return " ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(6))


@pytest.fixture
def spoken(own_workspace, bob):
    """A quote a week about each theme by six customers, of which some are sorted; one of them oddly."""
    rows = [
        (week, f"a{number}", f"{text} {whatever(f'{week} {number} {text}')}.")
        for week in range(8)
        for number in range(6)
        for text in ABOUT.values()
    ]
    say(own_workspace, rows)
    (own_workspace.path / "themes").mkdir()
    (own_workspace.path / "themes" / "taxonomy.yaml").write_text(TAXONOMY)
    refresh(own_workspace)
    book = open_book()
    assert len(book) == len(rows)
    for place, quote in enumerate(book.at(range(1, len(book), 2))):
        told = next(tag for tag, text in ABOUT.items() if quote.text.startswith(text[:10]))
        deciding.keep(quote=quote.quote, tags=[] if place % 7 == 0 else [told], by=bob)
    return own_workspace


def test_a_theme_has_the_errors_of_its_tagger_in_its_interval(spoken):
    kept = keep_tags(spoken)
    reading = read_said(spoken, kept)
    tag = next(tag for tag in reading.taxonomy.tags if tag.name == "Billing")
    checked = reading.precision["Billing"]
    assert 0 < checked.right < checked.looked_at  # those without a tag were given one, unseen
    told = theme_of(reading, tag).trend
    before, _ = said_before(reading)
    plain = trend_of(reading.said, marks_of(reading, "Billing"), said_lately(reading), before)
    assert told.ratio == plain.ratio
    assert told.low < plain.low < plain.high < told.high
    nothing_known = trend_of(
        reading.said,
        marks_of(reading, "Billing"),
        said_lately(reading),
        before,
        Precision(right=0, looked_at=0),
        reading.by_people,
    )
    assert nothing_known.low < told.low


def test_what_is_right_of_a_part_is_right_of_its_whole(spoken):
    taxonomy = read_said(spoken, keep_tags(spoken)).taxonomy
    judged = judged_quotes(spoken, kept_tags(spoken))
    found = precision_of(taxonomy, judged)
    as_part = sum("No signal" in each.given for each in judged)
    assert found["Offline schedule"].looked_at == as_part + sum(
        "Offline schedule" in each.given for each in judged
    )


def test_the_page_says_rates_where_it_can_and_what_to_sort_next(spoken, sign_in, dave):
    client = sign_in(dave)
    assert "Nothing is tagged yet." in shown(client, "/themes/quality/")
    keep_tags(spoken)
    page = shown(client, "/themes/quality/")
    assert "going by 72 sorted quotes" in page
    assert "no tag</td><td>Billing" in page
    assert "checked quotes" in shown(client, "/themes/Billing/")
    seen = see_quality(spoken, sees_personal=False)
    assert {each.tag: each.examples for each in seen.quality.tags}["Billing"] >= 10


def test_few_sorted_quotes_say_nothing(own_workspace, sign_in, dave, bob):
    say(own_workspace, [(0, "a", "The price of our seats is wrong.")])
    (own_workspace.path / "themes").mkdir()
    (own_workspace.path / "themes" / "taxonomy.yaml").write_text(TAXONOMY)
    refresh(own_workspace)
    [quote] = open_book().at([0])
    deciding.keep(quote=quote.quote, tags=["Billing"], by=bob)
    keep_tags(own_workspace)
    page = shown(sign_in(dave), "/themes/quality/")
    assert "too few to say how good the tagger is" in page
    assert page.count("too few to say</small>") == 3


def test_the_inbox_has_a_queue_of_unsure_quotes_which_sorting_empties(spoken, sign_in, carol):
    keep_tags(spoken)
    client = sign_in(carol)
    waiting = see_quality(spoken, sees_personal=False, most=200).unsure
    assert f"Unsure, {len(waiting)}" in shown(client, "/inbox/?show=unsure")
    if waiting:
        deciding.leave_out(quote=waiting[0].quote, by=carol)
        assert f"Unsure, {len(waiting) - 1}" in shown(client, "/inbox/?show=unsure")


def test_a_theme_called_like_a_page_has_a_page_all_the_same(spoken, sign_in, dave):
    file = spoken.path / "themes" / "taxonomy.yaml"
    file.write_text(TAXONOMY + "  - {name: quality, description: Crooked seams and loose threads.}\n")
    keep_tags(spoken)
    client = sign_in(dave)
    assert 'href="/themes/named/quality/"' in shown(client, "/themes/")
    assert "<h1>quality</h1>" in shown(client, "/themes/named/quality/")


def test_confusions_are_wrong_tags_beside_what_was_missed():
    wanted = [("a",), ("a",), ("b",), (), ("a", "b")]
    given = [("b",), ("b",), (), ("a",), ("a",)]
    found = [(each.wanted, each.given, each.times) for each in confusions(wanted, given)]
    assert found == [("a", "b", 2), ("", "a", 1)]


def fit(*shares):
    """One text, its best tags by their places and shares."""
    place, share = zip(*shares, strict=True)
    return Fit(
        place=np.array([place], np.int32), share=np.array([share], np.float32), none=np.zeros(1, np.float32)
    )


PAYING, CARD, TRANSFER, SIGNING_IN = range(4)
ABOVE = {CARD: (PAYING,), TRANSFER: (PAYING,)}


def test_where_no_part_is_sure_enough_the_whole_that_they_have_in_common_may_be():
    between = fit((CARD, 0.4), (TRANSFER, 0.38), (SIGNING_IN, 0.05))
    assert USUAL.confidence(between)[0] < 0.5
    [(whole, sure)] = wholes(between, [0], ABOVE, USUAL, 0.5).values()
    assert whole == PAYING
    assert sure > 0.9
    apart = fit((CARD, 0.4), (SIGNING_IN, 0.38), (TRANSFER, 0.05))
    assert wholes(apart, [0], ABOVE, USUAL, 0.5) == {}
    assert wholes(between, [0], {}, USUAL, 0.5) == {}


def test_a_whole_is_given_in_place_of_its_parts_and_never_beside_one():
    """People give what speaks of money to either of two parts: which one, nothing tells."""
    names = ("money", "money to me", "money to you", "late_delivery", "sign_in")
    tags = tuple(Tag(name=name, parent="money" if " to " in name else None) for name in names)
    flat = tuple(tag.model_copy(update={"parent": None}) for tag in tags)
    learnt = [
        Example(text=text, tags=(f"money to {('me', 'you')[place % 2]}",) if tag == "refund" else (tag,))
        for tag, texts in SENTENCES.items()
        for place, text in enumerate((*texts, f"{texts[0]} now", f"{texts[1]} at last"))
    ]
    texts = ["I want the money back", "send the money", "the parcel is late", "wrong password"]
    asked = {"examples": learnt, "encoder": "none", "wrong_costs": 3}
    apart, together = (tag_quotes(Taxonomy(tags=each), texts, **asked).tagged for each in (flat, tags))
    assert [each.tags for each in apart[:2]] == [(), ()]
    assert [each.tags for each in together[:2]] == [("money",), ("money",)]
    assert apart[2:] == together[2:]
    assert without_wholes(("money", "money to me", "sign_in"), {"money to me": ("money",)}) == (
        "money to me",
        "sign_in",
    )
