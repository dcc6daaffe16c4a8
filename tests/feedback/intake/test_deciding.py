"""People sort quotes: keep, cut, merge, leave out; each step is undone as if it had never been."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.facts.erasing import erase_person
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.intake.models import Step, Triage
from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.intake.service.erased import forget_erased, has_erased
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.records.models import Change
from tests.feedback.intake.said import add_person, say

pytestmark = pytest.mark.django_db

INVITE, PHONE, MAP, KARTE, AGAIN = "m1#1", "m1#2", "m2#1", "m3#1", "m4#1"


def keys():
    return open_book().table["quote"].to_pylist()


def seen():
    """Everything a reader can tell from the quotes."""
    return open_book().table.drop_columns(["masked"]).to_pylist()


def test_a_quote_is_kept_with_its_tags_and_counted_no_more(inbox, carol):
    assert open_book().waiting == 4
    deciding.keep(quote=INVITE, tags=["Crew invite fails", " Crew  invite fails ", "Android"], by=carol)
    quote = open_book().find(INVITE)
    assert (quote.state, quote.tags) == ("kept", ("Crew invite fails", "Android"))
    assert open_book().waiting == 3
    assert Change.objects.filter(type="quote", key=INVITE, verb="kept").count() == 1


def test_what_is_said_again_by_the_same_account_is_counted_with_the_first(inbox, carol):
    assert open_book().find(AGAIN).same_as == INVITE
    deciding.unfold(quote=AGAIN, by=carol)
    assert open_book().find(AGAIN).same_as == ""
    assert open_book().waiting == 5
    deciding.undo(by=carol)
    assert open_book().find(AGAIN).same_as == INVITE


def test_a_quote_is_cut_in_parts_that_stand_for_themselves(inbox, carol):
    whole = open_book().find(MAP)
    deciding.split(quote=MAP, at=[len("The map is wrong, ")], by=carol)
    book = open_book()
    parts = [book.find(f"{MAP}.{number}") for number in (1, 2)]
    assert [part.text for part in parts] == ["The map is wrong,", "and the schedule is late."]
    assert not book.has(MAP)
    message = "The map is wrong, and the schedule is late."
    assert [message[part.start : part.end] for part in parts] == [part.text for part in parts]
    assert {part.account for part in parts} == {whole.account}
    deciding.keep(quote=f"{MAP}.2", tags=["Late"], by=carol)
    assert open_book().find(f"{MAP}.2").tags == ("Late",)
    with pytest.raises(QuarterdeckError, match="part of a quote already"):
        deciding.split(quote=f"{MAP}.1", at=[3], by=carol)


def test_personal_data_stays_masked_in_the_parts_of_a_quote(inbox, carol):
    deciding.split(quote=PHONE, at=[len("I had to ")], by=carol)
    part = open_book().find(f"{PHONE}.2")
    assert (part.text, part.masked) == ("phone +49 30 1234567.", "phone [phone].")


def test_merging_is_within_an_account_and_follows_to_the_first(inbox, carol):
    with pytest.raises(QuarterdeckError, match="two accounts"):
        deciding.merge(quote=MAP, into=INVITE, by=carol)
    deciding.merge(quote=PHONE, into=AGAIN, by=carol)
    assert open_book().find(PHONE).same_as == INVITE
    assert {quote.quote for quote in open_book().same(INVITE)} == {PHONE, AGAIN}
    with pytest.raises(QuarterdeckError, match="say the same already"):
        deciding.merge(quote=INVITE, into=PHONE, by=carol)


def test_what_was_decided_last_by_oneself_is_undone_first(inbox, carol, bob):
    deciding.keep(quote=INVITE, tags=[], by=carol)
    deciding.leave_out(quote=MAP, by=carol)
    deciding.keep(quote=KARTE, tags=[], by=bob)
    deciding.undo(by=carol)
    assert open_book().find(MAP).state == ""
    deciding.undo(by=carol)
    assert open_book().find(INVITE).state == ""
    with pytest.raises(QuarterdeckError, match="nothing to undo"):
        deciding.undo(by=carol)
    assert open_book().find(KARTE).state == "kept"


def test_what_somebody_else_decided_since_is_not_undone(inbox, carol, bob):
    step = deciding.keep(quote=INVITE, tags=["A"], by=carol)
    deciding.keep(quote=INVITE, tags=["B"], by=bob)
    with pytest.raises(Conflict, match="since"):
        deciding.undo(by=carol, step=step)
    assert open_book().find(INVITE).tags == ("B",)


def test_what_cannot_be_is_said(inbox, carol):
    for wrong, match in (
        (lambda: deciding.keep(quote="m9#1", tags=[], by=carol), "no quote 'm9#1'"),
        (lambda: deciding.keep(quote=MAP, tags=["a|b"], by=carol), "cannot be a tag"),
        (lambda: deciding.keep(quote=MAP, tags=[str(n) for n in range(30)], by=carol), "too many"),
        (lambda: deciding.split(quote=MAP, at=[0], by=carol), "nothing to cut"),
        (lambda: deciding.split(quote=MAP, at=[999], by=carol), "nothing to cut"),
        (lambda: deciding.unfold(quote=MAP, by=carol), "stands for itself"),
        (lambda: deciding.merge(quote=MAP, into=MAP, by=carol), "say the same already"),
    ):
        with pytest.raises(QuarterdeckError, match=match):
            wrong()
    assert not Step.objects.exists()


def test_decisions_outlive_new_messages_but_not_other_words(inbox, carol):
    deciding.keep(quote=INVITE, tags=["A"], by=carol)
    say(inbox, "Something new.")
    refresh(inbox)
    assert open_book().find(INVITE).tags == ("A",)
    Triage.objects.filter(quote=INVITE).update(digest="other words")
    Step.objects.all().delete()
    assert open_book().find(INVITE).state == ""


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["keep", "out", "split", "merge", "unfold"]), st.integers(0, 7), st.integers(0, 7)
    ),
    max_size=6,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_undoing_everything_restores_every_quote_and_count(inbox, carol, steps):
    before = seen()
    for verb, one, other in steps:
        there = keys()
        quote, into = there[one % len(there)], there[other % len(there)]
        try:
            {
                "keep": lambda q=quote, t=str(other): deciding.keep(quote=q, tags=[t], by=carol),
                "out": lambda q=quote: deciding.leave_out(quote=q, by=carol),
                "split": lambda q=quote, n=other: deciding.split(quote=q, at=[4 + n], by=carol),
                "merge": lambda q=quote, i=into: deciding.merge(quote=q, into=i, by=carol),
                "unfold": lambda q=quote: deciding.unfold(quote=q, by=carol),
            }[verb]()
        except QuarterdeckError:
            continue
        book = open_book()
        assert len(set(keys())) == len(book)
        # Whatever is folded, is folded into one that stands for itself.
        firsts = {quote.quote: quote.same_as for quote in book.at(range(len(book)))}
        assert all(not firsts[first] for first in firsts.values() if first)
    while deciding.last_step(carol):
        deciding.undo(by=carol)
    assert seen() == before


def test_a_part_hides_what_its_message_hid(own_workspace, carol):
    add_person(own_workspace, "u-1", name="Grit Sommer")
    text = "Ask Grit Sommer about it, the map is wrong"
    say(own_workspace, {"text": text, "person": "u-1"})
    refresh(own_workspace)
    assert open_book().find("m1#1").masked == "Ask [name] about it, the map is wrong"
    deciding.split(quote="m1#1", at=[len("Ask Grit Sommer about it,")], by=carol)
    parts = [open_book().find(f"m1#1.{number}").masked for number in (1, 2)]
    assert parts == ["Ask [name] about it,", "the map is wrong"]
    deciding.undo(by=carol)
    deciding.split(quote="m1#1", at=[len("Ask Grit")], by=carol)
    assert [open_book().find(f"m1#1.{number}").masked for number in (1, 2)] == [
        "Ask [name]",
        "[name] about it, the map is wrong",
    ]


def test_what_was_decided_about_words_that_are_gone_goes_too(own_workspace, carol):
    long = "k" * 200
    say(
        own_workspace,
        {"text": "The map is wrong.", "person": "u-1"},
        {"text": "The invite spins.", "person": "u-2", "feedback_id": long},
    )
    refresh(own_workspace)
    kept, other = keys()
    for quote in (kept, other):
        deciding.keep(quote=quote, tags=["Map"], by=carol)
    deciding.undo(by=carol)
    assert not has_erased(own_workspace)
    erase_person(FactStore(own_workspace.facts_path), "u-1")
    assert has_erased(own_workspace)
    assert forget_erased(own_workspace) == 1
    assert [triage.quote for triage in Triage.objects.all()] == [other]
    assert {step.quote for step in Step.objects.all()} == {other}
    erase_person(FactStore(own_workspace.facts_path), "u-2")
    forget_erased(own_workspace)
    assert not Triage.objects.exists()
    assert not Step.objects.exists()
    assert not has_erased(own_workspace)
