"""What can this installation do, and where does each part of it stand?

Adding a capability is one folder and one entry here. Nothing heavy is imported until it is used, so that
`quarterdeck --help` stays quick.
"""

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from quarterdeck.definitions.folder import Kind

Pillar = Literal["insights", "feedback", "process", "launch", "tooling", "governance", "report"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DefinitionKind:
    """A kind of definition; `model` and `linters` are "module:attribute" names, imported when first used."""

    name: str
    folder: str
    model: str
    file: str = ""
    leaves_out: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    linters: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """A top-level command of a kernel: its name, its help line and the function behind it."""

    name: str
    help: str
    command: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Capability:
    """One capability: its command group (`module:typer application`) and the kinds of definition it reads."""

    name: str
    pillar: Pillar
    help: str
    cli: str
    kinds: tuple[DefinitionKind, ...] = field(default=())


CAPABILITIES: tuple[Capability, ...] = (
    Capability(
        name="metrics",
        pillar="insights",
        help="Show metrics, the metric tree, and reconcile them with another dashboard.",
        cli="quarterdeck.insights.metrics.cli:app",
        kinds=(
            DefinitionKind(
                name="metric",
                folder="metrics",
                model="quarterdeck.insights.metrics.definitions:Metric",
                leaves_out=("tree.yaml",),
                references=(("numerator", "metric"), ("denominator", "metric")),
            ),
            DefinitionKind(
                name="metric tree",
                folder="metrics",
                file="tree.yaml",
                model="quarterdeck.insights.metrics.definitions:Tree",
                references=(("north_star", "metric"), ("inputs", "metric"), ("guardrails", "metric")),
            ),
        ),
    ),
)

KERNEL_KINDS: tuple[DefinitionKind, ...] = ()

VERBS: tuple[Verb, ...] = (
    Verb(name="init", help="Begin a workspace folder.", command="quarterdeck.cli.workspace:init"),
    Verb(name="check", help="Validate every definition.", command="quarterdeck.cli.workspace:check"),
    Verb(
        name="upgrade",
        help="Bring a workspace to this program's format.",
        command="quarterdeck.cli.workspace:upgrade",
    ),
    Verb(
        name="brief",
        help="Write the decision-ready page of the week, with its evidence.",
        command="quarterdeck.report.brief.cli:brief",
    ),
)


def load_kinds() -> "tuple[Kind[Any], ...]":
    """Every kind of definition, with its model imported."""
    from quarterdeck.definitions.folder import Kind  # slow import

    entries = [*KERNEL_KINDS, *(kind for capability in CAPABILITIES for kind in capability.kinds)]
    return tuple(
        Kind(
            name=entry.name,
            folder=entry.folder,
            model=load(entry.model),
            file=entry.file,
            leaves_out=entry.leaves_out,
            references=dict(entry.references),
            linters=tuple(load(linter) for linter in entry.linters),
        )
        for entry in entries
    )


def load(name: str) -> Any:
    """The object that "module:attribute" names."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
