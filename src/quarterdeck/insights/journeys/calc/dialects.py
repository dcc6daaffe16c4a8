"""Which rules hold where tools disagree? Named here, so that none is implicit."""

from __future__ import annotations

from dataclasses import dataclass

from quarterdeck.insights.journeys.definitions.journey import DialectName


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """The rules of one tool.

    - `tie_microseconds`: events of different steps this close (rounded down) may come in either order.
    - `equal_steps_later`: two equal steps need different moments, not only different events.
    - `steps_after_end`: an attempt that begins in the period may end after it, inside its window.
    - `every_step_value`: attribution to a step puts a person under each value that step ever had; else
      under the value of the event that witnesses the step.
    - `new_by_profile`: somebody is new when their profile was made; else when they did something first.
    - `formula_decimals`: places to which values of a formula are rounded; None keeps them.
    - `hourly_rolling`: rolling retention counts from the full hour of the first start.
    - `active_on_event_days`: weekly and monthly active units are counted in buckets with events alone.
    - `shared_edge`: a period and the one before it share a day.
    - `counts_held_values`: where a property is held constant, a person counts once for each of its values.
    - `crowded_bins`: histograms of strict and unordered funnels count each step as a sample.
    """

    name: DialectName
    tie_microseconds: int = 1
    equal_steps_later: bool = False
    steps_after_end: bool = True
    every_step_value: bool = False
    new_by_profile: bool = False
    formula_decimals: int | None = None
    hourly_rolling: bool = False
    active_on_event_days: bool = False
    shared_edge: bool = False
    counts_held_values: bool = False
    crowded_bins: bool = False


DIALECTS: dict[DialectName, Dialect] = {
    "quarterdeck": Dialect(name="quarterdeck"),
    "posthog": Dialect(
        name="posthog",
        equal_steps_later=True,
        steps_after_end=False,
        every_step_value=True,
        new_by_profile=True,
        formula_decimals=2,
        active_on_event_days=True,
        shared_edge=True,
        crowded_bins=True,
    ),
    "amplitude": Dialect(
        name="amplitude", tie_microseconds=1_000_000, hourly_rolling=True, counts_held_values=True
    ),
}
