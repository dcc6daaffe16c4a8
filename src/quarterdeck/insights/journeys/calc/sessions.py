"""How long did each session last?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quarterdeck.insights.journeys.calc.sequence import Coded, SequenceView

SESSION = "$session_id"
DURATION = "$session_duration"


def with_durations(view: SequenceView) -> SequenceView:
    """The same view with how long each row's session lasted, in seconds, from its first event to its last."""
    sessions = view.columns.get(SESSION)
    if sessions is None or DURATION in view.columns:
        return view
    some = sessions.codes >= 0
    codes = sessions.codes[some]
    first = np.full(len(sessions.values), np.iinfo(np.int64).max)
    last = np.full(len(sessions.values), np.iinfo(np.int64).min)
    np.minimum.at(first, codes, view.time[some])
    np.maximum.at(last, codes, view.time[some])
    lengths = np.where(last >= first, (last - first) / 1e6, 0.0)
    values, places = np.unique(lengths, return_inverse=True)
    found = np.full(len(view.time), -1, np.int32)
    found[some] = places[codes]
    duration = Coded(codes=found, values=tuple(map(str, values.tolist())))
    return replace(view, columns={**view.columns, DURATION: duration})
