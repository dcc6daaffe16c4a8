import pytest


@pytest.fixture
def edition(db):
    """A drafted brief of an eventful week."""
    from django.utils import timezone

    from quarterdeck.report.brief.models import Edition
    from quarterdeck.report.brief.service import ritual
    from tests.report.readings import eventful
    from tests.report.week import week_of

    week = week_of(eventful())
    return Edition.objects.create(
        as_of=week.pins.as_of,
        week_start=week.week_start,
        headline="Drafted.",
        reading=ritual.READING.dump_json(week).decode(),
        drafted_at=timezone.now(),
    )
