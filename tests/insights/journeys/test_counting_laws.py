"""Retention, unique counts, lifecycle and stickiness are what plain sets of days say."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck.insights.journeys.calc.lifecycle import lifecycle, stickiness
from quarterdeck.insights.journeys.calc.retention import follow, witnesses
from quarterdeck.insights.journeys.calc.trends import trend
from tests.insights.journeys.conftest import ask, view_of

DAY = 24 * 60
DAYS = 8

rows = st.lists(
    st.tuples(
        st.sampled_from(["al", "bo", "cy"]),
        st.integers(-2 * DAY, DAYS * DAY - 1).map(lambda minute: minute // 60 * 60),
        st.sampled_from("ab"),
    ),
    max_size=14,
)


def days_of(listed, person, event):
    return {minute // DAY for who, minute, name in listed if who == person and name == event}


def people_of(listed):
    return sorted({person for person, _, _ in listed})


def retention(**more):
    return ask(
        days=DAYS, kind="retention", columns=4, start={"event": "a"}, **{"return": {"event": "b"}}, **more
    )


@settings(max_examples=150)
@given(rows, st.booleans(), st.sampled_from(["each", "first"]))
def test_retention_is_what_sets_of_days_say(listed, unbounded, entry):
    (matrix,) = follow(view_of(listed), retention(unbounded=unbounded, entry=entry)).values()
    counted = np.zeros((DAYS, 4), int)
    for person in people_of(listed):
        started, back = days_of(listed, person, "a"), days_of(listed, person, "b")
        cohorts = started if entry == "each" else {min(started, default=-1)}
        for cohort in cohorts:
            if not 0 <= cohort < DAYS:
                continue
            counted[cohort, 0] += 1
            for column in range(1, 4):
                wanted = range(cohort + column, cohort + 4) if unbounded else [cohort + column]
                counted[cohort, column] += any(day in back for day in wanted)
    assert matrix.counts.tolist() == counted.tolist()


@settings(max_examples=100)
@given(rows)
def test_unbounded_retention_holds_at_least_that_of_the_day(listed):
    view = view_of(listed)
    (bounded,), (unbounded,) = (follow(view, retention(unbounded=which)).values() for which in (False, True))
    assert (unbounded.counts >= bounded.counts).all()
    assert (np.diff(unbounded.counts[:, 1:], axis=1) <= 0).all()


@settings(max_examples=100)
@given(rows, st.booleans(), st.booleans())
def test_the_matrix_counts_its_witnesses(listed, unbounded, rolling):
    view, question = view_of(listed), retention(unbounded=unbounded, rolling=rolling)
    (matrix,) = follow(view, question).values()
    found = witnesses(view, question)
    counted = np.zeros_like(matrix.counts)
    np.add.at(counted, (found.cohort, found.column), 1)
    assert counted.tolist() == matrix.counts.tolist()
    names = [view.event.values[view.event.codes[row]] for row in view.own_rows(found.row)]
    assert all(
        name == ("a" if column == 0 else "b") for name, column in zip(names, found.column, strict=True)
    )
    assert (view.unit_of_rows[view.own_rows(found.row)] == found.unit).all()


@settings(max_examples=100)
@given(rows)
def test_brackets_hold_whoever_came_in_any_of_their_days(listed):
    view = view_of(listed)
    (plain,) = follow(view, retention()).values()
    (wide,) = follow(view, retention(brackets=[3])).values()
    assert wide.labels == ("Day 0", "Day 1-3")
    assert (wide.counts[:, 1] >= plain.counts[:, 1:].max(axis=1)).all()
    assert (wide.counts[:, 1] <= plain.counts[:, 1:].sum(axis=1)).all()


def test_a_cell_whose_day_is_not_over_is_not_final():
    (matrix,) = follow(view_of([("al", 0, "a")]), retention()).values()
    assert matrix.final[0].tolist() == [True, True, True, True]
    assert matrix.final[DAYS - 1].tolist() == [True, False, False, False]


@settings(max_examples=150)
@given(rows)
def test_unique_counts_are_the_sizes_of_sets(listed):
    view = view_of(listed)
    one = trend(view, ask(days=DAYS, kind="trend", series=[{"event": "a", "measure": "unique"}])).lines[0]
    people = {person: days_of(listed, person, "a") & set(range(DAYS)) for person in people_of(listed)}
    assert one.data.tolist() == [sum(day in days for days in people.values()) for day in range(DAYS)]
    assert one.total == sum(bool(days) for days in people.values())
    week = [{"event": "a", "measure": "weekly_active"}]
    recent = trend(view, ask(days=DAYS, kind="trend", series=week)).lines[0]
    all_days = {person: days_of(listed, person, "a") for person in people_of(listed)}
    assert recent.data.tolist() == [
        sum(bool(days & set(range(day - 6, day + 1))) for days in all_days.values()) for day in range(DAYS)
    ]


@settings(max_examples=100)
@given(rows, st.data())
def test_counts_by_value_add_up_to_the_whole(listed, data):
    size = len(listed)
    plans = data.draw(st.lists(st.sampled_from(["pro", "free", None]), min_size=size, max_size=size))
    view = view_of(listed, plan=plans)
    whole = trend(view, ask(days=DAYS, kind="trend", series=[{"event": "a"}])).lines[0]
    parts = trend(view, ask(days=DAYS, kind="trend", series=[{"event": "a"}], by=["plan"])).lines
    assert sum((part.data for part in parts), np.zeros(DAYS)).tolist() == whole.data.tolist()


@settings(max_examples=100)
@given(rows)
def test_whoever_is_there_is_new_back_or_returning_and_whoever_left_is_dormant(listed):
    view = view_of(listed)
    found = lifecycle(view, ask(days=DAYS, kind="lifecycle", series=[{"event": "a"}])).counts
    people = [days_of(listed, person, "a") for person in people_of(listed)]
    there = [sum(day in days for days in people) for day in range(DAYS)]
    assert (found["new"] + found["returning"] + found["resurrecting"]).tolist() == there
    left = [sum(day - 1 in days and day not in days for days in people) for day in range(DAYS)]
    assert (-found["dormant"]).tolist() == left


@settings(max_examples=100)
@given(rows)
def test_stickiness_counts_every_person_once(listed):
    [told] = stickiness(view_of(listed), ask(days=DAYS, kind="stickiness", series=[{"event": "a"}]))
    found = told.units
    people = [days_of(listed, person, "a") & set(range(DAYS)) for person in people_of(listed)]
    sizes = Counter(len(days) for days in people if days)
    assert found.tolist() == [sizes[days] for days in range(1, DAYS + 1)]
