"""What do the people of the made-up company itself work on, change, and sit in?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from quarterdeck.demo.columns import TIME, table, times
from quarterdeck.demo.loops import WISHES
from quarterdeck.demo.plan import AS_OF, DAYS, TIMEZONE, WEEKS, Plan, day_index, instants
from quarterdeck.demo.releases import DEVICES, RELEASES
from quarterdeck.demo.stories import (
    CAMPAIGN_AFTER,
    CAMPAIGN_FIRST,
    LAUNCH_AT,
    LAUNCH_PLAN,
    REVIEWS_FIRST,
    Story,
)
from quarterdeck.demo.vocabulary import EPICS, PROJECTS, STAFF, WORK_OBJECTS, WORK_VERBS

ITEMS_PER_WEEK = 46
REVIEW_DAYS = 1.3
AGEING = 5.0  # how many times as long the reviews of one project last in the end
AGEING_PROJECT = "Mobile"
END = datetime.combine(AS_OF, time(), ZoneInfo(TIMEZONE))


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change of one field of a work item."""

    item: str
    time: datetime
    field: str
    value: str
    title: str
    level: str
    parent: str | None
    project: str


def work_rows(plan: Plan) -> Iterator[pa.Table]:
    """The table `work_items`: every change of every item, in the order of time."""
    yield _table(sorted(work_changes(plan), key=lambda change: (change.time, change.item, change.field)))


def work_changes(plan: Plan) -> Iterator[Change]:
    """The history of each item up to the end; what lies after it has not happened yet."""
    for number, epic in enumerate(EPICS, 1):
        begun = END - timedelta(days=DAYS + 30 - 9 * number)
        yield from _item_changes(f"TW-{number}", begun, epic, "epic", None, PROJECTS[number % 4], [])
    for item, title, level, parent, project, became in WISHES if plan.stories else ():
        yield from _item_changes(item, became[0][0], title, level, parent, project, list(became[1:]))
    number = 100
    for day in range(DAYS):
        chance = plan.chance("work", day)
        for _ in range(chance.poisson(ITEMS_PER_WEEK / 5) if day % 7 < 5 else 0):
            number += 1
            begun = _at(day, 8 * 3600 + chance.uniform(0, 8 * 3600))
            project = PROJECTS[chance.choice(4, p=[0.34, 0.30, 0.20, 0.16])]
            title = f"{chance.choice(WORK_VERBS)} {chance.choice(WORK_OBJECTS)}"
            level = "story" if chance.random() < 0.35 else "task"
            parent = f"TW-{chance.integers(1, len(EPICS) + 1)}" if chance.random() < 0.6 else None
            steps = list(_steps(plan, chance, begun, project))
            yield from _item_changes(f"TW-{number}", begun, title, level, parent, project, steps)


def _steps(
    plan: Plan, chance: np.random.Generator, begun: datetime, project: str
) -> Iterator[tuple[datetime, str, str]]:
    moment = begun + _days(chance, 4.0, 0.9)
    yield moment, "assignee", str(chance.choice(STAFF[8:13]))
    yield moment, "status", "In progress"
    if chance.random() < 0.12:
        moment += _days(chance, 1.5, 0.7)
        yield moment, "status", "Blocked"
        moment += _days(chance, 2.0, 0.7)
        yield moment, "status", "In progress"
    moment += _days(chance, 2.2, 0.8)
    yield moment, "status", "In review"
    moment += _days(chance, REVIEW_DAYS * _ageing(plan, moment, project), 0.6)
    yield moment, "status", "Done"
    if chance.random() < 0.05:
        moment += _days(chance, 3.0, 0.8)
        yield moment, "status", "Reopened"


def _ageing(plan: Plan, moment: datetime, project: str) -> float:
    """Reviews that begin late in the weeks take ever longer, if that story happens."""
    since = (moment.date() - REVIEWS_FIRST).days
    if not plan.stories or project != AGEING_PROJECT or since < 0:
        return 1.0
    return 1.0 + (AGEING - 1.0) * min(1.0, (since + 7) / 35)


def _item_changes(
    item: str,
    begun: datetime,
    title: str,
    level: str,
    parent: str | None,
    project: str,
    steps: list[tuple[datetime, str, str]],
) -> Iterator[Change]:
    for moment, field, value in [(begun, "created", "To do"), *steps]:
        if moment < END:
            yield Change(
                item=item,
                time=moment,
                field=field,
                value=value,
                title=title,
                level=level,
                parent=parent,
                project=project,
            )


def _table(changes: list[Change]) -> pa.Table:
    names = ("item", "time", "field", "value", "title", "level", "parent", "project")
    types = {name: TIME if name == "time" else pa.string() for name in names}
    return pa.table(
        {name: pa.array([getattr(change, name) for change in changes], types[name]) for name in names}
    )


def reviews_story(plan: Plan) -> Story:
    """The items that wait for review at the end, and for how long."""
    last: dict[str, Change] = {}
    for change in sorted(work_changes(plan), key=lambda change: change.time):
        if change.field in ("created", "status") and change.project == AGEING_PROJECT:
            last[change.item] = change
    ages = sorted((END - change.time).days for change in last.values() if change.value == "In review")
    return Story(
        kind="ageing reviews",
        title=f"Reviews in {AGEING_PROJECT} wait ever longer",
        metrics=(),
        direction="above",
        since=REVIEWS_FIRST,
        until=None,
        dimension="project",
        value=AGEING_PROJECT,
        detail={
            "in_review_at_the_end": len(ages),
            "median_age_days": ages[len(ages) // 2] if ages else 0,
            "usual_days": REVIEW_DAYS,
            "times_as_long": AGEING,
        },
    )


def change_rows(plan: Plan) -> Iterator[pa.Table]:
    """The table `changes`: deploys, flags, a campaign, a price."""
    rows: list[tuple[str, datetime, str, str, str | None, datetime | None]] = [
        (
            f"deploy-{DEVICES[release.device]}-{release.name}",
            release.moment,
            "deploy",
            f"Release {release.name}",
            DEVICES[release.device],
            None,
        )
        for release in RELEASES
        if release.day >= 0
    ]
    rows += [
        ("flag-dark-maps", _at(40, 9 * 3600), "flag", "Dark maps", "all", None),
        (
            "flag-guided-setup",
            _at(70, 9 * 3600),
            "flag",
            "Guided setup, half of new teams",
            "new teams",
            None,
        ),
        ("price-seats", _at(61, 8 * 3600), "price", "Seats in packs of five", "new customers", None),
        ("campaign-spring", _at(3, 7 * 3600), "campaign", "Trade magazine", "partner", _at(17, 7 * 3600)),
    ]
    if plan.stories:
        first, after = day_index(CAMPAIGN_FIRST), day_index(CAMPAIGN_AFTER)
        rows += [
            ("campaign-autumn", _at(first, 0), "campaign", "Autumn adverts", "paid", _at(after, 0)),
            ("flag-recurring-jobs", LAUNCH_AT, "flag", "Recurring jobs", f"plan = {LAUNCH_PLAN}", None),
        ]
    rows.sort(key=lambda row: (row[1], row[0]))
    columns = list(zip(*rows, strict=True))
    names = ("change_id", "time", "kind", "name", "scope", "ends_at")
    yield pa.table(
        {
            name: pa.array(values, TIME if name in ("time", "ends_at") else pa.string())
            for name, values in zip(names, columns, strict=True)
        }
    )


RITUALS = (  # title, weekday, hour, minutes, how many of the staff, every how many weeks
    ("Weekly review", 0, 10, 45, 9, 1),
    ("Roadmap", 1, 14, 60, 6, 2),
    ("Stand-up", 0, 9, 15, 12, 1),
    ("Stand-up", 2, 9, 15, 12, 1),
    ("Stand-up", 4, 9, 15, 12, 1),
    ("Launch council", 3, 15, 50, 8, 1),
    ("Refinement", 2, 13, 60, 9, 1),
    ("Retrospective", 4, 14, 60, 10, 2),
    ("Customer hour", 3, 11, 45, 5, 1),
)


def calendar_rows(plan: Plan) -> Iterator[pa.Table]:
    """The table `calendar`: rituals, single meetings and time to think of the product staff."""
    rows: list[tuple[str, str, datetime, datetime, str, int, str, str | None]] = []
    for week in range(WEEKS):
        chance = plan.chance("calendar", week)
        for number, (title, weekday, hour, minutes, people, every) in enumerate(RITUALS):
            start = _at(7 * week + weekday, hour * 3600)
            for who in STAFF[:people] if week % every == 0 else ():
                if chance.random() < 0.9:
                    entry = f"c{week:02d}-{number}-{who}"
                    end = start + timedelta(minutes=minutes)
                    rows.append((entry, who, start, end, title, people, "meeting", title.lower()))
        for number, who in enumerate(STAFF):
            for extra in range(chance.poisson(7 if number < 6 else 4)):
                start = _at(7 * week + int(chance.integers(0, 5)), float(chance.integers(18, 34)) * 1800)
                focus = chance.random() < 0.3
                end = start + timedelta(minutes=int(chance.choice([30, 30, 60, 90])))
                title, kind = ("Focus", "focus") if focus else ("Meeting", "meeting")
                people = 1 if focus else int(chance.integers(2, 7))
                rows.append((f"c{week:02d}-x{extra}-{who}", who, start, end, title, people, kind, None))
    names = ("entry_id", "person", "starts_at", "ends_at", "title", "attendees", "kind", "ritual")
    types = {"starts_at": TIME, "ends_at": TIME, "attendees": pa.int64()}
    columns = zip(*rows, strict=True)
    yield pa.table(
        {
            name: pa.array(values, types.get(name, pa.string()))
            for name, values in zip(names, columns, strict=True)
        }
    )


AGENTS = ("dispatch-helper", "support-drafts", "invoice-reader")
MODELS = ("harbour-small", "harbour-large")


def trace_rows(plan: Plan) -> Iterator[pa.Table]:
    """The table `traces`: what the company's own AI agents did, one root span with one or two calls each."""
    parts = []
    for day in range(DAYS):
        chance = plan.chance("traces", day)
        count = chance.poisson(24)
        spans = np.repeat(np.arange(count), 3)
        step = np.tile([0, 1, 2], count)
        kept = (step < 2) | (chance.random(len(step)) < 0.5)
        spans, step = spans[kept], step[kept]
        trace = [f"tr{day:03d}-{span}" for span in spans.tolist()]
        tokens = np.where(step == 0, 0, np.exp(chance.normal(6.5, 0.8, len(step)))).astype(np.int64)
        answered = (tokens * 0.3).astype(np.int64)
        starts = np.sort(chance.uniform(6 * 3600, 20 * 3600, count))[spans] + step * 2.0
        parts.append(
            table(
                {
                    "trace_id": pa.array(trace),
                    "span_id": pa.array([f"{a}-{b}" for a, b in zip(trace, step.tolist(), strict=True)]),
                    "parent_span_id": pa.array(
                        [f"{a}-0" if b else None for a, b in zip(trace, step.tolist(), strict=True)],
                        pa.string(),
                    ),
                    "time": times(instants(day, starts)),
                    "duration_seconds": pa.array(np.round(np.exp(chance.normal(0.4, 0.6, len(step))), 3)),
                    "name": pa.array(["invoke_agent" if b == 0 else "chat" for b in step.tolist()]),
                    "agent": pa.array([AGENTS[span % 3] for span in spans.tolist()]),
                    "model": pa.array([MODELS[span % 2] for span in spans.tolist()]),
                    "input_tokens": pa.array(tokens),
                    "output_tokens": pa.array(answered),
                    "cost_usd": pa.array(np.round(tokens * 3e-6 + answered * 1.2e-5, 6)),
                    "status": pa.array(np.where(chance.random(len(step)) < 0.02, "error", "ok").tolist()),
                }
            )
        )
    yield pa.concat_tables(parts)


def _at(day: int, local_seconds: float) -> datetime:
    microseconds = int(instants(day, np.array([local_seconds]))[0])
    return datetime.fromtimestamp(microseconds / 1e6, UTC)


def _days(chance: np.random.Generator, median: float, sigma: float) -> timedelta:
    return timedelta(days=float(median * np.exp(chance.normal(0, sigma))))
