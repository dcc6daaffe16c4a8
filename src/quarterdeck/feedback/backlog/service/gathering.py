"""What is known of each theme: who speaks of it, their worth, where they meet it, what like work took?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.newest import newest_versions
from quarterdeck.feedback.backlog.calc.grounds import Grounds, Passed
from quarterdeck.feedback.backlog.calc.likeness import like_items
from quarterdeck.feedback.backlog.calc.rice import Range
from quarterdeck.feedback.backlog.service.items import Items, work_items
from quarterdeck.feedback.backlog.service.linking import items_of_theme
from quarterdeck.feedback.backlog.service.passing import Counting, counted_at, is_behind, passed
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.themes.service.board import Reading, moment_of, read_said
from quarterdeck.feedback.themes.service.book import read_taxonomy
from quarterdeck.feedback.themes.service.for_backlog import (
    Everybody,
    Mood,
    ThemeOfQuarter,
    everybody,
    of_quarter,
    worth_together,
)
from quarterdeck.feedback.themes.service.keeping import KeptTags, kept_tags, tagged_at

MOST_QUOTES = 6
TABLES = ("accounts", "events", "feedback", "work_items")


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
    """What is known of every theme; None where there is no taxonomy, or nothing is tagged yet.

    As of a day everything is counted; as of now, who goes through journeys is told as it was counted last.
    """
    kept = kept_tags(workspace)
    if kept is None:
        return None
    # To the hour, so that everybody who looks within it sees the same, and only the first one waits.
    until = moment_of(workspace).replace(minute=0, second=0, microsecond=0)
    if as_of is not None:
        until = min(datetime(as_of.year, as_of.month, as_of.day, tzinfo=workspace.zone), until)
    versions = tuple(sorted(newest_versions(workspace.facts_path).items()))
    counted = None if as_of is not None else counted_at(workspace)
    found = _gathered(
        workspace, kept, tagged_at(workspace), open_book(workspace).version, versions, until, counted
    )
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
    counted: int | None,
) -> Gathered | None:
    """All that comes from facts; each argument is something that changes with them."""
    reading = read_said(workspace, kept, until)
    if reading is None:
        return None
    items, all_of_them = work_items(workspace, until), everybody(reading)
    counting = Counting(
        workspace=workspace,
        versions=dict(versions),
        day=until.astimezone(workspace.zone).date(),
        paying=all_of_them.arr > 0,
    )
    tags = reading.taxonomy.tags
    by_name = passed(counting, [name for tag in tags for name in tag.journeys], may_count=counted is None)
    found = []
    for tag in tags:
        of_tag = of_quarter(reading, tag, most_quotes=MOST_QUOTES)
        passing = tuple(by_name[name] for name in tag.journeys)
        found.append(_grounds(of_tag, all_of_them, passing, items))
    return Gathered(
        until=until,
        grounds=tuple(found),
        reading=reading,
        pins=_pins(kept, dict(versions), workspace, until),
    )


def count_passing(workspace: Workspace) -> None:
    """Count who goes through the journeys that tags name, where that is not counted as of today."""
    wanted = _wanted(workspace)
    if wanted is not None:
        passed(*wanted, may_count=True)


def is_uncounted(workspace: Workspace) -> bool:
    """Is there a journey that is not counted as of today and the facts as they are?"""
    wanted = _wanted(workspace)
    return wanted is not None and is_behind(*wanted)


def _wanted(workspace: Workspace) -> tuple[Counting, Sequence[str]] | None:
    taxonomy = read_taxonomy(workspace)
    names = [name for tag in taxonomy.model.tags for name in tag.journeys] if taxonomy else []
    kept = kept_tags(workspace)
    if not names or kept is None:
        return None
    until = moment_of(workspace).replace(minute=0, second=0, microsecond=0)
    reading = read_said(workspace, kept, until)
    if reading is None:
        return None
    counting = Counting(
        workspace=workspace,
        versions=newest_versions(workspace.facts_path),
        day=until.astimezone(workspace.zone).date(),
        paying=everybody(reading).arr > 0,
    )
    return counting, names


def _grounds(
    found: ThemeOfQuarter, everybody: Everybody, passing: tuple[Passed, ...], items: Items
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
        journeys=passing,
        like=tuple(days),
        like_items=like,
        items=(),
        quotes=found.quotes,
    )


def _is_open(items: Items, key: str) -> bool:
    item = items.by_key.get(key)
    return item is not None and item.stage in ("to do", "doing")


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
