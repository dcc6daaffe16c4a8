"""What can a question be made of: which events are there, which properties, and which values have these?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

import numpy as np

from quarterdeck.facts.sequences.columns import known_columns
from quarterdeck.facts.sequences.store import SequenceStore
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.journeys.service.asked import BUILT_IN
from quarterdeck.insights.journeys.service.bounds import is_personal
from quarterdeck.insights.journeys.service.opening import Opened
from quarterdeck.insights.journeys.service.seen import Choices
from quarterdeck.stats.personal import masked_value

RECENT = timedelta(days=30)
MOST_VALUES = 50


def choices_of(opened: Opened, snapshot: Snapshot, now: int) -> Choices:
    """Events by how often they came in the last days, and properties that name nobody."""
    view = opened.view
    codes = view.event.codes[view.time >= now - int(RECENT.total_seconds() * 1_000_000)]
    counts = np.bincount(codes[codes >= 0], minlength=len(view.event.values)).tolist()
    events = sorted(zip(view.event.values, counts, strict=True), key=lambda pair: (-pair[1], pair[0]))
    properties = [name for name in known_columns(snapshot) if not is_personal(name)]
    return Choices(events=tuple(events), properties=tuple(dict.fromkeys(properties)), values={})


def values_of(folder: Path, snapshot: Snapshot, names: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """The most frequent values of some properties; of those that name people none."""
    known = set(known_columns(snapshot)) - BUILT_IN
    wanted = [name for name in names if name in known and not is_personal(name)]
    if not wanted:
        return {}
    columns = SequenceStore(folder).open(snapshot, wanted).columns
    found = {}
    for name in wanted:
        codes, values = columns[name].codes, columns[name].values
        counts = np.bincount(codes[codes >= 0], minlength=len(values))
        most = np.argsort(-counts, kind="stable")[:MOST_VALUES]
        shown = (str(values[place]) for place in most if counts[place])
        found[name] = tuple(
            value for value in shown if value == masked_value(value, sees_personal=False, place=1)
        )
    return found
