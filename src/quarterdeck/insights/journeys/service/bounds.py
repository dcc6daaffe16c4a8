"""Which questions does no door pass on: endless ones, malformed ones, and those that would name people?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.schema import TABLES
from quarterdeck.insights.journeys.calc.buckets import Period
from quarterdeck.insights.journeys.calc.conditions import moment_of
from quarterdeck.insights.journeys.definitions.conditions import Condition, Pick
from quarterdeck.insights.journeys.definitions.journey import SECONDS, Journey
from quarterdeck.insights.journeys.service.asked import picks_of

LONGEST_DAYS = 3660
MOST_BUCKETS = 5000
DAYS = {"h": 1 / 24, "d": 1, "w": 7, "m": 31, "q": 92, "y": 366}
BUCKET_DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}
FIRST_YEAR, LAST_YEAR = 1970, 2200


def refuse_endless(journey: Journey) -> None:
    """A window beyond ten years is a slip of the hand, and more than the clock of the facts can count."""
    if journey.window_seconds > LONGEST_DAYS * SECONDS["day"]:
        raise QuarterdeckError(f"'{journey.within}' is longer than ten years.", "Choose a shorter time.")
    if journey.pause_minutes > LONGEST_DAYS * 1440 or journey.smooth > LONGEST_DAYS:
        raise QuarterdeckError("A pause or a mean of more than ten years is none.", "Choose a shorter one.")
    if sum(journey.brackets) > LONGEST_DAYS:
        raise QuarterdeckError("The brackets reach beyond ten years.", "Choose fewer or shorter ones.")
    for text in (journey.since, journey.until):
        if text:
            _refuse_far(text)
    for each in _conditions(journey):
        _refuse_unreadable(each)
    for pattern in _patterns(journey):
        try:
            re.compile(pattern)
        except re.error as error:
            raise QuarterdeckError(
                f"'{pattern[:60]}' is no regular expression: {error}.", "Mend it, or use `contains`."
            ) from error


def refuse_backward(period: Period) -> None:
    """A time that ends before it begins is a slip of the hand."""
    if period.end < period.begin:
        raise QuarterdeckError(
            f"The time asked for ends before it begins: {period.begin:%Y-%m-%d %H:%M} to "
            f"{period.end:%Y-%m-%d %H:%M}.",
            "Change `since:` or `until:`.",
        )


def refuse_many(journey: Journey, period: Period) -> None:
    """More buckets than anybody reads would take a long time and much memory."""
    refuse_backward(period)
    days = (period.end - period.begin).total_seconds() / SECONDS["day"]
    if days / BUCKET_DAYS[journey.grain] > MOST_BUCKETS:
        raise QuarterdeckError(
            f"That is more than {MOST_BUCKETS} {journey.grain}s.", "Begin later, or choose a coarser grain."
        )


def refuse_names(journey: Journey, *, sees_personal: bool) -> None:
    """An answer that lists people is for those alone who may see who they are."""
    named = [name for name in (*journey.by, journey.stops or "") if name and is_personal(name)]
    if named and not sees_personal:
        raise QuarterdeckError(
            f"The answer would name people, by {named[0]}.",
            "An administrator can let you see personal data; or break down by something else.",
        )


def is_personal(field: str) -> bool:
    """Does a field hold ids, names or addresses of people?"""
    owner, _, name = field.rpartition(".")
    table = {"person": "people", "account": "accounts"}.get(owner, "events")
    return name in TABLES[table].personal_columns


def _refuse_far(text: str) -> None:
    if found := re.fullmatch(r"-(\d+)([hdwmqy])", text):
        far = len(found[1]) > 9 or int(found[1]) * DAYS[found[2]] > 10 * LONGEST_DAYS
    elif re.match(r"\d", text):
        parts = text.split("-") if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text) else []
        try:
            moment = datetime(*map(int, parts)) if parts else datetime.fromisoformat(text.strip())  # type: ignore[arg-type]  # noqa: DTZ001 -- its year alone is asked
        except ValueError as error:
            raise QuarterdeckError(f"{text!r} is no date or time.", "Write it like 2026-01-31.") from error
        far = not FIRST_YEAR <= moment.year <= LAST_YEAR
    else:
        far = False
    if far:
        raise QuarterdeckError(f"{text!r} is too far away.", "Choose a nearer day.")


def _refuse_unreadable(condition: Condition) -> None:
    for text in (condition.before, condition.after, condition.on):
        if text is not None and moment_of(text) is None:
            raise QuarterdeckError(
                f"{text!r} is no date or time, and {condition.field} is held against it.",
                "Write it like 2026-01-31.",
            )


def _patterns(journey: Journey) -> Iterator[str]:
    for each in _conditions(journey):
        yield from (text for text in (each.matches, each.matches_not) if text)


def _conditions(journey: Journey) -> Iterator[Condition]:
    return _flat([*journey.where, *(each for pick in picks_of(journey) for each in _wheres(pick))])


def _wheres(pick: Pick) -> Iterator[Condition]:
    yield from pick.where
    for part in pick.any_of:
        yield from _wheres(part)


def _flat(conditions: Iterable[Condition]) -> Iterator[Condition]:
    for each in conditions:
        yield each
        yield from _flat((*(each.all_of or ()), *(each.one_of or ())))
