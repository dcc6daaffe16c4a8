"""A week as the brief reads it, from the made-up readings."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from quarterdeck.insights.metrics.service.changes import Change
from quarterdeck.insights.metrics.service.dossiers import read_dossiers
from quarterdeck.insights.metrics.service.week import Reading
from quarterdeck.report.brief.definitions import Pins
from quarterdeck.report.brief.facts import Quarantined, TableTrust, Trust
from quarterdeck.report.brief.service.pages import WeekRead
from tests.report.readings import AS_OF, WEEK

ZONE = ZoneInfo("Europe/Amsterdam")

TRUST = Trust(
    tables=(
        TableTrust(
            name="events", version=42, rows=1_000_000, fresh_to=datetime(2026, 11, 15, 23, 58, tzinfo=ZONE)
        ),
        TableTrust(name="accounts", version=3, rows=812, fresh_to=datetime(2026, 11, 14, 3, 0, tzinfo=ZONE)),
        TableTrust(name="aliases", version=1, rows=81, fresh_to=None),
    ),
    quarantined=(Quarantined(table="events", reason='time is not a time: "yesterday"', rows=120),),
)
CHANGES = (
    Change(
        time=datetime(2026, 10, 20, 14, 0, tzinfo=ZONE), kind="campaign", name="Autumn webinar", scope="DE"
    ),
    Change(
        time=datetime(2026, 11, 10, 9, 5, tzinfo=ZONE), kind="deploy", name="Android 4.2.1", scope="android"
    ),
    Change(time=datetime(2026, 11, 10, 14, 0, tzinfo=ZONE), kind="flag", name="recurring_jobs", scope=""),
)


def week_of(readings: Sequence[Reading], *, trust: Trust = TRUST, made_up: bool = True) -> WeekRead:
    dossiers = read_dossiers(readings, currency="USD", tables=("accounts", "events"))
    return WeekRead(
        company="Crewline",
        made_up=made_up,
        week_start=WEEK,
        dossiers=dossiers,
        changes=CHANGES,
        trust=trust,
        pins=Pins(
            as_of=AS_OF,
            company="Crewline",
            timezone="Europe/Amsterdam",
            week_start="monday",
            currency="USD",
            tables={"accounts": 3, "events": 42},
            definitions={dossier.measure.name: dossier.definition_version for dossier in dossiers},
        ),
    )
