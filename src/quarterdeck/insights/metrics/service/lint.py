"""What in a metric's definition is well formed and yet cannot be right?"""

from collections.abc import Iterator, Mapping
from typing import Any

from quarterdeck.definitions.folder import Models, Problem
from quarterdeck.errors import did_you_mean
from quarterdeck.facts.schema import TABLES
from quarterdeck.insights.metrics.definitions import Metric, Tree
from quarterdeck.insights.metrics.facts import is_personal


def unknown_table(_name: str, metric: Metric, _: Models) -> Iterator[Problem]:
    """A metric counts the rows of a fact table that has a time."""
    timed = sorted(name for name, table in TABLES.items() if table.time is not None)
    if metric.source not in timed:
        hint = did_you_mean(metric.source, timed) or f"Known: {', '.join(timed)}."
        yield ("from",), f"there is no fact table '{metric.source}' with a time", hint


def personal_dimension(_name: str, metric: Metric, _: Models) -> Iterator[Problem]:
    """A breakdown stands on pages that many read, where no id of a person belongs."""
    for index, dimension in enumerate(metric.dimensions):
        if is_personal(metric.source, dimension):
            yield ("dimensions", index), f"'{dimension}' names people", "Break down by account or role."


def ratio_of_ratio(_name: str, metric: Metric, models: Models) -> Iterator[Problem]:
    """The parts of a ratio must be counted before they are divided."""
    metrics: Mapping[str, Any] = models.get("metric", {})
    for key, name in (("numerator", metric.numerator), ("denominator", metric.denominator)):
        part = metrics.get(name or "")
        if part is not None and part.kind == "ratio":
            yield (key,), f"'{name}' is itself a ratio", "Name a metric that counts or adds."


def share_without_base(_name: str, metric: Metric, _: Models) -> Iterator[Problem]:
    """A percentage needs what it is a percentage of."""
    if metric.unit == "share" and metric.kind not in ("ratio", "mean", "sql"):
        yield ("unit",), f"a {metric.kind} is no share", "Write unit: count, or make it a ratio."


def share_target(_name: str, metric: Metric, _: Models) -> Iterator[Problem]:
    """The target of a share is a share."""
    if metric.unit == "share" and metric.target is not None and not 0 <= metric.target <= 1:
        yield ("target",), f"{metric.target:g} is no share", f"Write {metric.target / 100:g}."


def named_twice(_name: str, tree: Tree, _: Models) -> Iterator[Problem]:
    """A metric has one place in the tree."""
    seen = {tree.north_star}
    for key in ("inputs", "guardrails"):
        for index, name in enumerate(getattr(tree, key)):
            if name in seen:
                yield (key, index), f"'{name}' has a place in the tree already", "Leave it in one place."
            seen.add(name)
