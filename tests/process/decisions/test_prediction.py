from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quarterdeck.process.decisions.calc.ledger import BaseRate, base_rate
from quarterdeck.process.decisions.calc.prediction import Prediction, Week, grade
from quarterdeck.process.decisions.calc.words import predicted_words, reason_words

FIRST = date(2026, 5, 4)
DECIDED = FIRST + timedelta(7 * 20)
REVIEW = DECIDED + timedelta(7 * 4)
WIGGLE = (0, 2, -1, 1, -2, 0, 1, -1)
ORDER = ("did not", "cannot tell", "came true")


def weeks(before=100.0, after=120.0, *, count=24, mature=True, scale=1.0):
    return [
        Week(
            start=FIRST + timedelta(7 * number),
            value=scale * (before + WIGGLE[number % 8] if number < 20 else after),
            mature=mature or number < 20,
        )
        for number in range(count)
    ]


def predicted(**changed):
    return Prediction(**{"metric": "m", "review_on": REVIEW, **changed})


def graded(read, foreseen, unit="number"):
    return grade(read, foreseen, decided_on=DECIDED, unit=unit)


@pytest.mark.parametrize(
    ("after", "foreseen", "said"),
    [
        (120, {"low": 10}, ("came true", "inside")),
        (120, {"low": 10, "high": 30}, ("came true", "inside")),
        (120, {"low": 40}, ("did not", "short")),
        (120, {"low": 5, "high": 10}, ("did not", "beyond")),
        (80, {"low": 10}, ("did not", "opposite")),
        (80, {"direction": "falls", "low": 10}, ("came true", "inside")),
        (120, {"direction": "falls"}, ("did not", "opposite")),
        (101, {}, ("cannot tell", "too noisy")),
        (120, {"low": 20}, ("cannot tell", "too noisy")),
        (120, {"measured": "level", "low": 110}, ("came true", "inside")),
        (120, {"measured": "level", "low": 130}, ("did not", "short")),
        (120, {"measured": "level", "direction": "falls", "high": 90}, ("did not", "short")),
        (80, {"measured": "level", "direction": "falls", "high": 90}, ("came true", "inside")),
    ],
)
def test_a_grade_says_where_the_interval_lies(after, foreseen, said):
    found = graded(weeks(after=after), predicted(**foreseen))
    assert (found.grade, found.because) == said
    assert found.low <= found.measured <= found.high


def test_what_is_measured_is_the_gap_to_what_the_weeks_before_led_to_expect():
    growing = [
        Week(start=FIRST + timedelta(7 * number), value=100.0 + 2 * number + WIGGLE[number % 8])
        for number in range(24)
    ]
    found = graded(growing, predicted())
    assert found.without == pytest.approx(100 + 2 * 23, abs=1)
    assert (found.grade, found.because) == ("cannot tell", "too noisy")


@pytest.mark.parametrize(
    ("read", "because"),
    [
        (weeks(count=20), "too young"),
        (weeks(mature=False), "too young"),
        ([*weeks()[:19], Week(start=DECIDED + timedelta(21), value=None)], "no data"),
        (weeks()[14:], "too little history"),
        ([], "too young"),
    ],
)
def test_what_cannot_be_known_is_not_graded(read, because):
    found = graded(read, predicted(low=1))
    assert (found.grade, found.because) == ("cannot tell", because)
    assert found.measured is None


def test_a_share_of_few_strays_as_far_as_drawing_them_does():
    def shares(base):
        return [
            Week(start=FIRST + timedelta(7 * number), value=0.3 if number < 20 else 0.4, base=base)
            for number in range(24)
        ]

    assert graded(shares(20), predicted(low=0.02), "share").because == "too noisy"
    assert graded(shares(20_000), predicted(low=0.02), "share").grade == "came true"


def test_the_week_of_the_decision_itself_is_neither_before_nor_after():
    midweek = DECIDED + timedelta(2)
    found = grade(weeks(count=22), predicted(), decided_on=midweek, unit="number")
    assert found.weeks_before == 20
    assert found.week == DECIDED + timedelta(7)


values = st.lists(st.floats(10, 1000), min_size=9, max_size=24)
bounds = st.none() | st.floats(0, 500)


def series(drawn, last):
    read = [Week(start=FIRST + timedelta(7 * number), value=value) for number, value in enumerate(drawn)]
    made = read[-1].end
    return [*read, Week(start=made, value=last)], made


@given(values, st.floats(1, 2000), bounds, st.integers(-3, 6))
def test_the_unit_of_a_metric_does_not_change_its_grade(drawn, last, low, power):
    scale = 2.0**power  # exact in floating point, so that no rounding decides
    read, made = series(drawn, last)
    first = grade(read, predicted(review_on=made + timedelta(7), low=low), decided_on=made, unit="number")
    wider = [Week(start=week.start, value=week.value * scale) for week in read]
    other = predicted(review_on=made + timedelta(7), low=None if low is None else low * scale)
    second = grade(wider, other, decided_on=made, unit="number")
    assert (second.grade, second.because) == (first.grade, first.because)
    assert second.measured == pytest.approx(first.measured * scale)


@given(values, st.floats(1, 2000), st.floats(0, 1000), bounds)
def test_a_higher_week_never_makes_a_predicted_rise_less_true(drawn, last, more, low):
    grades = []
    for value in (last, last + more):
        read, made = series(drawn, value)
        foreseen = predicted(review_on=made + timedelta(7), low=low)
        grades.append(ORDER.index(grade(read, foreseen, decided_on=made, unit="number").grade))
    assert grades == sorted(grades)


@given(values, st.floats(1, 2000), st.floats(0, 500), st.floats(0, 500))
def test_a_wider_prediction_is_never_less_true(drawn, last, low, wider):
    read, made = series(drawn, last)
    grades = [
        ORDER.index(
            grade(
                read, predicted(review_on=made + timedelta(7), low=bound), decided_on=made, unit="number"
            ).grade
        )
        for bound in (low, max(0.0, low - wider))
    ]
    assert grades == sorted(grades)


@given(values, st.floats(0, 500))
def test_no_data_is_never_a_grade(drawn, low):
    read, made = series(drawn, None)
    found = grade(read, predicted(review_on=made + timedelta(7), low=low), decided_on=made, unit="number")
    assert (found.grade, found.because) == ("cannot tell", "no data")


@given(st.lists(st.sampled_from(ORDER)))
def test_the_base_rate_counts_every_grade_once_and_lies_in_its_interval(grades):
    rate = base_rate(grades)
    assert rate.came_true + rate.did_not + rate.cannot_tell == len(grades)
    assume(rate.told)
    low, high = rate.interval
    assert 0 <= low <= rate.came_true / rate.told <= high <= 1


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (BaseRate(), "No prediction is graded yet."),
        (BaseRate(cannot_tell=1), "One could not be told."),
        (
            BaseRate(came_true=1),
            "One of one prediction came true; the true rate lies between 21 and 100\xa0%.",
        ),
    ],
)
def test_the_rate_is_said_with_its_base(rate, said):
    assert rate.sentence == said


@pytest.mark.parametrize(
    ("foreseen", "unit", "said"),
    [
        ({}, "count", "rises"),
        ({"low": 0.05}, "share", "rises by 5 points or more"),
        ({"direction": "falls", "high": 20}, "count", "falls by 20 or less"),
        ({"low": 1000, "high": 2000}, "currency", "rises by €1,000 to €2,000"),
        ({"measured": "level", "low": 0.3}, "share", "comes to 30\xa0% or more"),
        ({"measured": "level", "high": 2.0}, "seconds", "comes to 2.0\xa0s or less"),
    ],
)
def test_a_prediction_is_said_in_the_words_of_its_metric(foreseen, unit, said):
    assert predicted_words(predicted(**foreseen), unit, currency="EUR") == said


@pytest.mark.parametrize(
    ("read", "foreseen", "said"),
    [
        (weeks(after=120), {"low": 10}, "as predicted"),
        (weeks(after=80), {"low": 10}, "below what the weeks before led to expect"),
        (weeks(after=120), {"measured": "level", "low": 130}, "less than predicted"),
        (weeks(count=20), {}, "No whole and final week"),
        (weeks()[14:], {}, "Only six weeks"),
    ],
)
def test_the_reason_of_a_grade_stands_in_plain_words(read, foreseen, said):
    prediction = predicted(**foreseen)
    assert said in reason_words(graded(read, prediction), prediction, "number", currency="EUR")
