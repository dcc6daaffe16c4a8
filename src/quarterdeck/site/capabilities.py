"""What can this installation do, and where does each part of it stand?

Adding a capability is one folder and one entry here. Nothing heavy is imported until it is used, so that
`quarterdeck --help` stays quick.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from quarterdeck.definitions.folder import Kind

Pillar = Literal["insights", "feedback", "process", "launch", "tooling", "governance", "report"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """A top-level command of a kernel: its name, its help line and the function behind it."""

    name: str
    help: str
    command: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Capability:
    """One capability: its command group and its kinds of definition, each as `module:attribute`."""

    name: str
    pillar: Pillar
    help: str
    cli: str
    kinds: tuple[str, ...] = ()


CAPABILITIES: tuple[Capability, ...] = (
    Capability(
        name="metrics",
        pillar="insights",
        help="Show metrics, the metric tree, and reconcile them with another dashboard.",
        cli="quarterdeck.insights.metrics.cli:app",
        kinds=(
            "quarterdeck.insights.metrics.service.book:METRIC",
            "quarterdeck.insights.metrics.service.book:TREE",
        ),
    ),
)

KERNEL_KINDS: tuple[str, ...] = ("quarterdeck.site.maps:MAP",)

VERBS: tuple[Verb, ...] = (
    Verb(name="init", help="Begin a workspace folder.", command="quarterdeck.cli.workspace:init"),
    Verb(name="check", help="Validate every definition.", command="quarterdeck.cli.workspace:check"),
    Verb(
        name="upgrade",
        help="Bring a workspace to this program's format.",
        command="quarterdeck.cli.workspace:upgrade",
    ),
    Verb(
        name="import",
        help="Read files into a fact table; nothing is lost, nothing twice.",
        command="quarterdeck.cli.facts:import_",
    ),
    Verb(
        name="facts",
        help="Show the fact tables: rows, versions, freshness, quarantine.",
        command="quarterdeck.cli.facts:facts",
    ),
    Verb(name="sql", help="Ask the facts in SQL, read-only.", command="quarterdeck.cli.facts:sql"),
    Verb(
        name="erase",
        help="Remove a person from every table, provably.",
        command="quarterdeck.cli.facts:erase",
    ),
    Verb(
        name="brief",
        help="Write the decision-ready page of the week, with its evidence.",
        command="quarterdeck.report.brief.cli:brief",
    ),
    Verb(
        name="demo",
        help="Make a company up, from nothing to its brief.",
        command="quarterdeck.cli.demo:demo",
    ),
)


def load_kinds() -> "tuple[Kind[Any], ...]":
    """Every kind of definition, imported."""
    names = [*KERNEL_KINDS, *(kind for capability in CAPABILITIES for kind in capability.kinds)]
    return tuple(load(name) for name in names)


def load(name: str) -> Any:
    """The object that "module:attribute" names."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
