"""How do programs read metrics: the tree, all of them, one, and its series?"""

from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate

from quarterdeck.insights.metrics.calc.dossier import Dossier
from quarterdeck.insights.metrics.service.asked import Asked, NotReadYet, Unknown, asked_for
from quarterdeck.insights.metrics.service.export import as_data, as_reading
from quarterdeck.insights.metrics.service.kept import Kept, kept_reading
from quarterdeck.insights.metrics.service.seals import seal_at, seals_at
from quarterdeck.insights.metrics.service.story import metric_tree
from quarterdeck.records.api_doors import asking, needs
from quarterdeck.records.here import workspace
from quarterdeck.records.paging import Paging
from quarterdeck.records.permissions import Permission

router = Router(tags=["metrics"])


class SignatureOut(Schema):
    """Who stands behind the definition; a signature holds for exactly one version of it."""

    standing: str = Field(description="signed, proposed, signature lost, not signed and the like.")
    signed_by: str = Field(description="What the signer was: the owner that the definition names.")
    signed_at: datetime | None
    signed_version: str = Field(description="The version that was signed, which may be an earlier one.")


class MetricOut(Schema):
    """One metric's last mature week, with what it was read from."""

    name: str
    title: str
    description: str
    role: str
    owner: str
    status: str
    unit: str
    dimensions: list[str]
    week_start: date
    value: float | None
    base: float | None = Field(description="What a share is a share of.")
    expected_low: float | None
    expected_high: float | None
    target: float | None
    judgement: str
    side: str
    reason: str
    as_of: date
    read_at: datetime
    tables: dict[str, int] = Field(description="The version of each table that was read.")
    definition_version: str
    signature: SignatureOut


class ProofOut(MetricOut):
    """A metric with the queries that recompute it."""

    sql: str
    rows_sql: str


class PointOut(Schema):
    """One day, week or month; `known` is false while it cannot be known yet."""

    start: date
    slice: str
    value: float | None
    base: float | None
    expected_low: float | None
    expected_high: float | None
    known: bool


class SeriesOut(MetricOut):
    """A metric over time, whole or by a dimension."""

    grain: str
    by: str | None
    points: list[PointOut]
    sql: str


class BranchOut(Schema):
    """The metrics of one role in the tree."""

    role: str
    metrics: list[str]


@router.get("/metrics", auth=needs(Permission.READ), response=list[MetricOut])
@paginate(Paging)
def list_metrics(request: HttpRequest) -> list[Any]:
    """Every metric in the order of the tree, as it was read last."""
    kept = kept_reading(workspace())
    if kept is None:
        return []
    sealed = seals_at(kept.dossiers)
    return [as_reading(each, kept, sealed[each.measure.name]) for each in kept.dossiers]


@router.get("/metric-tree", auth=needs(Permission.READ), response=list[BranchOut])
def show_tree(request: HttpRequest) -> list[Any]:
    """The north star, what drives it, what must not suffer, and the others."""
    kept = kept_reading(workspace())
    branches = metric_tree(kept.dossiers if kept else ())
    return [
        {"role": branch.role, "metrics": [dossier.measure.name for dossier, _, _ in branch.lines]}
        for branch in branches
    ]


@router.get("/metrics/{name}", auth=needs(Permission.READ), response=ProofOut)
def show_metric(request: HttpRequest, name: str) -> Any:
    """One metric with its proof."""
    kept, dossier = _read(name)
    return {**as_reading(dossier, kept, seal_at(dossier)), "sql": dossier.sql, "rows_sql": dossier.rows_sql}


@router.get("/metrics/{name}/series", auth=needs(Permission.READ), response=SeriesOut)
def show_series(
    request: HttpRequest, name: str, grain: Literal["day", "week", "month"] = "day", by: str = ""
) -> Any:
    """A metric over time; names of people are hidden from who may not see them."""
    asked = _asked(name, grain, by, sees_personal=asking(request).sees_personal)
    return as_data(asked.shown, asked.view, asked.kept, asked.grain, seal_at(asked.dossier))


def _read(name: str) -> tuple[Kept, Dossier]:
    kept = kept_reading(workspace())
    dossier = kept.dossier(name) if kept else None
    if kept is None or dossier is None:
        raise Http404
    return kept, dossier


def _asked(name: str, grain: str, by: str, *, sees_personal: bool) -> Asked:
    _read(name)
    try:
        return asked_for(workspace(), name, {"grain": grain, "by": by}, sees_personal=sees_personal)
    except (NotReadYet, Unknown) as unread:
        raise Http404 from unread
