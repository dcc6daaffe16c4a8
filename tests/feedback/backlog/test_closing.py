"""When something ships everyone who asked stands in one list once, and is told once."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.facts.erasing import erase_person
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.backlog.models.replying import Closing, Reply
from quarterdeck.feedback.backlog.service import closing, linking
from quarterdeck.feedback.backlog.service.listing import replies_told
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.records.models import Change, Link
from tests.feedback.backlog.tracker import day, track
from tests.feedback.intake.said import add_account, say

ITEMS = ("W-1", "W-2", "W-3")
QUOTES = tuple(f"m{number}#1" for number in range(1, 8))


@pytest.fixture
def company(standing, alice):
    """Seven quotes of three customers, and three items of which two shipped."""
    for account, name, arr in (("a-1", "Beams", 1200), ("a-2", "Yard", 54000), ("a-3", "Dock", 900)):
        add_account(standing, account, name, arr)
    say(
        standing,
        {"text": "The map is wrong.", "account": "a-1", "person": "p-1", "time": day(1)},
        {
            "text": "Die Karte ist immer noch falsch, bitte.",
            "account": "a-2",
            "person": "p-2",
            "time": day(2),
        },
        {"text": "My mail is jo@yard.test, fix the map.", "account": "a-2", "person": "p-3", "time": day(3)},
        {"text": "Another word about the map.", "account": "a-2", "person": "p-3", "time": day(4)},
        {"text": "The map, the map.", "account": "a-3", "time": day(5)},
        {"text": "Where is our depot?", "account": "a-1", "time": day(6)},
        {"text": "A map would be nice.", "time": day(7)},
    )
    track(standing, "W-1", (0, "created", "To do"), (10, "Done"), title="Correct the map")
    track(standing, "W-2", (0, "created", "To do"), (12, "Done"), title="Show depots")
    track(standing, "W-3", (0, "created", "To do"))
    refresh(standing)
    return standing


def ask_for(item, *quotes, by):
    for quote in quotes:
        linking.link_quote(quote=quote, item=item, by=by)


def listed(company, item):
    return closing.reply_list(company, item).lines


def test_everyone_who_asked_is_listed_once_the_largest_customers_first(company, alice):
    ask_for("W-1", *QUOTES, by=alice)
    assert closing.draft_due(company) == ("W-1",)
    assert closing.draft_replies(company, "W-1") == 4
    found = closing.reply_list(company, "W-1")
    who = [(line.asker.account, line.asker.person, line.asker.times) for line in found.lines]
    assert sorted(who[:2]) == [("a-2", "p-2", 1), ("a-2", "p-3", 2)]
    assert who[2:] == [("a-1", "p-1", 1), ("a-3", None, 1)]
    assert (found.accounts, found.nobody, found.count("draft")) == (3, 1, 4)
    assert (closing.draft_due(company), closing.draft_replies(company, "W-1")) == ((), 0)
    assert Closing.objects.get().people == 4


def test_a_draft_names_what_shipped_and_when_in_the_language_of_the_quote(company, alice):
    ask_for("W-1", "m1#1", "m2#1", by=alice)
    german, english = (line.draft for line in listed(company, "W-1"))
    assert "am 3. September 2026" in german
    assert "„Correct the map“" in german
    assert german.endswith("Freundliche Grüße\nAcme")
    assert "On 2 September 2026 you told us" in english
    assert "“Correct the map” shipped on 11 September 2026" in english
    (company.path / "backlog").mkdir()
    (company.path / "backlog" / "loop.yaml").write_text("sender: The Acme team\n")
    assert listed(company, "W-1")[0].draft.endswith("The Acme team")


def test_what_was_decided_is_kept_logged_and_taken_back(company, alice, bob):
    ask_for("W-1", "m1#1", "m2#1", by=alice)
    closing.draft_replies(company, "W-1")
    first, second = (line.number for line in listed(company, "W-1"))
    closing.mark_sent(number=first, by=bob)
    with pytest.raises(QuarterdeckError):
        closing.skip(number=second, reason=" ", by=bob)
    closing.skip(number=second, reason="Left the company", by=bob)
    sent, skipped = listed(company, "W-1")
    assert (sent.state, sent.by, sent.decided_at is None) == ("sent", "Growth lead", False)
    assert (skipped.state, skipped.reason) == ("skipped", "Left the company")
    assert Change.objects.filter(verb="marked a reply sent", by=bob).count() == 1
    closing.take_back(number=first, by=bob)
    assert listed(company, "W-1")[0].state == "draft"


def test_a_draft_is_written_anew_while_it_is_one(company, alice):
    ask_for("W-1", "m1#1", by=alice)
    closing.draft_replies(company, "W-1")
    [line] = listed(company, "W-1")
    closing.reword(number=line.number, words="Hello Jo,\r\nit is there.", by=alice)
    assert listed(company, "W-1")[0].draft == "Hello Jo,\nit is there."
    assert "Jo" not in str(list(Change.objects.values_list("after", flat=True)))
    closing.reword(number=line.number, words="", by=alice)
    assert listed(company, "W-1")[0].draft == line.draft
    closing.mark_sent(number=line.number, by=alice)
    with pytest.raises(Conflict):
        closing.reword(number=line.number, words="Later", by=alice)


def test_nobody_is_told_of_two_things_within_the_days_of_rest(company, alice):
    ask_for("W-1", "m1#1", by=alice)
    ask_for("W-2", "m1#1", "m2#1", by=alice)
    for item in ("W-1", "W-2"):
        closing.draft_replies(company, item)
    closing.mark_sent(number=listed(company, "W-1")[0].number, by=alice)
    free, held = listed(company, "W-2")
    assert (free.held_until, held.asker.person) == (None, "p-1")
    assert timedelta(days=13) < held.held_until - timezone.now() < timedelta(days=14)
    with pytest.raises(Conflict) as refused:
        closing.mark_sent(number=held.number, by=alice)
    assert "cooldown_days" in refused.value.hint
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert listed(company, "W-2")[1].held_until is None
        closing.mark_sent(number=held.number, by=alice)


def test_an_item_that_was_opened_again_stops_its_list(company, alice):
    ask_for("W-1", "m1#1", "m2#1", by=alice)
    closing.draft_replies(company, "W-1")
    first, second = listed(company, "W-1")
    closing.mark_sent(number=first.number, by=alice)
    track(company, "W-1", (20, "Reopened"), title="Correct the map")
    found = closing.reply_list(company, "W-1")
    assert "opened again" in found.stopped
    with pytest.raises(Conflict):
        closing.mark_sent(number=second.number, by=alice)
    with pytest.raises(Conflict):
        closing.draft_replies(company, "W-1")
    track(company, "W-1", (30, "Done"), title="Correct the map")
    assert closing.draft_due(company) == ("W-1",)
    assert closing.draft_replies(company, "W-1") == 0
    assert [line.state for line in listed(company, "W-1")] == ["sent", "draft"]


def test_who_was_erased_is_in_no_list_and_leaves_no_words(company, alice):
    ask_for("W-1", "m1#1", "m2#1", "m3#1", by=alice)
    closing.draft_replies(company, "W-1")
    numbers = {line.asker.person: line.number for line in listed(company, "W-1")}
    closing.reword(number=numbers["p-3"], words="Dear Jo of Yard", by=alice)
    closing.mark_sent(number=numbers["p-3"], by=alice)
    for person in ("p-2", "p-3"):
        erase_person(FactStore(company.facts_path), person)
    refresh(company)
    assert [line.asker.person for line in listed(company, "W-1")] == ["p-1"]
    assert closing.has_erased(company)
    assert closing.forget_erased(company) == 2
    assert linking.read_links().quotes == {"W-1": ("m1#1",)}
    assert not closing.has_erased(company)
    assert sorted(Reply.objects.values_list("quote", "words", "state")) == [
        ("", "", "sent"),
        ("m1#1", "", "draft"),
    ]
    assert closing.forget_erased(company) == 0


def test_who_is_linked_after_the_list_was_drafted_joins_it(company, alice):
    ask_for("W-1", "m1#1", by=alice)
    closing.draft_replies(company, "W-1")
    assert closing.draft_due(company) == ()
    ask_for("W-2", "m2#1", by=alice)
    closing.draft_replies(company, "W-2")
    linking.merge_items(item="W-2", into="W-1", by=alice)
    ask_for("W-1", "m5#1", by=alice)
    assert closing.draft_due(company) == ("W-1",)
    assert closing.draft_replies(company, "W-1") == 1
    assert closing.draft_due(company) == ()
    assert len(listed(company, "W-1")) == 3


def test_what_has_not_shipped_has_no_list(company, alice):
    ask_for("W-3", "m1#1", by=alice)
    assert closing.reply_list(company, "W-3") is None
    assert closing.draft_due(company) == ()


ASKED = st.lists(st.tuples(st.sampled_from(QUOTES), st.sampled_from(ITEMS)), max_size=10)
MERGED = st.lists(st.tuples(st.sampled_from(ITEMS), st.sampled_from(ITEMS)), max_size=3)


@given(asked=ASKED, merged=MERGED)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_person_is_listed_once_whatever_the_duplicates(company, alice, asked, merged):
    for records in (Link, Reply, Closing):
        records.objects.all().delete()
    for quote, item in asked:
        linking.link_quote(quote=quote, item=item, by=alice)
    for item in closing.draft_due(company):
        closing.draft_replies(company, item)
    for item, into in merged:
        try:
            linking.merge_items(item=item, into=into, by=alice)
        except QuarterdeckError:
            continue
    for item in closing.draft_due(company):
        closing.draft_replies(company, item)
    for item in ("W-1", "W-2"):
        people = [line.asker.digest for line in listed(company, item)]
        assert len(people) == len(set(people))
        numbers = [line.number for line in listed(company, item) if line.number]
        assert len(numbers) == len(set(numbers))


def test_what_was_sent_is_kept_and_masked_for_readers_without_the_right(company, alice):
    ask_for("W-1", "m1#1", by=alice)
    closing.draft_replies(company, "W-1")
    [line] = listed(company, "W-1")
    assert line.as_seen(sees_personal=False) == line
    closing.mark_sent(number=line.number, words="Dear Jo Lind,\r\nit is there.", by=alice)
    [sent] = listed(company, "W-1")
    assert (sent.state, sent.draft) == ("sent", "Dear Jo Lind,\nit is there.")
    assert sent.as_seen(sees_personal=True) == sent
    assert sent.as_seen(sees_personal=False).draft == "Dear [name],\nit is there."
    [told] = replies_told(company, "W-1", sees_personal=False)
    assert told["draft"] == "Dear [name],\nit is there."


def test_why_somebody_was_skipped_goes_with_them(company, alice):
    ask_for("W-1", "m1#1", by=alice)
    closing.draft_replies(company, "W-1")
    [line] = listed(company, "W-1")
    closing.skip(number=line.number, reason="Jo Lind left", by=alice)
    erase_person(FactStore(company.facts_path), "p-1")
    closing.forget_erased(company)
    assert Reply.objects.get().reason == ""
    assert "Jo Lind" not in str([*Change.objects.values_list("before", "after")])
