"""What is known of each theme: who speaks of it, their worth, where they meet it, what like work took?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.newest import newest_versions
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.backlog.calc.grounds import Grounds, Passed
from quarterdeck.feedback.backlog.calc.likeness import like_items
from quarterdeck.feedback.backlog.calc.rice import Range
from quarterdeck.feedback.backlog.service.items import Items, work_items
from quarterdeck.feedback.backlog.service.linking import items_of_theme
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.themes.service.board import Reading, moment_of, read_said
from quarterdeck.feedback.themes.service.for_backlog import (
    QUARTER_WEEKS,
    Everybody,
    Mood,
    ThemeOfQuarter,
    everybody,
    of_quarter,
    worth_together,
)
from quarterdeck.feedback.themes.service.keeping import KeptTags, kept_tags, tagged_at
from quarterdeck.insights.journeys.service.book import find_journey

QUARTER = timedelta(weeks=QUARTER_WEEKS)
MOST_QUOTES = 6
TABLES = ("accounts", "events", "feedback", "work_items")
Json = dict[str, Any]
Funnel = TypeVar("Funnel", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What is known of each theme at a moment; `pins` recompute it."""

    until: datetime
    grounds: tuple[Grounds, ...]
    reading: Reading
    pins: Mapping[str, str]

    @property
    def as_of(self) -> date:
        """The day before which everything was said."""
        return self.until.date()

    def together(self, themes: Collection[str]) -> tuple[int, float, float]:
        """Customers that spoke of any of these, their revenue, and what of it is up for renewal."""
        return worth_together(self.reading, themes)


def gather(workspace: Workspace, as_of: date | None = None) -> Gathered | None:
    """What is known of every theme; None where there is no taxonomy, or nothing is tagged yet."""
    kept = kept_tags(workspace)
    if kept is None:
        return None
    # To the hour, so that everybody who looks within it sees the same, and only the first one waits.
    until = moment_of(workspace).replace(minute=0, second=0, microsecond=0)
    if as_of is not None:
        until = min(datetime(as_of.year, as_of.month, as_of.day, tzinfo=workspace.zone), until)
    versions = tuple(sorted(newest_versions(workspace.facts_path).items()))
    found = _gathered(workspace, kept, tagged_at(workspace), open_book(workspace).version, versions, until)
    if found is None:
        return None
    items = work_items(workspace, until)
    asked = {grounds.theme: items_of_theme(grounds.theme) for grounds in found.grounds}
    return replace(
        found,
        grounds=tuple(
            replace(each, items=tuple(key for key in asked[each.theme] if _is_open(items, key)))
            for each in found.grounds
        ),
    )


@lru_cache(maxsize=4)
def _gathered(
    workspace: Workspace,
    kept: KeptTags,
    _tagged_at: int,
    _book: str,
    versions: tuple[tuple[str, int], ...],
    until: datetime,
) -> Gathered | None:
    """All that comes from facts; each argument is something that changes with them."""
    reading = read_said(workspace, kept, until)
    if reading is None:
        return None
    items, all_of_them = work_items(workspace, until), everybody(reading)
    found = []
    for tag in reading.taxonomy.tags:
        passed = tuple(
            _passed(workspace, name, versions, until, paying=all_of_them.arr > 0) for name in tag.journeys
        )
        of_tag = of_quarter(reading, tag, most_quotes=MOST_QUOTES)
        found.append(_grounds(of_tag, all_of_them, passed, items))
    return Gathered(
        until=until,
        grounds=tuple(found),
        reading=reading,
        pins=_pins(kept, dict(versions), workspace, until),
    )


def _grounds(
    found: ThemeOfQuarter, everybody: Everybody, passed: tuple[Passed, ...], items: Items
) -> Grounds:
    tag, trend = found.theme.tag, found.theme.trend
    done = {key: item.title for key, item in items.by_key.items() if item.cycle_days is not None}
    like = like_items(f"{tag.name} {tag.product_area}", done)
    days = [days for key in like if (days := items.by_key[key].cycle_days) is not None]
    ratio = None
    if trend.ratio is not None and trend.low is not None and trend.high is not None:
        ratio = Range(point=trend.ratio, low=trend.low, high=trend.high)
    return Grounds(
        theme=tag.name,
        product_area=tag.product_area,
        owner=tag.owner,
        mentions=found.mentions,
        mentions_lately=found.theme.lately.mentions,
        people=found.people,
        accounts=found.accounts,
        wrote=everybody.wrote,
        by_channel=found.by_channel,
        arr=found.arr,
        arr_at_risk=found.arr_at_risk,
        evenness=found.evenness,
        all_arr=everybody.arr,
        all_at_risk=everybody.arr_at_risk,
        mood=_range(found.mood),
        mood_of_others=_range(found.mood_of_others),
        moving=trend.verdict,
        ratio=ratio,
        channel=found.theme.channel,
        right=found.right,
        looked_at=found.looked_at,
        journeys=passed,
        like=tuple(days),
        like_items=like,
        items=(),
        quotes=found.quotes,
    )


def _is_open(items: Items, key: str) -> bool:
    item = items.by_key.get(key)
    return item is not None and item.stage in ("to do", "doing")


@lru_cache(maxsize=64)
def _passed(
    workspace: Workspace, name: str, versions: tuple[tuple[str, int], ...], until: datetime, *, paying: bool
) -> Passed:
    """How many customers went through a funnel in the quarter, and how many came to its end.

    Only who pays is a customer, where that is known; who may still come to the end is not counted yet.
    """
    from quarterdeck.insights.journeys.service.answers import answer  # slow import
    from quarterdeck.insights.journeys.service.opening import open_journey  # slow import

    try:
        journey = find_journey(workspace, name).model
        if journey.kind != "funnel":
            return Passed(
                name=name,
                title=journey.title or name,
                trouble="it is no funnel, so nobody can say how many come to its end",
            )
        since = (until - QUARTER).astimezone(workspace.zone).date()
        asked = _asked(journey, since, paying=paying)
        now = (until - timedelta(microseconds=1)).astimezone(UTC)
        with (
            FactStore(workspace.facts_path).snapshot(at=dict(versions)) as snapshot,
            open_journey(workspace, snapshot, asked, now) as opened,
        ):
            figures = answer(opened).figures
    except QuarterdeckError as error:
        return Passed(name=name, title=name, trouble=error.message)
    entered, converted = _through(figures)
    entered_before, converted_before = _through(figures.get("before", {}))
    return Passed(
        name=name,
        title=journey.title or name,
        entered=entered,
        converted=converted,
        entered_before=entered_before,
        converted_before=converted_before,
    )


def _asked(journey: Funnel, since: date, *, paying: bool) -> Funnel:
    """The same funnel of the last quarter and the one before, walked by whole customers."""
    said = journey.model_dump(by_alias=True, exclude_unset=True)
    for only_shown in ("until", "by", "weigh", "show", "count", "from_step", "to_step", "bins"):
        said.pop(only_shown, None)
    said |= {"since": since.isoformat(), "unit": "account", "compare": True}
    if paying:
        said["where"] = [*said.get("where", ()), {"property": "account.arr", "above": 0}]
    return type(journey).model_validate(said)


def _through(figures: Json) -> tuple[int, int]:
    groups = figures.get("groups") or [{"steps": []}]
    steps = groups[0]["steps"]
    if not steps:
        return 0, 0
    still = sum(step["open"] for step in steps)
    return steps[0]["reached"] - still, steps[-1]["reached"]


def _range(mood: Mood | None) -> Range | None:
    return None if mood is None else Range(point=mood.value, low=mood.low, high=mood.high)


def _pins(
    kept: KeptTags, versions: Mapping[str, int], workspace: Workspace, until: datetime
) -> Mapping[str, str]:
    return {
        "As of": until.astimezone(workspace.zone).date().isoformat(),
        **{f"Facts: {table}": str(versions[table]) for table in TABLES if table in versions},
        "Taxonomy": kept.taxonomy,
        "Tagger": kept.encoder,
        "Tags": kept.of,
    }
