"""Who signs up on a day, and who of them gets going the same day?"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quarterdeck.demo.accounts import (
    CHANNEL_SHARES,
    CHANNELS,
    COUNTRY_SHARES,
    Accounts,
    account_ids,
    person_ids,
)
from quarterdeck.demo.columns import Column, joined, numbered
from quarterdeck.demo.plan import SIGN_UP_WEEKDAYS, Floats, Integers, Plan, day_index, instants
from quarterdeck.demo.releases import ANDROID, DEVICE_EDGES
from quarterdeck.demo.stories import (
    CAMPAIGN_AFTER,
    CAMPAIGN_EXTRA,
    CAMPAIGN_FIRST,
    DROP_AT,
    DROP_FACTOR,
)

SIGN_UPS = 3200  # a week, of a company of a million events
ACTIVATION = np.array([0.41, 0.46, 0.42, 0.16])  # by channel
DEVICE_FACTOR = np.array([0.98, 1.03, 1.00])
ACTIVATION_NOISE = 0.005
ALIAS_SHARE = 0.04
PAID = CHANNELS.index("paid")
HOUR_SHIFT = np.array([0.0, 0.0, 0.7, 5.5, 4.0])  # by country, as seen from Amsterdam
DAY_SECONDS = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class SignUps:
    """The sign-ups of one day as (n,) columns.

    `customer` is the paying account each became, or -1; `campaign` came beyond the usual; `willing` would
    activate if nothing kept them from it, `active` did.
    """

    day: int
    customer: Integers
    channel: Integers
    country: Integers
    device: Integers
    seconds: Floats
    campaign: NDArray[np.bool_]
    willing: NDArray[np.bool_]
    active: NDArray[np.bool_]
    active_seconds: Floats
    anonymous: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.customer)

    def accounts(self) -> Column:
        """Ids of the accounts that were opened."""
        trial = joined(f"t{self.day:03d}-", numbered("", np.arange(len(self))))
        customer = account_ids(np.maximum(self.customer, 0))
        either: Column = pc.if_else(pa.array(self.customer >= 0), customer, trial)
        return either

    def people(self) -> Column:
        """Ids of the people who signed up."""
        return person_ids(self.accounts(), np.zeros(len(self), np.int64))

    def aliases(self) -> Column:
        """The ids under which they had been known before signing up."""
        return joined("anonymous-", self.accounts())


def sign_ups(plan: Plan, accounts: Accounts, day: int) -> SignUps:
    """Draw the sign-ups of a day: the customers that begin on it, and trials."""
    chance = plan.chance("sign-ups", day)
    customer = np.arange(accounts.begun(day - 1), accounts.begun(day))
    expected = plan.expected(SIGN_UPS, SIGN_UP_WEEKDAYS, day) * plan.noise("sign-ups", day)
    trials = chance.poisson(max(expected - len(customer), 0.0))
    extra = chance.poisson(expected * CAMPAIGN_EXTRA) if plan.stories and _campaign(day) else 0
    count = len(customer) + trials + extra
    channel = chance.choice(len(CHANNELS), count, p=CHANNEL_SHARES)
    country = chance.choice(len(COUNTRY_SHARES), count, p=COUNTRY_SHARES)
    channel[: len(customer)] = accounts.channel[customer]
    country[: len(customer)] = accounts.country[customer]
    channel[len(customer) + trials :] = PAID
    device = np.digitize(chance.random(count), DEVICE_EDGES)
    seconds = day_seconds(chance, country)
    noise = 1 + plan.chance("activation", day // 7).uniform(-1, 1) * 3**0.5 * ACTIVATION_NOISE
    usual = ACTIVATION[channel] * DEVICE_FACTOR[device] * noise
    rate = usual
    if plan.stories:
        broken = (device == ANDROID) & (instants(day, seconds) >= DROP_AT.timestamp() * 1e6)
        rate = np.where(broken, usual * DROP_FACTOR, usual)
    drawn = chance.random(count)
    return SignUps(
        day=day,
        customer=np.concatenate([customer, np.full(trials + extra, -1)]),
        channel=channel,
        country=country,
        device=device,
        seconds=seconds,
        campaign=np.arange(count) >= count - extra,
        willing=drawn < usual,
        active=drawn < rate,
        # The same day, however late it is: a day's activation is final when the day is over.
        active_seconds=seconds + (DAY_SECONDS - 1 - seconds) * np.minimum(chance.random(count) ** 2, 0.9),
        anonymous=chance.random(count) < ALIAS_SHARE,
    )


def day_seconds(chance: np.random.Generator, country: Integers) -> Floats:
    """Seconds since midnight in Amsterdam at which people in these countries are busy."""
    hours = chance.normal(11.5, 3.0, len(country)) + HOUR_SHIFT[country]
    seconds: Floats = np.clip(hours % 24 * 3600, 0, DAY_SECONDS - 120)
    return seconds


def _campaign(day: int) -> bool:
    return day_index(CAMPAIGN_FIRST) <= day < day_index(CAMPAIGN_AFTER)
