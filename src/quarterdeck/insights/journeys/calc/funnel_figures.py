"""Which figures are read off the witnesses of a funnel? Projections of that one table, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from math import cbrt, ceil

import numpy as np
from numpy.typing import NDArray

from quarterdeck.insights.journeys.calc.buckets import Buckets
from quarterdeck.insights.journeys.calc.funnel import FunnelWitnesses, best_per_unit
from quarterdeck.insights.journeys.calc.kernels.attempts import OPEN
from quarterdeck.insights.journeys.calc.sequence import Codes, Rows
from quarterdeck.insights.journeys.definitions.journey import Journey
from quarterdeck.stats.interval import wilson_interval

MOST_BINS = 60
NO_WIDTH = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class StepFigures:
    """One step: how many reached it, their share of those who began, and how long after the step before.

    `low` and `high` bound the share with 95 % confidence; `open` may still reach it.
    """

    name: str
    reached: int
    share: float | None
    low: float | None
    high: float | None
    open: int
    mean_seconds: float | None
    median_seconds: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryFigures:
    """The attempts that began in one bucket; `open` of them may still convert."""

    entered: int
    converted: int
    open: int

    @property
    def rate(self) -> float:
        """The share that converted."""
        return self.converted / self.entered if self.entered else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """How long conversions took: `counts[i]` of them in [`starts[i]`, `starts[i + 1]`), in seconds."""

    starts: tuple[float, ...]
    counts: tuple[int, ...]
    mean_seconds: float | None


def step_figures(journey: Journey, witnesses: FunnelWitnesses) -> list[StepFigures]:
    """Every step of a funnel."""
    reached = witnesses.reached
    figures = []
    for place, pick in enumerate(journey.steps):
        share = low = high = None
        if reached[0]:
            share = reached[place] / reached[0]
            low, high = wilson_interval(reached[place], reached[0])
        seconds = witnesses.seconds[witnesses.depth > place, place] if place else np.zeros(0)
        still = (witnesses.depth == place) & (witnesses.reason == OPEN)
        figures.append(
            StepFigures(
                name=pick.name,
                reached=reached[place],
                share=share,
                low=low,
                high=high,
                open=int(np.count_nonzero(still)),
                mean_seconds=float(seconds.mean()) if len(seconds) else None,
                median_seconds=float(np.median(seconds)) if len(seconds) else None,
            )
        )
    return figures


def who_reached(witnesses: FunnelWitnesses, step: int) -> Codes:
    """The units that reached a step, counted from 1; or, with -step, those lost just before it."""
    which = witnesses.depth == -step - 1 if step < 0 else witnesses.depth >= max(step, 1)
    return witnesses.taken(which).unit


def entries(journey: Journey, attempts: FunnelWitnesses, buckets: Buckets) -> list[EntryFigures]:
    """For each bucket the units that began in it, each by its best attempt there; or every conversion."""
    from_step, to_step = spans(journey)
    best, place = (all_per_bucket if journey.count == "conversions" else best_per_bucket)(attempts, buckets)
    counts = (
        np.bincount(place[which], minlength=len(buckets))
        for which in (
            best.depth >= from_step,
            best.depth >= to_step,
            (best.depth >= from_step) & (best.depth < to_step) & (best.reason == OPEN),
        )
    )
    return [
        EntryFigures(entered=int(entered), converted=int(converted), open=int(still))
        for entered, converted, still in zip(*counts, strict=True)
    ]


def reached_in_bucket(
    journey: Journey, attempts: FunnelWitnesses, buckets: Buckets
) -> tuple[tuple[Codes, Rows], tuple[Codes, Rows]]:
    """Who entered and who converted, each with the bucket in which they began."""
    from_step, to_step = spans(journey)
    best, place = (all_per_bucket if journey.count == "conversions" else best_per_bucket)(attempts, buckets)
    entered, converted = best.depth >= from_step, best.depth >= to_step
    return (best.unit[entered], place[entered]), (best.unit[converted], place[converted])


def best_per_bucket(attempts: FunnelWitnesses, buckets: Buckets) -> tuple[FunnelWitnesses, NDArray[np.int64]]:
    """The best attempt of each unit among those that began in one bucket, and that bucket."""
    place = buckets.of(attempts.begin)
    inside = (place >= 0) & (place < len(buckets))
    best = best_per_unit(attempts.taken(inside), (place[inside],))
    return best, buckets.of(best.begin)


def all_per_bucket(attempts: FunnelWitnesses, buckets: Buckets) -> tuple[FunnelWitnesses, NDArray[np.int64]]:
    """The attempts that began in any bucket, and that bucket."""
    place = buckets.of(attempts.begin)
    inside = (place >= 0) & (place < len(buckets))
    return attempts.taken(inside), place[inside]


def spans(journey: Journey) -> tuple[int, int]:
    """From which step to which a trend or a histogram goes, counted from 1."""
    return journey.from_step, journey.to_step or len(journey.steps)


def times(journey: Journey, witnesses: FunnelWitnesses, *, crowded: bool) -> Times:
    """The histogram of conversion times: as many bins as asked for, or the cube root of the sample."""
    from_step, to_step = spans(journey)
    done = witnesses.depth >= to_step
    seconds = witnesses.seconds[done, from_step:to_step].sum(axis=1)
    if not len(seconds):
        return Times(starts=(), counts=(), mean_seconds=None)
    sample = len(seconds) * (len(journey.steps) if crowded and journey.order != "ordered" else 1)
    bins = journey.bins or min(MOST_BINS, max(1, ceil(cbrt(sample))))
    first, last = float(seconds.min()), float(seconds.max())
    width = float(ceil((last - first) / bins)) or NO_WIDTH
    starts = first + width * np.arange(bins + 1)
    counts = np.bincount(np.minimum((seconds - first) // width, bins).astype(np.int64), minlength=bins + 1)
    return Times(
        starts=tuple(starts.tolist()), counts=tuple(counts.tolist()), mean_seconds=float(seconds.mean())
    )
