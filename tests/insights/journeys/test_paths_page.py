"""Paths are asked in a form, drawn with the stop in the middle, and told by how far a move is from it."""

from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.insights.journeys.service.addresses import asked_by, asked_of
from quarterdeck.insights.journeys.service.answers import answer
from quarterdeck.insights.journeys.service.asking import Asked, Filter
from quarterdeck.insights.journeys.service.laying_out import laid_out
from quarterdeck.insights.journeys.service.opening import Opened
from quarterdeck.insights.journeys.service.showing import lines_of
from quarterdeck.insights.journeys.service.tabling import table_of
from tests.insights.journeys.conftest import ask, view_of
from tests.insights.journeys.walking import shown

EXPLORE = "/journeys/explore/?kind=paths&pause=100"


def opened(rows, **content):
    view = view_of(rows)
    return Opened(question=ask(kind="paths", pause_minutes=500, **content), view=view, versions={})


def plain(text):
    return text.replace("\xa0", " ")


def laid(rows, **content):
    asked = opened(rows, **content)
    tables = laid_out(answer(asked), asked.question.journey).tables
    return [replace(each, claim=plain(each.claim)) for each in tables]


LOG = [("al", 0, "w"), ("al", 1, "a"), ("al", 2, "s"), ("al", 3, "b"), ("al", 4, "c"), ("al", 5, "d")]
LOG += [("bo", 0, "s"), ("bo", 9, "b"), ("cy", 0, "a"), ("cy", 1, "s"), ("cy", 2, "e")]


def test_the_stop_stands_in_the_middle_with_its_neighbours_in_the_first_table():
    first, before, after = laid(LOG, around_stop="s", longest=5)
    assert first.claim == "Before “S”, 100 % come from “A”; after it, 67 % go on to “B”"
    assert [row.name for row in first.rows] == ["A → S", "S → B", "S → E"]
    assert first.measure.startswith("2 moves to the stop, 3 on from it")
    headings = ("2 before", "1 before", "The stop", "1 after", "2 after")
    assert [first.drawing.count(f">{heading}<") for heading in headings] == [1, 2, 2, 2, 1]  # on two papers
    assert before.claim == "2 moves before: 100 % go from “W” to “A”"
    assert after.claim == "2 moves after: 100 % go from “B” to “C”"


def test_a_stop_that_every_path_begins_with_has_nothing_before_it():
    first, *_ = laid(LOG[6:8], around_stop="s", longest=5)
    assert first.claim == "After “S”, 100 % go on to “B”"
    assert ">1 before<" not in first.drawing
    assert ">The stop<" in first.drawing
    assert [each.claim for each in laid(LOG[6:8], around_stop="b")] == ["Before “B”, 100 % come from “S”"]


def test_a_long_path_is_drawn_near_the_stop():
    rows = [("al", minute, f"e{minute:02d}") for minute in range(20)]
    first, *_ = laid(rows, around_stop="e09", longest=19)
    assert ">2 before<" in first.drawing
    assert ">3 before<" not in first.drawing
    assert "E09" in first.drawing


def test_shares_are_of_every_move_also_of_those_that_are_not_listed():
    rows = [(f"p{number:02d}", minute, event) for number in range(60) for minute, event in enumerate("ab")]
    rows = [(who, minute, event if minute == 0 else f"{event}{who}") for who, minute, event in rows]
    (table,) = laid(rows)
    assert table.claim == "1.7 % go from “A” to “Bp00”"
    assert table.measure.startswith("60 moves")


def test_a_value_of_a_property_is_shown_as_it_is():
    view = view_of([("al", 0, "look"), ("al", 1, "look")], page=["/first_page.html", ""])
    asked = Opened(question=ask(kind="paths", stops="page"), view=view, versions={})
    (table,) = laid_out(answer(asked), asked.question.journey).tables
    assert plain(table.claim) == "100 % go from “/first_page.html” to “no value”"


def test_a_terminal_and_a_table_say_how_far_a_move_is_from_the_stop():
    found = answer(opened(LOG, around_stop="s", longest=5))
    lines = [" ".join(line.split()) for line in lines_of(found)][1:]
    assert lines[0].startswith("-2 w → a 1 100.0 %")
    assert lines[1].startswith("-1 a → s 2 100.0 %")
    assert lines[2].startswith("+1 s → b 2 66.7 %")
    assert "-1 is the last move before, +1 the first after." in lines
    table = table_of(found).to_pydict()
    assert sorted(zip(table["away"], table["source"], table["of"], strict=True))[0] == (-2, "w", 1)
    assert table_of(answer(opened(LOG)))["away"].null_count == table_of(answer(opened(LOG))).num_rows


few = st.lists(st.builds(Filter, field=st.just("plan"), value=st.sampled_from(("pro", "free"))), max_size=1)


@given(
    st.builds(
        Asked,
        kind=st.just("paths"),
        meet=st.sampled_from(("around", "from", "to")),
        at=st.sampled_from(("a", "b c", "")),
        stops=st.sampled_from(("", "page")),
        longest=st.integers(3, 20),
        pause=st.integers(1, 999),
        filters=few.map(tuple),
        cohort=st.sampled_from(("", "staff", "!staff")),
        unit=st.sampled_from(("person", "account")),
        since=st.sampled_from(("-60d", "2026-01-31")),
        until=st.sampled_from(("", "2026-03-01")),
        name=st.sampled_from(("", "ways")),
    ).map(lambda asked: asked if asked.at else Asked(kind="paths", longest=asked.longest))
)
def test_whatever_the_form_asks_stands_in_its_address_and_its_definition(asked):
    assert asked_of(parse_qs(asked.address, keep_blank_values=True)) == asked
    assert asked_by(asked.journey(), asked.name) == asked


@pytest.mark.parametrize(
    "more", [{"from_stop": "a", "to_stop": "b"}, {"where": [{"cohort": "x"}, {"cohort": "y"}]}]
)
def test_what_the_form_cannot_hold_stays_text(more):
    assert asked_by(Journey(kind="paths", **more)) is None


def test_paths_are_asked_in_a_form(sorted_events, sign_in, dave):
    client = sign_in(dave)
    page = shown(client, "/journeys/explore/?kind=paths")
    assert "<h1>New paths</h1>" in page
    assert 'id="meet_around" value="around" checked' in page
    page = plain(shown(client, f"{EXPLORE}&at=invited"))
    assert "Before “Invited”, 100 % come from “Signed up”; after it, 100 % go on to “Planned”" in page
    assert '<option value="signed_up">' in page
    move = urlencode({"moved_from": "invited", "moved_to": "planned", "moved_at": 3})
    assert move in page.replace("&amp;", "&")
    listed = shown(client, f"{EXPLORE}&at=invited&{move}")
    assert "8 went from “Invited” to “Planned”" in listed
    assert "8 times, the move after." in listed
    assert "acme.test" not in listed
    refused = client.get(f"{EXPLORE}&at=invitd")
    assert refused.status_code == 400
    assert "Did you mean" in refused.content.decode()
    assert client.get(f"{EXPLORE}&at=invited&longest=2").status_code == 400


def test_saved_paths_open_in_the_form(sorted_events, sign_in, dave):
    folder = sorted_events.path / "journeys"
    folder.mkdir(exist_ok=True)
    (folder / "ways.yaml").write_text(
        "title: Ways\nkind: paths\nsince: -60d\naround_stop: invited\npause_minutes: 100\n"
    )
    answer = sign_in(dave).get("/journeys/ways/", follow=True)
    assert answer.redirect_chain[0][0] == "/journeys/explore/?name=ways&kind=paths&at=invited&pause=100"
    assert "<h1>Ways</h1>" in answer.content.decode()


def test_values_are_offered_once_a_property_names_the_stops(sorted_events, sign_in, dave):
    page = shown(sign_in(dave), f"{EXPLORE}&stops=device")
    assert 'list="values_device"' in page
