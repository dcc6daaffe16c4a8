"""Who are the made-up customers, what do they pay, and who works there?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quarterdeck.demo.columns import Column, joined, mixed, money, numbered, table, times, where, words
from quarterdeck.demo.plan import (
    DAYS,
    WEEKS,
    Floats,
    Integers,
    Plan,
    day_date,
    spread_over,
    trend,
)
from quarterdeck.demo.vocabulary import OWNERS, SURNAMES, TRADES

CHANNELS = ("organic", "referral", "partner", "paid")
CHANNEL_SHARES = np.array([0.48, 0.20, 0.16, 0.16])
COUNTRIES = ("NL", "DE", "GB", "US", "BR")
COUNTRY_SHARES = np.array([0.30, 0.24, 0.20, 0.16, 0.10])
PLANS = ("starter", "growth", "scale")
PLAN_SHARES = np.array([0.46, 0.36, 0.18])
SEATS_USD = np.array([144, 300, 420])  # a year
SEGMENTS = ("small", "mid-market", "enterprise")

ACCOUNTS = 3600  # of a company of a million events, at the end of its weeks
FEWEST_ACCOUNTS = 240
NEW_SHARE = 0.18  # of them that signed up within the weeks
CHURN_SHARE = 0.012
EXPAND_SHARE = 0.03
ARR_NOISE = 0.0004


@dataclass(frozen=True, kw_only=True, slots=True)
class Accounts:
    """The paying customers as (n,) columns, in the order in which they began; codes index the tuples above.

    `weight` is how much an account uses the product; customers who leave stopped using it before.
    """

    start_day: Integers
    country: Integers
    channel: Integers
    plan: Integers
    crew: Integers
    weight: Floats
    arr: Integers
    renewal_days: Integers
    churn_day: Integers
    expand_day: Integers

    def __len__(self) -> int:
        return len(self.start_day)

    @property
    def segment(self) -> Integers:
        return np.digitize(self.crew, (15, 50)).astype(np.int64)

    def begun(self, day: int) -> int:
        """How many customers there are on a day; they are the first ones."""
        return int(np.searchsorted(self.start_day, day, side="right"))


def make_accounts(plan: Plan) -> Accounts:
    """Draw the customers."""
    chance = plan.chance("accounts")
    count = max(FEWEST_ACCOUNTS, round(ACCOUNTS * plan.scale))
    new = round(count * NEW_SHARE)
    old = count - new
    before = -np.sort(chance.integers(30, 1100, old))[::-1]
    start = np.concatenate([before, np.repeat(np.arange(DAYS), spread_over(new, [1.0] * DAYS))])
    crew = np.clip(np.exp(chance.normal(1.9, 0.95, count)), 2, 240).astype(np.int64)
    plans = np.where(
        chance.random(count) < 0.15, chance.choice(3, count, p=PLAN_SHARES), np.digitize(crew, (6, 14))
    )
    churn = np.full(count, DAYS + 1)
    churn_who = chance.permutation(old)[: round(count * CHURN_SHARE)]
    churn[churn_who] = chance.integers(0, DAYS, len(churn_who))
    expand = np.full(count, DAYS + 1)
    expand_who = chance.permutation(old)[: round(count * EXPAND_SHARE)]
    expand_who = expand_who[churn[expand_who] > DAYS]
    expand[expand_who] = chance.integers(0, DAYS, len(expand_who))
    weight: Floats = crew.astype(np.float64) ** 0.6 * np.exp(chance.normal(0, 0.7, count))
    weight[churn <= DAYS] = 0.0
    arr = np.rint(crew * SEATS_USD[plans] * np.exp(chance.normal(0, 0.2, count)) / 12) * 12
    drawn = Accounts(
        start_day=start,
        country=chance.choice(len(COUNTRIES), count, p=COUNTRY_SHARES),
        channel=chance.choice(len(CHANNELS), count, p=CHANNEL_SHARES),
        plan=plans.astype(np.int64),
        crew=crew,
        weight=weight,
        arr=arr.astype(np.int64),
        renewal_days=chance.integers(1, 366, count),
        churn_day=churn,
        expand_day=expand,
    )
    return _on_its_line(plan, drawn)


def _on_its_line(plan: Plan, drawn: Accounts) -> Accounts:
    """Scale each week's new revenue so that the total follows its line, with a little noise about it.

    Revenue that adds up freely would wander: its weeks would depend on one another, and a reader of a
    company without stories would see movements that mean nothing.
    """
    arr = drawn.arr.astype(np.float64)
    week = drawn.start_day // 7
    total = arr[drawn.start_day < 0].sum()
    scale = total / trend(0)
    chance = plan.chance("arr")
    for number in range(WEEKS):
        lost = arr[drawn.churn_day // 7 == number].sum()
        gained = (arr * 0.25)[drawn.expand_day // 7 == number].sum()
        wanted = scale * trend(7 * number + 7) * (1 + chance.uniform(-1, 1) * ARR_NOISE)
        cohort = np.flatnonzero(week == number)
        missing = max(wanted - (total - lost + gained), 12.0 * len(cohort))
        arr[cohort] = np.rint(arr[cohort] * missing / arr[cohort].sum() / 12) * 12
        total = total - lost + gained + arr[cohort].sum()
    values = {name: getattr(drawn, name) for name in Accounts.__dataclass_fields__}
    return Accounts(**{**values, "arr": np.maximum(arr, 12).astype(np.int64)})


def account_ids(numbers: Integers) -> Column:
    """Ids of paying customers."""
    return numbered("a", numbers)


def account_rows(plan: Plan, accounts: Accounts) -> Iterator[pa.Table]:
    """The table `accounts`: one row when they began, one for each change."""
    everyone = np.arange(len(accounts))
    yield _rows(plan, accounts, everyone, accounts.start_day, accounts.arr, accounts.plan)
    expanded = np.flatnonzero(accounts.expand_day < DAYS)
    higher = np.minimum(accounts.plan + 1, 2)
    grown = np.rint(accounts.arr * 1.25).astype(np.int64)
    yield _rows(plan, accounts, expanded, accounts.expand_day, grown, higher)
    left = np.flatnonzero(accounts.churn_day < DAYS)
    nothing = np.zeros(len(accounts), np.int64)
    yield _rows(plan, accounts, left, accounts.churn_day, nothing, np.full(len(accounts), 3))


def _rows(
    plan: Plan, accounts: Accounts, who: Integers, day: Integers, arr: Integers, plans: Integers
) -> pa.Table:
    moments = moments_of(day[who], mixed(who, plan.seed + 1))
    return table(
        {
            "account": account_ids(who),
            "valid_from": times(moments),
            "name": account_names(who),
            "plan": words((*PLANS, "left"), plans[who]),
            "arr": money(arr[who]),
            "segment": words(SEGMENTS, accounts.segment[who]),
            "renewal": where(renewals(accounts, who), arr[who] > 0),
            "owner": words(OWNERS, who % len(OWNERS)),
        },
        {
            "country": words(COUNTRIES, accounts.country[who]),
            "channel": words(CHANNELS, accounts.channel[who]),
            "crew_size": pa.array(accounts.crew[who].astype(np.float64)),
        },
    )


def account_names(who: Integers) -> Column:
    """Made-up names; a number keeps them apart."""
    surnames, trades = len(SURNAMES), len(TRADES)
    round_number = who // (surnames * trades)
    name = joined(words(SURNAMES, who % surnames), " ", words(TRADES, who // surnames % trades))
    suffixes = ["", *(f" {number + 1}" for number in range(1, int(round_number.max(initial=0)) + 1))]
    return joined(name, words(suffixes, round_number))


def renewals(accounts: Accounts, who: Integers) -> Column:
    """The next renewal after the last week, as dates."""
    last = (day_date(DAYS) - date(1970, 1, 1)).days
    return pa.array((last + accounts.renewal_days[who]).astype(np.int32)).cast(pa.date32())


def moments_of(days: Integers, fractions: Floats) -> Integers:
    """UTC microseconds within office hours of days that may lie before the first one."""
    base = int(datetime.fromisoformat(f"{day_date(0)}T07:00:00+00:00").timestamp())
    return ((base + days * 86_400 + fractions * 8 * 3600) * 1e6).astype(np.int64)


def person_ids(account: Column, index: Integers) -> Column:
    """Ids of the people of customers."""
    return joined("p-", account, "-", pa.array(index).cast(pa.string()))


def crew_rows(plan: Plan, accounts: Accounts, block: int = 50_000) -> Iterator[pa.Table]:
    """The table `people`: the crews of paying customers; the first of each is its administrator."""
    for first in range(0, len(accounts), block):
        who = np.repeat(np.arange(first, min(first + block, len(accounts))), accounts.crew[first:][:block])
        index = (
            np.arange(len(who)) - np.concatenate([[0], np.cumsum(accounts.crew[first:][:block])])[who - first]
        )
        joined_after = np.where(index == 0, 0, (mixed(who, index) * 60).astype(np.int64))
        day = np.minimum(accounts.start_day[who] + joined_after, DAYS - 1)
        moments = moments_of(day, mixed(who, index + 1000))
        role = np.where(index == 0, 0, np.where(mixed(who, index + 2000) < 0.18, 1, 2))
        account = account_ids(who)
        yield table(
            {
                "person": person_ids(account, index),
                "account": account,
                "created_at": times(moments),
                "role": words(("administrator", "planner", "crew"), role),
                "valid_from": times(moments),
            }
        )


def group_rows(accounts: Accounts) -> Iterator[pa.Table]:
    """The table `groups`: depots of the larger customers."""
    depots = np.clip(accounts.crew // 20, 0, 6)
    who = np.repeat(np.arange(len(accounts)), depots)
    index = np.arange(len(who)) - np.concatenate([[0], np.cumsum(depots)])[who]
    account = account_ids(who)
    yield table(
        {
            "group_type": words(("depot",), np.zeros(len(who), np.int64)),
            "group_id": joined("d-", account, "-", pa.array(index).cast(pa.string())),
            "name": words(("North", "South", "East", "West", "Harbour", "Centre"), index % 6),
        },
        {"account": account},
    )


def at_risk(accounts: Accounts, days: int = 120) -> NDArray[np.bool_]:
    """Customers of some size whose contract renews soon after the last week."""
    large = accounts.arr >= np.quantile(accounts.arr, 0.7)
    return large & (accounts.renewal_days <= days) & (accounts.churn_day > DAYS) & (accounts.start_day < 0)
