"""How does a week of metrics become what pages know of them?"""

from collections.abc import Container, Iterable
from datetime import date

from quarterdeck.insights.metrics.calc.dossier import Bucket, Dossier, SliceSeries
from quarterdeck.insights.metrics.calc.measures import Holder, Judgement, Measure, Role, Side
from quarterdeck.insights.metrics.calc.readings import Point, Reading, Slice
from quarterdeck.insights.metrics.calc.words import Told, base_words, is_known, over_words, tell
from quarterdeck.stats.personal import HIDDEN, names_person

__all__ = [
    "Bucket",
    "Dossier",
    "Holder",
    "Judgement",
    "Measure",
    "Role",
    "Side",
    "SliceSeries",
    "Told",
    "base_words",
    "buckets_of",
    "is_known",
    "over_words",
    "read_dossiers",
    "tell",
]


def read_dossiers(
    readings: Iterable[Reading], *, currency: str, tables: Container[str]
) -> tuple[Dossier, ...]:
    """One dossier for each metric, in the order of the tree; its proof names the pinned tables."""
    return tuple(_dossier(reading, currency, tables) for reading in readings)


def _dossier(reading: Reading, currency: str, tables: Container[str]) -> Dossier:
    movement = reading.movement
    holder = movement.holder if movement else None
    slices = ((holder,) if holder else ()) + (movement.others if movement else ())
    return Dossier(
        measure=_measure(reading, currency),
        description=reading.description,
        status=reading.status,
        reason=reading.verdict.reason,
        interval=reading.interval,
        weeks=buckets_of(reading.weeks),
        days=buckets_of(reading.days),
        slices=tuple(_slice(part) for part in slices),
        rest=buckets_of(movement.rest) if movement else (),
        sql=reading.proof.sql,
        rows_sql=reading.proof.rows_sql,
        versions={name: at for name, at in sorted(reading.proof.versions.items()) if name in tables},
        definition=reading.proof.definition,
        definition_version=reading.proof.definition_version,
    )


def _measure(reading: Reading, currency: str) -> Measure:
    movement, week = reading.movement, reading.week
    return Measure(
        name=reading.name,
        title=reading.title,
        role=reading.role,
        unit=reading.unit,
        higher_is=reading.higher_is,
        owner=reading.owner,
        currency=currency,
        value=week.value,
        base=week.base,
        low=week.expected_low,
        high=week.expected_high,
        target=reading.target,
        judgement=reading.verdict.kind,
        side=reading.verdict.direction,
        week_start=week.start,
        last_seen=_last_seen(reading),
        since=movement.since if movement else None,
        until=movement.until if movement else None,
        holder=_holder(movement.holder) if movement and movement.holder else None,
        dimensions=reading.dimensions,
        earlier=reading.earlier,
    )


def _last_seen(reading: Reading) -> date | None:
    return max((day.start for day in reading.days if day.value), default=None)


def _holder(part: Slice) -> Holder:
    week = part.week
    return Holder(
        dimension=part.dimension,
        value=_shared(part.value),
        figure=week.value if week else None,
        base=week.base if week else None,
        low=week.expected_low if week else None,
        high=week.expected_high if week else None,
    )


def _slice(part: Slice) -> SliceSeries:
    return SliceSeries(
        dimension=part.dimension,
        value=_shared(part.value),
        share_of_change=part.share_of_change,
        days=buckets_of(part.points),
        week=_bucket(part.week) if part.week else None,
    )


def _shared(value: str) -> str:
    """As pages and letters that everybody reads may name it."""
    return HIDDEN if names_person(value) else value


def buckets_of(points: Iterable[Point]) -> tuple[Bucket, ...]:
    """Points as pages show them."""
    return tuple(_bucket(point) for point in points)


def _bucket(point: Point) -> Bucket:
    return Bucket(
        start=point.start,
        value=point.value,
        base=point.base,
        low=point.expected_low,
        high=point.expected_high,
        known=point.mature,
    )
