"""What asks for a work item travels with it, is counted once, and every count comes back when undone."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.feedback.backlog.service import linking
from quarterdeck.feedback.backlog.service.asking import asks_of, counts_of_all, read_ground
from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.feedback.themes.service.keeping import keep_tags
from quarterdeck.records.models import Change, Link
from tests.feedback.backlog.tracker import track
from tests.feedback.intake.said import add_account, say

ITEMS = ("W-1", "W-2", "W-3", "W-4")
QUOTES = tuple(f"m{number}#1" for number in range(1, 7))


@pytest.fixture
def company(standing, alice):
    """Six quotes of two customers and of somebody unknown, and four items, one below another."""
    add_account(standing, "a-1", "Beams", 1200)
    add_account(standing, "a-2", "Yard", 54000)
    say(
        standing,
        {"text": "The map is wrong.", "account": "a-1", "person": "p-1"},
        {"text": "Why is our yard on the other side?", "account": "a-1", "person": "p-2"},
        {"text": "We need the schedule offline.", "account": "a-2", "person": "p-3"},
        {"text": "Where the signal ends the plan ends.", "account": "a-2", "person": "p-3"},
        {"text": "Nothing works in the basement."},
        {"text": "Please put our depots on the map.", "account": "a-2"},
    )
    for item in ITEMS:
        track(standing, item, (0, "created", "To do"), parent="W-1" if item == "W-4" else None)
    refresh(standing)
    return standing


def counts(company):
    """Of every item: quotes, people, customers, revenue, and those of whom nobody is known."""
    found = counts_of_all(read_ground(company))
    return {
        item: (len(asks.quotes), asks.people, asks.accounts, asks.arr, asks.nobody)
        for item, asks in found.items()
    }


def test_a_quote_asks_for_an_item_once(company, alice):
    assert linking.link_quote(quote="m1#1", item="W-2", by=alice)
    assert not linking.link_quote(quote="m1#1", item="W-2", by=alice)
    assert counts(company) == {"W-2": (1, 1, ("a-1",), 1200, 0)}
    assert Change.objects.filter(verb="linked").count() == 1
    assert linking.unlink_quote(quote="m1#1", item="W-2", by=alice)
    assert counts(company) == {}


def test_a_person_and_a_customer_count_once(company, alice):
    for quote in ("m3#1", "m4#1", "m5#1", "m6#1"):
        linking.link_quote(quote=quote, item="W-2", by=alice)
    [asker] = asks_of(read_ground(company), "W-2").askers
    assert (asker.person, asker.account, asker.arr, asker.times) == ("p-3", "a-2", 54000, 2)
    assert counts(company) == {"W-2": (4, 1, ("a-2",), 54000, 1)}


def test_quotes_are_counted_above_and_with_what_is_the_same(company, alice):
    linking.link_quote(quote="m1#1", item="W-4", by=alice)
    linking.link_quote(quote="m1#1", item="W-2", by=alice)
    linking.link_quote(quote="m2#1", item="W-2", by=alice)
    one, two = (1, 1, ("a-1",), 1200, 0), (2, 2, ("a-1",), 1200, 0)
    assert counts(company) == {"W-4": one, "W-1": one, "W-2": two}
    before = counts(company)
    assert linking.merge_items(item="W-2", into="W-4", by=alice) == "W-4"
    assert counts(company) == {"W-4": two, "W-1": two}
    assert linking.undo_merge(item="W-2", by=alice) == "W-4"
    assert counts(company) == before


def test_a_chain_of_merges_has_one_survivor_and_no_ring(company, alice):
    linking.link_quote(quote="m1#1", item="W-3", by=alice)
    linking.merge_items(item="W-3", into="W-2", by=alice)
    linking.merge_items(item="W-2", into="W-4", by=alice)
    assert set(counts(company)) == {"W-4", "W-1"}
    for refused in ({"item": "W-4", "into": "W-3"}, {"item": "W-1", "into": "W-1"}):
        with pytest.raises(QuarterdeckError):
            linking.merge_items(**refused, by=alice)
    with pytest.raises(Conflict):
        linking.merge_items(item="W-3", into="W-1", by=alice)
    with pytest.raises(Conflict):
        linking.undo_merge(item="W-1", by=alice)


def test_a_quote_that_was_cut_asks_with_its_parts_and_one_left_out_no_more(company, alice):
    linking.link_quote(quote="m2#1", item="W-2", by=alice)
    step = deciding.split(quote="m2#1", at=[7], by=alice)
    assert counts(company)["W-2"] == (2, 1, ("a-1",), 1200, 0)
    deciding.undo(step=step, by=alice)
    assert counts(company)["W-2"] == (1, 1, ("a-1",), 1200, 0)
    deciding.leave_out(quote="m2#1", by=alice)
    assert counts(company)["W-2"] == (0, 0, (), 0, 0)


def test_a_quote_folded_into_another_asks_with_it_and_both_are_told(company, alice):
    linking.link_quote(quote="m2#1", item="W-2", by=alice)
    deciding.merge(quote="m2#1", into="m1#1", by=alice)
    [quote] = asks_of(read_ground(company), "W-2").quotes
    assert (quote.quote, counts(company)["W-2"][:2]) == ("m1#1", (1, 2))


def test_everyone_who_speaks_of_a_theme_asks_for_its_item(company, alice):
    with pytest.raises(QuarterdeckError):
        linking.link_theme(theme="Map", item="W-2", by=alice)
    (company.path / "themes").mkdir(exist_ok=True)
    (company.path / "themes" / "taxonomy.yaml").write_text(
        "tags:\n- {name: Map, description: 'the map, yard, depots, location'}\n"
        "- {name: Offline, description: 'no signal, schedule offline, basement'}\n"
    )
    for quote in ("m1#1", "m2#1"):
        deciding.keep(quote=quote, tags=["Map"], by=alice)
    for quote in ("m3#1", "m4#1", "m5#1", "m6#1"):
        deciding.keep(quote=quote, tags=["Offline"], by=alice)
    keep_tags(company)
    linking.link_theme(theme="Map", item="W-2", by=alice)
    linking.link_quote(quote="m1#1", item="W-2", by=alice)
    assert counts(company) == {"W-2": (2, 2, ("a-1",), 1200, 0)}
    linking.unlink_theme(theme="Map", item="W-2", by=alice)
    assert counts(company) == {"W-2": (1, 1, ("a-1",), 1200, 0)}


ASKED = st.lists(st.tuples(st.sampled_from(QUOTES), st.sampled_from(ITEMS)), max_size=8)
MERGED = st.lists(st.tuples(st.sampled_from(ITEMS), st.sampled_from(ITEMS)), max_size=4)


@given(asked=ASKED, merged=MERGED, reverse=st.booleans())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merging_and_undoing_restores_every_count(company, alice, asked, merged, reverse):
    Link.objects.all().delete()
    for quote, item in asked:
        linking.link_quote(quote=quote, item=item, by=alice)
    before, done = counts(company), []
    for item, into in merged:
        try:
            linking.merge_items(item=item, into=into, by=alice)
        except QuarterdeckError:
            continue
        done.append(item)
        for asks in counts_of_all(read_ground(company)).values():
            keys = [quote.quote for quote in asks.quotes]
            people = [asker.digest for asker in asks.askers]
            assert len(keys) == len(set(keys))
            assert len(people) == len(set(people))
    everything = {quote for quote, _ in asked}
    found = counts_of_all(read_ground(company)).values()
    assert {quote.quote for asks in found for quote in asks.quotes} == everything
    for item in reversed(done) if reverse else done:
        linking.undo_merge(item=item, by=alice)
    assert counts(company) == before
