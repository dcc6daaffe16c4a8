"""Views of journeys from a few lines of events, and questions about them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from quarterdeck.insights.journeys.calc.buckets import Calendar, Period, microseconds
from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.sequence import SequenceView, code, walked_by
from quarterdeck.insights.journeys.definitions.journey import Journey
from tests.insights.journeys.walking import DAY, FUNNEL, NOW, walk, work
from tests.insights.metrics.conftest import add_events

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""

Row = tuple[str, float, str]


def view_of(rows: Iterable[Row], **columns: Iterable[str | None]) -> SequenceView:
    """Rows of (person, minutes since BEGIN, event) as a view, with columns beside them."""
    listed = list(rows)
    coded = {name: code(list(values)) for name, values in columns.items()}
    coded["person"] = code([person for person, _, _ in listed])
    stamps = [microseconds(BEGIN + timedelta(minutes=minutes)) for _, minutes, _ in listed]
    whole = SequenceView(
        units=("everybody",),
        offsets=np.array([0, len(listed)]),
        time=np.array(stamps, np.int64),
        event=code([event for _, _, event in listed]),
        columns=coded,
    )
    return walked_by(whole, coded["person"])


def ask(days: float = 30, *, cohorts: Mapping[str, np.ndarray] | None = None, **content: object) -> Question:
    """A journey about the days from BEGIN on."""
    end = BEGIN + timedelta(days=days) - timedelta(microseconds=1)
    return Question(
        journey=Journey.model_validate(content),
        period=Period(
            since=microseconds(BEGIN),
            until=microseconds(end),
            known_until=microseconds(end),
            asked_at=microseconds(end),
            begin=BEGIN,
            end=end,
        ),
        calendar=Calendar(zone=ZoneInfo("UTC")),
        cohorts=cohorts or {},
    )


@pytest.fixture
def here(db, own_workspace):
    """Eight stop at once, one of whom looks around; four after inviting; eight come through; one is young."""
    rows = [event for number in range(8) for event in walk(f"stops{number}@acme.test", 1, 20)]
    rows += [event for number in range(4) for event in walk(f"invites{number}", 2, 20, "android")]
    rows += [event for number in range(8) for event in walk(f"works{number}", 4, 20)]
    rows += [("stops0@acme.test", "", "looked", (NOW - 19 * DAY).isoformat(), {"device": "web"})]
    rows += walk("young", 1, 2)
    add_events(own_workspace, rows)
    return own_workspace


@pytest.fixture
def sorted_events(here, sign_in, dave):
    """The job that the first question asks for has run."""
    sign_in(dave).get(FUNNEL)
    work()
    return here
