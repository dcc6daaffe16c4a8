"""What does the made-up company's data look like, whole?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from quarterdeck.demo.accounts import Accounts, account_rows, crew_rows, group_rows, make_accounts
from quarterdeck.demo.events import event_batches
from quarterdeck.demo.feedback import feedback_rows, theme_story
from quarterdeck.demo.loops import loop_story
from quarterdeck.demo.plan import DAYS, Plan
from quarterdeck.demo.signups import SignUps, sign_ups
from quarterdeck.demo.stories import Story, Truth, make_truth, movement_stories
from quarterdeck.demo.trials import alias_rows, exposure_rows, trial_accounts, trial_people
from quarterdeck.demo.work import calendar_rows, change_rows, reviews_story, trace_rows, work_rows
from quarterdeck.errors import QuarterdeckError

FEWEST_EVENTS, MOST_EVENTS = 10_000, 100_000_000
"""Fewer say nothing, more nobody has tried."""

Batches = Iterator[pa.Table]
DayRows = Callable[[Plan, SignUps], pa.Table]


@dataclass(frozen=True, kw_only=True)
class Company:
    """A made-up company; the same plan gives the same rows, whichever table or batch is asked for first."""

    plan: Plan

    @cached_property
    def accounts(self) -> Accounts:
        """Its customers."""
        return make_accounts(self.plan)

    @cached_property
    def truth(self) -> Truth:
        """What was planted in it."""
        stories: tuple[Story, ...] = ()
        if self.plan.stories:
            stories = (
                *movement_stories(),
                theme_story(self.plan, self.accounts),
                reviews_story(self.plan),
                loop_story(),
            )
        return make_truth(events=self.plan.events, seed=self.plan.seed, stories=stories)

    def tables(self) -> Iterator[tuple[str, Batches]]:
        """Every fact table with its batches, the events last, because they are the most."""
        plan, accounts = self.plan, self.accounts
        yield "accounts", self._with_trials(account_rows(plan, accounts), trial_accounts)
        yield "people", self._with_trials(crew_rows(plan, accounts), trial_people)
        yield "groups", group_rows(accounts)
        yield "aliases", self._by_sign_ups(alias_rows)
        yield "feedback", feedback_rows(plan, accounts)
        yield "work_items", work_rows(plan)
        yield "changes", change_rows(plan)
        yield "exposures", self._by_sign_ups(exposure_rows)
        yield "calendar", calendar_rows(plan)
        yield "traces", trace_rows(plan)
        yield "events", event_batches(plan, accounts)

    def _with_trials(self, customers: Batches, rows: DayRows) -> Batches:
        yield from customers
        yield from self._by_sign_ups(rows)

    def _by_sign_ups(self, rows: DayRows) -> Batches:
        for first in range(0, DAYS, 28):
            days = range(first, min(first + 28, DAYS))
            yield pa.concat_tables([rows(self.plan, sign_ups(self.plan, self.accounts, day)) for day in days])


def generate(*, events: int, seed: int, stories: bool = True) -> Company:
    """The made-up company with so many events in 26 weeks; without stories, nothing happens in it."""
    if not FEWEST_EVENTS <= events <= MOST_EVENTS:
        raise QuarterdeckError(
            f"the made-up company cannot have {events:,} events",
            f"Choose from {FEWEST_EVENTS:,} to {MOST_EVENTS:,}.",
        )
    return Company(plan=Plan(events=events, seed=seed, stories=stories))
