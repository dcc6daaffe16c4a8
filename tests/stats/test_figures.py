"""Numbers and days are written as the design asks, and never so coarsely that they mislead."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.stats.figures import (
    SPACE,
    axis_labels,
    counted,
    in_sentence,
    listed,
    notation,
    whole,
    working_days_after,
)


@pytest.mark.parametrize(
    ("unit", "value", "others", "written"),
    [
        ("share", 0.29, (0.33, 0.40), "29 %"),
        ("share", 0.112, (0.096, 0.128), "11.2 %"),
        ("share", 0.9971, (0.9963, 0.9979), "99.71 %"),
        ("share", 0.0042, (0.003, 0.005), "0.42 %"),
        ("count", 4180, (4040, 4260), "4,180"),
        ("count", 1_240_000, (), "1.24M"),
        ("number", 3.4, (3.2, 3.6), "3.4"),
        ("number", -3.4, (), "−3.4"),
        ("currency", 412_000, (), "$412k"),
        ("currency", 41_200, (), "$41,200"),
        ("seconds", 1.9, (), "1.9 s"),
        ("seconds", 300, (), "5.0 min"),
    ],
)
def test_a_value_is_written_with_its_unit(unit, value, others, written):
    assert notation(unit, (value, *others)).full(value).replace(SPACE, " ") == written


def test_ranges_are_said_in_prose_and_drawn_in_tables():
    share = notation("share", (0.33, 0.4))
    assert share.prose_range(0.33, 0.4) == "33 to 40"
    assert share.table_range(0.33, 0.4).replace(SPACE, " ") == "33 – 40"


def test_a_count_outside_its_range_never_looks_inside():
    written = notation("count", (100, 100.4, 119.6))
    assert written.prose_range(100.4, 119.6) == "101 to 119"


@given(st.floats(-1e12, 1e12), st.sampled_from(["share", "count", "number", "currency", "seconds"]))
def test_every_number_has_a_real_minus_and_no_exponent(value, unit):
    written = notation(unit, (value,)).full(value)
    assert "-" not in written
    assert "e" not in written.replace("s", "")


def test_an_axis_says_its_unit_once():
    assert axis_labels("share", (0, 0.2, 0.4)) == ("0", "20", f"40{SPACE}%")
    assert axis_labels("seconds", (0, 0.5, 1.0)) == ("0.0", "0.5", f"1.0{SPACE}s")
    assert axis_labels("count", ()) == ()


def test_small_amounts_are_words():
    assert counted(1, "risk") == "one risk"
    assert counted(3, "risk") == "three risks"
    assert counted(12, "row") == "12 rows"
    assert whole(1234.4) == "1,234"


def test_titles_fit_into_sentences():
    assert in_sentence("Activation") == "activation"
    assert in_sentence("NPS of admins") == "NPS of admins"
    assert in_sentence("iOS crashes") == "iOS crashes"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_the_next_answer_falls_on_a_working_day():
    assert working_days_after(date(2026, 11, 16), 2) == date(2026, 11, 18)
    assert working_days_after(date(2026, 11, 20), 2) == date(2026, 11, 24)
