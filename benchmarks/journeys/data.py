"""What events are measured? Made up: people who sign up, some of whom go on, among much other use."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from quarterdeck.facts.store import FactStore

DAYS = 90
BEGIN_SECONDS = 1_767_225_600  # 2026-01-01 UTC, a Thursday
STEPS = ("sign_up", "create_project", "invite_teammate", "upgrade_plan")
EXCLUSION = "error_shown"
RETURN = "open_board"
OTHERS = tuple(f"use_{number}" for number in range(18))
EVENTS = (*STEPS, EXCLUSION, RETURN, *OTHERS)
SHARES = np.array([0.03, 0.06, 0.04, 0.02, 0.05, 0.10, *[0.70 / 18] * 18])
PLANS = ("free", "starter", "pro", "enterprise")
EVENTS_PER_PERSON = 25
ROWS_AT_ONCE = 250_000  # about what an import writes at once


def batches(rows: int, seed: int, events_per_person: int = EVENTS_PER_PERSON) -> Iterator[pa.Table]:
    """So many rows of events, in the order of time as they would come in."""
    chance = np.random.default_rng(seed)
    people = max(rows // events_per_person, 1)
    names = pa.array([f"p{number:08d}" for number in range(people)])
    plans = chance.choice(len(PLANS), people, p=[0.6, 0.2, 0.15, 0.05])
    whole = -(-rows // ROWS_AT_ONCE)
    for number in range(whole):
        count = min(ROWS_AT_ONCE, rows - number * ROWS_AT_ONCE)
        person = chance.integers(0, people, count)
        span = DAYS * 86_400 / whole
        seconds = BEGIN_SECONDS + (number * span + np.sort(chance.random(count)) * span).astype(np.int64)
        plan = pa.DictionaryArray.from_arrays(plans[person].astype(np.int32), pa.array(PLANS))
        event = pa.DictionaryArray.from_arrays(
            chance.choice(len(EVENTS), count, p=SHARES).astype(np.int32), pa.array(EVENTS)
        )
        yield pa.table(
            {
                "person": names.take(pa.array(person)),
                "event": event.cast(pa.string()),
                "time": pa.array(seconds * 1_000_000, pa.timestamp("us", "UTC")),
                "properties": pa.StructArray.from_arrays([plan.cast(pa.string())], ["plan"]),
            }
        )


def write_facts(folder: Path, rows: int) -> FactStore:
    """The events as facts of a new store."""
    store = FactStore(folder / "facts")
    store.append("events", batches(rows, seed=1), transaction="benchmark")
    return store
