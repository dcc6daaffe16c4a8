"""Which metrics are in force, and where does each stand in the tree?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from quarterdeck.definitions.folder import Kind, joined_version, read_folder
from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.insights.metrics.calc.readings import Role
from quarterdeck.insights.metrics.definitions import Metric, Tree
from quarterdeck.insights.metrics.service.lint import (
    named_twice,
    one_select,
    personal_dimension,
    ratio_of_ratio,
    share_target,
    share_without_base,
    unknown_event,
    unknown_join,
    unknown_property,
    unknown_table,
    volatile_sql,
)

METRIC = Kind(
    name="metric",
    folder="metrics",
    model=Metric,
    leaves_out=("tree.yaml",),
    references={"numerator": "metric", "denominator": "metric"},
    uncounted=("status",),
    rests_on=("numerator", "denominator"),
    linters=(
        unknown_table,
        unknown_join,
        one_select,
        volatile_sql,
        personal_dimension,
        ratio_of_ratio,
        share_without_base,
        share_target,
    ),
    doubts=(unknown_event, unknown_property),
)
TREE = Kind(
    name="metric tree",
    folder="metrics",
    model=Tree,
    file="tree.yaml",
    references={"north_star": "metric", "inputs": "metric", "guardrails": "metric"},
    linters=(named_twice,),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricBook:
    """Every metric in force, the version of each, and its place in the tree."""

    metrics: Mapping[str, Metric]
    versions: Mapping[str, str]
    roles: Mapping[str, Role]

    def get(self, name: str) -> Metric:
        """The metric of that name; an unknown name is an error with a suggestion."""
        if name not in self.metrics:
            hint = did_you_mean(name, self.metrics) or f"Known: {', '.join(self.metrics) or 'none'}."
            raise QuarterdeckError(f"No metric is named {name!r}.", hint)
        return self.metrics[name]

    def parts(self, name: str) -> tuple[str, ...]:
        """The metric itself and, of a ratio, the metrics it divides."""
        return tuple(_parts(name, self.metrics))

    def matures_after_days(self, name: str) -> int:
        """Days after a week's end before its number is final; a ratio waits for both of its parts."""
        return max(self.metrics[part].final_after_days for part in self.parts(name))

    @property
    def ordered(self) -> tuple[str, ...]:
        """Names by the tree, then the others by name; without the retired."""
        others = sorted(set(self.metrics) - set(self.roles))
        return tuple(name for name in (*self.roles, *others) if self.metrics[name].status != "retired")


def read_metrics(workspace: Workspace) -> MetricBook:
    """The metrics and the tree as the workspace defines them."""
    definitions = {definition.name: definition for definition in read_folder(workspace.path, METRIC)}
    metrics = {name: definition.model for name, definition in definitions.items()}
    versions = {
        name: _version([definitions[part].version for part in _parts(name, metrics)]) for name in definitions
    }
    trees = read_folder(workspace.path, TREE)
    roles = {name: role for name, role in (trees[0].model.roles if trees else {}).items() if name in metrics}
    return MetricBook(metrics=metrics, versions=versions, roles=cast("dict[str, Role]", roles))


def _parts(name: str, metrics: Mapping[str, Metric]) -> list[str]:
    metric = metrics[name]
    return [
        part for part in (name, metric.numerator, metric.denominator) if part is not None and part in metrics
    ]


def _version(versions: Sequence[str]) -> str:
    own, *parts = versions
    return joined_version(own, parts)
