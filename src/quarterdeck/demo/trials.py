"""Which rows beside events does a sign-up leave?"""

import numpy as np
import pyarrow as pa

from quarterdeck.demo.accounts import CHANNELS, COUNTRIES, account_names
from quarterdeck.demo.columns import constant, money, picked, table, times, words
from quarterdeck.demo.plan import Plan, instants
from quarterdeck.demo.signups import SignUps

SETUP_FIRST_DAY = 70  # from then on new teams are in an experiment that changes nothing


def trial_accounts(_: Plan, begun: SignUps) -> pa.Table:
    """Rows of `accounts` for sign-ups that pay nothing yet."""
    trial = np.flatnonzero(begun.customer < 0)
    moments = instants(begun.day, begun.seconds[trial])
    return table(
        {
            "account": picked(begun.accounts(), trial),
            "valid_from": times(moments),
            "name": account_names(trial + 97 * begun.day),
            "plan": constant("trial", len(trial)),
            "arr": money(np.zeros(len(trial), np.int64)),
            "segment": constant("small", len(trial)),
            "renewal": pa.nulls(len(trial), pa.date32()),
            "owner": pa.nulls(len(trial), pa.string()),
        },
        {
            "country": words(COUNTRIES, begun.country[trial]),
            "channel": words(CHANNELS, begun.channel[trial]),
            "crew_size": pa.nulls(len(trial), pa.float64()),
        },
    )


def trial_people(_: Plan, begun: SignUps) -> pa.Table:
    """Rows of `people` for those who opened a trial."""
    trial = np.flatnonzero(begun.customer < 0)
    moments = times(instants(begun.day, begun.seconds[trial]))
    return table(
        {
            "person": picked(begun.people(), trial),
            "account": picked(begun.accounts(), trial),
            "created_at": moments,
            "role": constant("administrator", len(trial)),
            "valid_from": moments,
        }
    )


def alias_rows(_: Plan, begun: SignUps) -> pa.Table:
    """Rows of `aliases`: the id of a visitor who then signed up."""
    known = np.flatnonzero(begun.anonymous)
    return table(
        {
            "alias": picked(begun.aliases(), known),
            "person": picked(begun.people(), known),
            "valid_from": times(instants(begun.day, begun.seconds[known])),
        }
    )


def exposure_rows(plan: Plan, begun: SignUps) -> pa.Table:
    """Rows of `exposures`: which setup a new team saw."""
    chance = plan.chance("exposures", begun.day)
    seen = np.arange(len(begun) if begun.day >= SETUP_FIRST_DAY else 0)
    return table(
        {
            "person": picked(begun.people(), seen),
            "account": picked(begun.accounts(), seen),
            "experiment": constant("guided_setup", len(seen)),
            "variant": words(("usual", "guided"), (chance.random(len(seen)) < 0.5).astype(np.int64)),
            "time": times(instants(begun.day, begun.seconds[seen])),
        }
    )
