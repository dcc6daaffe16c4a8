"""What happens in the made-up product on a day?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from quarterdeck.demo.accounts import CHANNELS, COUNTRIES, PLANS, Accounts, account_ids, person_ids
from quarterdeck.demo.columns import Column, joined, mixed, picked, table, times, where, words
from quarterdeck.demo.onboarding import NewTeams, Taken
from quarterdeck.demo.plan import (
    DAYS,
    OUTAGE_DAYS,
    WORKDAYS,
    Floats,
    Integers,
    Plan,
    day_index,
    instants,
)
from quarterdeck.demo.releases import DEVICE_EDGES, DEVICES, IOS, RELEASE_NAMES, installed
from quarterdeck.demo.signups import SignUps, day_seconds
from quarterdeck.demo.stories import LAUNCH_DAY, LAUNCH_FACTOR, LAUNCH_PLAN

BATCH_ROWS = 250_000

EVENTS = (
    "job_dispatched",
    "job_created",
    "sync_completed",
    "photo_uploaded",
    "invoice_sent",
    "crew_invited",
    "recurring_job_created",
    "error_shown",
    "schedule_viewed",
    "signed_up",
    "team_activated",
)
DISPATCHED, CREATED, SYNC, PHOTO, INVOICE, INVITED, RECURRING, ERROR, VIEWED, SIGNED_UP, ACTIVATED = range(11)
PER_WEEK = {  # of a company of a million events; what is missing to its number of events is views
    DISPATCHED: 11_800,
    CREATED: 3_600,
    SYNC: 4_300,
    PHOTO: 1_300,
    INVOICE: 1_500,
    INVITED: 1_100,
    RECURRING: 420,
    ERROR: 210,
}
FIRST_STEPS = np.array([VIEWED, INVITED, CREATED, DISPATCHED])  # as onboarding numbers them
SYNC_SECONDS = (0.62, 0.55, 0.48)  # medians by device


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """Events of one day as (n,) columns of codes, before they become text."""

    event: Integers
    account: Column
    person: Column
    channel: Integers
    country: Integers
    device: Integers
    release: Integers
    seconds: Floats


def event_batches(plan: Plan, accounts: Accounts) -> Iterator[pa.Table]:
    """The table `events`, whole days at a time, in the order of time."""
    held: list[pa.Table] = []
    teams = NewTeams(plan=plan, accounts=accounts)
    for day in range(DAYS):
        held.append(event_day(plan, accounts, day, teams))
        if day == DAYS - 1 or sum(rows.num_rows for rows in held) >= BATCH_ROWS:
            yield pa.concat_tables(held).combine_chunks()
            held = []


def event_day(plan: Plan, accounts: Accounts, day: int, teams: NewTeams | None = None) -> pa.Table:
    """All events of one day; nothing but the plan and the day decides them."""
    teams = teams or NewTeams(plan=plan, accounts=accounts)
    lost_source = plan.stories and day in OUTAGE_DAYS
    new = _sign_up_rows(teams.begun(day), lost_source=lost_source)
    steps = _first_rows(teams.taken(day), day, lost_source=lost_source)
    wanted = max(int(plan.day_events[day]) - len(new.event) - len(steps.event), 0)
    taken = np.bincount(steps.event, minlength=len(EVENTS))
    old = _customer_rows(plan, accounts, day, wanted, taken, lost_source=lost_source)
    chance = plan.chance("event values", day)
    rows = pa.concat_tables([_table(plan, day, each, chance) for each in (old, new, steps)])
    rows = rows.slice(0, int(plan.day_events[day])) if wanted == 0 else rows
    rows = rows.sort_by("time")
    ids = joined(f"{day:03d}-", pa.array(np.arange(rows.num_rows)).cast(pa.string()))
    return rows.add_column(0, "event_id", ids)


def _sign_up_rows(begun: SignUps, *, lost_source: bool) -> Rows:
    heard = begun.device != IOS if lost_source else np.ones(len(begun), np.bool_)
    first, second = np.flatnonzero(heard), np.flatnonzero(heard & begun.active)
    who = np.concatenate([first, second])
    people = begun.people()
    # Before signing up somebody may have been known by another id; the alias joins both.
    either = pa.concat_arrays([people, begun.aliases()])
    person_first = picked(either, first + np.where(begun.anonymous[first], len(begun), 0))
    return Rows(
        event=np.repeat((SIGNED_UP, ACTIVATED), (len(first), len(second))),
        account=picked(begun.accounts(), who),
        person=pa.concat_arrays([person_first, picked(people, second)]),
        channel=begun.channel[who],
        country=begun.country[who],
        device=begun.device[who],
        release=installed(begun.device[who], begun.day, np.zeros(len(who))),
        seconds=np.concatenate([begun.seconds[first], begun.active_seconds[second]]),
    )


def _first_rows(taken: Iterable[Taken], day: int, *, lost_source: bool) -> Rows:
    """What new teams do in their first days."""
    parts = [_steps(each, lost_source=lost_source) for each in taken]
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts] or [np.zeros(0, np.int64)])
        for name in ("event", "channel", "country", "device", "seconds")
    }
    empty = pa.array([], pa.string())
    return Rows(
        account=pa.concat_arrays([empty, *(part.account for part in parts)]),
        person=pa.concat_arrays([empty, *(part.person for part in parts)]),
        release=installed(columns["device"], day, np.zeros(len(columns["device"]))),
        **columns,
    )


def _steps(taken: Taken, *, lost_source: bool) -> Rows:
    begun = taken.begun
    heard = begun.device[taken.who] != IOS if lost_source else np.ones(len(taken.who), np.bool_)
    who = taken.who[heard]
    return Rows(
        event=FIRST_STEPS[taken.step[heard]],
        account=picked(begun.accounts(), who),
        person=picked(begun.people(), who),
        channel=begun.channel[who],
        country=begun.country[who],
        device=begun.device[who],
        release=np.zeros(len(who), np.int64),  # what is installed depends on the day: see above
        seconds=taken.seconds[heard],
    )


def _customer_rows(
    plan: Plan, accounts: Accounts, day: int, wanted: int, taken: Integers, *, lost_source: bool
) -> Rows:
    """What customers do: `wanted` rows, of which views are what the other events leave.

    Of each event that new teams did `taken`, customers do so many fewer: the company's total is what it is.
    """
    chance = plan.chance("events", day)
    there = accounts.begun(day)
    who_parts, event_parts = [], []
    for event, per_week in PER_WEEK.items():
        weights, factor = _weights(plan, accounts, event, day)
        expected = plan.expected(per_week, WORKDAYS, day) * plan.noise(EVENTS[event], day) * factor
        count = chance.poisson(expected)
        who_parts.append(_draw(chance, weights[:there], count))
        event_parts.append(np.full(count, event))
    who, event_of = np.concatenate(who_parts), np.concatenate(event_parts)
    index = _crew_member(chance, accounts, who)
    if lost_source:
        heard = _device(who, index) != IOS
        who, event_of, index = who[heard], event_of[heard], index[heard]
    kept = _without(plan.chance("room", day), event_of, taken)
    who, event_of, index = who[kept], event_of[kept], index[kept]
    if len(who) > wanted:
        kept = np.sort(chance.permutation(len(who))[:wanted])
        who, event_of, index = who[kept], event_of[kept], index[kept]
    left = wanted - len(who)
    viewer, viewer_index = _viewers(chance, accounts, there, left, without_ios=lost_source)
    who = np.concatenate([who, viewer])
    event_of = np.concatenate([event_of, np.full(left, VIEWED)])
    index = np.concatenate([index, viewer_index])
    device = _device(who, index)
    account = account_ids(who)
    return Rows(
        event=event_of,
        account=account,
        person=person_ids(account, index),
        channel=accounts.channel[who],
        country=accounts.country[who],
        device=device,
        release=installed(device, day, mixed(who, index + 5000)),
        seconds=day_seconds(chance, accounts.country[who]),
    )


def _without(chance: np.random.Generator, event_of: Integers, taken: Integers) -> Integers:
    """The rows that stay when so many of each event are taken out."""
    order = chance.permutation(len(event_of))
    sorted_events = order[np.argsort(event_of[order], kind="stable")]
    counts = np.bincount(event_of, minlength=len(taken))
    place = np.arange(len(event_of)) - np.repeat(np.cumsum(counts) - counts, counts)
    stays: Integers = np.sort(sorted_events[place >= taken[event_of[sorted_events]]])
    return stays


def _weights(plan: Plan, accounts: Accounts, event: int, day: int) -> tuple[Floats, float]:
    """How much each account does of an event, and by how much that raises the total."""
    weights = accounts.weight
    launched = plan.stories and event == RECURRING and day >= day_index(LAUNCH_DAY)
    if not launched:
        return weights, 1.0
    raised = np.where(accounts.plan == PLANS.index(LAUNCH_PLAN), weights * LAUNCH_FACTOR, weights)
    there = accounts.begun(day)
    return raised, float(raised[:there].sum() / weights[:there].sum())


def _draw(chance: np.random.Generator, weights: Floats, count: int) -> Integers:
    edges = np.cumsum(weights)
    found = np.searchsorted(edges, chance.random(count) * edges[-1], side="right")
    chosen: Integers = np.minimum(found, len(weights) - 1).astype(np.int64)
    return chosen


def _viewers(
    chance: np.random.Generator, accounts: Accounts, there: int, count: int, *, without_ios: bool
) -> tuple[Integers, Integers]:
    who = _draw(chance, accounts.weight[:there], count)
    index = _crew_member(chance, accounts, who)
    while without_ios and (silent := np.flatnonzero(_device(who, index) == IOS)).size:
        who[silent] = _draw(chance, accounts.weight[:there], len(silent))
        index[silent] = _crew_member(chance, accounts, who[silent])
    return who, index


def _crew_member(chance: np.random.Generator, accounts: Accounts, who: Integers) -> Integers:
    """Who of a crew it was; the first ones do most."""
    return (accounts.crew[who] * chance.random(len(who)) ** 1.8).astype(np.int64)


def _device(who: Integers, index: Integers) -> Integers:
    return np.digitize(mixed(who, index), DEVICE_EDGES)


def _table(plan: Plan, day: int, rows: Rows, chance: np.random.Generator) -> pa.Table:
    event, count = rows.event, len(rows.event)
    release = words(RELEASE_NAMES, rows.release)
    steady = plan.noise("sync seconds", day) ** 0.3
    medians = np.array(SYNC_SECONDS)[rows.device] * steady
    seconds = np.round(medians * np.exp(chance.normal(0, 0.6, count)), 3)
    amount = np.round(np.exp(chance.normal(5.6, 0.7, count)), 2)
    moments = instants(day, rows.seconds)
    return table(
        {
            "person": rows.person,
            "account": rows.account,
            "event": words(EVENTS, event),
            "time": times(moments),
            "release": release,
            "source": words(DEVICES, rows.device),
        },
        {
            "channel": words(CHANNELS, rows.channel),
            "device": words(DEVICES, rows.device),
            "country": words(COUNTRIES, rows.country),
            "app_version": release,
            "seconds": where(pa.array(seconds), event == SYNC),
            "amount": where(pa.array(amount), event == INVOICE),
            "offline": where(pa.array(chance.random(count) < 0.12), event == SYNC),
        },
    )
