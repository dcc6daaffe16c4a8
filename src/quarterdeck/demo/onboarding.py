"""What do new teams do in the days after they signed up, and who of them gets how far?

Those who would activate go on, whether or not a fault kept their activation back: what a story takes from one
step moves no other metric. Whoever a campaign brought beyond the usual does not go on at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from quarterdeck.demo.accounts import Accounts
from quarterdeck.demo.plan import Floats, Integers, Plan
from quarterdeck.demo.signups import DAY_SECONDS, SignUps, sign_ups

REACH_DAYS = 14  # later than that, no new team does anything of this kind
LOOKS = (0.35, 0.92)  # who opens the schedule: of those who would not activate, and of those who would
INVITES, CREATES, DISPATCHES = 0.5, 0.76, 0.8  # each of those who came so far
DELAYS = (
    (3.0, 1.5),
    (20.0, 0.9),
    (5.0, 1.1),
)  # hours after the step before: median and spread of its logarithm
LOOKS_AGAIN = 0.45
AGAIN = 1.5  # more jobs of a team that dispatched one, on the days after
MORNING, EVENING = 7 * 3600, 20 * 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """Steps that one day's sign-ups take on a day: which of them, what, and when that day."""

    begun: SignUps
    who: Integers
    step: Integers
    seconds: Floats


LOOKED, INVITED, CREATED, DISPATCHED = range(4)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewTeams:
    """The sign-ups of a day, and what earlier ones do on it; made once where days are asked in order."""

    plan: Plan
    accounts: Accounts
    _made: dict[int, tuple[SignUps, dict[int, Taken]]] = field(default_factory=dict)

    def begun(self, day: int) -> SignUps:
        """Who signs up on a day."""
        return self._cohort(day)[0]

    def taken(self, day: int) -> Iterator[Taken]:
        """What those who signed up on this day and before it do on it."""
        for old in [made for made in self._made if made <= day - REACH_DAYS]:
            del self._made[old]
        for begun in range(max(0, day - REACH_DAYS + 1), day + 1):
            if (steps := self._cohort(begun)[1].get(day)) is not None:
                yield steps

    def _cohort(self, day: int) -> tuple[SignUps, dict[int, Taken]]:
        if day not in self._made:
            begun = sign_ups(self.plan, self.accounts, day)
            self._made[day] = begun, dict(first_steps(self.plan, begun))
        return self._made[day]


def first_steps(plan: Plan, begun: SignUps) -> Iterator[tuple[int, Taken]]:
    """Everything that the sign-ups of a day go on to do, day by day."""
    chance = plan.chance("onboarding", begun.day)
    count = len(begun)
    going = begun.willing & ~begun.campaign
    looks = chance.random(count) < np.where(begun.willing, LOOKS[1], LOOKS[0])
    # Between signing up and activating, as one plans a day with the schedule open.
    looked = begun.seconds + (begun.active_seconds - begun.seconds) * chance.random(count)
    who, step, moments = [np.flatnonzero(looks)], [np.full(looks.sum(), LOOKED)], [looked[looks]]
    moment = last = begun.active_seconds
    there = going
    for name, share, (hours, spread) in zip(
        (INVITED, CREATED, DISPATCHED), (INVITES, CREATES, DISPATCHES), DELAYS, strict=True
    ):
        there = there & (chance.random(count) < share)
        delay = 3600 * hours * np.exp(chance.normal(0, spread, count))
        moment = _at_work(chance, moment + delay)
        who.append(np.flatnonzero(there))
        step.append(np.full(there.sum(), name))
        moments.append(moment[there])
        last = np.where(there, moment, last)
    again = np.repeat(np.flatnonzero(there), chance.poisson(AGAIN, count)[there])
    who.append(again)
    step.append(np.full(len(again), DISPATCHED))
    moments.append(_at_work(chance, moment[again] + DAY_SECONDS * chance.uniform(0.1, 6, len(again))))
    # Who got stuck may look again, and get no further.
    stuck = np.flatnonzero(going & ~there & (chance.random(count) < LOOKS_AGAIN))
    who.append(stuck)
    step.append(np.full(len(stuck), LOOKED))
    moments.append(_at_work(chance, last[stuck] + DAY_SECONDS * chance.uniform(0.1, 5, len(stuck))))
    yield from _by_day(begun, np.concatenate(who), np.concatenate(step), np.concatenate(moments))


def _at_work(chance: np.random.Generator, moments: Floats) -> Floats:
    """The same moments, those of the night on the next morning."""
    days, seconds = np.divmod(moments, DAY_SECONDS)
    morning = (days + (seconds > EVENING)) * DAY_SECONDS + MORNING + 4 * 3600 * chance.random(len(moments))
    shifted: Floats = np.where(
        (seconds < MORNING) | (seconds > EVENING), np.maximum(moments, morning), moments
    )
    return shifted


def _by_day(begun: SignUps, who: Integers, step: Integers, moments: Floats) -> Iterator[tuple[int, Taken]]:
    days = (moments // DAY_SECONDS).astype(np.int64)
    for day in range(min(int(days.max(initial=-1)) + 1, REACH_DAYS)):
        rows = np.flatnonzero(days == day)
        if len(rows):
            seconds = moments[rows] - day * DAY_SECONDS
            yield begun.day + day, Taken(begun=begun, who=who[rows], step=step[rows], seconds=seconds)
