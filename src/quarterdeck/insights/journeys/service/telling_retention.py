"""What does the answer to a retention say, cell by cell, and what of it cannot be known yet?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, replace
from typing import Any

from quarterdeck.insights.journeys.calc.breakdown import OTHER, Value
from quarterdeck.insights.journeys.calc.question import before
from quarterdeck.insights.journeys.calc.retention import RetentionMatrix
from quarterdeck.insights.journeys.service.opening import Opened, named
from quarterdeck.stats.interval import wilson_interval

Json = dict[str, Any]


def tell_retention(opened: Opened) -> Json:
    """The matrix of every group; those of the period before under `before`, if so asked."""
    found = opened.analyses.retention(opened.question)
    told: Json = {"groups": _groups(opened, found)}
    if opened.question.journey.compare:
        earlier = replace(opened, question=before(opened.question))
        shown: Collection[Value] = [value for value in found if value != (OTHER,)]
        period = earlier.question.period
        told["before"] = {
            "since": period.begin.isoformat(),
            "until": period.end.isoformat(),
            "groups": _groups(earlier, earlier.analyses.retention(earlier.question, shown or None)),
        }
    return told


def _groups(opened: Opened, found: dict[Value, RetentionMatrix]) -> list[Json]:
    return [{"value": named(opened, value), **_matrix(matrix)} for value, matrix in found.items()]


def _matrix(matrix: RetentionMatrix) -> Json:
    """Each row with its counts, what is final, and the 95 % interval of each share.

    A cell whose time has not begun has no share: it cannot be known yet.
    """
    rows: list[Json] = []
    for place, start in enumerate(matrix.starts.starts):
        counts, begun = matrix.counts[place].tolist(), matrix.begun[place].tolist()
        bounds = [
            wilson_interval(count, counts[0]) if counts[0] and known else None
            for count, known in zip(counts, begun, strict=True)
        ]
        rows.append(
            {
                "start": start.isoformat(),
                "counts": counts,
                "final": matrix.final[place].tolist(),
                "begun": begun,
                "low": [each and each[0] for each in bounds],
                "high": [each and each[1] for each in bounds],
            }
        )
        if matrix.weights is not None:
            rows[-1]["arr"] = matrix.weights[place].tolist()
    told: Json = {"labels": list(matrix.labels), "whole": _whole(matrix), "rows": rows}
    if matrix.entered is not None:
        told["weighed"] = asdict(matrix.entered)
    return told


def _whole(matrix: RetentionMatrix) -> list[Json]:
    """Each column over the cohorts of which it is final: who came back, of how many, and the interval."""
    told: list[Json] = []
    for column, label in enumerate(matrix.labels):
        final = matrix.final[:, column]
        came, base = int(matrix.counts[final, column].sum()), int(matrix.counts[final, 0].sum())
        low, high = wilson_interval(came, base) if base else (None, None)
        share = came / base if base else None
        told.append({"label": label, "count": came, "base": base, "share": share, "low": low, "high": high})
    return told
