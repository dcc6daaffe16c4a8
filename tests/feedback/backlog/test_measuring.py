"""An accepted change is measured once all of its work shipped long enough ago, by what is known then."""

import pytest
from django.utils import timezone

from quarterdeck.feedback.backlog.jobs import MEASURE, RHYTHMS
from quarterdeck.feedback.backlog.models.recommending import Recommendation, RecommendationState
from quarterdeck.feedback.backlog.service.measuring import is_accepted, measure_accepted
from quarterdeck.feedback.backlog.service.recommending import link_item
from quarterdeck.records.models import Change
from tests.feedback.backlog.shipping import ship_the_map


@pytest.fixture
def company(standing, alice):
    ship_the_map(standing, alice)
    return standing


def accepted(theme, *items, by):
    now = timezone.now()
    record = Recommendation.objects.create(
        theme=theme,
        verb="do",
        title=f"Act on {theme}",
        state=RecommendationState.ACCEPTED.value,
        proposed_at=now,
        changed_at=now,
        decided_at=now,
    )
    for item in items:
        link_item(recommendation=record, item=item, by=by)
    return record


def state_of(record):
    return Recommendation.objects.get(pk=record.pk).state


def test_what_shipped_long_ago_is_measured_once(company, alice):
    record = accepted("Map", "W-1", by=alice)
    assert is_accepted()
    assert measure_accepted(company) == 1
    assert state_of(record) == RecommendationState.MEASURED
    told = Change.objects.get(verb="measured").after["W-1"]
    assert told["low"] < told["mentions_ratio"] < told["high"] < 1
    assert measure_accepted(company) == 0
    assert not is_accepted()


def test_what_has_not_all_shipped_and_what_nobody_does_waits(company, alice):
    half, idle = accepted("Map", "W-1", "W-2", by=alice), accepted("Export", by=alice)
    assert measure_accepted(company) == 0
    assert {state_of(half), state_of(idle)} == {RecommendationState.ACCEPTED}


def test_it_is_looked_for_in_the_background():
    [rhythm] = [each for each in RHYTHMS if each.task == MEASURE]
    assert rhythm.wanted is is_accepted
