"""What were the numbers of a metric that follows people: a conversion, or the retention of a day?

They are counted by journeys, and by nothing else: a funnel and a metric of the same steps cannot disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.definitions import Filter, Metric, Step
from quarterdeck.insights.metrics.facts.clock import Grain, Question, midnight
from quarterdeck.insights.metrics.facts.fields import NO_VALUE

Row = tuple[date, str | None, float | None, float | None]


def follow_people(
    workspace: Workspace,
    snapshot: Snapshot,
    metric: Metric,
    question: Question,
    grains: Sequence[Grain],
    dimensions: Sequence[str | None],
) -> Mapping[tuple[Grain, str | None], list[Row]]:
    """Bucket, slice, share and base, under each grain and dimension."""
    from quarterdeck.insights.journeys.service.compiling import keep_kernels_in  # slow import

    keep_kernels_in(workspace.path)
    from quarterdeck.insights.journeys.service.measuring import measure  # slow import

    found = measure(
        workspace,
        snapshot,
        journey_of(metric),
        since=midnight(question.since, question.zone),
        until=midnight(question.until, question.zone),
        known_until=midnight(question.known_until or question.until, question.zone),
        grains=grains,
        dimensions=dimensions,
    )
    return {
        asked: [
            (one.start, None if asked[1] is None else one.value or NO_VALUE, one.came / one.base, one.base)
            for one in rows
        ]
        for asked, rows in found.items()
    }


def journey_of(metric: Metric) -> dict[str, object]:
    """The question that journeys are asked, in the words of their definitions."""
    asked: dict[str, object] = {"unit": metric.walker, "where": _conditions(metric.where)}
    if metric.kind == "conversion":
        steps = [_pick(step) for step in metric.steps]
        return {**asked, "kind": "funnel", "steps": steps, "within": metric.within}
    ends = {"start": _pick(metric.start), "return": _pick(metric.back)}
    columns = (metric.day or 0) + 1
    return {**asked, **ends, "kind": "retention", "entry": metric.entry, "columns": columns, "grain": "day"}


def _pick(step: Step | None) -> dict[str, object]:
    return {} if step is None else {"event": step.event, "where": _conditions(step.where)}


def _conditions(filters: Iterable[Filter]) -> list[dict[str, object]]:
    return [{"property": one.field, one.comparison[0]: one.comparison[1]} for one in filters]
