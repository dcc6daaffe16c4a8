"""Made-up readings of one week, the same on every run: each kind of verdict, unit and movement once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from quarterdeck.insights.metrics.calc.readings import Movement, Point, Proof, Reading, Slice, Verdict

AS_OF = date(2026, 11, 16)
WEEK = date(2026, 11, 9)
FIRST_DAY = date(2026, 10, 5)
TUESDAY = date(2026, 11, 10)

SQL = """SELECT date_trunc('day', time AT TIME ZONE 'Europe/Amsterdam') AS day,
  count(*) FILTER (event = 'first_job' AND person < 'z') AS activated,
  count(DISTINCT person) AS base
FROM identified_events
WHERE event IN ('sign_up', 'first_job') AND time < $as_of
GROUP BY day"""


def series(
    name: str,
    *,
    level: float,
    noise: float,
    base: float | None = None,
    buckets: int = 42,
    step: int = 1,
    start: date = FIRST_DAY,
    change: Callable[[date], float] = lambda day: 1.0,
) -> tuple[Point, ...]:
    """Buckets around a level, with a band of two and a half times the noise."""
    random = Random(name)
    points = []
    for index in range(buckets):
        day = start + timedelta(days=index * step)
        quiet = level * (0.94 if step == 1 and day.weekday() >= 5 else 1.0)
        value = (quiet + random.uniform(-1.6, 1.6) * noise) * change(day)
        points.append(
            Point(
                start=day,
                value=max(0.0, value),
                base=None if base is None else round(base * random.uniform(0.9, 1.1)),
                expected_low=max(0.0, quiet - 2.5 * noise),
                expected_high=quiet + 2.5 * noise,
            )
        )
    return tuple(points)


def thirteen_weeks(name: str, last: Point, *, level: float, noise: float) -> tuple[Point, ...]:
    """A quarter that ends with the week read."""
    weeks = series(name, level=level, noise=noise, buckets=13, step=7, start=WEEK - timedelta(weeks=12))
    return (*weeks[:-1], last)


def reading(name: str, title: str, *, level: float, noise: float, **given: Any) -> Reading:
    """A reading within its noise, with whatever is given in its place."""
    value = given.pop("value", level)
    base = given.pop("base", None)
    week = given.pop(
        "week",
        Point(
            start=WEEK,
            value=value,
            base=base,
            expected_low=level - 2 * noise,
            expected_high=level + 2 * noise,
        ),
    )
    usual: dict[str, Any] = {
        "description": f"{title}, counted once a week over everybody who is not a test user.",
        "role": "other",
        "unit": "count",
        "higher_is": "better",
        "owner": "Core lead",
        "target": None,
        "status": "signed",
        "interval": None,
        "earlier": False,
        "verdict": Verdict(kind="within noise", reason=f"{title} is inside its expected range."),
        "weeks": thirteen_weeks(name, week, level=level, noise=noise),
        "days": series(name + " days", level=level, noise=1.6 * noise, base=base and base / 7),
        "movement": None,
    }
    return Reading(
        name=name,
        title=title,
        week=week,
        proof=Proof(
            rows_sql="SELECT *\nFROM events\nORDER BY time",
            sql=SQL,
            versions={"events": 42, "accounts": 3},
            definition=name,
            definition_version=f"{Random(name).getrandbits(48):012x}",
        ),
        **(usual | given),
    )


def after(day: date, factor: float) -> Callable[[date], float]:
    return lambda when: factor if when >= day else 1.0


def activation() -> Reading:
    """A share that fell in one slice."""
    days = series("activation", level=0.365, noise=0.02, base=98, change=after(TUESDAY, 0.72))
    android = series("android", level=0.41, noise=0.035, base=41, change=after(TUESDAY, 0.24))
    others = series("others", level=0.40, noise=0.03, base=57)

    def part(value: str, share: float, points: tuple[Point, ...], figure: float, base: int) -> Slice:
        week = Point(start=WEEK, value=figure, base=base, expected_low=0.37, expected_high=0.45)
        return Slice(dimension="device", value=value, share_of_change=share, points=points, week=week)

    return reading(
        "activation",
        "Activation",
        level=0.365,
        noise=0.0175,
        description="A new team activates when it schedules its first job within 24 hours of signing up.",
        role="input",
        unit="share",
        owner="Growth lead",
        target=0.38,
        value=0.29,
        base=684,
        interval=(0.257, 0.325),
        verdict=Verdict(
            kind="moved",
            direction="below",
            reason="29 % is below the expected 33 to 40; six days were below their own range.",
        ),
        days=days,
        movement=Movement(
            since=TUESDAY,
            direction="below",
            holder=part("android", 0.93, android, 0.12, 290),
            rest=others,
            others=(
                part("ios", 0.05, series("ios", level=0.41, noise=0.035, base=31), 0.41, 210),
                part("web", 0.02, series("web", level=0.39, noise=0.04, base=26), 0.39, 184),
            ),
        ),
    )


def adoption() -> Reading:
    """A count that rose, in one plan."""
    days = series("adoption", level=120, noise=8, change=after(date(2026, 11, 12), 1.7))
    scale_up = series("scaleup", level=30, noise=4, change=after(date(2026, 11, 12), 3.4))
    return reading(
        "recurring_jobs_adoption",
        "Recurring-jobs adoption",
        level=120,
        noise=6,
        role="input",
        value=172,
        target=160,
        verdict=Verdict(kind="moved", direction="above", reason="172 is above the expected 108 to 132."),
        days=days,
        movement=Movement(
            since=date(2026, 11, 12),
            direction="above",
            holder=Slice(
                dimension="account.plan",
                value="scale-up",
                share_of_change=0.88,
                points=scale_up,
                week=Point(start=WEEK, value=84, expected_low=24, expected_high=37),
            ),
            rest=series("rest of adoption", level=90, noise=7),
        ),
    )


def spread_out() -> Reading:
    """A movement that no single slice holds, of seconds, where lower is better."""
    return reading(
        "slow_syncs",
        "Slowest syncs",
        level=1.85,
        noise=0.1,
        role="guardrail",
        unit="seconds",
        higher_is="worse",
        owner="Platform lead",
        target=2.5,
        value=2.62,
        verdict=Verdict(kind="moved", direction="above", reason="2.6 s is above the expected 1.6 to 2.1."),
        days=series("syncs", level=1.85, noise=0.1, change=after(date(2026, 11, 13), 1.5)),
        movement=Movement(since=date(2026, 11, 13), direction="above", holder=None),
        dimensions=("device", "country"),
    )


def north_star() -> Reading:
    return reading(
        "teams_dispatching",
        "Teams dispatching",
        level=4150,
        noise=55,
        role="north star",
        owner="Head of product",
        target=4300,
        value=4180,
        description="Teams that sent at least one crew to a job in the week.",
    )


def retention() -> Reading:
    """Its last week cannot be known yet."""
    weeks = thirteen_weeks("retention", Point(start=WEEK, value=None, mature=False), level=0.78, noise=0.01)
    days = series("retention days", level=0.78, noise=0.02, base=90)
    return reading(
        "month_one_retention",
        "Month-one retention",
        level=0.78,
        noise=0.01,
        role="guardrail",
        unit="share",
        owner="Success lead",
        target=0.75,
        week=Point(start=WEEK, value=None, base=None, mature=False),
        weeks=weeks,
        days=(*days[:-14], *(replace(day, value=None, mature=False) for day in days[-14:])),
        verdict=Verdict(kind="not mature yet", reason="The week can be known on Monday 14 December."),
    )


def tracking_gone() -> Reading:
    """Nothing has come since Tuesday 06:10."""
    days = series("exports", level=60, noise=6)
    silent = tuple(replace(day, value=None) if day.start >= TUESDAY else day for day in days)
    return reading(
        "invoice_exports",
        "Invoice exports",
        level=420,
        noise=20,
        week=Point(start=WEEK, value=None, expected_low=380, expected_high=460),
        days=silent,
        verdict=Verdict(kind="no data", reason="No data since Tuesday 06:10."),
    )


def too_young() -> Reading:
    weeks = series("partners", level=6, noise=2, buckets=3, step=7, start=WEEK - timedelta(weeks=2))
    bare = tuple(replace(week, expected_low=None, expected_high=None) for week in weeks)
    return reading(
        "partner_sign_ups",
        "Partner sign-ups",
        level=6,
        noise=1,
        week=Point(start=WEEK, value=4),
        weeks=bare,
        days=tuple(
            replace(day, expected_low=None, expected_high=None)
            for day in series("partner days", level=1.2, noise=0.5, buckets=20, start=date(2026, 10, 27))
        ),
        verdict=Verdict(kind="too little data", reason="Three weeks are too few to say what is expected."),
        status="draft",
    )


def calm() -> tuple[Reading, ...]:
    """A week in which nothing moved."""
    return (
        north_star(),
        reading(
            "jobs",
            "Jobs per team",
            level=20.5,
            noise=0.7,
            role="input",
            unit="number",
            owner="Core lead",
            target=22,
        ),
        reading(
            "crew",
            "Crew per team",
            level=3.4,
            noise=0.1,
            role="input",
            unit="number",
            owner="Growth lead",
            target=3.5,
        ),
        reading(
            "conversion",
            "Trial to paid",
            level=0.112,
            noise=0.008,
            role="input",
            unit="share",
            base=1204,
            owner="Growth lead",
            target=0.12,
            interval=(0.095, 0.131),
        ),
        reading(
            "churn",
            "Revenue lost",
            level=41_200,
            noise=3_000,
            role="guardrail",
            unit="currency",
            higher_is="worse",
            owner="Success lead",
        ),
        reading(
            "crashes",
            "Crash-free sessions",
            level=0.9971,
            noise=0.0004,
            role="guardrail",
            unit="share",
            base=81_233,
            owner="Platform lead",
            target=0.995,
        ),
    )


def eventful() -> tuple[Reading, ...]:
    """A fall in one slice, a rise in another, a spread-out one, and every other verdict."""
    return (
        north_star(),
        activation(),
        reading(
            "crew",
            "Crew per team",
            level=3.4,
            noise=0.1,
            role="input",
            unit="number",
            owner="Growth lead",
            target=3.5,
        ),
        adoption(),
        retention(),
        spread_out(),
        reading(
            "revenue",
            "Revenue booked by enterprise accounts",
            level=1_240_000,
            noise=31_000,
            unit="currency",
            owner="Revenue operations lead",
        ),
        reading(
            "long",
            "Longest title that forty letters allow..",
            level=88_123,
            noise=900,
            owner="Head of something with a long name",
        ),
        tracking_gone(),
        too_young(),
        *calm()[3:],
    )


def wordy() -> tuple[Reading, ...]:
    """Titles and owners as long as a definition may have them, everything moved."""
    return tuple(
        replace(
            one,
            name=f"{one.name}_{letter}",
            title=f"Enterprise and mid-market adoption of {letter}",
            owner="Vice president of customer success operations",
            role=role,
        )
        for letter, one, role in (
            zip(
                "abcdef",
                (spread_out(), activation(), adoption(), activation(), spread_out(), adoption()),
                ("north star", "input", "input", "input", "guardrail", "guardrail"),
                strict=True,
            )
        )
    )
