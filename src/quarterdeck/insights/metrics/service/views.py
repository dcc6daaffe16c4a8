"""How does a metric look by month, or by a dimension, at the pins of a reading?

What no reading keeps is computed when it is asked for, at pinned versions, and kept beside the reading.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from quarterdeck.definitions.files import write_atomically
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.facts.store import FactStore
from quarterdeck.insights.metrics.calc.dossier import Bucket, Dossier, SliceSeries
from quarterdeck.insights.metrics.calc.readings import Point
from quarterdeck.insights.metrics.facts.changes import Change
from quarterdeck.insights.metrics.facts.clock import Grain
from quarterdeck.insights.metrics.facts.fields import is_personal
from quarterdeck.insights.metrics.service.book import MetricBook, read_metrics
from quarterdeck.insights.metrics.service.dossiers import buckets_of, read_dossiers
from quarterdeck.insights.metrics.service.kept import (
    Kept,
    definitions_digest,
    pinned,
    reading_digest,
    views_folder,
)
from quarterdeck.insights.metrics.service.movement import largest
from quarterdeck.insights.metrics.service.reader import MetricReader
from quarterdeck.insights.metrics.service.show import read_ranged
from quarterdeck.insights.metrics.service.week import last_week_end, read_or_say
from quarterdeck.records.turns import step_aside
from quarterdeck.stats.personal import HIDDEN, names_person

SHOWN: Mapping[Grain, int] = {"day": 42, "week": 13, "month": 13}
MOST_SLICES = 12
MOST_KEPT = 200
Shape = TypeVar("Shape")


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A metric over time, whole or by a dimension, with the query that recomputes it."""

    grain: Grain
    dimension: str | None
    buckets: tuple[Bucket, ...]
    slices: tuple[SliceSeries, ...]
    left_out: int
    sql: str


VIEW = TypeAdapter(View)
ONE = TypeAdapter(Dossier)


def view_of(
    workspace: Workspace, kept: Kept, name: str, *, grain: Grain, dimension: str | None
) -> View | None:
    """A view at the pins of a reading; None where the reading itself holds it."""
    if dimension is None and grain != "month":
        return None
    file = _place(workspace, kept.digest, f"{name} {grain} {dimension}")
    known = _read(VIEW, file)
    if known is not None:
        return known
    with (
        step_aside(),
        FactStore(workspace.facts_path).snapshot(at=pinned(workspace, kept.tables)) as snapshot,
    ):
        reader = MetricReader(workspace, snapshot, kept.as_of)
        metric = reader.book.get(name)
        if dimension is not None and dimension not in metric.dimensions:
            known_ones = did_you_mean(dimension, metric.dimensions) or (
                f"It has: {', '.join(metric.dimensions) or 'none'}."
            )
            raise QuarterdeckError(f"{metric.title} has no dimension '{dimension}'.", known_ones)
        dossier = kept.dossier(name)
        week = dossier.measure.week_start if dossier else kept.as_of
        view = _compute(reader, workspace, name, grain, dimension, as_of=kept.as_of, week=week)
    if dimension is None or not _names_people(view, metric.source):
        # What names people is never written down here, where no erasure would look for it.
        _write(file, VIEW.dump_json(view))
    return view


def pinned_reading(
    workspace: Workspace, name: str, *, tables: Mapping[str, int], as_of: date, changes: tuple[Change, ...]
) -> Kept:
    """One metric read again at the pins of a link, by the definitions of today."""
    definitions = definitions_digest(workspace)
    digest = reading_digest(tables, definitions, as_of)
    file = _place(workspace, "pinned", f"{digest} {name}")
    dossier = _read(ONE, file)
    if dossier is None:
        with step_aside(), FactStore(workspace.facts_path).snapshot(at=pinned(workspace, tables)) as snapshot:
            reader = MetricReader(workspace, snapshot, as_of)
            reader.book.get(name)
            reading = read_or_say(reader, name, last_week_end(workspace, as_of))
            [dossier] = read_dossiers([reading], currency=workspace.currency, tables=snapshot.versions)
        _write(file, ONE.dump_json(dossier))
    return Kept(
        read_at=datetime.now(UTC),
        today=as_of,
        as_of=as_of,
        tables=dict(tables),
        definitions=definitions,
        dossiers=(dossier,),
        changes=changes,
    )


def masked(view: View, source: str, *, sees_personal: bool) -> View:
    """Without the names of people, for who may not see them: ids, and addresses or numbers among values."""
    if sees_personal or not _names_people(view, source):
        return view
    everything = is_personal(source, view.dimension or "")
    hidden = tuple(
        replace(part, value=f"{HIDDEN} {place}") if everything or names_person(part.value) else part
        for place, part in enumerate(view.slices, start=1)
    )
    return replace(view, slices=hidden)


def _names_people(view: View, source: str) -> bool:
    if view.dimension is None:
        return False
    return is_personal(source, view.dimension) or any(names_person(part.value) for part in view.slices)


def book_of(workspace: Workspace) -> MetricBook:
    """The definitions as they are now; read again only where one has changed."""
    return _book(workspace, definitions_digest(workspace))


@lru_cache(maxsize=4)
def _book(workspace: Workspace, _digest: str) -> MetricBook:
    return read_metrics(workspace)


def _compute(
    reader: MetricReader,
    workspace: Workspace,
    name: str,
    grain: Grain,
    dimension: str | None,
    *,
    as_of: date,
    week: date,
) -> View:
    series = read_ranged(
        reader, workspace, name, grain=grain, day=as_of, dimension=dimension, buckets=SHOWN[grain]
    )
    if dimension is None:
        buckets = _from_first(buckets_of(series.points[None]))
        return View(grain=grain, dimension=None, buckets=buckets, slices=(), left_out=0, sql=series.proof.sql)
    weeks = series
    if grain != "week":
        weeks = read_ranged(
            reader, workspace, name, grain="week", day=as_of, dimension=dimension, buckets=SHOWN["week"]
        )
    lively = {
        value: points
        for value, points in series.points.items()
        if value is not None and any(point.value or point.base for point in points)
    }
    values = largest(lively)
    return View(
        grain=grain,
        dimension=dimension,
        buckets=(),
        slices=tuple(
            SliceSeries(
                dimension=dimension,
                value=value,
                share_of_change=0.0,
                days=_trimmed(buckets_of(lively[value]), grain),
                week=_week(weeks.points.get(value, ()), week),
            )
            for value in values[:MOST_SLICES]
        ),
        left_out=max(0, len(values) - MOST_SLICES),
        sql=series.proof.sql,
    )


def _week(points: tuple[Point, ...], start: date) -> Bucket | None:
    return next((bucket for bucket in buckets_of(points) if bucket.start == start), None)


def _trimmed(buckets: tuple[Bucket, ...], grain: Grain) -> tuple[Bucket, ...]:
    return buckets[-SHOWN[grain] :]


def _from_first(buckets: tuple[Bucket, ...]) -> tuple[Bucket, ...]:
    """Without the time before there were any facts."""
    first = next((place for place, bucket in enumerate(buckets) if bucket.value is not None), 0)
    return buckets[first:]


def _place(workspace: Workspace, digest: str, what: str) -> Path:
    return views_folder(workspace, digest) / f"{hashlib.sha256(what.encode()).hexdigest()[:32]}.json"


def _read(shape: TypeAdapter[Shape], file: Path) -> Shape | None:
    try:
        return shape.validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _write(file: Path, content: bytes) -> None:
    # A new reading may take the folder away meanwhile; then this view is not worth keeping.
    with suppress(FileNotFoundError):
        write_atomically(file, content.decode())
        kept = sorted(file.parent.glob("*.json"), key=lambda each: each.stat().st_mtime)
        for old in kept[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
