"""What a text is about is suggested in an order that holds whatever else is there."""

import pytest

from quarterdeck.feedback.themes.service.likeness import most_alike

THINGS = {
    "offline": [
        "Make the schedule available offline",
        "no signal, no schedule",
        "the plan without a connection",
    ],
    "map": ["Correct the map of depots", "the map puts our yard on the wrong side"],
    "invoice": ["Export invoices", "our accountant needs the invoices as a file"],
}


@pytest.mark.parametrize("encoder", ["none", "words"])
def test_the_thing_that_says_it_comes_first(encoder):
    asked = ["the schedule should work with no signal", "yard is shown in the wrong place on the map"]
    found = most_alike(asked, THINGS, encoder=encoder)
    assert [each[0].key for each in found] == ["offline", "map"]
    assert all(0 < alike.share <= 1 for each in found for alike in each)


def test_nothing_is_suggested_where_nothing_is_shared():
    assert most_alike(["zzz"], THINGS, encoder="none") == [[]]
    assert most_alike(["the map"], {}, encoder="none") == [[]]
    assert most_alike([], THINGS, encoder="none") == []


def test_what_is_suggested_does_not_hang_on_the_order_of_things():
    asked = ["invoices for our accountant"]
    there = most_alike(asked, THINGS, encoder="words")
    back = most_alike(asked, dict(reversed(THINGS.items())), encoder="words")
    assert [alike.key for alike in there[0]] == [alike.key for alike in back[0]]


def test_of_very_many_things_the_nearest_are_compared():
    many = {f"other-{number}": [f"thing number {number}"] for number in range(400)}
    assert most_alike(["export of invoices"], {**many, **THINGS}, encoder="none")[0][0].key == "invoice"
