"""What do the made-up customers say?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from quarterdeck.demo.accounts import COUNTRIES, Accounts, account_ids, at_risk, person_ids
from quarterdeck.demo.columns import joined, table, times, where, words
from quarterdeck.demo.loops import SHIPPED_THEME, settled
from quarterdeck.demo.plan import DAYS, WORKDAYS, Floats, Integers, Plan, day_index, instants
from quarterdeck.demo.signups import day_seconds
from quarterdeck.demo.stories import DROP_DAY, THEME_FIRST, Story
from quarterdeck.demo.vocabulary import CLOSERS, OPENERS, THEME_SHARES, THEMES

MESSAGES = 330  # a week, of a company of a million events
CHANNELS = ("support", "nps", "sales", "review")
CHANNEL_SHARES = np.array([0.62, 0.24, 0.06, 0.08])
SCORE_SHARES = np.array([0.01, 0.01, 0.02, 0.03, 0.04, 0.07, 0.09, 0.16, 0.24, 0.19, 0.14])
PRAISE_FROM = 9
THEME_NAMES = tuple(THEMES)
OFFLINE, INVITE, PRAISE = (THEME_NAMES.index(name) for name in ("offline schedule", "crew invite", "praise"))
WISH = THEME_NAMES.index(SHIPPED_THEME)
# What is said instead is nothing that another story counts.
ELSE = np.array([place for place in range(len(THEME_NAMES)) if place not in (OFFLINE, INVITE, PRAISE, WISH)])
OFFLINE_AT_THE_END = 0.26  # share of complaints; it rises evenly from its first day
SPEAKING_AT_RISK = 0.75


@dataclass(frozen=True, kw_only=True, slots=True)
class Messages:
    """The messages of one day as (n,) columns; codes index THEME_NAMES and CHANNELS."""

    day: int
    account: Integers
    person: Integers
    theme: Integers
    channel: Integers
    score: Integers


def messages(plan: Plan, accounts: Accounts, day: int) -> Messages:
    """Draw what was said on a day; how much is said does not depend on the stories, what is said does."""
    chance = plan.chance("feedback", day)
    count = chance.poisson(plan.expected(MESSAGES, WORKDAYS, day) * plan.noise("feedback", day))
    channel = chance.choice(len(CHANNELS), count, p=CHANNEL_SHARES)
    score = chance.choice(11, count, p=SCORE_SHARES / SCORE_SHARES.sum())
    happy = (channel != CHANNELS.index("support")) & (score >= PRAISE_FROM)
    theme = np.where(happy, PRAISE, _complaints(plan, chance, day, count))
    there = accounts.begun(day)
    silent = accounts.churn_day[:there] <= day
    weights = np.where(silent, 0.0, accounts.crew[:there] ** 0.5)
    account = _drawn(chance, weights, count)
    if plan.stories and day >= day_index(THEME_FIRST):
        risky = at_risk(accounts)[:there] & ~silent
        moved = (theme == OFFLINE) & (chance.random(count) < SPEAKING_AT_RISK) & bool(risky.any())
        account[moved] = _drawn(chance, np.where(risky, 1.0, 0.0), int(moved.sum()))
    person = (accounts.crew[account] * chance.random(count) ** 3).astype(np.int64)
    theme = settled(plan, day, theme, WISH, ELSE)
    return Messages(day=day, account=account, person=person, theme=theme, channel=channel, score=score)


def _complaints(plan: Plan, chance: np.random.Generator, day: int, count: int) -> Integers:
    shares = np.array([THEME_SHARES.get(name, 0.0) for name in THEME_NAMES])
    shares /= shares.sum()
    if plan.stories:
        since = day - day_index(THEME_FIRST)
        if since >= 0:
            rise = (since + 1) / (DAYS - day_index(THEME_FIRST))
            _raise_to(shares, OFFLINE, shares[OFFLINE] + rise * (OFFLINE_AT_THE_END - shares[OFFLINE]))
        if day >= day_index(DROP_DAY):
            _raise_to(shares, INVITE, 0.12)
    return chance.choice(len(shares), count, p=shares / shares.sum())


def _raise_to(shares: Floats, theme: int, share: float) -> None:
    others = 1 - shares[theme]
    shares *= (1 - share) / others
    shares[theme] = share


def _drawn(chance: np.random.Generator, weights: Floats, count: int) -> Integers:
    edges = np.cumsum(weights)
    found: Integers = np.searchsorted(edges, chance.random(count) * edges[-1], side="right").astype(np.int64)
    return found


def feedback_rows(plan: Plan, accounts: Accounts) -> Iterator[pa.Table]:
    """The table `feedback`, a few weeks at a time."""
    for first in range(0, DAYS, 28):
        days = range(first, min(first + 28, DAYS))
        yield pa.concat_tables([_rows(plan, accounts, messages(plan, accounts, day)) for day in days])


def _rows(plan: Plan, accounts: Accounts, said: Messages) -> pa.Table:
    chance = plan.chance("feedback words", said.day)
    count = len(said.account)
    account = account_ids(said.account)
    seconds = np.sort(day_seconds(chance, accounts.country[said.account]))
    asked = said.channel != CHANNELS.index("support")
    number = pa.array(np.arange(count)).cast(pa.string())
    return table(
        {
            "feedback_id": joined(f"f{said.day:03d}-", number),
            "time": times(instants(said.day, seconds)),
            "channel": words(CHANNELS, said.channel),
            "account": account,
            "person": person_ids(account, said.person),
            "text": pa.array(_texts(chance, accounts, said), pa.string()),
            "score": where(pa.array(said.score.astype(np.float64)), asked),
            "consent": pa.array(chance.random(count) < 0.8),
        },
        {"country": words(COUNTRIES, accounts.country[said.account])},
    )


def _texts(chance: np.random.Generator, accounts: Accounts, said: Messages) -> list[str]:
    draws = chance.random((len(said.theme), 3))
    texts = []
    for row, (theme, account) in enumerate(zip(said.theme.tolist(), said.account.tolist(), strict=True)):
        cores = THEMES[THEME_NAMES[theme]]
        opener = OPENERS[int(draws[row, 0] * len(OPENERS))]
        core = cores[int(draws[row, 1] * len(cores))]
        closer = CLOSERS[int(draws[row, 2] * len(CLOSERS))].format(
            crew=accounts.crew[account], country=COUNTRIES[accounts.country[account]]
        )
        texts.append(f"{opener}{core if opener else core[0].upper() + core[1:]}{closer}")
    return texts


def theme_story(plan: Plan, accounts: Accounts) -> Story:
    """The theme with revenue at risk, with the customers who named it since it began to rise."""
    who: set[int] = set()
    count = 0
    for day in range(day_index(THEME_FIRST), DAYS):
        said = messages(plan, accounts, day)
        speaking = said.account[said.theme == OFFLINE]
        who.update(speaking.tolist())
        count += len(speaking)
    speakers = np.array(sorted(who), np.int64)
    risky = speakers[at_risk(accounts)[speakers]] if len(speakers) else speakers
    return Story(
        kind="theme at risk",
        title="Customers whose contracts renew soon ask for an offline schedule",
        metrics=(),
        direction="above",
        since=THEME_FIRST,
        until=None,
        dimension="theme",
        value=THEME_NAMES[OFFLINE],
        detail={
            "messages": count,
            "accounts": len(speakers),
            "arr": int(accounts.arr[speakers].sum()),
            "accounts_renewing_within_120_days": len(risky),
            "arr_renewing_within_120_days": int(accounts.arr[risky].sum()),
            "phrases": list(THEMES[THEME_NAMES[OFFLINE]]),
        },
    )
