"""The page says how the week went, in words that claim no more than is known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from quarterdeck.insights.metrics.service.dossiers import Holder, Measure
from quarterdeck.report.brief.calc.sentences import (
    choose_scoreboard,
    fold_movements,
    headline,
    normal_words,
    order_movements,
    score_row,
    tell_movement,
)
from tests.report.contributions import FULL

MONDAY = date(2026, 11, 9)
AS_OF = date(2026, 11, 16)


def measure(title: str, **given) -> Measure:
    usual = {
        "name": title.lower().replace(" ", "_"),
        "title": title,
        "role": "input",
        "unit": "count",
        "higher_is": "better",
        "owner": "Growth lead",
        "currency": "USD",
        "value": 100.0,
        "base": None,
        "low": 90.0,
        "high": 110.0,
        "target": None,
        "judgement": "within noise",
        "side": "",
        "week_start": MONDAY,
        "last_seen": date(2026, 11, 15),
    }
    return Measure(**(usual | given))


def fell(title: str, **given) -> Measure:
    return measure(title, judgement="moved", side="below", value=60.0, since=date(2026, 11, 10), **given)


def rose(title: str, **given) -> Measure:
    return measure(title, judgement="moved", side="above", value=160.0, since=date(2026, 11, 12), **given)


STAR = measure("Teams dispatching", role="north star")


@pytest.mark.parametrize(
    ("measures", "said"),
    [
        ([], "No metric is defined yet."),
        ([STAR, measure("Activation")], "On track."),
        ([STAR, fell("Activation")], "On track except activation."),
        ([STAR, fell("Activation"), rose("Adoption")], "On track except activation; adoption rose."),
        ([STAR, rose("Adoption")], "On track; adoption rose."),
        ([STAR, rose("Errors", higher_is="worse")], "On track except errors."),
        (
            [fell("Teams dispatching", role="north star"), fell("Activation")],
            "Off track on teams dispatching and activation.",
        ),
        ([STAR, fell("Side thing", role="other")], "On track, though side thing fell."),
        ([STAR, fell("Activation"), fell("Side thing", role="other")], "On track except activation."),
        ([STAR, *(fell(f"M{n}") for n in "abcde")], "On track except ma, mb, mc and two more."),
        ([measure("A", judgement="too little data")], "Too little data to judge this week."),
        ([measure("A", judgement="no data", value=None)], "No data for this week."),
        (
            [fell("Activation"), *(measure(t, judgement="no data", value=None) for t in "ab")],
            "On track except activation; two metrics cannot be judged yet.",
        ),
        (
            [STAR, measure("A", judgement="not mature yet", value=None)],
            "On track as far as is known; one metric cannot be judged yet.",
        ),
    ],
)
def test_the_headline_says_how_the_week_went(measures, said):
    assert headline(measures, ())[0].text == said


def test_the_headline_says_what_is_asked():
    assert headline([STAR], ())[1].text == "No decision is asked for this week."
    (one,) = FULL.decisions
    assert headline([STAR], [one])[1].text == "One decision by Wednesday."
    assert headline([STAR], [one, one])[1].text == "Two decisions by Wednesday."
    later = replace(one, by=one.by + timedelta(2))
    assert headline([STAR], [one, later])[1].text == "Two decisions, the first by Wednesday."


def test_a_movement_is_told_with_figures_slice_and_date():
    holder = Holder(dimension="device", value="android", figure=0.12, base=290, low=0.37, high=0.45)
    activation = fell("Activation", unit="share", holder=holder)
    activation = replace(activation, value=0.29, base=684, low=0.33, high=0.40)
    told = tell_movement(activation, as_of=AS_OF)
    assert [said.text.replace("\N{NO-BREAK SPACE}", " ") for said in told.full] == [
        "Activation fell to 29 % of 684 (expected 33 to 40) since Tuesday 10 November.",
        "Device android holds most of it: 12 % of 290 against 37 to 45 expected.",
    ]
    assert [said.text for said in told.brief] == [
        "Activation fell below the expected range on Tuesday 10 November.",
        "Device android holds most of it.",
    ]
    assert told.confidence == "unknown"
    assert told.then[0].text == "Next answer Wednesday."


def test_a_movement_that_no_slice_holds_says_so():
    looked_into = fell("Activation", dimensions=("device",))
    assert tell_movement(looked_into, as_of=AS_OF).full[1].text == "No single slice holds most of it."
    assert len(tell_movement(fell("Activation"), as_of=AS_OF).full) == 1


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (None, "since Tuesday 10 November."),
        (date(2026, 11, 11), "on Tuesday 10 November alone."),
        (date(2026, 11, 13), "from Tuesday 10 November to Thursday 12 November."),
    ],
)
def test_a_movement_that_is_over_says_so(until, said):
    told = tell_movement(fell("Jobs", until=until), as_of=AS_OF)
    assert told.full[0].text.endswith(said)


def test_a_dimension_of_an_account_is_said_by_its_own_name():
    holder = Holder(dimension="account.plan", value="starter", figure=1, base=None, low=None, high=None)
    told = tell_movement(fell("Jobs", holder=holder), as_of=AS_OF)
    assert told.full[1].text == "Plan starter holds most of it: 1."


def test_what_moved_with_another_in_the_same_slice_is_told_with_it():
    holder = Holder(dimension="device", value="android", figure=1, base=None, low=None, high=None)
    ratio = fell("Activation", holder=holder)
    part = fell("Activated teams", role="other", holder=holder)
    stranger = fell("Exports", role="other", holder=replace(holder, value="ios"))
    folded = fold_movements(order_movements([STAR, part, stranger, ratio]))
    assert [(lead.title, [other.title for other in others]) for lead, others in folded] == [
        ("Activation", ["Activated teams"]),
        ("Exports", []),
    ]
    assert "Activated teams fell with it." in [
        said.text for said in tell_movement(*folded[0], as_of=AS_OF).full
    ]


def test_the_wrong_way_comes_first():
    ordered = order_movements([rose("Adoption"), fell("Activation"), STAR])
    assert [measure.title for measure in ordered] == ["Activation", "Adoption"]


def test_the_scoreboard_is_the_top_of_the_tree():
    measures = [
        STAR,
        *(measure(f"Input {n}") for n in range(4)),
        *(measure(f"Guard {n}", role="guardrail") for n in range(3)),
        measure("Other", role="other"),
    ]
    assert [one.title for one in choose_scoreboard(measures)] == [
        "Teams dispatching",
        "Input 0",
        "Input 1",
        "Input 2",
        "Guard 0",
        "Guard 1",
    ]
    assert len(choose_scoreboard([measure(f"M{n}", role="other") for n in range(9)])) == 6


def test_no_data_is_never_zero():
    row = score_row(measure("Exports", judgement="no data", value=None, last_seen=date(2026, 11, 9)), ())
    assert (row.value_text, row.state, row.value) == ("–", "no data since 10 Nov", None)
    unripe = score_row(measure("Retention", judgement="not mature yet", value=0.0), ())
    assert (unripe.value_text, unripe.value) == ("–", None)


def test_a_share_always_has_its_base():
    row = score_row(measure("Activation", unit="share", value=0.29, base=684, low=0.33, high=0.4), ())
    assert row.base_text == "of 684"


def test_what_the_page_does_not_show_is_counted():
    assert normal_words([STAR], ["teams_dispatching"]) is None
    words = normal_words(
        [STAR, measure("A"), measure("B", judgement="too little data")], ["teams_dispatching"]
    )
    assert words is not None
    assert words.text == "1 metric normal, 1 not judged yet."


def test_a_row_has_its_unit_once_with_the_target_where_no_value_is_known():
    known = score_row(measure("Activation", unit="share", value=0.29, base=684, target=0.38), ())
    assert (known.value_text, known.target_text) == ("29\xa0%", "38")
    unknown = score_row(measure("Retention", unit="share", value=None, judgement="no data", target=0.75), ())
    assert (unknown.value_text, unknown.target_text) == ("–", "75\xa0%")


def test_a_row_of_an_earlier_week_says_which():
    earlier = measure("Retention", week_start=date(2026, 10, 5), earlier=True)
    assert score_row(earlier, ()).state == "week of 5 Oct"
    assert score_row(earlier, ()).week_start == date(2026, 10, 5)
