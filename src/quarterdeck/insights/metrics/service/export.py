"""How does a metric leave the page: as CSV for a sheet, as data for a program?"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from quarterdeck.insights.metrics.calc.dossier import Bucket, Dossier
from quarterdeck.insights.metrics.facts.clock import Grain
from quarterdeck.insights.metrics.service.kept import Kept
from quarterdeck.insights.metrics.service.seals import as_signature
from quarterdeck.insights.metrics.service.story import buckets_of_view
from quarterdeck.insights.metrics.service.views import View
from quarterdeck.records.workshop.seals import Seal

HEADER = ("start", "slice", "value", "base", "expected_low", "expected_high", "known")
# What a sheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def points(dossier: Dossier, view: View | None, grain: Grain) -> Iterator[tuple[str, Bucket]]:
    """Every bucket with the slice it belongs to, oldest first; the whole has no name."""
    if view is not None and view.dimension is not None:
        for part in view.slices:
            yield from ((part.value, bucket) for bucket in part.days)
        return
    yield from (("", bucket) for bucket in buckets_of_view(dossier, view, grain))


def as_csv(dossier: Dossier, view: View | None, grain: Grain) -> str:
    """One line for each bucket of each slice."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for part, bucket in points(dossier, view, grain):
        safe = f"'{part}" if part.startswith(FORMULA) else part
        numbers = (bucket.value, bucket.base, bucket.low, bucket.high)
        writer.writerow((bucket.start.isoformat(), safe, *numbers, str(bucket.known).lower()))
    return text.getvalue()


def as_data(dossier: Dossier, view: View | None, kept: Kept, grain: Grain, seal: Seal) -> Mapping[str, Any]:
    """The series with the week's reading and everything that recomputes it."""
    return {
        **as_reading(dossier, kept, seal),
        "grain": grain,
        "by": view.dimension if view else None,
        "points": [as_point(part, bucket) for part, bucket in points(dossier, view, grain)],
        "sql": view.sql if view else dossier.sql,
    }


def as_point(part: str, bucket: Bucket) -> Mapping[str, Any]:
    """One bucket in plain types."""
    return {
        "start": bucket.start.isoformat(),
        "slice": part,
        "value": bucket.value,
        "base": bucket.base,
        "expected_low": bucket.low,
        "expected_high": bucket.high,
        "known": bucket.known,
    }


def as_reading(dossier: Dossier, kept: Kept, seal: Seal) -> Mapping[str, Any]:
    """One metric's week in plain types."""
    measure = dossier.measure
    return {
        "name": measure.name,
        "title": measure.title,
        "description": dossier.description,
        "role": measure.role,
        "owner": measure.owner,
        "status": dossier.status,
        "unit": measure.unit,
        "dimensions": list(measure.dimensions),
        "week_start": measure.week_start.isoformat(),
        "value": measure.value,
        "base": measure.base,
        "expected_low": measure.low,
        "expected_high": measure.high,
        "target": measure.target,
        "judgement": measure.judgement,
        "side": measure.side,
        "reason": dossier.reason,
        "as_of": kept.as_of.isoformat(),
        "read_at": kept.read_at.isoformat(),
        "tables": dict(dossier.versions),
        "definition_version": dossier.definition_version,
        "signature": as_signature(seal),
    }
