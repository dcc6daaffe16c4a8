"""However quotes are sorted, merged and tagged, a customer counts once; undone, every count is back."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck.errors import QuarterdeckError
from quarterdeck.feedback.backlog.service.recommending import recommend
from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.themes.service.board import board_of, read_said
from quarterdeck.feedback.themes.service.keeping import keep_tags, tag_table
from tests.feedback.backlog.heard import BILLING, OFFLINE, PRAISE, hear

PLACES = st.integers(0, 66)
THEMES = st.sets(st.sampled_from([OFFLINE, BILLING, PRAISE]))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), PLACES, THEMES),
        st.tuples(st.just("leave out"), PLACES, st.none()),
        st.tuples(st.just("merge"), PLACES, PLACES),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def heard(standing, carol):
    hear(standing, by=carol)
    return standing


def take(step, keys, by):
    verb, place, with_what = step
    if verb == "keep":
        return deciding.keep(quote=keys[place], tags=sorted(with_what), by=by)
    if verb == "leave out":
        return deciding.leave_out(quote=keys[place], by=by)
    return deciding.merge(quote=keys[place], into=keys[with_what], by=by)


def board(workspace):
    return board_of(read_said(workspace, keep_tags(workspace)), "words")


def customers_at_risk(workspace):
    """Whose contract ends soon, of all customers that have a quote with a tag, by plain reading."""
    tagged = {row["quote"] for row in tag_table(workspace, keep_tags(workspace)).to_pylist() if row["tags"]}
    rows = open_book(workspace).table.select(["quote", "account"]).to_pylist()
    return {row["account"] for row in rows if row["quote"] in tagged and row["account"].startswith("o")}


@given(steps=STEPS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_revenue_at_risk_is_that_of_distinct_customers_and_undoing_restores_every_count(heard, carol, steps):
    keys = open_book(heard).table["quote"].to_pylist()
    before, told_before = board(heard), recommend(heard)
    made = []
    for step in steps:
        with suppress(QuarterdeckError):
            made.append(take(step, keys, carol))
    found, told = board(heard), recommend(heard)
    most = 2000 * len(customers_at_risk(heard))
    assert max(each.lately.arr_at_risk for each in found.themes) <= found.together.arr_at_risk <= most
    assert told.arr_at_risk <= most
    assert all(each.weighed.grounds.arr_at_risk <= most for each in (*told.changes, *told.watched))
    for step in reversed(made):
        deciding.undo(by=carol, step=step)
    assert board(heard) == before
    assert recommend(heard).changes == told_before.changes
