"""Who stopped before a step of a funnel, for which reason, and by which events is that known?

Everything is read off the witnesses: each attempt has one depth and one reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.buckets import instant
from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses
from quarterdeck.insights.journeys.calc.kernels.attempts import BROKEN, NEVER, OPEN, TOO_LATE
from quarterdeck.insights.journeys.calc.question import MICROSECONDS
from quarterdeck.insights.journeys.calc.sequence import Rows
from quarterdeck.insights.journeys.service.asking import Asked
from quarterdeck.insights.journeys.service.naming import name_of
from quarterdeck.insights.journeys.service.opening import Opened
from quarterdeck.insights.journeys.service.seen import (
    PersonSeen,
    Rate,
    ReasonSeen,
    StoppedSeen,
    WhySeen,
    rate,
    title_of,
)
from quarterdeck.stats.interval import wilson_interval

MOST_LISTED = 5
MOST_FOLLOWED = 4
SELDOM = 0.005  # what fewer did is not worth a line
KEYS = ("gone", "other", "late", "broken", "spoiled", "open")
Places = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stopped:
    """The attempts that ended before a step.

    `last` is the row of the last step that each reached, `following` the event that came next, -1 for none.
    """

    found: FunnelWitnesses
    last: Rows
    last_time: Rows
    reasons: Places
    following: Places


def stopped_before(
    opened: Opened,
    found: FunnelWitnesses,
    step: int,
    looked_at: Asked,
    *,
    sees_personal: bool,
    listed: int = MOST_LISTED,
) -> StoppedSeen:
    """Who reached the step before and not this one; a list of some, and why one of them is in it."""
    journey = opened.question.journey
    stopped = _stopped(opened, found, step)
    reasons = _reasons(opened, stopped, step)
    chosen = next((reason for reason in reasons if reason.key == looked_at.reason), None)
    if chosen is None and looked_at.reason == "":
        chosen = next((reason for reason in reasons if reason.key != "open"), None)
    places = _listed(stopped, chosen, listed)
    names = [_name(opened, stopped, place, number, sees_personal) for number, place in enumerate(places, 1)]
    people = tuple(
        PersonSeen(place=number, name=name, last=_time(opened, int(stopped.last[place])))
        for number, (place, name) in enumerate(zip(places, names, strict=True), 1)
    )
    who = max(looked_at.who, 1) - 1
    return StoppedSeen(
        step=step,
        before=journey.steps[step - 1].label or title_of(journey.steps[step - 1].name),
        count=sum(reason.count for reason in reasons if reason.key != "open"),
        reasons=reasons,
        reason=chosen,
        people=people,
        followed=_followed(opened, stopped),
        why=_why(opened, stopped, int(places[who]), names[who], chosen)
        if chosen is not None and 0 <= who < len(places)
        else None,
    )


def _stopped(opened: Opened, found: FunnelWitnesses, step: int) -> _Stopped:
    """Those who never came back are told from those who did something else."""
    which = found.taken(found.depth == step - 1)
    last = opened.view.own_rows(which.rows[:, step - 2])
    reasons = which.reason.astype(np.int64)
    following = last + 1
    inside = following < opened.view.offsets[which.unit.astype(np.int64) + 1]
    came = np.zeros(len(last), np.bool_)
    came[inside] = opened.view.time[following[inside]] <= which.begin[inside] + opened.question.window
    codes = np.full(len(last), -1, np.int64)
    codes[came] = opened.view.event.codes[following[came]]
    # NEVER is 1: those who were seen again keep it, the others become 0, "gone".
    return _Stopped(
        found=which,
        last=last,
        last_time=opened.view.time[last],
        reasons=np.where((reasons == NEVER) & ~came, 0, reasons),
        following=codes,
    )


def _reasons(opened: Opened, stopped: _Stopped, step: int) -> tuple[ReasonSeen, ...]:
    counts = np.bincount(stopped.reasons, minlength=len(KEYS))
    journey = opened.question.journey
    following = title_of(journey.steps[step - 1].name).lower()
    words = {
        0: "Never came back in time",
        NEVER: f"Came back, but not to “{following}”",
        TOO_LATE: f"Did it, but after {journey.within}",
        BROKEN: "Did something else in between",
        OPEN: f"May still do it: {journey.within} are not over",
    }
    found = [
        ReasonSeen(
            key=KEYS[place], words=words.get(place, "Left out: an exclusion came between"), count=int(count)
        )
        for place, count in enumerate(counts)
        if count
    ]
    return tuple(sorted(found, key=lambda reason: (reason.key == "open", -reason.count)))


def _followed(opened: Opened, stopped: _Stopped) -> tuple[tuple[str, Rate], ...]:
    """What those who stopped for good did next instead, the most frequent first."""
    events = opened.view.event.values
    codes = stopped.following[stopped.reasons != OPEN]
    if not len(codes):
        return ()
    counts = np.bincount(codes + 1, minlength=len(events) + 1)
    most = np.argsort(-counts, kind="stable")[:MOST_FOLLOWED]
    names = ("nothing in that time", *(title_of(str(name)) for name in events))
    return tuple(
        (
            names[place],
            rate(int(counts[place]), len(codes), wilson_interval(int(counts[place]), len(codes))),
        )
        for place in most
        if counts[place] >= SELDOM * len(codes)
    )


def _listed(stopped: _Stopped, chosen: ReasonSeen | None, most: int) -> Places:
    """The places of those who were seen last, the latest first; of equals in the order of the facts."""
    if chosen is None:
        return np.zeros(0, np.int64)
    places = np.flatnonzero(stopped.reasons == KEYS.index(chosen.key))
    latest = np.argsort(-stopped.last_time[places], kind="stable")
    return places[latest][:most]


def _name(opened: Opened, stopped: _Stopped, place: int, number: int, sees_personal: bool) -> str:
    return name_of(opened, int(stopped.found.unit[place]), number, sees_personal=sees_personal)


def _why(opened: Opened, stopped: _Stopped, place: int, name: str, reason: ReasonSeen) -> WhySeen:
    question = opened.question
    depth = int(stopped.found.depth[place])
    rows = opened.view.own_rows(stopped.found.rows[place, :depth])
    names = [step.label or title_of(step.name) for step in question.journey.steps]
    steps = tuple((each, _time(opened, int(row))) for each, row in zip(names[:depth], rows, strict=True))
    end = int(stopped.found.begin[place]) + question.journey.window_seconds * MICROSECONDS
    return WhySeen(
        name=name,
        steps=steps,
        verdict=_verdict(names[depth], reason.key),
        until=instant(end, question.calendar.zone)
        if reason.key in ("gone", "other", "late", "open")
        else None,
    )


def _verdict(following: str, key: str) -> str:
    return {
        "gone": f"No “{following}”, and nothing else, by",
        "other": f"No “{following}” by",
        "late": f"“{following}” came only after",
        "broken": f"Something else came before “{following}”",
        "open": f"“{following}” may still come until",
    }.get(key, "An exclusion came between")


def _time(opened: Opened, row: int) -> datetime:
    return instant(int(opened.view.time[row]), opened.question.calendar.zone)
