"""What was planted in the made-up company, so that tests know what must be found and what must not?"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from quarterdeck.demo.plan import AS_OF, COMPANY, FIRST_DAY

StoryKind = Literal[
    "activation drop",
    "tracking outage",
    "mix shift",
    "theme at risk",
    "ageing reviews",
    "launch",
    "closed loop",
]

DROP_DAY = date(2026, 11, 10)
DROP_AT = datetime(2026, 11, 10, 6, 10, tzinfo=UTC)
DROP_RELEASE = "4.2.1"
DROP_FACTOR = 0.27
OUTAGE_FIRST, OUTAGE_AFTER = date(2026, 8, 19), date(2026, 8, 21)
CAMPAIGN_FIRST, CAMPAIGN_AFTER = date(2026, 8, 31), date(2026, 9, 21)
CAMPAIGN_EXTRA = 1.0  # sign-ups it adds, of those there would be without
THEME_FIRST = date(2026, 9, 14)
REVIEWS_FIRST = date(2026, 9, 28)
LAUNCH_AT = datetime(2026, 11, 5, 5, 0, tzinfo=UTC)
LAUNCH_DAY = date(2026, 11, 5)
LAUNCH_PLAN = "growth"
LAUNCH_FACTOR = 6.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """One planted story.

    `metrics` move because of it; `until` is the first day after it, None where it lasts to the end;
    `dimension` and `value` are the slice that holds it.
    """

    kind: StoryKind
    title: str
    metrics: tuple[str, ...]
    direction: Literal["above", "below", ""]
    since: date
    until: date | None
    dimension: str
    value: str
    detail: dict[str, str | float | int | list[str]]

    @property
    def moves_last_week(self) -> bool:
        """Must a reader of the last week be told?"""
        return self.until is None and bool(self.metrics)


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """The truth about one made-up company."""

    company: str
    events: int
    seed: int
    first_day: date
    as_of: date
    stories: tuple[Story, ...]
    made_up: bool = True

    def as_json(self) -> str:
        """The text of truth.json."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, default=_plain) + "\n"


def make_truth(*, events: int, seed: int, stories: tuple[Story, ...]) -> Truth:
    """The truth of a company with these stories."""
    return Truth(company=COMPANY, events=events, seed=seed, first_day=FIRST_DAY, as_of=AS_OF, stories=stories)


def movement_stories() -> tuple[Story, ...]:
    """The stories that stand in the events."""
    return (
        Story(
            kind="activation drop",
            title=f"Activation fell on Android with release {DROP_RELEASE}",
            metrics=("activation", "activated_teams"),
            direction="below",
            since=DROP_DAY,
            until=None,
            dimension="device",
            value="android",
            detail={
                "change": f"deploy-android-{DROP_RELEASE}",
                "release": DROP_RELEASE,
                "from": DROP_AT.isoformat(),
                "factor": DROP_FACTOR,
            },
        ),
        Story(
            kind="tracking outage",
            title="The iOS app sent nothing for two days; people kept working",
            metrics=("teams_dispatching", "jobs_dispatched", "sign_ups", "syncs", "active_people"),
            direction="below",
            since=OUTAGE_FIRST,
            until=OUTAGE_AFTER,
            dimension="device",
            value="ios",
            detail={"source": "ios", "truth": "no change in behaviour"},
        ),
        Story(
            kind="mix shift",
            title="A paid campaign brought many sign-ups that rarely activate",
            metrics=("activation", "sign_ups"),
            direction="below",
            since=CAMPAIGN_FIRST,
            until=CAMPAIGN_AFTER,
            dimension="channel",
            value="paid",
            detail={
                "change": "campaign-autumn",
                "extra_sign_ups": CAMPAIGN_EXTRA,
                "truth": "the rate of each channel did not change; sign_ups rose",
            },
        ),
        Story(
            kind="launch",
            title="Recurring jobs, switched on for the growth plan, was taken up",
            metrics=("recurring_jobs_adoption", "recurring_jobs_teams"),
            direction="above",
            since=LAUNCH_DAY,
            until=None,
            dimension="account.plan",
            value=LAUNCH_PLAN,
            detail={"change": "flag-recurring-jobs", "from": LAUNCH_AT.isoformat(), "factor": LAUNCH_FACTOR},
        ),
    )


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in the truth")
